"""Who is at work on which item: the columns ``lease_by`` and ``lease_until``.

A lease says that its holder is setting the item's run going or running it. A holder who lives
renews it; one that runs out belongs to the dead, and the run may be set going again. Instants are
wall time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, select, text, update

from models.item import LAGGING
from models.items import ITEM

LONG_PAST = datetime(1970, 1, 1, tzinfo=UTC)
"""When a lease ended of which nobody knows when: the item counts as abandoned, not as untouched."""

_HOLD = (
    update(ITEM)
    .where(ITEM.c.id == bindparam("of"))
    .values(lease_by=bindparam("who"), lease_until=bindparam("until"))
)
_HELD = (ITEM.c.id.in_(bindparam("ids", expanding=True)), ITEM.c.lease_by == bindparam("holder"))
_KEEP = update(ITEM).where(*_HELD).values(lease_until=bindparam("until"))
_RELEASE = update(ITEM).where(*_HELD).values(lease_by=None, lease_until=None)
_STILL_HELD = select(ITEM.c.id).where(*_HELD)
_DOUBT = (
    update(ITEM)
    .where(
        ITEM.c.id == bindparam("of"),
        ITEM.c.moves == bindparam("seen"),
        ITEM.c.lease_until.is_(None),
    )
    .values(lease_until=LONG_PAST)
)


def hold(connection: Connection, item_ids: Iterable[int], who: str, until: datetime) -> None:
    """From now on ``who`` is at work on these items, whoever was before."""
    values = [{"of": item_id, "who": who, "until": until} for item_id in item_ids]
    if values:
        connection.execute(_HOLD, values)


def keep(connection: Connection, item_ids: Collection[int], who: str, until: datetime) -> None:
    """Let the leases of ``who`` last until then; what others have taken over stays theirs."""
    if item_ids:
        connection.execute(_KEEP, {"ids": list(item_ids), "holder": who, "until": until})


def release(connection: Connection, item_ids: Collection[int], who: str) -> None:
    """``who`` is at work on these items no more; what others have taken over stays theirs."""
    if item_ids:
        connection.execute(_RELEASE, {"ids": list(item_ids), "holder": who})


def still_held(connection: Connection, item_ids: Collection[int], who: str) -> set[int]:
    """Which of these items ``who`` still has the lease of, run out or not."""
    if not item_ids:
        return set()
    found = connection.execute(_STILL_HELD, {"ids": list(item_ids), "holder": who})
    return set(found.scalars())


def doubt(connection: Connection, moves: Iterable[tuple[int, int]]) -> int:
    """Have the runs of these items looked after; how many items.

    An item is named with the moves that were seen of it: one that has moved since, or that
    somebody is at work on, is left alone.
    """
    return sum(
        connection.execute(_DOUBT, {"of": item_id, "seen": seen}).rowcount
        for item_id, seen in moves
    )


def holders(connection: Connection) -> list[str]:
    """Everybody who holds a lease, dead or alive."""
    # Said in the words of the index of lagging items, which has every leased one.
    held = select(ITEM.c.lease_by).where(text(LAGGING), ITEM.c.lease_by.is_not(None))
    statement = held.distinct()
    return list(connection.execute(statement).scalars())


def forget(connection: Connection, dead: Sequence[str]) -> int:
    """End the leases of processes that are known to be dead; how many items."""
    if not dead:
        return 0
    held = (text(LAGGING), ITEM.c.lease_by.in_(list(dead)))
    statement = update(ITEM).where(*held).values(lease_until=LONG_PAST)
    return connection.execute(statement).rowcount
