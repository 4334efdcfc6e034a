"""The escalation ladder: when its rungs come, what announces them, and how long they wait.

A rung comes a fixed number of working days after the overdue notice. Three things put the next
one off: an act that still has to be served, a stay, and lost contact. What is put off comes later
by itself; no key changes, so nothing comes twice and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from rules.item import ItemState
from rules.policy import Policy
from rules.step import Step, StepKind
from rules.workdays import WorkCalendar

REMINDERS_TO_SERVE = 4
"""The coordinators are told once, and reminded at most three times."""


def climb(
    item: ItemState, policy: Policy, calendar: WorkCalendar, notice: datetime
) -> Iterator[Step]:
    """The rungs above the one reached, each announced, and repeats of the notice after the last.

    ``notice`` is when the overdue notice comes. The rungs above the next one follow at their
    gaps. Nothing is planned behind an act that has to be served first, nor while contact is lost.
    """
    plan, level = f"r{item.round}.d{item.due_version}", reached(item, policy)
    below = _reached_at(item, policy, calendar, notice)
    for number, rung in enumerate(policy.ladder[level:], level + 1):
        if item.unreachable or _waits_for_service(number - 1, item, policy):
            return
        if number == level + 1:
            at = _next_rung(item, policy, calendar, notice)
            day, offset = calendar.day_of(at), rung.after
        else:
            at = calendar.opening_after(day, rung.after - offset)
        if policy.announce_before:
            ahead = calendar.opening_after(calendar.day_of(at), -policy.announce_before)
            if ahead > below:  # else the notice of the step below has just said what comes next
                key = f"chase/announce-{number}/{plan}"
                yield Step(ahead, key, StepKind.ANNOUNCE, number, "chase")
        yield Step(at, f"chase/rung-{number}/{plan}", StepKind.RUNG, number, "chase")
        below = at
    if policy.repeat_every:
        yield from _repeats(item, policy, calendar, calendar.day_of(below))


def reached(item: ItemState, policy: Policy) -> int:
    """The rung that the item has reached, of those that the policy's ladder has."""
    return min(item.level, len(policy.ladder))


def _waits_for_service(level: int, item: ItemState, policy: Policy) -> bool:
    """Whether what follows the rung waits until its act is served."""
    return level > item.served and policy.ladder[level - 1].served


def _next_rung(
    item: ItemState, policy: Policy, calendar: WorkCalendar, notice: datetime
) -> datetime:
    """When the rung above the one reached comes: on its day after the notice, but no sooner than
    its gap after ``ladder_from``, and not during a stay."""
    ladder, level = policy.ladder, reached(item, policy)
    after = ladder[level].after
    at = calendar.opening_after(calendar.day_of(notice), after) if after else notice
    if item.ladder_from is not None:
        gap = after - (ladder[level - 1].after if level else 0)
        at = max(at, calendar.opening_after(calendar.day_of(item.ladder_from), gap))
    return max(at, _stay_ends(item, calendar) or at)


def _stay_ends(item: ItemState, calendar: WorkCalendar) -> datetime | None:
    """The first opening after the last day of the stay."""
    return None if item.stay_until is None else calendar.opening_after(item.stay_until, 1)


def _reached_at(
    item: ItemState, policy: Policy, calendar: WorkCalendar, notice: datetime
) -> datetime:
    """From when the step above the rung reached is counted."""
    level = reached(item, policy)
    if level == 0:
        return notice
    after = policy.ladder[level - 1].after
    planned = calendar.opening_after(calendar.day_of(notice), after) if after else notice
    return max(planned, item.ladder_from or planned)


def _repeats(item: ItemState, policy: Policy, calendar: WorkCalendar, last: date) -> Iterator[Step]:
    """The overdue notice again, at intervals after the day of the last rung."""
    plan = f"r{item.round}.d{item.due_version}"
    stayed = _stay_ends(item, calendar)
    for count in range(1, policy.repeat_at_most + 1):
        at = calendar.opening_after(last, count * policy.repeat_every)
        at = max(at, stayed or at)
        yield Step(at, f"chase/again-{count}/{plan}", StepKind.OVERDUE_AGAIN, 0, "chase")


def service(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """An act for which the ladder waits: the coordinators are reminded to serve it, and in the
    end it counts as served, unless contact is lost."""
    level = reached(item, policy)
    if item.rung_at is None or not _waits_for_service(level, item, policy):
        return
    day, plan = calendar.day_of(item.rung_at), f"rung-{level}/r{item.round}.d{item.due_version}"
    deemed = None
    if policy.deemed_served_after is not None and not item.unreachable:
        deemed = calendar.opening_after(day, policy.deemed_served_after + 1)
    for count in range(1, REMINDERS_TO_SERVE + 1):
        at = calendar.opening_after(day, count * max(policy.serve_within, 1) + 1)
        if deemed is None or at < deemed:
            key = f"service/{count}/{plan}"
            yield Step(at, key, StepKind.SERVICE_DUE, level, "service")
    if deemed is not None:
        key = f"service/deemed/{plan}"
        yield Step(deemed, key, StepKind.DEEMED_SERVED, level, "service")
