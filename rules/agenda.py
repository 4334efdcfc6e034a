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
from typing import NamedTuple

from rules.item import ItemState
from rules.ladder import climb, service
from rules.periods import weekly
from rules.policy import Policy
from rules.step import Step as Step
from rules.step import StepKind as StepKind
from rules.vocabulary import Outcome, Stage
from rules.workdays import WorkCalendar


class DueStep(NamedTuple):
    """The step to carry out now, the steps of its track that it overtook, and what comes next
    of the plan as it stands."""

    step: Step
    overtaken: tuple[Step, ...]
    following: Step | None


Track = Callable[[ItemState, Policy, WorkCalendar], Iterator[Step]]
"""Yields steps in order of time; one that has fired may be left out, or left to who asks."""


def _chase(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """Reminders before the due day, the overdue notice, and the ladder."""
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
    yield from climb(item, policy, calendar, notice)


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


def _extension(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """An undecided request for more time: deciders are reminded a working day before it lapses.

    It lapses when its time for a decision is up, and at the latest when the day that it asks for
    has passed. The deadline itself does not end it: whoever asked in time has a right to an
    answer, and the chase does not wait for it.
    """
    if item.extension_due is None:
        return
    key = f"extension/{{}}/a{item.asks}"
    lapses = calendar.opening_after(item.extension_due, 1)
    if policy.extension_decided_within and item.extension_at is not None:
        asked = calendar.day_of(item.extension_at)
        lapses = min(lapses, calendar.opening_after(asked, policy.extension_decided_within + 1))
        reminder = calendar.opening_after(calendar.day_of(lapses), -1)
        if reminder > item.extension_at:
            yield Step(reminder, key.format("due"), StepKind.EXTENSION_DUE, 0, "extension")
    yield Step(lapses, key.format("lapsed"), StepKind.EXTENSION_LAPSED, 0, "extension")


def _hold_request(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Iterator[Step]:
    """An undecided request for a hold lapses like one for more time."""
    if item.hold_asked_until is None or item.hold_asked_at is None:
        return
    lapses = calendar.opening_after(item.hold_asked_until, 1)
    if policy.hold_decided_within:
        asked = calendar.day_of(item.hold_asked_at)
        lapses = min(lapses, calendar.opening_after(asked, policy.hold_decided_within + 1))
    key = f"hold-request/{int(item.hold_asked_at.timestamp())}"
    yield Step(lapses, key, StepKind.HOLD_REQUEST_LAPSED, 0, "hold-request")


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
    Stage.ASSIGNMENT: (_acknowledgement, _hold_request),
    Stage.DEADLINE: (_work, service, _extension, _hold_request),
    Stage.REMINDER: (_work, service, _extension, _hold_request),
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
    """What has to be carried out at ``now``: the weightiest due step of the track due first.

    The other due steps of the same track were overtaken (by downtime) and are only recorded; the
    tracks beside it are left as they are, and have their turn next. A rung is never skipped in
    favour of a mere repeat of the notice below it.
    """
    best: list[Step] = []
    ahead: list[Step] = []
    for track in _tracks(item):
        due: list[Step] = []
        for step in track(item, policy, calendar):
            if step.key in item.fired:
                continue
            if step.at > now:
                ahead.append(step)
                break
            due.append(step)
        if due and (not best or due[0] < best[0]):
            best, due = due, best
        if due:
            ahead.append(due[0])
    if not best:
        return None
    highest = max(best, key=_weight)
    overtaken = tuple(step for step in best if step is not highest)
    return DueStep(highest, overtaken, min(ahead, default=None))


_SLIGHT = (StepKind.PROGRESS, StepKind.ANNOUNCE)


def _weight(step: Step) -> tuple[int, int, datetime]:
    """Which of several due steps is carried out: the highest rung, else the latest. Asking for a
    report and announcing a rung give way to whatever else there is to say."""
    rung = step.level if step.kind is StepKind.RUNG else 0
    slight = _SLIGHT.index(step.kind) - len(_SLIGHT) if step.kind in _SLIGHT else 0
    return rung, slight, step.at
