"""What an accepted command changes of an item, field by field, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from rules.decide import Decision, decide
from rules.item import ItemState
from rules.vocabulary import Severity, Stage
from tests.cast import (
    BUREAU,
    CO_WORKER,
    COLLEAGUE,
    COURT,
    LEADER,
    NOW,
    PARALLEL,
    RESPONSIBLE,
    SUPERVISOR,
    VERIFIER,
)
from tests.rules.examples import GIVERS, LATER, NEEDED, example

COUNTERS = {"version", "moves", "stage", "stage_since"}
"""What every command may change; the lifecycle's own tests look after it."""

WORN: dict[str, Any] = {
    "fired": ("chase/remind-3/r1.d1",),
    "evidence": 3,
    "extensions": 1,
    "waived": COLLEAGUE.id,
    "level": 2,
    "submitted_at": NOW,
    "verifier_id": VERIFIER.id,
}
"""An item that has been through things."""
FRESH = {
    "fired": (), "evidence": 0, "extensions": 0, "waived": None, "level": 0, "submitted_at": None,
    "passed_by": None, "round": 2, "due_version": 2,
}  # fmt: skip
"""How a new round begins."""
CLEARED = {"extension_due": None, "extension_by": None}

STORIES: list[tuple[str, Stage, str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # what is told, stage, command, giver, fields, before, every field that changes
    ("accepting puts the category right by its code", Stage.INTAKE, "accept", "C",
     {"category": "案卷", "severity": Severity.MAJOR}, {},
     {"category": "files", "severity": Severity.MAJOR}),
    ("accepting may leave all as it is", Stage.INTAKE, "accept", "C", {}, {}, {}),
    ("assigning again starts from an empty desk", Stage.REMINDER, "assign", "C",
     {"unit": "court", "responsible": "co-worker", "leader": "", "co_units": ("parallel",)},
     {**WORN, "acknowledged_at": NOW, "extension_due": LATER, "extension_by": LEADER.id},
     {"unit_id": COURT.id, "unit_path": COURT.path, "co_unit_paths": (PARALLEL.path,),
      "responsible_id": CO_WORKER.id, "leader_id": None, "verifier_id": None, "waived": None,
      "acknowledged_at": None, "level": 0, "due_version": 2, **CLEARED}),
    ("acknowledging", Stage.ASSIGNMENT, "acknowledge", "L", {}, {"acknowledged_at": None},
     {"acknowledged_at": NOW}),
    ("evidence is counted", Stage.DEADLINE, "attach_evidence", "R", {}, {"evidence": 3},
     {"evidence": 4}),
    ("asking for time", Stage.DEADLINE, "request_extension", "L", {}, WORN,
     {"extension_due": LATER, "extension_by": LEADER.id}),
    ("granting time counts it and forgets the rung", Stage.REMINDER, "grant_extension", "S", {},
     WORN, {"due": LATER, "due_version": 2, "extensions": 2, "level": 0, **CLEARED}),
    ("refusing time", Stage.DEADLINE, "refuse_extension", "C", {}, WORN, CLEARED),
    ("submitting withdraws the open request", Stage.DEADLINE, "submit", "R", {},
     {"extension_due": LATER, "extension_by": RESPONSIBLE.id}, {"submitted_at": NOW, **CLEARED}),
    ("appointing", Stage.VERIFICATION, "appoint", "P", {"verifier": "supervisor"}, WORN,
     {"verifier_id": SUPERVISOR.id}),
    ("passing", Stage.VERIFICATION, "pass", "V", {}, WORN, {"passed_by": VERIFIER.id}),
    ("a return begins a round and keeps the verifier", Stage.VERIFICATION, "fail", "V", {}, WORN,
     FRESH),
    ("a denial to work begins a round", Stage.CLOSURE, "deny", "S", {"to": "deadline"}, WORN,
     FRESH),
    ("a denial to verification does not", Stage.CLOSURE, "deny", "S", {}, WORN,
     {"passed_by": None}),
    ("a relapse begins a life and has no verifier yet", Stage.CLOSED, "reopen", "C", {}, WORN,
     {**FRESH, "life": 2, "outcome": None, "closed_at": None, "verifier_id": None}),
    ("waiving", Stage.DEADLINE, "waive", "S", {}, {}, {"waived": COLLEAGUE.id}),
    ("a hold is counted", Stage.DEADLINE, "hold", "C", {}, {"holds": 2},
     {"on_hold": True, "hold_until": LATER, "held_at": NOW, "holds": 3}),
    *((f"{command} moves nothing", Stage.DEADLINE, command, giver, {}, WORN, {})
      for command, giver in (("comment", "L"), ("report_progress", "R"), ("record", "P"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "command", "giver", "fields", "before", "after"),
    [story[1:] for story in STORIES],
    ids=[story[0] for story in STORIES],
)
def test_a_command_changes_just_what_it_says(stage, command, giver, fields, before, after) -> None:
    due = {"plan_from", "due", "due_original"}
    asked = example(stage, command, GIVERS[giver], fields, {**NEEDED.get(command, {}), **before})
    decision = decide(asked)
    assert isinstance(decision, Decision), decision
    changed = difference(asked.item, decision.item)
    assert {key: value for key, value in changed.items() if key not in due - after.keys()} == {
        key: value for key, value in after.items() if getattr(asked.item, key) != value
    }


def difference(old: ItemState, new: ItemState) -> dict[str, Any]:
    """The fields that changed, but for the counters."""
    return {
        field: getattr(new, field)
        for field in ItemState._fields
        if field not in COUNTERS and getattr(new, field) != getattr(old, field)
    }


def test_the_plan_starts_anew_with_every_new_deadline() -> None:
    for stage, command, giver in (
        (Stage.REMINDER, "assign", "C"), (Stage.REMINDER, "grant_extension", "C"),
        (Stage.VERIFICATION, "fail", "V"), (Stage.CLOSED, "reopen", "C"),
        (Stage.ASSIGNMENT, "acknowledge", "R"),
    ):  # fmt: skip
        asked = example(stage, command, GIVERS[giver], None, {
            **NEEDED.get(command, {}), "plan_from": NOW.replace(year=2025)})  # fmt: skip
        decision = decide(asked)
        assert isinstance(decision, Decision)
        assert decision.item.plan_from == NOW


def test_the_event_of_an_assignment_names_everybody_by_their_numbers() -> None:
    fields = {"co_units": ("court", "parallel")}
    decision = decide(example(Stage.ASSIGNMENT, "assign", GIVERS["C"], fields))
    assert isinstance(decision, Decision)
    data = decision.event.data
    assert (data["unit"], data["responsible"], data["leader"], data["co_units"]) == (
        BUREAU.id, RESPONSIBLE.id, LEADER.id, [COURT.id, PARALLEL.id],
    )  # fmt: skip
