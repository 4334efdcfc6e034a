"""The golden tables of who is answered what, one module for each family of pages."""
