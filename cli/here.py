"""The installation that a command works on, opened and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from config.settings import Settings, works_elsewhere
from rules.errors import InputError, Unavailable
from tasks.office import Office, open_office


@contextmanager
def here() -> Iterator[Office]:
    """The installation that the environment describes.

    Raises:
        InputError: a setting is unusable.
        Unavailable: there is no database yet.
    """
    office = opened()
    try:
        _require_database(office.engine)
        yield office
    finally:
        office.engine.dispose()


def opened(settings: Settings | None = None) -> Office:
    """The installation, whether or not it has a database yet; nothing is connected.

    Raises:
        InputError: a setting is unusable, or names a server elsewhere.
        Unavailable: the home cannot be looked into.
    """
    if works_elsewhere():
        raise InputError(
            "This works on an installation of this machine, and RECTIFLOW_URL names a server"
            " elsewhere.",
            "Run it there, or unset RECTIFLOW_URL.",
            where="RECTIFLOW_URL",
        )
    try:
        return open_office(settings)
    except OSError as error:
        raise Unavailable(
            f"The home cannot be read: {error.strerror}: {error.filename}.",
            "Check RECTIFLOW_HOME and the folder's permissions.",
        ) from error


def _require_database(engine: Engine) -> None:
    """SQLite would make an empty file where there is none, and call it a database."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file.startswith((":", "file:")):
        return
    if not Path(file).exists():
        raise Unavailable(f"There is no database yet: {file}.", "Run: rectiflow init.")
