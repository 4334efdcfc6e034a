"""What is said to whoever works on an item: requests for progress, reminders, the ladder.

One track, so that who is told of a missed deadline is not also asked how it goes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rules.item import ItemState
from rules.ladder import climb
from rules.periods import weekly
from rules.policy import Policy
from rules.step import Step, StepKind
from rules.workdays import WorkCalendar


def work(item: ItemState, policy: Policy, calendar: WorkCalendar) -> tuple[Step, ...]:
    """The whole plan in order of time, with what has fired of it.

    Worked out once for all items with the same deadline that were set going on the same day and
    stand on the same rung: a sweep asks for the same few plans ten thousand times.
    """
    if item.due is None:
        return ()
    known = calendar.memory(policy)
    question = (item.plan_from, *_depends_on(item))
    plan: tuple[Step, ...] | None = known.get(question)
    if plan is None:
        plan = known[question] = _shared(item, policy, calendar)
    return plan


def _depends_on(item: ItemState) -> tuple[object, ...]:
    """All of the item that the plan depends on, but for its beginning."""
    return (
        item.due, item.round, item.due_version, item.level, item.served, item.ladder_from,
        item.stay_until, item.unreachable,
    )  # fmt: skip


def _shared(item: ItemState, policy: Policy, calendar: WorkCalendar) -> tuple[Step, ...]:
    """The plan that items share which were set going at different times of a day.

    Every step comes at an opening: of the beginning it matters on which day it is, and on which
    side of that day's opening. Only a plan made after the overdue notice begins at its instant.
    """
    assert item.due is not None
    if item.plan_from > calendar.opening_after(item.due, 1):
        return tuple(_in_order(item, policy, calendar))
    known, day = calendar.memory(policy), calendar.day_of(item.plan_from)
    question = (day, item.plan_from <= calendar.opening(day), *_depends_on(item))
    plan: tuple[Step, ...] | None = known.get(question)
    if plan is None:
        plan = known[question] = tuple(_in_order(item, policy, calendar))
    return plan


def _in_order(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    requests = _progress(item, policy, calendar)
    request = next(requests, None)
    for step in _chase(item, policy, calendar):
        while request is not None and request.at < step.at:
            yield request
            request = next(requests, None)
        yield step


def _chase(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """Reminders before the due day, the overdue notice, and the ladder."""
    assert item.due is not None
    plan = f"r{item.round}.d{item.due_version}"
    notice = calendar.opening_after(item.due, 1)
    for days in policy.reminders_before:
        at = calendar.opening_after(item.due, -days)
        if item.plan_from <= at < notice:  # on a due day off, "the day itself" would be too late
            yield Step(at, f"chase/remind-{days}/{plan}", StepKind.REMIND, 0, "chase")
    # An item that was already overdue when its deadline was set here is chased from then on:
    # nobody climbs the ladder for time in which nobody was reminded.
    if notice < item.plan_from:
        notice = calendar.office_instant(item.plan_from)
    yield Step(notice, f"chase/overdue/{plan}", StepKind.OVERDUE, 0, "chase")
    yield from climb(item, policy, calendar, notice)


def _progress(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """A progress report is asked for at regular intervals until the due day."""
    if not policy.progress_every or item.due is None:
        return
    start, end = calendar.day_of(item.plan_from), calendar.opening(item.due)
    plan, every = f"r{item.round}.d{item.due_version}", policy.progress_every
    if isinstance(every, int):
        found = (calendar.opening_after(start, n * every) for n in itertools.count(1))
    else:
        found = (calendar.opening(day) for day in weekly(start, every.weekly, calendar))
    for count, at in enumerate(found, 1):
        if at >= end:
            return
        yield Step(at, f"progress/{count}/{plan}", StepKind.PROGRESS, 0, "chase")
