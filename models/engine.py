"""The door to the database: engines, transactions, and errors that a person can act on.

SQLite runs in WAL mode with ``synchronous=FULL``: an accepted command survives a power failure.
A writing transaction takes the write lock at once (``BEGIN IMMEDIATE``), so that it waits at the
start instead of failing at the end.
"""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    PoolProxiedConnection,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.conditions import explain, explain_words
from rules.errors import InputError, Unavailable

BUSY_MILLISECONDS = 15_000
"""How long a SQLite writer waits for another one."""

DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
"""The drivers that we bring; one that a URL names besides is not asked for."""

HIDE = True
"""Errors end up in logs and on Prefect's pages: they must not quote what was written."""

_URL = "RECTIFLOW_DATABASE_URL"
_URL_HINT = "Use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."


def open_engine(url: str) -> Engine:
    """An engine for ``url``; nothing is connected yet.

    Raises:
        InputError: the URL is malformed or names a database we do not run on.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InputError("This is not a database URL.", _URL_HINT, where=_URL) from error
    backend = parsed.get_backend_name()
    if backend not in DRIVERS:
        raise InputError(f"{parsed.drivername} is not supported.", _URL_HINT, where=_URL)
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise InputError("Items are kept in a file, not in memory.", _URL_HINT, where=_URL)
    parsed = parsed.set(drivername=DRIVERS[backend])
    try:
        if backend == "sqlite":
            return _sqlite(parsed.render_as_string(hide_password=False))
        return _postgresql(parsed)
    except (ArgumentError, NoSuchModuleError) as error:
        raise InputError("This is not a usable database URL.", _URL_HINT, where=_URL) from error


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=8, max_overflow=16, hide_parameters=HIDE
    )
    # Asked at every use whether a connection still stands: without a journey to the server.
    engine.dialect.do_ping = _stands  # type: ignore[method-assign]
    return engine


def _stands(dbapi_connection: Any) -> bool:
    """Whether the server has left the connection alone: it says nothing unasked but good-bye."""
    if dbapi_connection.closed:
        return False
    heard = select.poll()
    heard.register(dbapi_connection.fileno(), select.POLLIN)
    return not heard.poll(0)


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=HIDE)

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        # We begin transactions ourselves; the driver would begin them too late.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -32000")

    # In place of a listener to "begin", which would make every statement look for listeners.
    engine.dialect.do_begin = _begin  # type: ignore[method-assign]
    return engine


def _begin(dbapi_connection: PoolProxiedConnection) -> None:
    writes = dbapi_connection.info.pop("writes", False)
    dbapi_connection.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def prepare_file(engine: Engine) -> None:
    """Make a SQLite database's folder and switch its file to WAL; nothing for other databases."""
    file = engine.url.database or ""
    if engine.dialect.name != "sqlite" or file.startswith("file:"):
        return
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file, timeout=BUSY_MILLISECONDS / 1000)) as connection:
            _switch_to_wal(connection)
    except OSError as error:
        raise Unavailable(
            f"{_name(engine)} cannot be created: {error.strerror}.",
            "Check that the folder exists and may be written to.",
        ) from error
    except sqlite3.Error as error:
        raise (explain_words(str(error), _name(engine)) or error) from error


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Nobody waits in line for this: SQLite says at once that somebody else is at it."""
    end = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: committed at the end, rolled back when anything is raised.

    Raises:
        Unavailable: the database cannot be reached, written or grown, or others keep it busy.
    """
    with _explained(engine), engine.connect() as connection:
        connection.info["writes"] = True
        with connection.begin():
            yield connection


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """A writing transaction in which tables may be rebuilt.

    SQLite rebuilds a table by dropping it, which it refuses while other rows refer to its rows:
    references are left unchecked meanwhile, and all of them are checked at the end.

    Raises:
        Unavailable: the database cannot be written, or refers to rows that are not there.
    """
    if engine.dialect.name != "sqlite":
        with writing(engine) as connection:
            yield connection
        return
    with _explained(engine), engine.connect() as connection:
        # Inside a transaction SQLite ignores this silently.
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            connection.info["writes"] = True
            with connection.begin():
                yield connection
                _require_references(connection, _name(engine))
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def _require_references(connection: Connection, name: str) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise Unavailable(
            f"{name} is damaged: rows of {broken[0]} refer to {broken[2]} that are not there.",
            "Restore it from a backup; nothing was changed.",
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database, whatever is written meanwhile; nothing is written.

    Raises:
        Unavailable: the database cannot be reached or read.
    """
    with _explained(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # By default each statement would see its own moment.
            connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Turn what the driver says about the database's condition into a sentence."""
    try:
        yield
    except DBAPIError as error:
        explained = explain(error, _name(engine))
        if explained is None:
            raise
        raise explained from error
    except PoolTimeout as error:
        raise Unavailable(
            f"{_name(engine)} is busy: all our connections are in use.", "Try again."
        ) from error


def _name(engine: Engine) -> str:
    return f"The database {engine.url.render_as_string(hide_password=True)}"
