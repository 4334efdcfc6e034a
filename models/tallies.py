"""Tallies that are kept: read, claimed for counting, stored, and thrown away when nobody asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from models.event import EventRow
from models.policies import CAMPAIGN
from models.tally import TallyRow

TALLY = TallyRow.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]

LEASE = timedelta(minutes=5)
"""A count that has not ended by then has died."""

KEPT = timedelta(days=7)
"""A tally that nobody has asked for so long goes."""


class Kept(NamedTuple):
    """What is known of a tally that is kept."""

    part: str
    as_of: datetime
    counted_at: datetime
    event_id: int
    took: int


def newest_event(connection: Connection) -> int:
    """The id of the newest event; 0 without any."""
    return int(connection.execute(select(func.max(EVENT.c.id))).scalar() or 0)


def numbered(connection: Connection, campaign_id: int) -> int:
    """How many items the campaign has numbered: at least as many as it has."""
    statement = select(CAMPAIGN.c.next_number).where(CAMPAIGN.c.id == campaign_id)
    return int(connection.execute(statement).scalar_one()) - 1


def kept(connection: Connection, campaign_id: int, keys: Iterable[str]) -> dict[str, Kept]:
    """Those of these parts that have been counted, without what was counted."""
    columns = [TALLY.c[name] for name in Kept._fields]
    statement = select(*columns).where(
        TALLY.c.campaign_id == campaign_id,
        TALLY.c.part.in_(list(keys)),
        TALLY.c.counted_at.is_not(None),
    )
    return {row.part: Kept(*row) for row in connection.execute(statement)}


def document(connection: Connection, campaign_id: int, key: str) -> str:
    """What was counted of this part."""
    ours = TALLY.c.campaign_id == campaign_id, TALLY.c.part == key
    return str(connection.execute(select(TALLY.c.document).where(*ours)).scalar_one())


def claim(connection: Connection, campaign_id: int, key: str, now: datetime) -> bool:
    """Whether it is ours to count this part; ``now`` is wall time."""
    values = {"asked_at": now, "counting_until": now + LEASE}
    free = or_(TALLY.c.counting_until.is_(None), TALLY.c.counting_until <= now)
    ours = TALLY.c.campaign_id == campaign_id, TALLY.c.part == key
    if connection.execute(update(TALLY).where(*ours, free).values(values)).rowcount:
        return True
    try:
        with connection.begin_nested():
            connection.execute(insert(TALLY).values(campaign_id=campaign_id, part=key, **values))
    except IntegrityError:
        # Somebody else counts it.
        return False
    return True


def store(connection: Connection, campaign_id: int, new: Kept, document: str) -> None:
    """Keep a count; nobody counts the part any more."""
    values = new._asdict() | {"document": document, "counting_until": None}
    ours = TALLY.c.campaign_id == campaign_id, TALLY.c.part == new.part
    connection.execute(update(TALLY).where(*ours).values(values))


def let_go(connection: Connection, campaign_id: int, key: str) -> None:
    """The count did not succeed: somebody else may try."""
    ours = TALLY.c.campaign_id == campaign_id, TALLY.c.part == key
    connection.execute(update(TALLY).where(*ours).values(counting_until=None))


def forget(connection: Connection, now: datetime) -> int:
    """Throw away what nobody has asked for in a long time; how many."""
    return connection.execute(delete(TALLY).where(TALLY.c.asked_at < now - KEPT)).rowcount
