"""The register of papers: numbered in series, issued once for each occasion."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
    text,
)

from models.event import EventRow
from models.formal_notice import FormalNotice

NOTICE = FormalNotice.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]

NOTED_UNDER = "document/"
"""What the idempotency key of a document's event begins with; the serial follows."""

ORDER, INTERVIEW, MINUTES = "order", "interview", "minutes"


class Occasion(NamedTuple):
    """What a paper is issued for; there is one for each. See :class:`FormalNotice`."""

    item_id: int
    kind: str
    life: int
    round: int
    level: int
    occasion: int


class Issued(NamedTuple):
    """A paper in the register."""

    kind: str
    serial: str
    level: int


class Held(NamedTuple):
    """An interview that was held: its notice, and what is known of how it went."""

    serial: str
    life: int
    round: int
    level: int
    occasion: int
    served_at: datetime
    served_by: int | None
    minutes: str


def issued(connection: Connection, occasion: Occasion) -> str | None:
    """The serial of the paper already issued on this occasion."""
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
    connection: Connection,
    occasion: Occasion,
    serial: str,
    file: str,
    now: datetime,
    *,
    signer_id: int | None = None,
    addressee_id: int | None = None,
) -> None:
    """Enter the paper in the register."""
    people = {"signer_id": signer_id, "addressee_id": addressee_id}
    values = {**occasion._asdict(), **people, "serial": serial, "file": file, "issued_at": now}
    connection.execute(insert(NOTICE).values(values))


def unnoted(connection: Connection, item_id: int) -> list[Issued]:
    """The item's papers that its history does not mention yet, oldest first."""
    key = literal(NOTED_UNDER) + NOTICE.c.serial
    noted = exists().where(EVENT.c.idempotency_key == key)
    statement = (
        select(*(NOTICE.c[field] for field in Issued._fields))
        .where(NOTICE.c.item_id == item_id, ~noted)
        .order_by(NOTICE.c.id)
    )
    return [Issued(*row) for row in connection.execute(statement)]


def last_occasion(connection: Connection, item_id: int, kind: str) -> int:
    """The latest occasion on which the item got a paper of this kind; 0 without any."""
    latest = select(func.max(NOTICE.c.occasion))
    return connection.execute(latest.where(_of(item_id, kind))).scalar() or 0


def without_minutes(connection: Connection, item_id: int) -> list[Held]:
    """Interviews of the item that have minutes, but no paper with them yet, oldest first."""
    paper = NOTICE.alias("paper")
    same = (paper.c[field] == NOTICE.c[field] for field in ("item_id", "life", "round", "occasion"))
    written = exists().where(and_(paper.c.kind == MINUTES, *same))
    statement = (
        select(*(NOTICE.c[field] for field in Held._fields))
        .where(_of(item_id, INTERVIEW), NOTICE.c.minutes != "", ~written)
        .order_by(NOTICE.c.id)
    )
    return [Held(*row) for row in connection.execute(statement)]


def _of(item_id: int, kind: str) -> ColumnElement[bool]:
    return and_(NOTICE.c.item_id == item_id, NOTICE.c.kind == kind)
