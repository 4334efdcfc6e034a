"""Brings a database to the schema this program needs, and says whether it is there."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect

from models.engine import prepare_file, reading, writing

HEAD = "0001"
"""The newest migration; a test compares it with the folder."""

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run every migration that has not run yet, all in one transaction where possible.

    Raises:
        Unavailable: the database cannot be created, reached or written.
    """
    from alembic import command
    from alembic.config import Config

    import models.tables  # noqa: F401  (the metadata must be complete)

    prepare_file(engine)
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current(engine: Engine) -> str | None:
    """The newest migration that has run here; None in a database without our tables."""
    from sqlalchemy import text

    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar()
        return found
