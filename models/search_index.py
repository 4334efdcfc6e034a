"""The index by which items are found: words and marks, in a table that each database searches fast.

SQLite keeps it as an FTS5 table, PostgreSQL as a ``tsvector`` with a GIN index. Neither can be
said in SQLAlchemy's metadata, so both are made here, with the table of items and by the first
migration. Rows are written by the one writer, in the transaction that writes the item. What is in
here can be made again from the items at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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

from models.engine import writing
from models.items import ITEM
from models.marks import STANDING, ItemRow, marks_of
from rules.searching import Term, words_of

NAME = "item_words"
SEARCHED = ("ref", "number", "title", "description", "requirement")
"""The columns whose words are found. Who complained is not among them."""

COLUMNS = ("id", *SEARCHED, *STANDING)
"""What an entry of the index is made of."""

CHUNK = 2000
"""Items whose words are made again at once."""

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
KEY = {"sqlite": "rowid", "postgresql": "item_id"}
_WRITE = {
    "sqlite": f"INSERT OR REPLACE INTO {NAME} (rowid, words) VALUES (:item, :words)",
    "postgresql": f"INSERT INTO {NAME} (item_id, words) VALUES (:item, CAST(:words AS tsvector))"
    " ON CONFLICT (item_id) DO UPDATE SET words = excluded.words",
}


class Sought(NamedTuple):
    """What is looked up: all of the words, and of each set of marks at least one."""

    terms: Sequence[Term]
    marks: Sequence[set[str]] = ()


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


def write(connection: Connection, items: Iterable[ItemRow]) -> None:
    """Let the items with these rows be found by their texts and marks, and by nothing else."""
    written = _written[connection.dialect.name]
    rows = [{"item": item["id"], "words": written(entry_of(item))} for item in items]
    if rows:
        connection.execute(text(_WRITE[connection.dialect.name]), rows)


def renew(connection: Connection, ids: Sequence[int]) -> None:
    """Let items be found by what they say now, and where they stand now."""
    for start in range(0, len(ids), CHUNK):
        some = {"ids": list(ids[start : start + CHUNK])}
        write(connection, connection.execute(_TEXTS, some).mappings())


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
            rows = connection.execute(_NEXT, {"after": last, "size": CHUNK}).mappings().all()
            write(connection, rows)
        if not rows:
            return
        last, done = rows[-1]["id"], done + len(rows)
        yield done


def expected(connection: Connection, sought: Sought) -> int:
    """How many items are found, as PostgreSQL guesses without looking; 0 on SQLite."""
    if connection.dialect.name == "sqlite":
        return 0
    asked = _asked("postgresql", sought)
    where = "WHERE words @@ CAST(:asked AS tsquery)" if asked else ""
    explained = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {NAME} {where}"
    plan = connection.execute(text(explained), {"asked": asked} if asked else {}).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


def found_by(dialect: str, sought: Sought) -> Any:
    """A selection of the ids of the items that are sought."""
    return select(key_column(dialect)).where(says(dialect, sought))


def key_column(dialect: str) -> ColumnElement[int]:
    """The column of the index that holds the item's id."""
    return _INDEX[dialect].c[KEY[dialect]]


def says(dialect: str, sought: Sought) -> ColumnElement[bool]:
    """Holds for the rows of the index that are sought."""
    index, asked = _INDEX[dialect].c, _asked(dialect, sought)
    if dialect == "sqlite":
        return index[NAME].op("MATCH", is_comparison=True)(asked)
    return index.words.op("@@", is_comparison=True)(cast(asked, TSQUERY))


def _asked(dialect: str, sought: Sought) -> str:
    quote, begins, both, either = _SPOKEN[dialect]
    words = [f"{quote}{term.word}{quote}{begins * term.begins}" for term in sought.terms]
    marks = (either.join(f"{quote}{mark}{quote}" for mark in sorted(some)) for some in sought.marks)
    return both.join([*words, *(f"({any_of})" for any_of in marks)])


_SPOKEN = {"sqlite": ('"', "*", " AND ", " OR "), "postgresql": ("'", ":*", " & ", " | ")}
_INDEX = {
    "sqlite": table(NAME, column("rowid", Integer), column(NAME, Text)),
    "postgresql": table(NAME, column("item_id", Integer), column("words", TSVECTOR)),
}


def entry_of(item: ItemRow) -> set[str]:
    """What the item with this row is found by."""
    return words_of(*(item[name] for name in SEARCHED)) | marks_of(item)


def _for_sqlite(words: Iterable[str]) -> str:
    return " ".join(words)


def _for_postgresql(words: Iterable[str]) -> str:
    return " ".join(f"'{word}'" for word in words)


_written = {"sqlite": _for_sqlite, "postgresql": _for_postgresql}
OWN = [ITEM.c[name] for name in COLUMNS]
_TEXTS = select(*OWN).where(ITEM.c.id.in_(bindparam("ids", expanding=True)))
_NEXT = (
    select(*OWN)
    .where(ITEM.c.id > bindparam("after"))
    .order_by(ITEM.c.id)
    .limit(bindparam("size"))
    # Nobody corrects an item between its reading and the writing of its words.
    .with_for_update(read=True)
)
