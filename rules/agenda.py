"""What will happen to an item, and when, if nobody acts.

:func:`agenda` is the whole list; :func:`upcoming` its next step; :func:`due_step` what a sweep
has to carry out now. All read the same tracks, so the page, the sweep and the simulation agree.

A step's key contains the round and the version of what it depends on (the deadline, the stay in
the stage, the hold), so that a moved deadline cancels and re-plans, and nothing repeats.
Steps fall on working days at the opening of the office, never before ``plan_from``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from rules.item import ItemState
from rules.periods import weekly
from rules.policy import Policy
from rules.vocabulary import Outcome, Stage
from rules.workdays import WorkCalendar


class StepKind(StrEnum):
    """What a step does."""

    REMIND = "remind"
    OVERDUE = "overdue"
    RUNG = "rung"
    OVERDUE_AGAIN = "overdue_again"
    PROGRESS = "progress"
    ACKNOWLEDGE = "acknowledge"
    DEEMED_RECEIVED = "deemed_received"
    VERIFICATION = "verification"
    CLOSURE = "closure"
    HOLD_EXPIRED = "hold_expired"
    LOOK_BACK = "look_back"
    ANNOUNCE = "announce"
    SERVICE_DUE = "service_due"
    DEEMED_SERVED = "deemed_served"
    EXTENSION_DUE = "extension_due"
    EXTENSION_LAPSED = "extension_lapsed"
    HOLD_REQUEST_LAPSED = "hold_request_lapsed"


class Step(NamedTuple):
    """One planned step. ``at`` is a UTC instant; ``level`` is the rung (0: no rung)."""

    at: datetime
    key: str
    kind: StepKind
    level: int
    track: str


class DueStep(NamedTuple):
    """The step to carry out now, and the steps of its track that it overtook."""

    step: Step
    overtaken: tuple[Step, ...]


Track = Callable[[ItemState, Policy, WorkCalendar], Iterator[Step]]
"""Yields steps in order of time; one that has fired may be left out, or left to who asks."""


def _chase(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """Reminders before the due day, the overdue notice, the rungs, and repeats after the last."""
    if item.due is None:
        return
    plan = f"r{item.round}.d{item.due_version}"
    notice = calendar.opening_after(item.due, 1)
    for days in policy.reminders_before:
        if f"chase/remind-{days}/{plan}" in item.fired:
            continue
        at = calendar.opening_after(item.due, -days)
        if item.plan_from <= at < notice:  # on a due day off, "the day itself" would be too late
            yield Step(at, f"chase/remind-{days}/{plan}", StepKind.REMIND, 0, "chase")
    # An item that was already overdue when its deadline was set here is chased from then on:
    # nobody climbs the ladder for time in which nobody was reminded.
    if notice < item.plan_from:
        notice = calendar.office_instant(item.plan_from)
    yield Step(notice, f"chase/overdue/{plan}", StepKind.OVERDUE, 0, "chase")
    day = calendar.day_of(notice)
    last = 0
    for level, rung in enumerate(policy.ladder, 1):
        last = rung.after
        if level > item.level:
            at = calendar.opening_after(day, rung.after) if rung.after else notice
            yield Step(at, f"chase/rung-{level}/{plan}", StepKind.RUNG, level, "chase")
    if policy.repeat_every:
        for count in range(1, policy.repeat_at_most + 1):
            at = calendar.opening_after(day, last + count * policy.repeat_every)
            yield Step(at, f"chase/again-{count}/{plan}", StepKind.OVERDUE_AGAIN, 0, "chase")


def _progress(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """A progress report is asked for at regular intervals until the due day."""
    if not policy.progress_every or item.due is None:
        return
    start, end = calendar.day_of(item.plan_from), calendar.opening(item.due)
    plan = f"r{item.round}.d{item.due_version}"
    count = 1
    while f"progress/{count}/{plan}" in item.fired:
        count += 1
    every = policy.progress_every
    if isinstance(every, int):
        found = (calendar.opening_after(start, n * every) for n in itertools.count(count))
    else:
        days = itertools.islice(weekly(start, every.weekly, calendar), count - 1, None)
        found = (calendar.opening(day) for day in days)
    while (at := next(found)) < end:
        key = f"progress/{count}/{plan}"
        yield Step(at, key, StepKind.PROGRESS, 0, "chase")
        count += 1


def _work(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """Everything that is said to whoever works on the item, in order of time.

    One track, so that who is told of a missed deadline is not also asked how it goes.
    """
    requests = _progress(item, policy, calendar)
    request = next(requests, None)
    for step in _chase(item, policy, calendar):
        while request is not None and request.at < step.at:
            yield request
            request = next(requests, None)
        yield step


def _acknowledgement(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """An assignment waits for its receipt; in the end it counts as received."""
    if item.responsible_id is None:
        return
    day = calendar.day_of(item.plan_from)
    plan = f"r{item.round}.d{item.due_version}.m{item.moves}"
    deemed = policy.deemed_received_after
    if deemed is None or deemed > policy.acknowledge_within:
        at = calendar.opening_after(day, policy.acknowledge_within + 1)
        yield Step(at, f"acknowledge/due/{plan}", StepKind.ACKNOWLEDGE, 0, "acknowledge")
    if deemed is not None:
        at = calendar.opening_after(day, deemed + 1)
        key = f"acknowledge/deemed/{plan}"
        yield Step(at, key, StepKind.DEEMED_RECEIVED, 0, "acknowledge")


def _decision(
    kind: StepKind, within: int, item: ItemState, calendar: WorkCalendar
) -> Iterator[Step]:
    """Somebody else has to decide: the limit, then the same again three times."""
    day = calendar.day_of(max(item.stage_since, item.plan_from))
    for count in range(1, 5):
        at = calendar.opening_after(day, count * max(within, 1) + 1)
        key = f"{kind.value}/{count}/m{item.moves}"
        yield Step(at, key, kind, 0, kind.value)


def _verification(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    return _decision(StepKind.VERIFICATION, policy.verification_within, item, calendar)


def _closure(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    return _decision(StepKind.CLOSURE, policy.closure_within, item, calendar)


def _hold(item: ItemState, _policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """A stopped clock starts again by itself on the first working day after the hold."""
    if item.hold_until is not None:
        at = calendar.opening_after(item.hold_until, 1)
        yield Step(at, f"hold/h{item.holds}", StepKind.HOLD_EXPIRED, 0, "hold")


def _look_back(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """What was put right is looked at again."""
    if item.closed_at is None or item.outcome not in (Outcome.RECTIFIED, Outcome.LONG_TERM):
        return
    closed = calendar.day_of(item.closed_at)
    for count, days in enumerate(policy.look_back_after, 1):
        at = calendar.opening_after(closed + timedelta(days=days), 0)
        if at >= item.plan_from:
            key = f"look-back/{count}/l{item.life}"
            yield Step(at, key, StepKind.LOOK_BACK, 0, f"look-back-{count}")


_TRACKS: dict[Stage, tuple[Track, ...]] = {
    Stage.INTAKE: (),
    Stage.ASSIGNMENT: (_acknowledgement,),
    Stage.DEADLINE: (_work,),
    Stage.REMINDER: (_work,),
    Stage.VERIFICATION: (_verification,),
    Stage.CLOSURE: (_closure,),
    Stage.CLOSED: (_look_back,),
}


def _tracks(item: ItemState) -> tuple[Track, ...]:
    return (_hold,) if item.on_hold else _TRACKS[item.stage]


def agenda(item: ItemState, policy: Policy, calendar: WorkCalendar) -> list[Step]:
    """Every step that has not fired yet, earliest first."""
    steps = [
        step
        for track in _tracks(item)
        for step in track(item, policy, calendar)
        if step.key not in item.fired
    ]
    return sorted(steps)


def upcoming(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Step | None:
    """The first step that has not fired, or none when nothing will happen by itself."""
    firsts = (
        next((s for s in track(item, policy, calendar) if s.key not in item.fired), None)
        for track in _tracks(item)
    )
    return min((step for step in firsts if step is not None), default=None)


def due_step(
    item: ItemState, policy: Policy, calendar: WorkCalendar, now: datetime
) -> DueStep | None:
    """What has to be carried out at ``now``: the latest due step of the track due first.

    Earlier steps of the same track were overtaken (by downtime) and are only recorded. A rung
    is never skipped in favour of a mere repeat of the notice below it.
    """
    best: list[Step] = []
    for track in _tracks(item):
        due: list[Step] = []
        for step in track(item, policy, calendar):
            if step.at > now:
                break
            if step.key not in item.fired:
                due.append(step)
        if due and (not best or due[0] < best[0]):
            best = due
    if not best:
        return None
    highest = max(best, key=_weight)
    return DueStep(highest, tuple(step for step in best if step is not highest))


def _weight(step: Step) -> tuple[int, bool, datetime]:
    """Which of several due steps is carried out: the highest rung, else the latest; asking for a
    report gives way to whatever else there is to say."""
    return step.level, step.kind is not StepKind.PROGRESS, step.at
