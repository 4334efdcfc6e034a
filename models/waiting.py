"""Which items may wait for one person's decision, in the order in which waiting hurts.

First what is overdue at one instant, then the rest; in each, the highest rung of the ladder first,
then what turns red (or did) first. The rules say what of each item is the person's to decide: what
is found here may be more, never less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    TextClause,
    case,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)

from models.item import ASKED, CLOSING, VERIFYING
from models.items import ITEM
from models.types import Instant
from models.visibility import over
from rules.item import PersonFact
from rules.vocabulary import Role
from rules.waiting import Matter

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""In the place of an instant at which the light turns red, where there is none."""

RED_AT = func.coalesce(ITEM.c.red_at, literal(NEVER, Instant))
"""While the clock is stopped nothing turns red, and a request may be granted all the same."""


class Place(NamedTuple):
    """Where an item stands in the order; the first place sorts first."""

    later: bool
    """Whether it was not yet overdue at the instant of the order."""
    rung: int
    """The rung of the ladder, below zero."""
    red_at: datetime
    id: int


class Look(NamedTuple):
    """One question to the table, which a small index of its own answers (SQLite would rather look
    through the stage, which is as good for what it is used for)."""

    where: tuple[ColumnElement[bool] | TextClause, ...]
    policy: bool = False
    """Whether the item's policy has a say in whose decision it is."""


def places(
    connection: Connection,
    person: PersonFact,
    at: datetime,
    size: int,
    after: Place | None = None,
    *,
    only: Sequence[Matter] = tuple(Matter),
    backwards: bool = False,
) -> list[Place]:
    """Up to ``size`` places of the order at ``at``, beginning behind ``after``; from there to the
    front when ``backwards``."""
    found: set[Place] = set()
    for look in _looks(person, only):
        found.update(_walk(connection, look, at, size, after, backwards))
    return sorted(found, reverse=backwards)[:size]


def some(connection: Connection, person: PersonFact, size: int) -> Iterator[tuple[int, bool]]:
    """Up to ``size`` items for each kind of matter: their ids, and whether the rules need to be
    asked because something counts that is not told here. An item may come twice."""
    for look in _looks(person, tuple(Matter)):
        asks = literal(True) if look.policy else ITEM.c.co_unit_paths != literal("", Text)
        statement = select(ITEM.c.id, asks.label("asks")).where(*look.where).limit(size)
        rows = connection.execute(statement)
        yield from ((row.id, bool(row.asks)) for row in rows)


def place_of(connection: Connection, item_id: int, at: datetime) -> Place:
    """Where the item stands, or would stand."""
    columns = select(ITEM.c.level, ITEM.c.red_at).where(ITEM.c.id == item_id)
    row = connection.execute(columns).one()
    red_at = row.red_at or NEVER
    return Place(red_at > at, -row.level, red_at, item_id)


def _looks(person: PersonFact, only: Sequence[Matter]) -> Iterator[Look]:
    decided = [path for role, path in person.roles if role is Role.SUPERVISOR]
    steered = [path for role, path in person.roles if role is Role.COORDINATOR]
    if decided and Matter.CLOSURE in only:
        apart = (*_independent(person), ITEM.c.passed_by.is_distinct_from(person.id))
        yield Look((text(CLOSING), over(decided), *apart))
    if (decided or steered) and {Matter.EXTENSION, Matter.HOLD} & set(only):
        asked = (text(f"({ASKED})"), over([*decided, *steered]))
        yield Look((*asked, *_asked_for(only), *_independent(person)), policy=True)
    if Matter.VERIFICATION in only:
        mine = (text(VERIFYING), ITEM.c.verifier_id == person.id)
        yield Look((*mine, *_independent(person)))


def _asked_for(only: Sequence[Matter]) -> Iterator[ColumnElement[bool]]:
    if Matter.HOLD not in only:
        yield ITEM.c.extension_due.is_not(None)
    if Matter.EXTENSION not in only:
        yield ITEM.c.hold_asked_until.is_not(None)


def _independent(person: PersonFact) -> Iterator[ColumnElement[bool]]:
    """What ``rules.duties.is_independent`` asks, but for co-units: a list that no index knows."""
    yield ITEM.c.responsible_id.is_distinct_from(person.id)
    yield ITEM.c.leader_id.is_distinct_from(person.id)
    paths = (person.unit_path, *(path for _, path in person.roles))
    above = {int(unit) for path in paths for unit in path.split("/") if unit}
    if above:
        outside = or_(ITEM.c.unit_id.is_(None), ITEM.c.unit_id.not_in(sorted(above)))
        yield or_(outside, ITEM.c.waived == person.id)


def _walk(
    connection: Connection, look: Look, at: datetime, size: int, after: Place | None,
    backwards: bool,
) -> list[Place]:  # fmt: skip
    """The places that this look finds: its rows are few enough to be sorted."""
    later = case((at < RED_AT, 1), else_=0)
    spot = (later, -ITEM.c.level, RED_AT, ITEM.c.id)
    where = [*look.where]
    if after is not None:
        here = (int(after.later), after.rung, after.red_at, after.id)
        where.append(tuple_(*spot) < here if backwards else tuple_(*spot) > here)
    order = [each.desc() for each in spot] if backwards else spot
    columns = select(later.label("later"), ITEM.c.level, RED_AT.label("red"), ITEM.c.id)
    statement = columns.where(*where).order_by(*order).limit(size)
    rows = connection.execute(statement)
    return [Place(bool(row.later), -row.level, row.red, row.id) for row in rows]
