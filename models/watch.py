"""Does anything stand still? What the watchdog asks: a handful of looks at indexes, no counting.

Everything is read in one view of the database, changes nothing, and waits for nobody, so that it
may be asked every minute on a database of any size, in use or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, or_, select, text

from models import heartbeats
from models.delivery import WAITING, Delivery
from models.event import UNANNOUNCED, EventRow
from models.item import LAGGING
from models.items import ITEM

DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]

LAGGING_LOOK = 100
"""Items whose flow lags that are looked at; there may be thousands, and the first ones wait
longest."""


class OldestStep(NamedTuple):
    """The step that has been due for longest, and the item it is for."""

    ref: str
    at: datetime


class Watched(NamedTuple):
    """The oldest of everything that should not wait. None where nothing waits.

    ``step``, ``event``, ``newest`` and ``lag`` are campaign time; ``mail`` and ``beats`` wall time.
    """

    step: OldestStep | None
    mail: datetime | None
    """When the mail that is due and in nobody's hands was to leave."""
    mail_waits: bool
    """Whether any mail is still to leave, now or later."""
    event: datetime | None
    """When the oldest event happened of which nobody has been told."""
    newest: datetime | None
    """When the newest event happened."""
    lag: datetime | None
    """Since when an item's flow has something to catch up with."""
    beats: Mapping[str, tuple[datetime, str]]


_STEP = (
    select(ITEM.c.ref, ITEM.c.next_action_at)
    .where(ITEM.c.next_action_at <= bindparam("now"))
    .order_by(ITEM.c.next_action_at)
    .limit(1)
)
_MAIL = (
    select(DELIVERY.c.next_attempt_at)
    .where(
        text(WAITING),
        DELIVERY.c.next_attempt_at <= bindparam("now"),
        or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until <= bindparam("now")),
    )
    .order_by(DELIVERY.c.next_attempt_at)
    .limit(1)
)
_MAIL_WAITS = select(DELIVERY.c.id).where(text(WAITING)).limit(1)
_EVENT = select(EVENT.c.at).where(text(UNANNOUNCED)).order_by(EVENT.c.id).limit(1)
_NEWEST = select(EVENT.c.at).order_by(EVENT.c.id.desc()).limit(1)
_BEHIND = (
    select(ITEM.c.id, ITEM.c.version)
    .where(text(LAGGING), ITEM.c.followed < ITEM.c.moves)
    .order_by(ITEM.c.id)
    .limit(LAGGING_LOOK)
    .subquery()
)
_LAG = select(func.min(EVENT.c.at)).select_from(
    _BEHIND.join(EVENT, (EVENT.c.item_id == _BEHIND.c.id) & (EVENT.c.seq == _BEHIND.c.version))
)


def watched(connection: Connection, now: datetime, wall: datetime) -> Watched:
    """What waits, at ``now`` (campaign time) and ``wall`` (the machine's)."""
    return Watched(
        oldest_step(connection, now),
        oldest_mail(connection, wall),
        connection.execute(_MAIL_WAITS).first() is not None,
        oldest_unannounced(connection),
        newest_event(connection),
        oldest_lag(connection),
        heartbeats.beats(connection),
    )


def oldest_step(connection: Connection, now: datetime) -> OldestStep | None:
    """The step that has been due for longest at ``now`` (campaign time)."""
    row = connection.execute(_STEP, {"now": now}).first()
    return None if row is None else OldestStep(*row)


def oldest_mail(connection: Connection, wall: datetime) -> datetime | None:
    """When the longest waiting of the mails was to leave that nobody has taken up."""
    found: datetime | None = connection.execute(_MAIL, {"now": wall}).scalar()
    return found


def oldest_unannounced(connection: Connection) -> datetime | None:
    """When the oldest event without notices happened."""
    found: datetime | None = connection.execute(_EVENT).scalar()
    return found


def newest_event(connection: Connection) -> datetime | None:
    """When the last thing happened that was written down."""
    found: datetime | None = connection.execute(_NEWEST).scalar()
    return found


def oldest_lag(connection: Connection) -> datetime | None:
    """Since when, at most, the first items that wait for their flow do so."""
    found: datetime | None = connection.execute(_LAG).scalar()
    return found
