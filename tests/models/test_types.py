"""Columns keep what they promise in both databases: instants, words, lists, texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError

from models import texts
from models.engine import open_engine, writing
from models.types import Instant, Keys, Word
from rules.errors import InputError
from rules.vocabulary import Stage

SHANGHAI = timezone(timedelta(hours=8))
NOTES = Table(
    "notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Instant),
    Column("stage", Word(Stage)),
    Column("keys", Keys),
)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """A transaction in a database with a table of our types."""
    engine = open_engine(database_url)
    with writing(engine) as opened:
        if engine.dialect.name == "postgresql":
            opened.exec_driver_sql("SET LOCAL TIME ZONE 'America/New_York'")
        NOTES.create(opened)
        yield opened
    engine.dispose()


def stored(connection: Connection, **values: Any) -> Any:
    """A row as it comes back."""
    connection.execute(insert(NOTES), [values])
    return connection.execute(select(NOTES).order_by(NOTES.c.id.desc())).first()


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_given_in(
    connection: Connection,
) -> None:
    given = datetime(2026, 11, 2, 10, 0, 0, 123456, SHANGHAI)
    back = stored(connection, at=given).at
    assert back == given
    assert back.tzinfo is UTC


def test_a_naive_instant_is_refused(connection: Connection) -> None:
    naive = datetime(2026, 11, 2, 10, 0)  # noqa: DTZ001
    with pytest.raises(StatementError, match="must know its zone"):
        connection.execute(insert(NOTES), [{"at": naive}])
    with pytest.raises(StatementError, match="must know its zone"):
        connection.execute(select(NOTES).where(NOTES.c.at < naive))


def test_instants_sort_and_compare_as_instants(connection: Connection) -> None:
    """SQLite keeps text: it must sort like time, zones and fractions of a second included."""
    base = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    later = [
        base - timedelta(days=400),
        base,
        base + timedelta(microseconds=1),
        (base + timedelta(seconds=1)).astimezone(SHANGHAI),
        (base + timedelta(hours=1)).astimezone(timezone(-timedelta(hours=11))),
        base + timedelta(days=400),
    ]
    connection.execute(insert(NOTES), [{"at": at} for at in reversed(later)])
    found = connection.execute(select(NOTES.c.at).order_by(NOTES.c.at)).scalars().all()
    assert list(found) == later
    before = select(NOTES.c.at).where(NOTES.c.at <= later[2])
    assert len(connection.execute(before).all()) == 3


def test_words_come_back_as_words_and_none_as_none(connection: Connection) -> None:
    assert stored(connection, stage=Stage.CLOSURE).stage is Stage.CLOSURE
    assert stored(connection, stage="closure").stage is Stage.CLOSURE
    assert stored(connection, stage=None).stage is None


def test_an_unknown_word_is_never_stored(connection: Connection) -> None:
    with pytest.raises(StatementError, match="finished"):
        connection.execute(insert(NOTES), [{"stage": "finished"}])


def test_keys_come_back_in_order(connection: Connection) -> None:
    keys = ("chase/remind-3/r1.d2", "chase/overdue/r1.d2", "/1/4/")
    assert stored(connection, keys=keys).keys == keys
    assert stored(connection, keys=()).keys == ()


@pytest.fixture(scope="module")
def longest() -> int:
    """How many characters a title holds."""
    return texts.COMMAND["title"]


def test_a_text_at_the_limit_is_stored_whole_and_one_beyond_is_refused(longest: int) -> None:
    texts.require_storable({"title": "题" * longest})
    with pytest.raises(InputError, match=f"title has {longest + 1} characters") as caught:
        texts.require_storable({"title": "题" * (longest + 1)})
    assert caught.value.where == "title"


def test_texts_inside_lists_are_looked_at_too() -> None:
    with pytest.raises(InputError, match="co_units"):
        texts.require_storable({"co_units": ("bureau", "a\0b")})


@settings(deadline=None, derandomize=True, database=None)
@given(st.text(alphabet=st.characters(), max_size=40))
def test_whatever_passes_can_be_encoded_and_holds_no_nul(value: str) -> None:
    try:
        texts.require_storable({"text": value})
    except InputError:
        assert "\0" in value
    else:
        assert value.encode().decode() == value
        assert "\0" not in value


@pytest.mark.parametrize("half", ["\ud800", "报\udcff告"])
def test_half_a_character_is_refused(half: str) -> None:
    with pytest.raises(InputError, match="no text"):
        texts.require_storable({"text": half})


def test_both_databases_take_what_passes(engine: Engine, longest: int) -> None:
    with writing(engine) as connection:
        connection.execute(
            text("UPDATE campaign SET title = :title"),
            {"title": "𠮷" * texts.CAMPAIGN["title"]},
        )
