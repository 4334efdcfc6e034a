"""Which items may wait for one person's decision, in the order in which waiting hurts.

First what is overdue at one instant, then the rest; in each, the highest rung of the ladder first,
then what turns red (or did) first. The rules say what of each item is the person's to decide: what
is found here may be more, never less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select, text, tuple_

from models.item import ASKED, CLOSING, VERIFYING
from models.items import ITEM
from models.types import Instant
from models.visibility import over
from rules.item import PersonFact
from rules.vocabulary import OPEN_STAGES, Role
from rules.waiting import Matter

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""In the place of an instant at which the light turns red, where there is none."""

OPEN = [stage.value for stage in OPEN_STAGES]


class Place(NamedTuple):
    """Where an item stands in the order; the first place sorts first."""

    later: bool
    """Whether it was not yet overdue at the instant of the order."""
    rung: int
    """The rung of the ladder, below zero."""
    red_at: datetime
    id: int


class Look(NamedTuple):
    """One question to the table: its condition, and by what the items turn red."""

    where: tuple[ColumnElement[bool], ...]
    red_at: ColumnElement[datetime]


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


def some(connection: Connection, person: PersonFact, size: int) -> list[int]:
    """Ids of up to ``size`` items for each kind of matter, in no particular order."""
    found: set[int] = set()
    for look in _looks(person, tuple(Matter)):
        statement = select(ITEM.c.id).where(*look.where).limit(size)
        found.update(connection.execute(statement).scalars())
    return list(found)


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
        yield Look((text(CLOSING), over(decided), *apart), ITEM.c.red_at)
    if (decided or steered) and {Matter.EXTENSION, Matter.HOLD} & set(only):
        asked = (text(f"({ASKED})"), ITEM.c.stage.in_(OPEN), over([*decided, *steered]))
        # While the clock is stopped nothing turns red, and a request may be granted all the same.
        red_at = func.coalesce(ITEM.c.red_at, literal(NEVER, Instant))
        yield Look((*asked, *_asked_for(only), *_independent(person)), red_at)
    if Matter.VERIFICATION in only:
        mine = (text(VERIFYING), ITEM.c.verifier_id == person.id)
        yield Look((*mine, *_independent(person)), ITEM.c.red_at)


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
    """The places that this look finds: in each half of the order by an index, where it has one."""
    order = (ITEM.c.level.desc(), look.red_at, ITEM.c.id)
    if backwards:
        order = (ITEM.c.level, look.red_at.desc(), ITEM.c.id.desc())
    found: list[Place] = []
    for later in (True, False) if backwards else (False, True):
        if after is not None and (later < after.later if not backwards else later > after.later):
            continue
        half = look.red_at > at if later else look.red_at <= at
        behind = _behind(look, after, backwards) if after and after.later == later else ()
        columns = select(ITEM.c.level, look.red_at.label("red"), ITEM.c.id)
        statement = columns.where(*look.where, half, *behind).order_by(*order)
        rows = connection.execute(statement.limit(size - len(found)))
        found += [Place(later, -row.level, row.red, row.id) for row in rows]
        if len(found) >= size:
            break
    return found


def _behind(look: Look, after: Place, backwards: bool) -> tuple[ColumnElement[bool], ...]:
    level, spot = ITEM.c.level, tuple_(look.red_at, ITEM.c.id)
    here = (after.red_at, after.id)
    if backwards:
        return level >= -after.rung, or_(level > -after.rung, spot < here)
    return level <= -after.rung, or_(level < -after.rung, spot > here)

