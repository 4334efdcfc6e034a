"""The door to the database: engines, transactions, and errors that a person can act on.

SQLite runs in WAL mode with ``synchronous=FULL``: an accepted command survives a power failure.
A writing transaction takes the write lock at once (``BEGIN IMMEDIATE``), so that it waits at the
start instead of failing at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from rules.errors import InputError, Unavailable

BUSY_MILLISECONDS = 15_000
"""How long a SQLite writer waits for another one."""


def open_engine(url: str) -> Engine:
    """An engine for ``url``; nothing is connected yet.

    Raises:
        InputError: the URL is malformed or names a database we do not run on.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError("This is not a database URL.", _URL_HINT, where=_URL) from error
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError(f"{parsed.drivername} is not supported.", _URL_HINT, where=_URL)
    try:
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed.render_as_string(hide_password=False))
        return create_engine(parsed, pool_pre_ping=True, pool_size=8, max_overflow=16)
    except (ArgumentError, NoSuchModuleError) as error:
        raise InputError("This is not a usable database URL.", _URL_HINT, where=_URL) from error


_URL = "RECTIFLOW_DATABASE_URL"
_URL_HINT = "Use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        # We begin transactions ourselves; the driver would begin them too late.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -32000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def prepare_file(engine: Engine) -> None:
    """Make a SQLite database's folder and switch its file to WAL; nothing for other databases."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    try:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(engine.url.database) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            f"The database {engine.url.database} cannot be created: {error}.",
            "Check that the folder exists and may be written to.",
        ) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: committed at the end, rolled back when anything is raised."""
    door = engine.execution_options(writes=True)
    with _explained(engine), door.connect() as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database; nothing is written."""
    with _explained(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Turn what the driver says about the database's condition into a sentence."""
    try:
        yield
    except DBAPIError as error:
        explained = explain(error, engine)
        if explained is None:
            raise
        raise explained from error


_CONDITIONS = (
    ("database is locked", "is locked by another program", "Close what else has it open."),
    ("readonly database", "may only be read", "Check the permissions of the file and its folder."),
    ("read-only transaction", "may only be read", "Connect to the primary server."),
    ("disk is full", "cannot grow: the disk is full", "Free some space; nothing was lost."),
    ("no space left", "cannot grow: the disk is full", "Free some space; nothing was lost."),
    ("disk i/o error", "cannot be read or written: the disk reports an error", "Check the disk."),
    ("unable to open database", "cannot be opened", "Check the path and the folder's permissions."),
    ("file is not a database", "is not a database", "Check RECTIFLOW_DATABASE_URL."),
    ("malformed", "is damaged", "Restore it from a backup."),
    ("no such table", "has no tables yet", "Run: rectiflow init."),
    ("no such column", "has an older schema", "Run: rectiflow init."),
    ("undefinedtable", "has no tables yet", "Run: rectiflow init."),
    ("undefinedcolumn", "has an older schema", "Run: rectiflow init."),
    ("password authentication failed", "refuses our password", "Check RECTIFLOW_DATABASE_URL."),
    ("connection", "cannot be reached", "Check that it runs, and RECTIFLOW_DATABASE_URL."),
)  # fmt: skip


def explain(error: DBAPIError, engine: Engine) -> Unavailable | None:
    """The database's condition as a sentence, or None when the error is our own mistake."""
    text = f"{type(error.orig).__name__} {error.orig}".lower()
    name = f"The database {engine.url.render_as_string(hide_password=True)}"
    for sign, what, remedy in _CONDITIONS:
        if sign in text:
            return Unavailable(f"{name} {what}.", remedy)
    return None
