"""The installation that a command works on, opened and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from rules.errors import Unavailable
from tasks.office import Office, open_office


@contextmanager
def here() -> Iterator[Office]:
    """The installation that the environment describes.

    Raises:
        InputError: a setting is unusable.
        Unavailable: there is no database yet.
    """
    office = open_office()
    try:
        _require_database(office.engine)
        yield office
    finally:
        office.engine.dispose()


def _require_database(engine: Engine) -> None:
    """SQLite would make an empty file where there is none, and call it a database."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:" and not Path(file).exists():
        raise Unavailable(f"There is no database yet: {file}.", "Run: rectiflow init.")
