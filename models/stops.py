"""Stops of the mail: made when a run would send too much, released or discarded by somebody."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from models.deliveries import DELIVERY
from models.mail_stop import MailStop
from rules.mailing import Hold

STOP = MailStop.__table__  # type: ignore[attr-defined]

RELEASED = "released"
DISCARDED = "discarded"


class Stop(NamedTuple):
    """A stop in force: since when (campaign time), why, and how many mails would have been sent."""

    id: int
    since: datetime
    reason: str
    mails: int


def current(connection: Connection) -> Stop | None:
    """The stop in force; None when mails leave."""
    columns = (STOP.c.id, STOP.c.since, STOP.c.reason, STOP.c.count)
    statement = select(*columns).where(STOP.c.released_at.is_(None)).order_by(STOP.c.id).limit(1)
    row = connection.execute(statement).first()
    return None if row is None else Stop(*row)


def stop(connection: Connection, since: datetime, reason: str, count: int) -> int:
    """Let nothing leave from now on; the stop's id."""
    values = {"since": since, "reason": reason[:500], "count": count}
    made = insert(STOP).values(**values).returning(STOP.c.id)
    return int(connection.execute(made).scalar_one())


def last_released(connection: Connection) -> datetime | None:
    """When a stop ended last (campaign time); what was let go before it is not counted again."""
    found: datetime | None = connection.execute(select(func.max(STOP.c.released_at))).scalar()
    return found


def end(connection: Connection, at: datetime, by: int, ending: str, remark: str = "") -> None:
    """The stop in force ends at ``at`` (campaign time), by this person."""
    connection.execute(
        update(STOP)
        .where(STOP.c.released_at.is_(None))
        .values(released_at=at, released_by=by, ending=ending, remark=remark[:500])
    )


def kept(connection: Connection) -> int:
    """How many notices the cap holds."""
    statement = select(func.count()).select_from(DELIVERY).where(*_KEPT)
    return int(connection.execute(statement).scalar_one())


def release(connection: Connection, at: datetime) -> int:
    """What the cap holds is planned again at ``at`` (campaign time), past the cap; how much."""
    values = {"held_for": Hold.RELEASED.value, "held_until": at, "reason": ""}
    return connection.execute(update(DELIVERY).where(*_KEPT).values(values)).rowcount


def discard(connection: Connection, reason: str) -> int:
    """What the cap holds is not sent; how much."""
    values = {"state": "skipped", "held_for": "", "held_until": None, "reason": reason[:500]}
    return connection.execute(update(DELIVERY).where(*_KEPT).values(values)).rowcount


_KEPT = (
    DELIVERY.c.state == "held", DELIVERY.c.left_at.is_(None),
    DELIVERY.c.held_for == Hold.CAP.value,
)  # fmt: skip
