"""A second agenda, written the plain way: every morning the clerk counts on the fingers.

For each working day the clerk asks how many working days lie between it and the day that matters,
and whether that number is one of those at which something is due. Slow, and easy to believe.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from rules.agenda import StepKind
from rules.item import ItemState
from rules.policy import Policy
from rules.vocabulary import Outcome, Stage
from rules.workdays import WorkCalendar
from tests.rules.oracles import ONE, clock_time

FIRST, LAST = date(2025, 9, 1), date(2027, 12, 31)
"""What the clerk's wall calendar shows. Tests stay well within."""


class Note(NamedTuple):
    """One thing that the clerk has to do, and when."""

    at: datetime
    key: str
    kind: StepKind
    level: int


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
    if item.on_hold:
        found = _on_hold(item, days)
    elif item.stage in (Stage.DEADLINE, Stage.REMINDER):
        found = _working(item, policy, days)
    elif item.stage is Stage.ASSIGNMENT:
        found = _receipt(item, policy, days)
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
        if day == today and item.plan_from < clock_time(days, day, 17):
            return max(item.plan_from, _nine(days, day))
        if day > today:
            return _nine(days, day)
    raise AssertionError("the wall calendar ends too soon")


def _working(item: ItemState, policy: Policy, days: WorkCalendar) -> Iterator[Note]:
    if item.due is None:
        return
    upto, plan = wall(days).upto, f"r{item.round}.d{item.due_version}"
    due, began = item.due, item.plan_from.astimezone(days.zone).date()
    notice = _first_notice(item, due, days)
    yield Note(notice, f"chase/overdue/{plan}", StepKind.OVERDUE, 0)
    noticed = notice.astimezone(days.zone).date()
    last = policy.ladder[-1].after if policy.ladder else 0
    for day in wall(days).mornings:
        morning = _nine(days, day)
        before = _working_days_before(day, due, days)
        if before in policy.reminders_before and morning >= item.plan_from:
            yield Note(morning, f"chase/remind-{before}/{plan}", StepKind.REMIND, 0)
        passed = upto[day] - upto[began]
        every = policy.progress_every
        if began < day < due and every and passed % every == 0:
            count = passed // every
            yield Note(morning, f"progress/{count}/{plan}", StepKind.PROGRESS, 0)
        if day < noticed:
            continue
        late = upto[day] - upto[noticed]
        for level, rung in enumerate(policy.ladder, 1):
            if rung.after == late and level > item.level:
                at = morning if late else notice
                yield Note(at, f"chase/rung-{level}/{plan}", StepKind.RUNG, level)
        beyond, every = late - last, policy.repeat_every
        if every and beyond > 0 and beyond % every == 0:
            count = beyond // every
            if count <= policy.repeat_at_most:
                yield Note(morning, f"chase/again-{count}/{plan}", StepKind.OVERDUE_AGAIN, 0)


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
            yield Note(_nine(days, day), f"acknowledge/due/{plan}", StepKind.ACKNOWLEDGE, 0)
        if deemed is not None and passed == deemed + 1:
            key = f"acknowledge/deemed/{plan}"
            yield Note(_nine(days, day), key, StepKind.DEEMED_RECEIVED, 0)


def _waiting(kind: str, within: int, item: ItemState, days: WorkCalendar) -> Iterator[Note]:
    upto = wall(days).upto
    began = max(item.stage_since, item.plan_from).astimezone(days.zone).date()
    for day in wall(days).mornings:
        passed = upto[day] - upto[began] - 1
        if passed > 0 and passed % within == 0 and passed // within <= 4:
            key = f"{kind}/{passed // within}/m{item.moves}"
            yield Note(_nine(days, day), key, StepKind(kind), 0)


def _on_hold(item: ItemState, days: WorkCalendar) -> Iterator[Note]:
    assert item.hold_until is not None
    day = next(day for day in wall(days).mornings if day > item.hold_until)
    yield Note(_nine(days, day), f"hold/h{item.holds}", StepKind.HOLD_EXPIRED, 0)


def _afterwards(item: ItemState, policy: Policy, days: WorkCalendar) -> Iterator[Note]:
    if item.closed_at is None or item.outcome not in (Outcome.RECTIFIED, Outcome.LONG_TERM):
        return
    closed = item.closed_at.astimezone(days.zone).date()
    for count, after in enumerate(policy.look_back_after, 1):
        earliest = closed + timedelta(days=after)
        day = next(day for day in wall(days).mornings if day >= earliest)
        if _nine(days, day) >= item.plan_from:
            yield Note(_nine(days, day), f"look-back/{count}/l{item.life}", StepKind.LOOK_BACK, 0)


def chosen(due: list[Note]) -> Note:
    """Which of several notes that are due at once the clerk carries out; the rest are crossed off.

    The highest rung; without one, what was due last, but asking how it goes only when there is
    nothing else to say.
    """
    return max(due, key=lambda note: (note.level, note.kind is not StepKind.PROGRESS, note.at))
