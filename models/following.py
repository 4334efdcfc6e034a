"""What the follower needs to know and keep: which items have moved, and who is at work on them.

Only the columns ``followed``, ``flow_run_id`` and ``lease_*`` are written here; the item itself
is ``tasks.act``'s. A lease says that somebody is setting the item's run going or running it; when
it runs out, its holder is dead and the run may be set going again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, or_, select, text, update

from models.flow_run import FlowRun
from models.item import LAGGING, UNSTARTED
from models.items import ITEM
from rules.vocabulary import Outcome, Stage

FLOW_RUN = FlowRun.__table__  # type: ignore[attr-defined]


class Lag(NamedTuple):
    """An item whose flow has something to catch up with, and whether a holder died over it."""

    id: int
    ref: str
    stage: Stage
    life: int
    moves: int
    followed: int
    flow_run_id: str | None
    outcome: Outcome | None
    abandoned: bool


class Seen(NamedTuple):
    """An item as its flow sees it."""

    ref: str
    stage: Stage
    outcome: Outcome | None
    life: int
    moves: int
    followed: int


_LAG_COLUMNS = tuple(ITEM.c[field] for field in Lag._fields[:-1])
_LAGGING = (
    select(*_LAG_COLUMNS, ITEM.c.lease_until.is_not(None).label("abandoned"))
    .where(
        text(LAGGING),
        or_(ITEM.c.lease_until.is_(None), ITEM.c.lease_until <= bindparam("now")),
    )
    .order_by(ITEM.c.id)
    .limit(bindparam("size"))
)
_UNSTARTED = (
    select(*_LAG_COLUMNS, text("false"))
    .where(text(UNSTARTED), ITEM.c.followed == ITEM.c.moves)
    .order_by(ITEM.c.id)
    .limit(bindparam("size"))
)
_LEASE = (
    update(ITEM)
    .where(ITEM.c.id == bindparam("of"))
    .values(lease_by=bindparam("who"), lease_until=bindparam("until"))
)
_FOLLOWED = (
    update(ITEM)
    .where(ITEM.c.id == bindparam("of"), ITEM.c.followed < bindparam("seen"))
    .values(followed=bindparam("seen"))
)
_RELEASE = update(ITEM).where(ITEM.c.id == bindparam("of")).values(lease_by=None, lease_until=None)
_SEEN = select(*(ITEM.c[field] for field in Seen._fields)).where(ITEM.c.id == bindparam("of"))


def take_lagging(
    connection: Connection, who: str, now: datetime, until: datetime, size: int
) -> list[Lag]:
    """Lease items whose flow lags and that nobody holds; ``now`` and ``until`` are wall time."""
    statement = _LAGGING
    if connection.dialect.name != "sqlite":
        statement = statement.with_for_update(skip_locked=True)
    found = [Lag._make(row) for row in connection.execute(statement, {"now": now, "size": size})]
    if found:
        connection.execute(_LEASE, [{"of": lag.id, "who": who, "until": until} for lag in found])
    return found


def unstarted(connection: Connection, size: int) -> list[Lag]:
    """Items that have caught up by definition but have no flow run yet: fresh from a ledger."""
    return [Lag._make(row) for row in connection.execute(_UNSTARTED, {"size": size})]


def seen(connection: Connection, item_id: int) -> Seen:
    """The item as its flow sees it now."""
    return Seen(*connection.execute(_SEEN, {"of": item_id}).one())


def renew(connection: Connection, item_id: int, who: str, until: datetime) -> None:
    """Say that the item is still being worked on."""
    connection.execute(_LEASE, {"of": item_id, "who": who, "until": until})


def followed(connection: Connection, item_id: int, moves: int) -> None:
    """The flow has done what this many moves asked for. It never counts backwards."""
    connection.execute(_FOLLOWED, {"of": item_id, "seen": moves})


def release(connection: Connection, item_id: int) -> None:
    """Nobody is at work on the item any more."""
    connection.execute(_RELEASE, {"of": item_id})


def attach(
    connection: Connection, item_id: int, life: int, flow_run_id: str, now: datetime
) -> None:
    """This run follows this life of the item from now on."""
    connection.execute(update(ITEM).where(ITEM.c.id == item_id).values(flow_run_id=flow_run_id))
    known = connection.execute(
        update(FLOW_RUN)
        .where(FLOW_RUN.c.item_id == item_id, FLOW_RUN.c.life == life)
        .values(flow_run_id=flow_run_id, state="")
    )
    if known.rowcount == 0:
        connection.execute(
            insert(FLOW_RUN).values(
                item_id=item_id, life=life, flow_run_id=flow_run_id, state="", created_at=now
            )
        )


def run_of(connection: Connection, item_id: int, life: int) -> str | None:
    """The run that follows this life of the item."""
    found: str | None = connection.execute(
        select(FLOW_RUN.c.flow_run_id).where(FLOW_RUN.c.item_id == item_id, FLOW_RUN.c.life == life)
    ).scalar()
    return found


def note_state(connection: Connection, flow_run_id: str, state: str) -> None:
    """What was last seen of a run."""
    connection.execute(
        update(FLOW_RUN).where(FLOW_RUN.c.flow_run_id == flow_run_id).values(state=state)
    )


def item_of_run(connection: Connection, flow_run_id: str) -> tuple[int, int] | None:
    """Item and life that a run follows."""
    row = connection.execute(
        select(FLOW_RUN.c.item_id, FLOW_RUN.c.life).where(FLOW_RUN.c.flow_run_id == flow_run_id)
    ).first()
    return None if row is None else (row.item_id, row.life)


def forget_leases(connection: Connection, holders: Sequence[str]) -> int:
    """Free what processes known to be dead have held; how many items."""
    if not holders:
        return 0
    result = connection.execute(
        update(ITEM)
        .where(ITEM.c.lease_by.in_(list(holders)))
        # An instant long past: the item counts as abandoned, not as untouched.
        .values(lease_until=datetime.fromisoformat("1970-01-01T00:00:00+00:00"))
    )
    return result.rowcount


def lease_holders(connection: Connection) -> Iterable[str]:
    """Everybody who holds a lease, dead or alive."""
    return connection.execute(
        select(ITEM.c.lease_by).where(ITEM.c.lease_by.is_not(None)).distinct()
    ).scalars()


def lag_count(connection: Connection) -> int:
    """How many items have moves that their flow has not seen."""
    return int(
        connection.execute(
            select(func.count())
            .select_from(ITEM)
            .where(ITEM.c.followed >= 0, ITEM.c.followed < ITEM.c.moves)
        ).scalar_one()
    )
