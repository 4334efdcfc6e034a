"""What was accepted under an idempotency key before; nothing is written.

A key is claimed by the event that it leads to: the column is unique, so of two commands that come
with one key at the same moment one stands, and the other finds what the first one has done.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from models.event import EventRow
from models.items import ITEM

EVENT = EventRow.__table__  # type: ignore[attr-defined]


class Key(NamedTuple):
    """An idempotency key, with a digest of what is asked under it; none for the program's own."""

    text: str
    asked: str | None


class Receipt(NamedTuple):
    """What an accepted command has done; the same for every repetition under the same key."""

    ref: str
    seq: int
    kind: str
    stage: str
    at: datetime
    hash: str


class Known(NamedTuple):
    """A receipt, and the digest of what was asked for it."""

    receipt: Receipt
    asked: str | None


_BY_KEY = (
    select(
        ITEM.c.ref, EVENT.c.seq, EVENT.c.kind, EVENT.c.stage, EVENT.c.at, EVENT.c.hash,
        EVENT.c.asked,
    )
    .join(ITEM, ITEM.c.id == EVENT.c.item_id)
    .where(EVENT.c.idempotency_key == bindparam("key"))
)  # fmt: skip


def under(connection: Connection, key: str) -> Known | None:
    """The command that was accepted under this key, if any was."""
    row = connection.execute(_BY_KEY, {"key": key}).first()
    if row is None:
        return None
    *told, asked = row
    return Known(Receipt(*told)._replace(stage=row.stage.value), asked)
