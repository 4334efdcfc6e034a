"""Spreadsheet files to neutral rows and back. Knows no database."""
