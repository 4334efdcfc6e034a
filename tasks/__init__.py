"""The one writer (act) and the automatic work of each stage."""
