"""The index by which items are found: their words, in a table that each database searches fast.

SQLite keeps it as an FTS5 table, PostgreSQL as a ``tsvector`` with a GIN index. Neither can be
said in SQLAlchemy's metadata, so both are made here, with the table of items and by the first
migration. Rows are written by the one writer, in the transaction that writes the item. What is in
here can be made again from the items at any time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    event,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from models.engine import reading, writing
from models.items import ITEM
from rules.searching import Term, words_of

NAME = "item_words"
SEARCHED = ("ref", "number", "title", "description", "requirement")
"""The columns whose words are found. Who complained is not among them."""

CHUNK = 2000
"""Items whose words are made again in one transaction."""

TABLES = frozenset({NAME, *(f"{NAME}_{part}" for part in ("data", "idx", "content", "config"))})
"""The tables that belong to the index; SQLite keeps its own beside it."""

_MAKE = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {NAME} USING fts5"
        "(words, tokenize = 'ascii', detail = 'none', columnsize = 0)",
    ),
    "postgresql": (
        f"CREATE TABLE {NAME} (item_id integer PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX {NAME}_words ON {NAME} USING gin (words)",
    ),
}
_KEY = {"sqlite": "rowid", "postgresql": "item_id"}
_WRITE = {
    "sqlite": f"INSERT OR REPLACE INTO {NAME} (rowid, words) VALUES (:item, :words)",
    "postgresql": f"INSERT INTO {NAME} (item_id, words) VALUES (:item, CAST(:words AS tsvector))"
    " ON CONFLICT (item_id) DO UPDATE SET words = excluded.words",
}


class Lack(NamedTuple):
    """What the index does not know, or knows too much: numbers of items."""

    missing: int
    stray: int


def make(connection: Connection) -> None:
    """Make the empty index."""
    for statement in _MAKE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Take the index away."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {NAME}")


@event.listens_for(ITEM, "after_create")
def _made_with_items(_table: Any, connection: Connection, **_: Any) -> None:
    make(connection)


@event.listens_for(ITEM, "before_drop")
def _dropped_with_items(_table: Any, connection: Connection, **_: Any) -> None:
    drop(connection)


def write(connection: Connection, items: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Let these items be found by these texts, and by nothing else."""
    if not items:
        return
    written = _written[connection.dialect.name]
    rows = [{"item": item_id, "words": written(texts)} for item_id, texts in items]
    connection.execute(text(_WRITE[connection.dialect.name]), rows)


def renew(connection: Connection, ids: Sequence[int]) -> None:
    """Let items be found by what they say now."""
    write(connection, [(row[0], row[1:]) for row in connection.execute(_TEXTS, {"ids": list(ids)})])


def rebuild(engine: Engine) -> Iterator[int]:
    """Make the whole index again, a chunk a transaction; tells how many items are done so far.

    Whoever searches meanwhile finds only some of the items. Items that are entered or corrected
    meanwhile are in the index when it is done.
    """
    with writing(engine) as connection:
        drop(connection)
        make(connection)
    last = done = 0
    while True:
        with writing(engine) as connection:
            rows = connection.execute(_NEXT, {"after": last, "size": CHUNK}).all()
            write(connection, [(row[0], row[1:]) for row in rows])
        if not rows:
            return
        last, done = rows[-1][0], done + len(rows)
        yield done


def lack(engine: Engine) -> Lack:
    """Items that the index does not know, and entries of items that are not there."""
    with reading(engine) as connection:
        key = _KEY[connection.dialect.name]
        # PostgreSQL answers NOT IN over a million rows by looking through them a million times.
        known = f"EXISTS (SELECT 1 FROM {NAME} WHERE {NAME}.{key} = item.id)"
        missing = f"SELECT count(*) FROM item WHERE NOT {known}"
        stray = (
            f"SELECT count(*) FROM {NAME} WHERE NOT EXISTS"
            f" (SELECT 1 FROM item WHERE item.id = {NAME}.{key})"
        )
        return Lack(*(int(connection.execute(text(s)).scalar_one()) for s in (missing, stray)))


def expected(connection: Connection, terms: Sequence[Term]) -> int:
    """How many items have these words, as PostgreSQL guesses without looking; 0 on SQLite."""
    if connection.dialect.name == "sqlite":
        return 0
    explained = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {NAME} WHERE words @@ CAST(:asked AS tsquery)"
    plan = connection.execute(text(explained), {"asked": _query(terms)}).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


def found_by(dialect: str, terms: Sequence[Term]) -> Any:
    """A selection of the ids of the items in which all of these words occur."""
    return select(key_column(dialect)).where(says(dialect, terms))


def key_column(dialect: str) -> ColumnElement[int]:
    """The column of the index that holds the item's id."""
    return _INDEX[dialect].c[_KEY[dialect]]


def says(dialect: str, terms: Sequence[Term]) -> ColumnElement[bool]:
    """Holds for the rows of the index in which all of these words occur."""
    if dialect == "sqlite":
        asked = " ".join(f'"{word}"{"*" if begins else ""}' for word, begins in terms)
        return _INDEX[dialect].c[NAME].op("MATCH", is_comparison=True)(asked)
    return _INDEX[dialect].c.words.op("@@", is_comparison=True)(cast(_query(terms), TSQUERY))


def _query(terms: Sequence[Term]) -> str:
    return " & ".join(f"'{word}'{':*' if begins else ''}" for word, begins in terms)


_INDEX = {
    "sqlite": table(NAME, column("rowid", Integer), column(NAME, Text)),
    "postgresql": table(NAME, column("item_id", Integer), column("words", TSVECTOR)),
}


def _for_sqlite(texts: Sequence[str]) -> str:
    return " ".join(words_of(*texts))


def _for_postgresql(texts: Sequence[str]) -> str:
    return " ".join(f"'{word}'" for word in words_of(*texts))


_written = {"sqlite": _for_sqlite, "postgresql": _for_postgresql}
_OWN = [ITEM.c.id, *(ITEM.c[name] for name in SEARCHED)]
_TEXTS = select(*_OWN).where(ITEM.c.id.in_(bindparam("ids", expanding=True)))
_NEXT = (
    select(*_OWN)
    .where(ITEM.c.id > bindparam("after"))
    .order_by(ITEM.c.id)
    .limit(bindparam("size"))
    # Nobody corrects an item between its reading and the writing of its words.
    .with_for_update(read=True)
)
