"""The door to the database: whole transactions, and its troubles as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event, text

from models import engine as door
from models.conditions import explain_words
from models.engine import open_engine, prepare_file, reading, writing
from rules.commands import Comment, Register
from rules.errors import InputError, RectiflowError, Unavailable
from tasks.act import act, register
from tests.conftest import MONDAY

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


Opener = Callable[..., Engine]


@pytest.fixture
def other(engine: Engine) -> Iterator[Opener]:
    """Opens further engines: on the same store, with the parts of its address that are given."""
    opened: list[Engine] = []

    def open_other(url: str = "", **parts: Any) -> Engine:
        rendered = engine.url.set(**parts).render_as_string(hide_password=False)
        opened.append(open_engine(url or rendered))
        return opened[-1]

    yield open_other
    for each in opened:
        each.dispose()


def enter(engine: Engine, title: str = "窗口推诿", at: datetime = MONDAY) -> str:
    """A new item's reference."""
    return register(engine, Register(title=title), "coordinator", at).ref


def events(engine: Engine) -> int:
    """How many events are stored."""
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM event")).scalar_one())


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rectiflow.db",
        "postgresql://clerk:secret@host:port/office",
        "mysql://clerk:secret@host/office",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://relative/path.db",
    ],
)
def test_an_unusable_address_is_refused_before_anything_is_opened(url: str) -> None:
    with pytest.raises(InputError) as caught:
        open_engine(url)
    assert caught.value.where == "RECTIFLOW_DATABASE_URL"
    assert "sqlite:///PATH" in caught.value.hint
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://h/db", "psycopg"),
        ("postgresql://h/db", "psycopg"),
        ("postgresql+asyncpg://h/db", "psycopg"),
        ("postgresql+psycopg2://h/db", "psycopg"),
        ("sqlite+aiosqlite:////tmp/x.db", "pysqlite"),
    ],
)
def test_our_own_driver_is_used_whichever_the_address_names(url: str, driver: str) -> None:
    assert open_engine(url).dialect.driver == driver


# Transactions


def test_what_is_raised_in_a_transaction_leaves_nothing_behind(engine: Engine) -> None:
    enter(engine)
    with suppress(ZeroDivisionError), writing(engine) as connection:
        connection.execute(text("UPDATE campaign SET next_number = 77"))
        connection.execute(text("DELETE FROM event"))
        _ = 1 / 0
    assert events(engine) == 1
    assert enter(engine) == "ZG-00002"


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(engine: Engine) -> None:
    ref = enter(engine)
    count = text("SELECT count(*) FROM event")
    with reading(engine) as connection:
        before = connection.execute(count).scalar_one()
        act(engine, ref, Comment(text="请抓紧"), "coordinator", MONDAY)
        assert connection.execute(count).scalar_one() == before
    assert events(engine) == before + 1


@on_postgres
def test_a_reader_on_postgresql_cannot_write_by_mistake(engine: Engine) -> None:
    with pytest.raises(Unavailable), reading(engine) as connection:
        connection.execute(text("UPDATE campaign SET next_number = 77"))
    assert enter(engine) == "ZG-00001", "and the connection is writable again"


@on_sqlite
def test_every_connection_is_durable_and_checks_references(engine: Engine) -> None:
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with reading(engine) as first, reading(engine) as second:
        for connection in (first, second):
            for pragma, value in pragmas.items():
                assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@on_sqlite
def test_a_second_writer_is_stopped_at_the_start_and_not_at_the_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine):
        engine.dispose()
        monkeypatch.setattr(door, "BUSY_MILLISECONDS", 20)
        with pytest.raises(Unavailable, match="is locked by another program"), writing(engine):
            pytest.fail("two writers at once")


# Troubles of a file


@pytest.fixture
def impatient(other: Opener, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine on the founded store that does not wait for locks."""
    monkeypatch.setattr(door, "BUSY_MILLISECONDS", 20)
    return other()


def refused(engine: Engine) -> Unavailable:
    """How an attempt to register is refused."""
    with pytest.raises(Unavailable) as caught:
        enter(engine)
    assert caught.value.exit_code == 3
    return caught.value


@on_sqlite
def test_a_file_locked_by_another_program_is_said_and_loses_nothing(impatient: Engine) -> None:
    ref = enter(impatient)
    file = str(impatient.url.database)
    with closing(sqlite3.connect(file, isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        said = refused(impatient)
        assert file in said.message
        assert "locked by another program" in said.message
        assert events(impatient) == 1, "who only reads is not held up"
        rival.execute("ROLLBACK")
    act(impatient, ref, Comment(text="请抓紧"), "coordinator", MONDAY)
    assert events(impatient) == 2


@on_sqlite
def test_a_locked_file_is_said_at_the_set_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "BUSY_MILLISECONDS", 20)
    engine = open_engine(database_url)
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as rival:
        rival.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="locked by another program"):
            prepare_file(engine)


@on_sqlite
def test_a_file_that_may_only_be_read_is_said(engine: Engine, other: Opener) -> None:
    enter(engine)
    engine.dispose()
    read_only = other(f"sqlite:///file:{engine.url.database}?mode=ro&uri=true")
    assert events(read_only) == 1
    assert "may only be read" in refused(read_only).message


@on_sqlite
def test_a_full_disk_is_said_and_loses_nothing(engine: Engine) -> None:
    ref = enter(engine)
    with reading(engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    limit = [pages]
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _bound(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit[0]}")

    said = _commented_until_unavailable(engine, ref)
    assert "the disk is full" in said.message
    assert said.hint == "Free some space; nothing was lost."
    accepted = events(engine)
    limit[0] = pages + 1000
    engine.dispose()
    assert act(engine, ref, Comment(text="请抓紧"), "coordinator", MONDAY).seq == accepted + 1


def _commented_until_unavailable(engine: Engine, ref: str) -> Unavailable:
    try:
        for _ in range(500):
            act(engine, ref, Comment(text="长" * 900), "coordinator", MONDAY)
    except Unavailable as error:
        return error
    pytest.fail("the disk never filled up")


@on_sqlite
def test_a_file_that_is_no_database_is_said(database_url: str) -> None:
    engine = open_engine(database_url)
    Path(str(engine.url.database)).write_text("序号,问题\n1,窗口推诿\n" * 100, encoding="utf-8")
    with pytest.raises(Unavailable, match="is not a database"):
        prepare_file(engine)
    assert "is not a database" in refused(engine).message


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be", encoding="utf-8")
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'rectiflow.db'}")
    with pytest.raises(Unavailable, match="cannot be created"):
        prepare_file(engine)


def test_a_file_in_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(open_engine(f"sqlite:///{tmp_path}/none/x.db")).message


# Troubles of the schema, in both


def test_a_database_without_tables_is_told_to_be_set_up(database_url: str) -> None:
    empty = open_engine(database_url)
    said = refused(empty)
    empty.dispose()
    assert "has no tables yet" in said.message
    assert said.hint == "Run: rectiflow init."


def test_a_database_with_an_older_schema_is_told_to_be_set_up(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE item DROP COLUMN hold_until"))
    assert "has an older schema" in refused(engine).message


def test_a_text_that_reads_like_a_trouble_is_not_taken_for_one(engine: Engine) -> None:
    """PostgreSQL quotes the taken key in its complaint."""
    number = "connection: no such table, disk is full"
    register(engine, Register(title="一", number=number), "coordinator", MONDAY)
    with pytest.raises(InputError, match="is taken in this campaign"):
        register(engine, Register(title="二", number=number), "coordinator", MONDAY)


def test_when_every_connection_is_in_use_it_is_said(engine: Engine) -> None:
    narrow = create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with (
        reading(narrow),
        pytest.raises(Unavailable, match="all our connections are in use"),
        reading(narrow),
    ):
        pytest.fail("two connections from a pool of one")
    narrow.dispose()


# Troubles of a server


@pytest.fixture
def guarded(engine: Engine, other: Opener) -> Engine:
    """An engine for a user who needs a password, and has the right one."""
    with writing(engine) as connection:
        hba = Path(connection.exec_driver_sql("SHOW hba_file").scalar_one())
        before = hba.read_text(encoding="utf-8")
        if CLERK not in before:
            hba.write_text(CLERK + before, encoding="utf-8")
            connection.exec_driver_sql("CREATE ROLE clerk LOGIN PASSWORD 'right'")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        connection.exec_driver_sql("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO clerk")
    return other(username="clerk", password="right")


CLERK = "local all clerk scram-sha-256\n"


@on_postgres
def test_a_wrong_password_is_said_and_never_shown(guarded: Engine, other: Opener) -> None:
    assert events(guarded) == 0
    said = refused(other(username="clerk", password="geheim"))
    assert "refuses our name or password" in said.message
    assert "geheim" not in str(said)
    assert "***" in said.message


@on_postgres
def test_a_user_unknown_to_the_server_is_said(other: Opener) -> None:
    assert "refuses our name" in refused(other(username="stranger")).message


@on_postgres
def test_missing_rights_are_said(guarded: Engine) -> None:
    assert "does not let us do this" in refused(guarded).message


@on_postgres
def test_a_database_unknown_to_the_server_is_said(other: Opener) -> None:
    assert "does not exist" in refused(other(database="nowhere")).message


@on_postgres
def test_an_unknown_option_in_the_address_is_said(engine: Engine, other: Opener) -> None:
    odd = other(query={**engine.url.query, "colour": "red"})
    assert "unknown option" in refused(odd).message


@on_postgres
def test_a_server_that_cannot_be_reached_is_said(other: Opener) -> None:
    said = refused(other("postgresql://clerk:geheim@127.0.0.1:1/rectiflow"))
    assert "cannot be reached" in said.message
    assert "geheim" not in str(said)


@on_postgres
def test_a_server_that_takes_no_more_connections_is_said(guarded: Engine, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER ROLE clerk CONNECTION LIMIT 0")
    try:
        assert "takes no more connections" in refused(guarded).message
    finally:
        with writing(engine) as connection:
            connection.exec_driver_sql("ALTER ROLE clerk CONNECTION LIMIT -1")


@on_postgres
def test_a_standby_is_said_to_be_for_reading_only(engine: Engine) -> None:
    with writing(engine) as connection:
        name = engine.url.database
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine.dispose()
    said = refused(engine)
    assert "may only be read" in said.message
    assert said.hint == "Connect to the primary server."


def _kill_connections(engine: Engine) -> None:
    """End every other connection to the database, as a restarted server would."""
    libpq = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(libpq) as rival:
        rival.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@on_postgres
def test_a_connection_that_dies_leaves_nothing_and_the_next_one_works(engine: Engine) -> None:
    ref = enter(engine)

    def interrupted() -> None:
        with writing(engine) as connection:
            connection.execute(text("DELETE FROM event"))
            _kill_connections(engine)
            connection.execute(text("DELETE FROM item"))

    with pytest.raises(Unavailable, match="cannot be reached"):
        interrupted()
    assert act(engine, ref, Comment(text="请抓紧"), "coordinator", MONDAY).seq == 2


@on_postgres
def test_connections_that_died_in_the_pool_are_not_noticed(engine: Engine) -> None:
    ref = enter(engine)
    _kill_connections(engine)
    assert act(engine, ref, Comment(text="请抓紧"), "coordinator", MONDAY).seq == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("database disk image is malformed", "is damaged"),
        ("disk I/O error", "the disk reports an error"),
        ("failed to resolve host 'db': [Errno -2] Name or service not known", "cannot be reached"),
        ("server closed the connection unexpectedly", "cannot be reached"),
    ],
)
def test_troubles_that_are_hard_to_cause_are_known_by_their_words(words: str, said: str) -> None:
    explained = explain_words(words, "The database x")
    assert isinstance(explained, RectiflowError)
    assert said in explained.message


def test_our_own_mistakes_are_not_explained_away(engine: Engine) -> None:
    with pytest.raises(Exception, match="syntax"), writing(engine) as connection:
        connection.execute(text("SELEC 1"))
