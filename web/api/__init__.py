"""The HTTP API under /api/v1: the powers of the console, for programs that act for a person."""
