"""Formal documents: numbered in series, issued once for each occasion."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from models.formal_notice import FormalNotice
from models.series import Series

NOTICE = FormalNotice.__table__  # type: ignore[attr-defined]
SERIES = Series.__table__  # type: ignore[attr-defined]


class Occasion(NamedTuple):
    """What a document is issued for; there is one document for each."""

    item_id: int
    kind: str
    life: int
    round: int
    level: int


def issued(connection: Connection, occasion: Occasion) -> str | None:
    """The serial of the document already issued on this occasion."""
    found: str | None = connection.execute(
        select(NOTICE.c.serial).where(
            *(NOTICE.c[field] == value for field, value in occasion._asdict().items())
        )
    ).scalar()
    return found


def take_number(connection: Connection, series: str) -> int:
    """The next number of a series, counted from 1."""
    taken = connection.execute(
        update(SERIES)
        .where(SERIES.c.name == series)
        .values(next_number=SERIES.c.next_number + 1)
        .returning(SERIES.c.next_number)
    ).scalar()
    if taken is None:
        connection.execute(insert(SERIES).values(name=series, next_number=2))
        return 1
    return int(taken) - 1


def issue(
    connection: Connection, occasion: Occasion, serial: str, file: str, now: datetime
) -> None:
    """Enter the document in the register."""
    connection.execute(
        insert(NOTICE).values(**occasion._asdict(), serial=serial, file=file, issued_at=now)
    )


def acknowledge(connection: Connection, item_id: int, kind: str, now: datetime) -> None:
    """The addressee has confirmed receipt of the item's documents of this kind."""
    connection.execute(
        update(NOTICE)
        .where(
            NOTICE.c.item_id == item_id, NOTICE.c.kind == kind, NOTICE.c.acknowledged_at.is_(None)
        )
        .values(acknowledged_at=now)
    )
