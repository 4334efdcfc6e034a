"""Whether the index by which items are found fits the items."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, Engine, Text, bindparam, literal_column, select, text

from models.engine import reading
from models.items import ITEM
from models.search_index import CHUNK, KEY, NAME, OWN, entry_of, key_column


class Lack(NamedTuple):
    """What the index does not know, knows too much, or knows otherwise: numbers of items."""

    missing: int
    stray: int
    wrong: int


def lack(engine: Engine) -> Lack:
    """Items that the index does not know, entries of items that are not there, and entries that
    say something else than their items do now."""
    with reading(engine) as connection:
        key = KEY[connection.dialect.name]
        # PostgreSQL answers NOT IN over a million rows by looking through them a million times.
        known = f"EXISTS (SELECT 1 FROM {NAME} WHERE {NAME}.{key} = item.id)"
        missing = f"SELECT count(*) FROM item WHERE NOT {known}"
        stray = (
            f"SELECT count(*) FROM {NAME} WHERE NOT EXISTS"
            f" (SELECT 1 FROM item WHERE item.id = {NAME}.{key})"
        )
        return Lack(_number(connection, missing), _number(connection, stray), _wrong(connection))


def _number(connection: Connection, statement: str) -> int:
    return int(connection.execute(text(statement)).scalar_one())


def _wrong(connection: Connection) -> int:
    said, last, wrong = _SAID[connection.dialect.name], 0, 0
    while rows := connection.execute(said, {"after": last, "size": CHUNK}).mappings().all():
        last = rows[-1]["id"]
        wrong += sum(entry_of(row) != set(row["said"].split()) for row in rows)
    return wrong


_AS_TEXT = {
    "sqlite": f"{NAME}.words",
    "postgresql": f"array_to_string(tsvector_to_array({NAME}.words), ' ')",
}
_SAID = {
    name: select(*OWN, literal_column(words, Text).label("said"))
    .where(key_column(name) == ITEM.c.id, ITEM.c.id > bindparam("after"))
    .order_by(ITEM.c.id)
    .limit(bindparam("size"))
    for name, words in _AS_TEXT.items()
}
