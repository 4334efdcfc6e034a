"""Brings a database to the schema this program needs, and says whether it is there."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from models.engine import migrating, prepare_file, reading
from rules.errors import Unavailable

HEAD = "0001"
"""The newest migration; a test compares it with the folder."""

_FOLDER = Path(__file__).parent / "migrations"


SET_UP_LOCK = 7_483_201
"""PostgreSQL's advisory lock that a set-up holds; any number that nobody else uses."""


def upgrade(engine: Engine) -> None:
    """Run every migration that has not run yet, all in one transaction.

    Raises:
        Unavailable: the database cannot be created, reached or written, or its schema is newer
            than this program.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import models.tables  # noqa: F401  (the metadata must be complete)

    prepare_file(engine)
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with migrating(engine) as connection:
        alone(connection)
        found = _current(connection)
        if found is not None and found not in known:
            raise Unavailable(
                f"The database has the schema {found}, which this program does not know.",
                "It was made by a newer version of Rectiflow: use that one.",
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def alone(connection: Connection) -> None:
    """Wait until nobody else sets this store up; let nobody else until the transaction ends.

    On SQLite a writing transaction is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SET_UP_LOCK})


def current(engine: Engine) -> str | None:
    """The newest migration that has run here; None in a database without our tables."""
    with reading(engine) as connection:
        return _current(connection)


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
