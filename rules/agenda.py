"""What will happen to an item, and when, if nobody acts.

:func:`agenda` is the whole list; :func:`upcoming` its next step; :func:`due_step` what a sweep
has to carry out now. All read the same tracks, so the page, the sweep and the simulation agree.

A step's key contains the round and the version of what it depends on (the deadline, the stay in
the stage, the hold), so that a moved deadline cancels and re-plans, and nothing repeats.
Steps fall on working days at the opening of the office, never before ``plan_from``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from rules.chase import work
from rules.item import ItemState
from rules.ladder import service
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


Track = Callable[[ItemState, Policy, WorkCalendar], Iterable[Step]]
"""Yields steps in order of time; one that has fired may be left out, or left to who asks."""


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
    Stage.DEADLINE: (work, service, _extension, _hold_request),
    Stage.REMINDER: (work, service, _extension, _hold_request),
    Stage.VERIFICATION: (_verification,),
    Stage.CLOSURE: (_closure,),
    Stage.CLOSED: (_look_back,),
}
_HELD: tuple[Track, ...] = (_hold,)
_WORK: tuple[Track, ...] = (work,)


def _tracks(item: ItemState) -> tuple[Track, ...]:
    if item.on_hold:
        return _HELD
    tracks = _TRACKS[item.stage]
    if tracks[:1] == _WORK and item.extension_due is None and item.hold_asked_until is None:
        # Of nearly every item that a sweep finds there is nothing else to say.
        return tracks[:2] if item.level > item.served else _WORK
    return tracks


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
    fired = item.fired
    for track in _tracks(item):
        due: list[Step] = []
        for step in track(item, policy, calendar):
            if step.key in fired:
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
    following = min(ahead, default=None)
    if len(best) == 1:
        return DueStep(best[0], (), following)
    highest = max(best, key=_weight)
    return DueStep(highest, tuple(step for step in best if step is not highest), following)


_SLIGHT = (StepKind.PROGRESS, StepKind.ANNOUNCE)


def _weight(step: Step) -> tuple[int, int, datetime]:
    """Which of several due steps is carried out: the highest rung, else the latest. Asking for a
    report and announcing a rung give way to whatever else there is to say."""
    rung = step.level if step.kind is StepKind.RUNG else 0
    slight = _SLIGHT.index(step.kind) - len(_SLIGHT) if step.kind in _SLIGHT else 0
    return rung, slight, step.at
