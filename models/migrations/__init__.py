"""Migrations of the schema, run by ``models.schema``."""
