"""What the board filters by, as conditions for the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, text

from models.item import OPEN
from models.items import ITEM
from models.visibility import Places
from rules.searching import Term
from rules.vocabulary import OPEN_STAGES, Light, Outcome, Severity, Source, Stage


class Scope(StrEnum):
    """Which items are looked through where no stage says so."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


class Wanted(NamedTuple):
    """Which items are wanted: all that fit every filter that is given."""

    scope: Scope = Scope.OPEN
    terms: tuple[Term, ...] = ()
    stages: tuple[Stage, ...] = ()
    lights: tuple[Light, ...] = ()
    unit_path: str = ""
    """Items led by this unit or one below it."""
    categories: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    severities: tuple[Severity, ...] = ()
    levels: tuple[int, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    person_id: int | None = None
    """Items on which they are responsible, leader or verifier."""
    campaign_id: int | None = None
    due_from: date | None = None
    due_to: date | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    confidential: bool | None = None
    on_hold: bool | None = None
    closed_from: datetime | None = None
    closed_before: datetime | None = None
    overdue_on: date | None = None
    """Open items whose deadline lies before this day, and whose clock runs."""
    late_on: date | None = None
    """Open items whose original deadline lies before this day."""
    helping: bool = False
    """Items with which the reader's units help, and which they do not lead."""
    nobody: bool = False
    """Something is asked for that there is not: no item fits."""


def sifted(
    wanted: Wanted, now: datetime, part: str, led: Places
) -> list[ColumnElement[bool]] | None:
    """The conditions for the open items (``part`` is ``OPEN``) or the closed ones, but for who may
    see them; none where no item of this part can fit."""
    if wanted.nobody or not concerns(wanted, part):
        return None
    # The very words of the index's own condition.
    return [text(part), *_conditions(wanted, now, part, led)]


def concerns(wanted: Wanted, part: str) -> bool:
    """Whether any open item (``part`` is ``OPEN``), or any closed one, can fit."""
    still_open = part == OPEN
    if not still_open and (wanted.lights or wanted.overdue_on or wanted.late_on or wanted.on_hold):
        return False
    if still_open and (wanted.outcomes or wanted.closed_from or wanted.closed_before):
        return False
    if wanted.stages:
        return any((stage is not Stage.CLOSED) is still_open for stage in wanted.stages)
    return wanted.scope in (Scope.ALL, Scope.OPEN if still_open else Scope.CLOSED)


def _conditions(wanted: Wanted, now: datetime, part: str, led: Places) -> Iterator[Any]:
    if part == OPEN:
        stages = [stage for stage in wanted.stages if stage is not Stage.CLOSED]
        if stages and len(stages) < len(OPEN_STAGES):
            yield ITEM.c.stage.in_(stages)
        if wanted.lights:
            yield or_(*(_shows(light, now) for light in wanted.lights))
        if wanted.overdue_on is not None:
            yield and_(ITEM.c.due < wanted.overdue_on, ~ITEM.c.on_hold)
        if wanted.late_on is not None:
            yield ITEM.c.due_original < wanted.late_on
    else:
        if wanted.outcomes:
            yield ITEM.c.outcome.in_(wanted.outcomes)
        if wanted.closed_from is not None:
            yield ITEM.c.closed_at >= wanted.closed_from
        if wanted.closed_before is not None:
            yield ITEM.c.closed_at < wanted.closed_before
    if wanted.unit_path:
        yield led([wanted.unit_path])
    for column, values in (
        (ITEM.c.category, wanted.categories), (ITEM.c.source, wanted.sources),
        (ITEM.c.severity, wanted.severities), (ITEM.c.level, wanted.levels),
    ):  # fmt: skip
        if values:
            yield column.in_(values)
    yield from _single(wanted)


def _single(wanted: Wanted) -> Iterator[Any]:
    if wanted.person_id is not None:
        seats = (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id)
        yield or_(*(seat == wanted.person_id for seat in seats))
    if wanted.campaign_id is not None:
        yield ITEM.c.campaign_id == wanted.campaign_id
    if wanted.due_from is not None:
        yield ITEM.c.due >= wanted.due_from
    if wanted.due_to is not None:
        yield ITEM.c.due <= wanted.due_to
    if wanted.opened_from is not None:
        yield ITEM.c.opened_at >= wanted.opened_from
    if wanted.opened_before is not None:
        yield ITEM.c.opened_at < wanted.opened_before
    for column, value in ((ITEM.c.confidential, wanted.confidential),
                          (ITEM.c.on_hold, wanted.on_hold)):  # fmt: skip
        if value is not None:
            yield column if value else ~column


def _shows(light: Light, now: datetime) -> Any:
    """Whether an open item shows this light, as ``rules.deadlines.light`` has it."""
    red, yellow = ITEM.c.red_at, ITEM.c.yellow_at
    not_red = or_(red.is_(None), red > now)
    match light:
        case Light.RED:
            return red <= now
        case Light.YELLOW:
            return and_(not_red, yellow <= now)
    return and_(not_red, or_(yellow.is_(None), yellow > now))
