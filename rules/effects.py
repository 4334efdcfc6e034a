"""What an accepted command changes: one short function a command, looked up by its name.

An effect returns the fields of the item that change and what the event says; the stage is among
the fields only where the lifecycle table offers a choice. Nothing here refuses anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules import commands as c
from rules import ladder_effects as ladder
from rules import seat_effects as seats
from rules import time_effects as time
from rules.approval import checked_lines
from rules.case import Case
from rules.effect import (
    NEW_ROUND,
    NO_HOLD,
    NO_HOLD_REQUEST,
    NO_REQUEST,
    Effect,
    due_to_set,
    given,
    new_due,
    reason,
)
from rules.fire_effect import fire, received
from rules.vocabulary import Outcome, Stage


def _next_round(case: Case) -> dict[str, Any]:
    due = due_to_set(case)
    return {**NEW_ROUND, **new_due(case, due), "round": case.item.round + 1}


def _screen(case: Case) -> Effect:
    command = given(case, c.Screen)
    found = {"duplicates": list(command.duplicates), "missing": list(command.missing)}
    return Effect({}, found)


def _accept(case: Case) -> Effect:
    command = given(case, c.Accept)
    category = case.policy.category(command.category or case.item.category)
    code = category.code if category else case.item.category
    severity = command.severity or case.item.severity
    told = {"category": code, "severity": severity}
    # A deadline that the limit of another severity gave is not worked out again by this one's.
    changes = told if severity is case.item.severity else {**told, "due_from": None}
    return Effect(changes, told)


def _reject(case: Case) -> Effect:
    return Effect({"outcome": Outcome.UNSUBSTANTIATED}, reason(case))


def _merge(case: Case) -> Effect:
    into = given(case, c.Merge).into
    return Effect({"outcome": Outcome.MERGED}, {"into": into, **reason(case)})


def _transfer(case: Case) -> Effect:
    to = given(case, c.Transfer).to
    return Effect({"outcome": Outcome.TRANSFERRED}, {"to": to, **reason(case)})


def _assign(case: Case) -> Effect:
    command, item = given(case, c.Assign), case.item
    unit = case.facts.units[command.unit]
    responsible = case.facts.people[command.responsible]
    leader = case.facts.people[command.leader] if command.leader else None
    paths = tuple(case.facts.units[code].path for code in command.co_units)
    due = due_to_set(case)
    changes = {
        "unit_id": unit.id,
        "unit_path": unit.path,
        "co_unit_paths": paths,
        "responsible_id": responsible.id,
        "leader_id": leader.id if leader else None,
        "verifier_id": None,
        "waived": None,
        "acknowledged_at": None,
        "stay_until": None,
        "unreachable": False,
        "due_original": item.due_original or due.due,
        **new_due(case, due),
        **NO_HOLD_REQUEST,
    }
    data = {
        "unit": unit.id,
        "responsible": responsible.id,
        "leader": leader.id if leader else None,
        "co_units": [case.facts.units[code].id for code in command.co_units],
        "due": due.due,
    }
    return Effect(changes, data)


def _acknowledge(case: Case) -> Effect:
    return Effect(received(case))


def _decline(case: Case) -> Effect:
    # The unit stays on the item until another is named: its people still do not judge it.
    nobody = {"responsible_id": None, "leader_id": None, "unreachable": False}
    gone = {**nobody, **NO_HOLD, **NO_HOLD_REQUEST}
    return Effect(gone, {"unit": case.item.unit_id, **reason(case)})


def _report_progress(case: Case) -> Effect:
    command = given(case, c.ReportProgress)
    return Effect({}, {"text": command.text, "percent": command.percent})


def _attach_evidence(case: Case) -> Effect:
    command = given(case, c.AttachEvidence)
    data = {"sha256": command.sha256, "filename": command.filename, "size": command.size}
    return Effect(
        {"evidence": case.item.evidence + 1},
        {**data, "note": command.note, "round": case.item.round},
    )


def _submit(case: Case) -> Effect:
    summary = given(case, c.Submit).summary
    gone = {**NO_REQUEST, **NO_HOLD_REQUEST}
    return Effect({"submitted_at": case.now, "passed_by": None, **gone}, {"summary": summary})


def _appoint(case: Case) -> Effect:
    verifier = case.facts.people[given(case, c.Appoint).verifier]
    return Effect({"verifier_id": verifier.id}, {"verifier": verifier.id})


def _pass(case: Case) -> Effect:
    return Effect({"passed_by": case.actor.id}, {"finding": given(case, c.Pass).finding})


def _fail(case: Case) -> Effect:
    changes = _next_round(case)
    return Effect(changes, {"due": changes["due"], **reason(case)})


def _approve(case: Case) -> Effect:
    command = given(case, c.Approve)
    told = {"outcome": command.outcome}
    ticked = [line.code for line in checked_lines(case.policy, command.checked)]
    return Effect(told, {**told, "checked": ticked} if ticked else told)


def _deny(case: Case) -> Effect:
    command = given(case, c.Deny)
    if command.to == "verification":
        changes = {"stage": Stage.VERIFICATION, "passed_by": None}
        return Effect(changes, {"to": command.to, **reason(case)})
    changes = {"stage": Stage.DEADLINE, **_next_round(case)}
    return Effect(changes, {"to": command.to, "due": changes["due"], **reason(case)})


def _reopen(case: Case) -> Effect:
    changes = {
        **(again := _next_round(case)),
        "due_original": again["due"],
        "life": case.item.life + 1,
        "outcome": None,
        "closed_at": None,
        "verifier_id": None,
    }
    return Effect(changes, {"due": changes["due"], "was": case.item.outcome, **reason(case)})


def _withdraw(case: Case) -> Effect:
    gone = {**NO_HOLD, **NO_REQUEST, **NO_HOLD_REQUEST}
    return Effect({"outcome": Outcome.WITHDRAWN, **gone}, reason(case))


def _waive(case: Case) -> Effect:
    person = case.facts.people[given(case, c.Waive).person]
    return Effect({"waived": person.id}, {"person": person.id, **reason(case)})


def _comment(case: Case) -> Effect:
    return Effect({}, {"text": given(case, c.Comment).text})


def _correct(case: Case) -> Effect:
    command = given(case, c.Correct)
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
    command = given(case, c.Record)
    data = {"document": command.document, "serial": command.serial, "level": command.level}
    return Effect({}, {**data, "detail": command.detail, "round": case.item.round})


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
    "request_extension": time.request_extension,
    "grant_extension": time.grant_extension,
    "refuse_extension": time.refuse_extension,
    "serve": ladder.serve,
    "confirm": ladder.confirm,
    "stay": ladder.stay,
    "lift_stay": ladder.lift_stay,
    "submit": _submit,
    "appoint": _appoint,
    "pass": _pass,
    "fail": _fail,
    "approve": _approve,
    "deny": _deny,
    "request_hold": time.request_hold,
    "hold": time.hold,
    "refuse_hold": time.refuse_hold,
    "resume": time.resume,
    "reopen": _reopen,
    "withdraw": _withdraw,
    "waive": _waive,
    "comment": _comment,
    "correct": _correct,
    "relist": _correct,
    "reseat": seats.reseat,
    "record": _record,
    "lose_contact": ladder.lose_contact,
    "regain_contact": ladder.regain_contact,
    "recompute": time.recompute,
    "adopt": time.adopt,
    "fire": fire,
}
