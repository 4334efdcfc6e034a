"""What administrators of the console do: each deed checked, and noted, here."""
