"""What an accepted command changes: one short function a command, looked up by its name.

An effect returns the fields of the item that change and what the event says; the stage is among
the fields only where the lifecycle table offers a choice. Nothing here refuses anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from rules import commands as c
from rules.agenda import Step, StepKind, due_step
from rules.deadlines import due_after_hold, due_for, plan_after_hold
from rules.guards import Case
from rules.vocabulary import Outcome, Stage


class Effect(NamedTuple):
    """Changed fields of the item, the event's data, the key of the step that fired, and texts
    of the item that no rule reads."""

    changes: Mapping[str, Any] = {}
    data: Mapping[str, Any] = {}
    step_key: str | None = None
    texts: Mapping[str, Any] = {}


NEW_ROUND: Mapping[str, Any] = {
    "evidence": 0,
    "extensions": 0,
    "waived": None,
    "passed_by": None,
    "submitted_at": None,
    "fired": (),
}
"""What a new round starts without."""

NO_REQUEST: Mapping[str, Any] = {"extension_due": None, "extension_by": None}
NO_HOLD: Mapping[str, Any] = {"on_hold": False, "hold_until": None, "held_at": None}


def _new_due(case: Case, due: date | None) -> dict[str, Any]:
    """The fields of a deadline that is set anew: everything after it is planned from now."""
    return {
        "due": due,
        "due_version": case.item.due_version + 1,
        "plan_from": case.now,
        "level": 0,
        **NO_REQUEST,
    }


def _due_ahead(case: Case) -> date | None:
    """The deadline in force if it still lies ahead, but never past the superior's: a finding may
    have been entered with a later one."""
    due, superior = case.item.due, case.item.due_superior
    if due is None or due <= case.today:
        return None
    return min(due, superior) if superior else due


def _limit(case: Case) -> date:
    """A new limit for the severity, from today, never past the superior's."""
    item = case.item
    return due_for(case.policy, item.severity, case.today, case.calendar, item.due_superior)


def _next_round_due(case: Case) -> date:
    """The deadline of work that starts again: as asked, else the one in force if it still lies
    ahead, else a new limit."""
    ahead = None if case.item.stage is Stage.CLOSED else _due_ahead(case)
    return case.asked_day("due") or ahead or _limit(case)


def _next_round(case: Case) -> dict[str, Any]:
    due = _next_round_due(case)
    return {**NEW_ROUND, **_new_due(case, due), "round": case.item.round + 1}


def _reason(case: Case) -> dict[str, Any]:
    return {"reason": case.asked("reason")}


def _screen(case: Case) -> Effect:
    command = _as(case, c.Screen)
    found = {"duplicates": list(command.duplicates), "missing": list(command.missing)}
    return Effect({}, found)


def _accept(case: Case) -> Effect:
    command = _as(case, c.Accept)
    category = case.policy.category(command.category or case.item.category)
    code = category.code if category else case.item.category
    severity = command.severity or case.item.severity
    changes = {"category": code, "severity": severity}
    return Effect(changes, changes)


def _reject(case: Case) -> Effect:
    return Effect({"outcome": Outcome.UNSUBSTANTIATED}, _reason(case))


def _merge(case: Case) -> Effect:
    into = _as(case, c.Merge).into
    return Effect({"outcome": Outcome.MERGED}, {"into": into, **_reason(case)})


def _transfer(case: Case) -> Effect:
    to = _as(case, c.Transfer).to
    return Effect({"outcome": Outcome.TRANSFERRED}, {"to": to, **_reason(case)})


def _assign(case: Case) -> Effect:
    command, item = _as(case, c.Assign), case.item
    unit = case.facts.units[command.unit]
    responsible = case.facts.people[command.responsible]
    leader = case.facts.people[command.leader] if command.leader else None
    paths = tuple(case.facts.units[code].path for code in command.co_units)
    due = command.due or _due_ahead(case) or _limit(case)
    changes = {
        "unit_id": unit.id,
        "unit_path": unit.path,
        "co_unit_paths": paths,
        "responsible_id": responsible.id,
        "leader_id": leader.id if leader else None,
        "verifier_id": None,
        "waived": None,
        "acknowledged_at": None,
        "due_original": item.due_original or due,
        **_new_due(case, due),
    }
    data = {
        "unit": unit.id,
        "responsible": responsible.id,
        "leader": leader.id if leader else None,
        "co_units": [case.facts.units[code].id for code in command.co_units],
        "due": due,
    }
    return Effect(changes, data)


def _received(case: Case) -> dict[str, Any]:
    """The fields of an assignment that is received. The chase starts here: what its plan would
    have held until now was never said to anybody, and nobody climbs the ladder for it."""
    return {"acknowledged_at": case.now, "plan_from": case.now}


def _acknowledge(case: Case) -> Effect:
    return Effect(_received(case))


def _decline(case: Case) -> Effect:
    # The unit stays on the item until another is named: its people still do not judge it.
    gone = {"responsible_id": None, "leader_id": None, **NO_HOLD}
    return Effect(gone, {"unit": case.item.unit_id, **_reason(case)})


def _report_progress(case: Case) -> Effect:
    command = _as(case, c.ReportProgress)
    return Effect({}, {"text": command.text, "percent": command.percent})


def _attach_evidence(case: Case) -> Effect:
    command = _as(case, c.AttachEvidence)
    data = {"sha256": command.sha256, "filename": command.filename, "size": command.size}
    return Effect(
        {"evidence": case.item.evidence + 1},
        {**data, "note": command.note, "round": case.item.round},
    )


def _request_extension(case: Case) -> Effect:
    due = _as(case, c.RequestExtension).due
    changes = {"extension_due": due, "extension_by": case.actor.id}
    return Effect(changes, {"due": due, "from": case.item.due, **_reason(case)})


def _grant_extension(case: Case) -> Effect:
    due = _as(case, c.GrantExtension).due or case.item.extension_due
    changes = {**_new_due(case, due), "extensions": case.item.extensions + 1}
    return Effect(changes, {"due": due, "from": case.item.due, "asked": case.item.extension_due})


def _refuse_extension(case: Case) -> Effect:
    return Effect(NO_REQUEST, {"asked": case.item.extension_due, **_reason(case)})


def _submit(case: Case) -> Effect:
    summary = _as(case, c.Submit).summary
    return Effect({"submitted_at": case.now, "passed_by": None, **NO_REQUEST}, {"summary": summary})


def _appoint(case: Case) -> Effect:
    verifier = case.facts.people[_as(case, c.Appoint).verifier]
    return Effect({"verifier_id": verifier.id}, {"verifier": verifier.id})


def _pass(case: Case) -> Effect:
    return Effect({"passed_by": case.actor.id}, {"finding": _as(case, c.Pass).finding})


def _fail(case: Case) -> Effect:
    changes = _next_round(case)
    return Effect(changes, {"due": changes["due"], **_reason(case)})


def _approve(case: Case) -> Effect:
    outcome = _as(case, c.Approve).outcome
    return Effect({"outcome": outcome}, {"outcome": outcome})


def _deny(case: Case) -> Effect:
    command = _as(case, c.Deny)
    if command.to == "verification":
        changes = {"stage": Stage.VERIFICATION, "passed_by": None}
        return Effect(changes, {"to": command.to, **_reason(case)})
    changes = {"stage": Stage.DEADLINE, **_next_round(case)}
    return Effect(changes, {"to": command.to, "due": changes["due"], **_reason(case)})


def _hold(case: Case) -> Effect:
    until = _as(case, c.Hold).until
    changes = {
        "on_hold": True,
        "hold_until": until,
        "held_at": case.now,
        "holds": case.item.holds + 1,
    }
    return Effect(changes, {"until": until, **_reason(case)})


def _clock_restarted(case: Case, at: datetime) -> dict[str, Any]:
    """The fields of a clock that has run again since ``at``: the same plan, as much later.

    What has fired stays fired and the rung reached stays reached, because the version of the
    deadline, which is part of every step's key, does not change.
    """
    return {
        "due": due_after_hold(case.item, at, case.calendar),
        "plan_from": plan_after_hold(case.item, at, case.calendar),
        **NO_HOLD,
    }


def _resume(case: Case) -> Effect:
    changes = _clock_restarted(case, case.now)
    return Effect(changes, {"due": changes["due"]})


def _reopen(case: Case) -> Effect:
    changes = {
        **(again := _next_round(case)),
        "due_original": again["due"],
        "life": case.item.life + 1,
        "outcome": None,
        "closed_at": None,
        "verifier_id": None,
    }
    return Effect(changes, {"due": changes["due"], "was": case.item.outcome, **_reason(case)})


def _withdraw(case: Case) -> Effect:
    return Effect({"outcome": Outcome.WITHDRAWN, **NO_HOLD, **NO_REQUEST}, _reason(case))


def _waive(case: Case) -> Effect:
    person = case.facts.people[_as(case, c.Waive).person]
    return Effect({"waived": person.id}, {"person": person.id, **_reason(case)})


def _comment(case: Case) -> Effect:
    return Effect({}, {"text": _as(case, c.Comment).text})


def _correct(case: Case) -> Effect:
    command = _as(case, c.Correct)
    texts = {
        field: text
        for field in ("description", "requirement", "complainant", "extra", "ledger")
        if (text := getattr(command, field, None)) is not None
    }
    changes = {} if command.title is None else {"title": command.title}
    # Who complained does not stand in a history that more people may read.
    told = {key: text for key, text in {**changes, **texts}.items() if key in _TOLD}
    return Effect(changes, {"fields": sorted({*changes, *texts}), **told}, None, texts)


_TOLD = frozenset({"title", "description", "requirement"})


def _record(case: Case) -> Effect:
    command = _as(case, c.Record)
    data = {"document": command.document, "serial": command.serial, "level": command.level}
    return Effect({}, {**data, "detail": command.detail, "round": case.item.round})


def _fire(case: Case) -> Effect:
    due = due_step(case.item, case.policy, case.calendar, case.now)
    assert due is not None, "never_early has let this pass"
    step = due.step
    keys = (*case.item.fired, step.key, *(s.key for s in due.overtaken))
    data: dict[str, Any] = {"step": step.kind.value, "level": step.level, "planned": step.at}
    if due.overtaken:
        data["skipped"] = [s.key for s in due.overtaken]
        data["why_skipped"] = "overtaken by a later or weightier step"
    return Effect({**_stepped(case, step), "fired": keys}, data, step.key)


def _stepped(case: Case, step: Step) -> dict[str, Any]:
    """What a step changes besides being fired."""
    kind, level = step.kind, step.level
    if kind is StepKind.RUNG:
        return {"stage": Stage.REMINDER, "level": level}
    if kind in (StepKind.REMIND, StepKind.OVERDUE, StepKind.OVERDUE_AGAIN):
        return {"stage": Stage.REMINDER}
    if kind is StepKind.DEEMED_RECEIVED:
        return {"stage": Stage.DEADLINE, **_received(case)}
    if kind is StepKind.HOLD_EXPIRED:
        # The clock runs from the end of the hold on, however late a sweep notices.
        return _clock_restarted(case, step.at)
    return {}


C = TypeVar("C", bound=c.Command)


def _as(case: Case, kind: type[C]) -> C:
    assert isinstance(case.command, kind)
    return case.command


EFFECTS: dict[str, Callable[[Case], Effect]] = {
    "screen": _screen,
    "accept": _accept,
    "reject": _reject,
    "merge": _merge,
    "transfer": _transfer,
    "assign": _assign,
    "acknowledge": _acknowledge,
    "decline": _decline,
    "report_progress": _report_progress,
    "attach_evidence": _attach_evidence,
    "request_extension": _request_extension,
    "grant_extension": _grant_extension,
    "refuse_extension": _refuse_extension,
    "submit": _submit,
    "appoint": _appoint,
    "pass": _pass,
    "fail": _fail,
    "approve": _approve,
    "deny": _deny,
    "hold": _hold,
    "resume": _resume,
    "reopen": _reopen,
    "withdraw": _withdraw,
    "waive": _waive,
    "comment": _comment,
    "correct": _correct,
    "relist": _correct,
    "record": _record,
    "fire": _fire,
}
