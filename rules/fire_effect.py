"""What a due step changes when it is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.agenda import Step, StepKind
from rules.case import Case
from rules.effect import NO_HOLD_REQUEST, NO_REQUEST, Effect
from rules.ladder_effects import act_served
from rules.notices import deciders
from rules.time_effects import clock_restarted
from rules.vocabulary import Stage


def fire(case: Case) -> Effect:
    """The due step is carried out; the steps that it overtook are recorded."""
    due = case.due
    assert due is not None, "never_early has let this pass"
    step, skipped = due.step, [step.key for step in due.overtaken]
    data = {"step": step.kind.value, "level": step.level, "planned": step.at, **_told(case, step)}
    if skipped:
        data["skipped"] = skipped
        data["why_skipped"] = "overtaken by a later or weightier step"
    changes = {**_stepped(case, step), "fired": (*case.item.fired, step.key, *skipped)}
    return Effect(changes, data, step.key, follows_plan=_follows_plan(case, step))


def received(case: Case) -> dict[str, Any]:
    """The fields of an assignment that is received. The chase starts here: what its plan would
    have held until now was never said to anybody, and nobody climbs the ladder for it."""
    return {"acknowledged_at": case.now, "plan_from": case.now}


def _stepped(case: Case, step: Step) -> Mapping[str, Any]:
    """What a step changes besides being fired."""
    kind = step.kind
    if kind is StepKind.RUNG:
        # The gap to the next rung counts from when this one was to come, however late it does.
        return {
            "stage": Stage.REMINDER,
            "level": step.level,
            "rung_at": case.now,
            "ladder_from": step.at,
        }
    if kind in _CHASING:
        return {"stage": Stage.REMINDER}
    if kind is StepKind.DEEMED_RECEIVED:
        return {"stage": Stage.DEADLINE, **received(case)}
    if kind is StepKind.HOLD_EXPIRED:
        # The clock runs from the end of the hold on, however late a sweep notices.
        return clock_restarted(case, step.at)
    if kind is StepKind.DEEMED_SERVED:
        return act_served(case.item, case.policy, step.at)
    return _ENDING.get(kind, {})


def _follows_plan(case: Case, step: Step) -> bool:
    """Whether nothing that the step changes moves anything that was planned behind it."""
    if step.kind is StepKind.RUNG:
        return not case.policy.ladder[step.level - 1].served
    return step.kind in ONLY_SAID


ONLY_SAID = frozenset(
    {
        StepKind.REMIND, StepKind.OVERDUE, StepKind.OVERDUE_AGAIN, StepKind.PROGRESS,
        StepKind.ACKNOWLEDGE, StepKind.VERIFICATION, StepKind.CLOSURE, StepKind.LOOK_BACK,
        StepKind.ANNOUNCE, StepKind.SERVICE_DUE, StepKind.EXTENSION_DUE,
    }
)  # fmt: skip
"""Steps that tell people something, and change nothing but perhaps that the item is chased."""

_CHASING = frozenset({StepKind.REMIND, StepKind.OVERDUE, StepKind.OVERDUE_AGAIN, StepKind.ANNOUNCE})
_ENDING: Mapping[StepKind, Mapping[str, Any]] = {
    StepKind.EXTENSION_LAPSED: NO_REQUEST,
    StepKind.HOLD_REQUEST_LAPSED: NO_HOLD_REQUEST,
}


def _told(case: Case, step: Step) -> dict[str, Any]:
    """What the event says besides, for whoever is told of it."""
    item = case.item
    match step.kind:
        case StepKind.RUNG:
            return {"to": [seat.value for seat in case.policy.ladder[step.level - 1].to]}
        case StepKind.EXTENSION_DUE:
            return {"asked": item.extension_due, **deciders(case.policy)}
        case StepKind.EXTENSION_LAPSED:
            return {"asked": item.extension_due}
        case StepKind.HOLD_REQUEST_LAPSED:
            return {"asked": item.hold_asked_until}
    return {}
