"""What the follower needs to know and keep: which items have moved, and which run follows which.

Of an item only the columns ``followed`` and ``flow_run_id`` are written here, and its lease is
taken (``models.leases``); the rest of it is ``tasks.act``'s.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from models import leases
from models.flow_run import FlowRun
from models.item import LAGGING, UNSTARTED
from models.items import ITEM
from models.policies import CAMPAIGN
from rules.vocabulary import Outcome, Stage

FLOW_RUN = FlowRun.__table__  # type: ignore[attr-defined]


class Lag(NamedTuple):
    """An item whose flow has something to catch up with.

    ``run`` follows the item's present life, None while there is none. ``abandoned`` says that
    somebody has held the item and is dead, or left it in doubt.
    """

    id: int
    ref: str
    stage: Stage
    life: int
    moves: int
    followed: int
    run: str | None
    abandoned: bool


class Seen(NamedTuple):
    """An item as its flow sees it."""

    ref: str
    stage: Stage
    outcome: Outcome | None
    life: int
    moves: int
    followed: int


class Followed(NamedTuple):
    """A run and the life of the item that it follows, beside the item's present life.

    ``quiet`` says that the item has been caught up with and nobody is at work on it.
    """

    item_id: int
    life: int
    run: str
    state: str
    ref: str
    stage: Stage
    present: int
    moves: int
    quiet: bool


_RUN_OF_LIFE = select(FLOW_RUN.c.flow_run_id).where(
    FLOW_RUN.c.item_id == ITEM.c.id, FLOW_RUN.c.life == ITEM.c.life
)
_LAG_COLUMNS = (
    *(ITEM.c[field] for field in ("id", "ref", "stage", "life", "moves", "followed")),
    _RUN_OF_LIFE.scalar_subquery().label("run"),
)
_FREE = or_(ITEM.c.lease_until.is_(None), ITEM.c.lease_until <= bindparam("now"))
_LAGGING = (
    select(*_LAG_COLUMNS, ITEM.c.lease_until.is_not(None).label("abandoned"))
    .where(text(LAGGING), _FREE)
    .order_by(ITEM.c.id)
    .limit(bindparam("size"))
)
_UNSTARTED = (
    select(*_LAG_COLUMNS, text("false"))
    .where(text(UNSTARTED), ITEM.c.followed == ITEM.c.moves)
    .order_by(ITEM.c.id)
    .limit(bindparam("size"))
)
_FOLLOWED = (
    update(ITEM)
    .where(ITEM.c.id == bindparam("of"), ITEM.c.followed < bindparam("seen"))
    .values(followed=bindparam("seen"))
)
_ATTACHED = update(ITEM).where(ITEM.c.id == bindparam("of")).values(flow_run_id=bindparam("run"))
_SEEN = select(*(ITEM.c[field] for field in Seen._fields)).where(ITEM.c.id == bindparam("of"))
_ANY_LAGGING = select(ITEM.c.id).where(text(LAGGING), _FREE).limit(1)
_ANY_UNSTARTED = select(ITEM.c.id).where(text(UNSTARTED), ITEM.c.followed == ITEM.c.moves).limit(1)


def house(connection: Connection) -> str | None:
    """A name for the installation that this database is of; None before the first campaign.

    Several may share one Prefect server. Each is known by when its first campaign was founded,
    which a copy of the database in another place still says.
    """
    first = connection.execute(
        select(CAMPAIGN.c.code, CAMPAIGN.c.created_at).order_by(CAMPAIGN.c.id).limit(1)
    ).first()
    if first is None:
        return None
    words = f"{first.code} {first.created_at.isoformat(timespec='microseconds')}"
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def anything(connection: Connection, now: datetime) -> bool:
    """Whether the follower has anything to take up: two looks at indexes, nothing is locked."""
    lagging = connection.execute(_ANY_LAGGING, {"now": now}).first()
    return lagging is not None or connection.execute(_ANY_UNSTARTED).first() is not None


def take_lagging(
    connection: Connection, who: str, now: datetime, until: datetime, size: int
) -> list[Lag]:
    """Lease items whose flow lags and that nobody holds; ``now`` and ``until`` are wall time."""
    statement = _LAGGING
    if connection.dialect.name != "sqlite":
        statement = statement.with_for_update(skip_locked=True, of=ITEM)
    found = [Lag._make(row) for row in connection.execute(statement, {"now": now, "size": size})]
    leases.hold(connection, (lag.id for lag in found), who, until)
    return found


def unstarted(connection: Connection, size: int) -> list[Lag]:
    """Items that have caught up by definition but have no flow run yet: fresh from a ledger."""
    return [Lag._make(row) for row in connection.execute(_UNSTARTED, {"size": size})]


def seen(connection: Connection, item_id: int) -> Seen:
    """The item as its flow sees it now."""
    return Seen(*connection.execute(_SEEN, {"of": item_id}).one())


def followed(connection: Connection, item_id: int, moves: int) -> None:
    """The flow has done what this many moves asked for. It never counts backwards."""
    connection.execute(_FOLLOWED, {"of": item_id, "seen": moves})


def attach(
    connection: Connection, item_id: int, life: int, run: str, now: datetime, state: str = ""
) -> None:
    """This run follows this life of the item from now on; ``state`` is what is seen of it."""
    connection.execute(_ATTACHED, {"of": item_id, "run": run})
    values = {"flow_run_id": run, "state": state}
    known = (
        update(FLOW_RUN)
        .where(FLOW_RUN.c.item_id == item_id, FLOW_RUN.c.life == life)
        .values(values)
    )
    if connection.execute(known).rowcount:
        return
    try:
        with connection.begin_nested():
            first = insert(FLOW_RUN).values(item_id=item_id, life=life, created_at=now, **values)
            connection.execute(first)
    except IntegrityError:
        # Another follower has made the same run at the same moment.
        connection.execute(known)


def run_of(connection: Connection, item_id: int, life: int) -> str | None:
    """The run that follows this life of the item."""
    found: str | None = connection.execute(
        select(FLOW_RUN.c.flow_run_id).where(FLOW_RUN.c.item_id == item_id, FLOW_RUN.c.life == life)
    ).scalar()
    return found


def item_of_run(connection: Connection, run: str) -> tuple[int, int] | None:
    """Item and life that a run follows."""
    row = connection.execute(
        select(FLOW_RUN.c.item_id, FLOW_RUN.c.life).where(FLOW_RUN.c.flow_run_id == run)
    ).first()
    return None if row is None else (row.item_id, row.life)


def note_state(connection: Connection, run: str, state: str) -> None:
    """What was last seen of a run: the stage under whose name it sleeps, or how it has ended."""
    connection.execute(
        update(FLOW_RUN).where(FLOW_RUN.c.flow_run_id == run).values(state=state[:32])
    )


def runs_after(
    connection: Connection, place: tuple[int, int], ended: tuple[str, ...], size: int
) -> list[Followed]:
    """The next runs in the order of (item, life), but those last seen in a state of ``ended``."""
    item_id, life = place
    quiet = (ITEM.c.followed >= ITEM.c.moves) & ITEM.c.lease_until.is_(None)
    statement = (
        select(
            FLOW_RUN.c.item_id, FLOW_RUN.c.life, FLOW_RUN.c.flow_run_id, FLOW_RUN.c.state,
            ITEM.c.ref, ITEM.c.stage, ITEM.c.life, ITEM.c.moves, quiet,
        )
        .join(ITEM, ITEM.c.id == FLOW_RUN.c.item_id)
        .where(
            (FLOW_RUN.c.item_id > item_id)
            | ((FLOW_RUN.c.item_id == item_id) & (FLOW_RUN.c.life > life)),
            FLOW_RUN.c.state.not_in(ended),
        )
        .order_by(FLOW_RUN.c.item_id, FLOW_RUN.c.life)
        .limit(size)
    )  # fmt: skip
    return [Followed._make(row) for row in connection.execute(statement)]
