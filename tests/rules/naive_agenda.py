"""A second agenda, written the plain way: every morning the clerk counts on the fingers.

For each working day the clerk asks how many working days lie between it and the day that matters,
and whether that number is one of those at which something is due. Slow, and easy to believe.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain
from typing import NamedTuple

from rules.agenda import StepKind
from rules.item import ItemState
from rules.policy import Policy
from rules.vocabulary import Outcome, Stage
from rules.workdays import WorkCalendar
from tests.rules.naive_ladder import (
    Desk,
    Note,
    extension,
    hold_request,
    ladder,
    service,
    weekly,
)
from tests.rules.oracles import ONE, clock_time, closes

FIRST, LAST = date(2025, 9, 1), date(2027, 12, 31)
"""What the clerk's wall calendar shows. Tests stay well within."""


class Wall(NamedTuple):
    """The clerk's calendar: the working days, and how many there were up to any day."""

    mornings: tuple[date, ...]
    upto: dict[date, int]


@cache
def wall(days: WorkCalendar) -> Wall:
    """The calendar on the wall, counted once."""
    day, count, mornings, upto = FIRST, 0, [], {}
    while day <= LAST:
        if days.is_working(day):
            count += 1
            mornings.append(day)
        upto[day] = count
        day += ONE
    return Wall(tuple(mornings), upto)


def notes(item: ItemState, policy: Policy, days: WorkCalendar) -> list[Note]:
    """Everything that the clerk would do for the item, fired or not, earliest first."""
    desk = Desk(item, policy, days, wall(days).mornings, wall(days).upto)
    found: Iterator[Note]
    if item.on_hold:
        found = _on_hold(item, days)
    elif item.stage in (Stage.DEADLINE, Stage.REMINDER):
        requests = extension(desk), hold_request(desk)
        found = chain(_working(item, policy, days, desk), service(desk), *requests)
    elif item.stage is Stage.ASSIGNMENT:
        found = chain(_receipt(item, policy, days), hold_request(desk))
    elif item.stage is Stage.VERIFICATION:
        found = _waiting("verification", policy.verification_within, item, days)
    elif item.stage is Stage.CLOSURE:
        found = _waiting("closure", policy.closure_within, item, days)
    elif item.stage is Stage.CLOSED:
        found = _afterwards(item, policy, days)
    else:
        found = iter(())
    return sorted(found)


@cache
def _nine(days: WorkCalendar, day: date) -> datetime:
    return clock_time(days, day, 9)


def _first_notice(item: ItemState, due: date, days: WorkCalendar) -> datetime:
    """The morning after the due day, or the first open moment of a plan made later than that."""
    morning = next(day for day in wall(days).mornings if day > due)
    if _nine(days, morning) >= item.plan_from:
        return _nine(days, morning)
    today = item.plan_from.astimezone(days.zone).date()
    for day in wall(days).mornings:
        if day == today and item.plan_from < closes(days, day):
            return max(item.plan_from, _nine(days, day))
        if day > today:
            return _nine(days, day)
    raise AssertionError("the wall calendar ends too soon")


def _working(item: ItemState, policy: Policy, days: WorkCalendar, desk: Desk) -> Iterator[Note]:
    if item.due is None:
        return
    due, notice = item.due, _first_notice(item, item.due, days)
    yield Note(notice, f"chase/overdue/{desk.plan}", StepKind.OVERDUE, 0, "chase")
    for day in wall(days).mornings:
        before = _working_days_before(day, due, days)
        if before in policy.reminders_before and _nine(days, day) >= item.plan_from:
            key = f"chase/remind-{before}/{desk.plan}"
            yield Note(_nine(days, day), key, StepKind.REMIND, 0, "chase")
    yield from _reports(item, policy, due, desk)
    yield from ladder(desk, notice)


def _reports(item: ItemState, policy: Policy, due: date, desk: Desk) -> Iterator[Note]:
    """Every few working days, or once a week, somebody asks how it goes, until the due day."""
    began, every = desk.day(item.plan_from), policy.progress_every
    if not every:
        return
    if isinstance(every, int):
        asking = (
            day for day in desk.mornings if day > began and desk.passed(began, day) % every == 0
        )
    else:
        asking = (day for day in weekly(desk, every.weekly.number) if day > began)
    for count, day in enumerate(asking, 1):
        if day < due:
            key = f"progress/{count}/{desk.plan}"
            yield Note(desk.nine(day), key, StepKind.PROGRESS, 0, "chase")


def _working_days_before(day: date, due: date, days: WorkCalendar) -> int | None:
    """How many working days before the due day this is; none when it comes after it.

    The Friday is one day before a due Saturday, and no day is that Saturday itself.
    """
    if day > due:
        return None
    upto = wall(days).upto
    return upto[due] - upto[day] + (not days.is_working(due))


def _receipt(item: ItemState, policy: Policy, days: WorkCalendar) -> Iterator[Note]:
    if item.responsible_id is None:
        return
    upto, began = wall(days).upto, item.plan_from.astimezone(days.zone).date()
    plan = f"r{item.round}.d{item.due_version}.m{item.moves}"
    for day in wall(days).mornings:
        passed = upto[day] - upto[began]
        deemed = policy.deemed_received_after
        if passed == policy.acknowledge_within + 1 and deemed != policy.acknowledge_within:
            yield Note(_nine(days, day), f"acknowledge/due/{plan}", StepKind.ACKNOWLEDGE, 0, "r")
        if deemed is not None and passed == deemed + 1:
            key = f"acknowledge/deemed/{plan}"
            yield Note(_nine(days, day), key, StepKind.DEEMED_RECEIVED, 0, "r")


def _waiting(kind: str, within: int, item: ItemState, days: WorkCalendar) -> Iterator[Note]:
    upto = wall(days).upto
    began = max(item.stage_since, item.plan_from).astimezone(days.zone).date()
    for day in wall(days).mornings:
        passed = upto[day] - upto[began] - 1
        if passed > 0 and passed % within == 0 and passed // within <= 4:
            key = f"{kind}/{passed // within}/m{item.moves}"
            yield Note(_nine(days, day), key, StepKind(kind), 0, kind)


def _on_hold(item: ItemState, days: WorkCalendar) -> Iterator[Note]:
    assert item.hold_until is not None
    day = next(day for day in wall(days).mornings if day > item.hold_until)
    yield Note(_nine(days, day), f"hold/h{item.holds}", StepKind.HOLD_EXPIRED, 0, "hold")


def _afterwards(item: ItemState, policy: Policy, days: WorkCalendar) -> Iterator[Note]:
    if item.closed_at is None or item.outcome not in (Outcome.RECTIFIED, Outcome.LONG_TERM):
        return
    closed = item.closed_at.astimezone(days.zone).date()
    for count, after in enumerate(policy.look_back_after, 1):
        earliest = closed + timedelta(days=after)
        day = next(day for day in wall(days).mornings if day >= earliest)
        if _nine(days, day) >= item.plan_from:
            key = f"look-back/{count}/l{item.life}"
            yield Note(_nine(days, day), key, StepKind.LOOK_BACK, 0, key)


def first_pile(due: list[Note]) -> list[Note]:
    """Of the notes that are due, those that lie together with the oldest; the others wait."""
    oldest = min(due)
    return [note for note in due if note.pile == oldest.pile]


def chosen(pile: list[Note]) -> Note:
    """Which of several notes of a pile the clerk carries out; the rest are crossed off.

    The highest rung; without one, what was due last, but announcing a rung only when there is
    nothing else to say, and asking how it goes only when there is not even that.
    """
    return max(pile, key=lambda note: (_rung(note), _ORDER.get(note.kind, 2), note.at))


def _rung(note: Note) -> int:
    return note.level if note.kind is StepKind.RUNG else 0


_ORDER = {StepKind.PROGRESS: 0, StepKind.ANNOUNCE: 1}
