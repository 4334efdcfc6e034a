"""What the live board shows: items by stage and light, the most urgent, what has just happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, func, not_, or_, select, text

from models.delivery import WAITING, Delivery
from models.directory import PERSON
from models.event import EventRow
from models.item import LAGGING, UNSTARTED
from models.items import ITEM as FULL
from models.views import ITEM, ItemView, light_at, views
from rules.vocabulary import Light, Stage

DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]

Counts = Mapping[Stage, Mapping[Light | None, int]]


class Happening(NamedTuple):
    """One event as the board tells it; ``who`` is empty for the program itself."""

    id: int
    ref: str
    at: datetime
    kind: str
    who: str
    data: Mapping[str, Any]
    policy_id: int


class Backlog(NamedTuple):
    """What is still to be taken up. Cheap to ask: all three are partial indexes."""

    steps_due: int
    behind: int
    """Items whose flow run has something to catch up with, or is still to be made."""
    mails_waiting: int


class Progress(NamedTuple):
    """How far the automatic work has come."""

    followed: int
    """Open items with a flow run that has seen their last move."""
    behind: int
    """Items whose flow run has something to catch up with, or is still to be made."""
    mails_sent: int
    mails_waiting: int


def counts(connection: Connection, now: datetime) -> Counts:
    """How many items are in each stage, by light at ``now``; every stage is named."""
    light = light_at(now).label("light")
    statement = select(ITEM.c.stage, light, func.count()).group_by(ITEM.c.stage, light)
    found: dict[Stage, dict[Light | None, int]] = {stage: {} for stage in Stage}
    for stage, shown, number in connection.execute(statement):
        found[Stage(stage)][Light(shown) if shown else None] = number
    return found


def urgent(connection: Connection, now: datetime, limit: int) -> tuple[ItemView, ...]:
    """The open items that hurt most: red before yellow, high rungs first, then the oldest."""
    heat = case((ITEM.c.red_at <= now, 0), (ITEM.c.yellow_at <= now, 1), else_=2)
    statement = (
        select(ITEM.c.id)
        .where(ITEM.c.stage != Stage.CLOSED.value)
        .order_by(heat, ITEM.c.level.desc(), ITEM.c.due.is_(None), ITEM.c.due, ITEM.c.id)
        .limit(limit)
    )
    return views(connection, list(connection.execute(statement).scalars()), now)


def happenings(connection: Connection, limit: int, after: int = 0) -> list[Happening]:
    """The newest events after the one with the id ``after``, oldest first.

    Items taken over from a ledger are not news.
    """
    rows = connection.execute(
        _HAPPENINGS.where(EVENT.c.id > after).order_by(EVENT.c.id.desc()).limit(limit)
    ).all()
    return [
        Happening(row.id, row.ref, row.at, row.kind, row.name or "", json.loads(row.data), row.of)
        for row in reversed(rows)
    ]


_HAPPENINGS = (
    select(EVENT.c.id, FULL.c.ref, EVENT.c.at, EVENT.c.kind, PERSON.c.name, EVENT.c.data,
           FULL.c.policy_id.label("of"))
    .join(FULL, FULL.c.id == EVENT.c.item_id)
    .outerjoin(PERSON, PERSON.c.id == EVENT.c.actor_id)
    .where(not_(and_(EVENT.c.kind == "registered", EVENT.c.actor_id == 0)))
)  # fmt: skip


def progress(connection: Connection) -> Progress:
    """How far flow runs and mails have come."""
    lagging = and_(FULL.c.followed >= 0, FULL.c.followed < FULL.c.moves)
    unstarted = and_(FULL.c.followed >= 0, FULL.c.flow_run_id.is_(None))
    behind = or_(lagging, unstarted)
    following = and_(FULL.c.followed >= 0, FULL.c.stage != Stage.CLOSED, not_(behind))
    mails = select(func.count()).select_from(DELIVERY)
    return Progress(
        _number(connection, select(func.count()).select_from(FULL).where(following)),
        _number(connection, select(func.count()).select_from(FULL).where(behind)),
        _number(connection, mails.where(DELIVERY.c.state == "sent")),
        _number(connection, mails.where(text(WAITING))),
    )


def backlog(connection: Connection, now: datetime) -> Backlog:
    """What is to be taken up at ``now`` (campaign time)."""
    items = select(func.count()).select_from(FULL)
    mails = select(func.count()).select_from(DELIVERY)
    unstarted = _number(connection, items.where(text(UNSTARTED), FULL.c.followed == FULL.c.moves))
    return Backlog(
        _number(connection, items.where(FULL.c.next_action_at <= now)),
        _number(connection, items.where(text(LAGGING))) + unstarted,
        _number(connection, mails.where(text(WAITING))),
    )


def _number(connection: Connection, statement: Any) -> int:
    return int(connection.execute(statement).scalar_one())
