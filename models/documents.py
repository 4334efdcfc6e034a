"""Formal documents: numbered in series, issued once for each occasion."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, insert, literal, select, text, update

from models.event import EventRow
from models.formal_notice import FormalNotice

NOTICE = FormalNotice.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]

NOTED_UNDER = "document/"
"""What the idempotency key of a document's event begins with; the serial follows."""


class Occasion(NamedTuple):
    """What a document is issued for; there is one document for each.

    ``level`` tells documents of a kind apart within a round: for the acts of the ladder the rung,
    and a hundred more each time that the ladder is climbed anew under another deadline; for
    orders the number of the assignment in the history; else 0.
    """

    item_id: int
    kind: str
    life: int
    round: int
    level: int


class Issued(NamedTuple):
    """A document in the register."""

    kind: str
    serial: str
    level: int


def issued(connection: Connection, occasion: Occasion) -> str | None:
    """The serial of the document already issued on this occasion."""
    found: str | None = connection.execute(_ISSUED, occasion._asdict()).scalar()
    return found


_ISSUED = select(NOTICE.c.serial).where(
    *(NOTICE.c[field] == bindparam(field) for field in Occasion._fields)
)


def take_number(connection: Connection, series: str) -> int:
    """The next number of a series, counted from 1.

    Whoever has taken one keeps the others waiting until the transaction ends, so that a series
    has no gap: a number that was taken in vain is taken again.
    """
    return int(connection.execute(_TAKE, {"name": series}).scalar_one()) - 1


_TAKE = text(
    "INSERT INTO series (name, next_number) VALUES (:name, 2)"
    " ON CONFLICT (name) DO UPDATE SET next_number = series.next_number + 1"
    " RETURNING next_number"
)


def issue(
    connection: Connection, occasion: Occasion, serial: str, file: str, now: datetime
) -> None:
    """Enter the document in the register."""
    connection.execute(
        insert(NOTICE).values(**occasion._asdict(), serial=serial, file=file, issued_at=now)
    )


def unnoted(connection: Connection, item_id: int) -> list[Issued]:
    """The item's documents that its history does not mention yet, oldest first."""
    key = literal(NOTED_UNDER) + NOTICE.c.serial
    noted = exists().where(EVENT.c.idempotency_key == key)
    statement = (
        select(*(NOTICE.c[field] for field in Issued._fields))
        .where(NOTICE.c.item_id == item_id, ~noted)
        .order_by(NOTICE.c.id)
    )
    return [Issued(*row) for row in connection.execute(statement)]


def last_level(connection: Connection, item_id: int, kind: str) -> int | None:
    """The highest level for which the item has a document of this kind; none without any."""
    found: int | None = connection.execute(
        select(func.max(NOTICE.c.level)).where(NOTICE.c.item_id == item_id, NOTICE.c.kind == kind)
    ).scalar()
    return found


def acknowledge(connection: Connection, item_id: int, kind: str, now: datetime) -> None:
    """The addressee has confirmed receipt of the item's newest document of this kind.

    Older ones went to somebody who was replaced before they confirmed; they stay unconfirmed.
    """
    newest = (
        select(func.max(NOTICE.c.id))
        .where(NOTICE.c.item_id == item_id, NOTICE.c.kind == kind)
        .scalar_subquery()
    )
    connection.execute(
        update(NOTICE)
        .where(NOTICE.c.id == newest, NOTICE.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now)
    )
