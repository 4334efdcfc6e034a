"""One module a migration; run in the order of their numbers."""
