"""The terminal: the same commands as everywhere, over Typer."""
