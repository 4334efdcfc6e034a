"""What an accepted command changes of an item, field by field, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rules.decide import Decision, decide
from rules.item import ItemState
from rules.policy import Limit
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
    TODAY,
    VERIFIER,
    at,
    policy,
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
    "served": 1,
    "confirmed": 1,
    "rung_at": NOW,
    "ladder_from": NOW,
    "stay_until": LATER,
    "submitted_at": NOW,
    "verifier_id": VERIFIER.id,
}
"""An item that has been through things."""
LADDER = policy().ladder
NO_RUNG = {"level": 0, "served": 0, "confirmed": 0, "rung_at": None, "ladder_from": None}
FRESH = {
    "fired": (), "evidence": 0, "extensions": 0, "waived": None, "level": 0, "submitted_at": None,
    "passed_by": None, "round": 2, "due_version": 2, "stay_until": None, **NO_RUNG,
}  # fmt: skip
"""How a new round begins."""
CLEARED = {"extension_due": None, "extension_by": None, "extension_at": None}
NOT_ASKED = {"hold_asked_until": None, "hold_asked_by": None, "hold_asked_at": None}
ASKED_HOLD = {
    "hold_asked_until": LATER, "hold_asked_by": RESPONSIBLE.id, "hold_asked_at": NOW,
}  # fmt: skip
SERVED = policy(
    ladder=tuple(r.model_copy(update={"served": True, "minutes": r.after == 5}) for r in LADDER)
)
TOMORROW = NOW + timedelta(days=1)

STORIES: list[tuple[str, Stage, str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # what is told, stage, command, giver, fields, before, every field that changes
    ("accepting puts the category right by its code", Stage.INTAKE, "accept", "C",
     {"category": "案卷", "severity": Severity.MAJOR}, {},
     {"category": "files", "severity": Severity.MAJOR}),
    ("accepting may leave all as it is", Stage.INTAKE, "accept", "C", {}, {}, {}),
    ("assigning again starts from an empty desk", Stage.REMINDER, "assign", "C",
     {"unit": "court", "responsible": "co-worker", "leader": "", "co_units": ("parallel",)},
     {**WORN, **ASKED_HOLD, "acknowledged_at": NOW, "extension_due": LATER,
      "extension_by": LEADER.id, "unreachable": True},
     {"unit_id": COURT.id, "unit_path": COURT.path, "co_unit_paths": (PARALLEL.path,),
      "responsible_id": CO_WORKER.id, "leader_id": None, "verifier_id": None, "waived": None,
      "acknowledged_at": None, "due_version": 2, "stay_until": None, "unreachable": False,
      **NO_RUNG, **CLEARED, **NOT_ASKED}),
    ("acknowledging", Stage.ASSIGNMENT, "acknowledge", "L", {}, {"acknowledged_at": None},
     {"acknowledged_at": NOW}),
    ("evidence is counted", Stage.DEADLINE, "attach_evidence", "R", {}, {"evidence": 3},
     {"evidence": 4}),
    ("asking for time", Stage.DEADLINE, "request_extension", "L", {}, WORN,
     {"extension_due": LATER, "extension_by": LEADER.id, "extension_at": NOW, "asks": 1}),
    ("granting time counts it and forgets the rung", Stage.REMINDER, "grant_extension", "S", {},
     WORN, {"due": LATER, "due_version": 2, "extensions": 2, **NO_RUNG, **CLEARED}),
    ("refusing time", Stage.DEADLINE, "refuse_extension", "C", {}, WORN, CLEARED),
    ("submitting withdraws the open request", Stage.DEADLINE, "submit", "R", {},
     {"extension_due": LATER, "extension_by": RESPONSIBLE.id, **ASKED_HOLD},
     {"submitted_at": NOW, **CLEARED, **NOT_ASKED}),
    ("declining withdraws the request for a hold", Stage.ASSIGNMENT, "decline", "R", {},
     {**ASKED_HOLD, "unreachable": True},
     {"responsible_id": None, "leader_id": None, "unreachable": False, **NOT_ASKED}),
    ("serving where nothing waits for it", Stage.REMINDER, "serve", "C", {}, {"ladder_from": NOW},
     {"served": 2}),
    ("confirming is serving", Stage.REMINDER, "confirm", "L", {}, {},
     {"confirmed": 2, "served": 2}),
    ("confirming what was served", Stage.REMINDER, "confirm", "R", {}, {"served": 2},
     {"confirmed": 2}),
    ("a stay", Stage.REMINDER, "stay", "S", {}, WORN, {}),
    ("a longer stay", Stage.REMINDER, "stay", "S", {"until": LATER}, {"stay_until": TODAY},
     {"stay_until": LATER}),
    ("a lifted stay was over yesterday", Stage.DEADLINE, "lift_stay", "S", {}, WORN,
     {"stay_until": TODAY - timedelta(days=1)}),
    ("asking for a hold", Stage.REMINDER, "request_hold", "R", {}, WORN, ASKED_HOLD),
    ("refusing a hold", Stage.REMINDER, "refuse_hold", "S", {}, WORN, NOT_ASKED),
    ("contact lost", Stage.REMINDER, "lose_contact", "P", {}, WORN, {"unreachable": True}),
    ("contact regained", Stage.REMINDER, "regain_contact", "P", {}, {},
     {"unreachable": False, "ladder_from": NOW}),
    ("a calendar that has changed moves both estimates", Stage.REMINDER, "recompute", "P", {},
     WORN, {"due": LATER, "due_original": LATER}),
    ("a calendar that has changed moves no original of its own", Stage.REMINDER, "recompute", "P",
     {}, {**WORN, "due_original": TODAY}, {"due": LATER}),
    ("a calendar that has changed overtakes a request", Stage.REMINDER, "recompute", "P", {},
     {"extension_due": LATER, "extension_by": LEADER.id, "extension_at": NOW},
     {"due": LATER, "due_original": LATER, **CLEARED}),
    ("another policy keeps what has fired and the rung, as far as it has one", Stage.REMINDER,
     "adopt", "P", {},
     {**WORN, "level": 4, "served": 3, "fired": ("chase/remind-3/r1.d1", "progress/1/r1.d1")},
     {"due_version": 2, "level": 2, "served": 2,
      "fired": ("chase/remind-3/r1.d2", "progress/1/r1.d1")}),
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
    ("a hold grants what was asked for", Stage.REMINDER, "hold", "S", {"until": None, "reason": ""},
     ASKED_HOLD,
     {"on_hold": True, "hold_until": LATER, "held_at": NOW, "holds": 1, **NOT_ASKED}),
    *((f"{command} moves nothing", Stage.DEADLINE, command, giver, {}, WORN, {})
      for command, giver in (("comment", "L"), ("report_progress", "R"), ("record", "P"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "command", "giver", "fields", "before", "after"),
    [story[1:] for story in STORIES],
    ids=[story[0] for story in STORIES],
)
def test_a_command_changes_just_what_it_says(stage, command, giver, fields, before, after) -> None:
    due = {"plan_from", "due", "due_original", "due_from"}
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


# Service, where the ladder waits for it


@pytest.mark.parametrize(
    ("fields", "before", "ladder_from"),
    [
        ({}, None, NOW),
        ({}, TOMORROW, TOMORROW),  # the clock was set back: nothing comes sooner for it
        ({"on": TODAY}, None, NOW),
        ({"on": TODAY - timedelta(days=1)}, None, at("2026-03-09 09:00")),
        ({"on": TODAY - timedelta(days=1)}, at("2026-03-09 11:00"), at("2026-03-09 11:00")),
    ],
)
def test_the_gap_to_the_next_rung_counts_from_service(fields, before, ladder_from) -> None:
    changes = {"ladder_from": before, "stage_since": at("2026-03-02 09:00")}
    asked = example(Stage.REMINDER, "serve", GIVERS["C"], fields, changes)
    decision = decide(replace(asked, policy=SERVED))
    assert isinstance(decision, Decision)
    assert difference(asked.item, decision.item) == {
        field: value
        for field, value in {"served": 2, "ladder_from": ladder_from}.items()
        if getattr(asked.item, field) != value
    }
    assert decision.event.data["on"] == fields.get("on", TODAY)


def test_nothing_counts_from_the_service_of_the_last_rung() -> None:
    asked = example(Stage.REMINDER, "serve", GIVERS["C"], None, {"level": 4, "ladder_from": None})
    decision = decide(replace(asked, policy=SERVED))
    assert isinstance(decision, Decision)
    assert difference(asked.item, decision.item) == {"served": 4}


def test_who_confirms_an_invitation_has_not_been_interviewed_yet() -> None:
    asked = example(Stage.REMINDER, "confirm", GIVERS["R"])
    decision = decide(replace(asked, policy=SERVED))
    assert isinstance(decision, Decision)
    assert difference(asked.item, decision.item) == {"confirmed": 2}
    assert decision.event.data == {"level": 2, "served": False}


# What a hold interrupts goes on where it stood


def resumed(now: str, **changes: Any) -> dict[str, Any]:
    """What changes when the clock runs again after a hold from Thursday 12 March."""
    held = {"on_hold": True, "hold_until": date(2026, 3, 31), "held_at": at("2026-03-12 10:00")}
    asked = example(Stage.REMINDER, "resume", GIVERS["C"], None, {**held, **changes}, at(now))
    decision = decide(asked)
    assert isinstance(decision, Decision)
    return difference(asked.item, decision.item)


@pytest.mark.parametrize("field", ["rung_at", "ladder_from", "extension_at"])
def test_what_is_counted_from_before_a_hold_is_counted_on_after_it(field: str) -> None:
    asked = {"extension_due": date(2026, 6, 1), "extension_by": RESPONSIBLE.id}
    begun = {"extension_at": None, **asked, field: at("2026-03-10 15:00")}
    # From 12 to 20 March six working days have passed; the sixth after 10 March is the 18th.
    assert resumed("2026-03-20 10:00", **begun)[field] == at("2026-03-18 15:00")
    # What begins during the hold stands still from then on: on 16 March, for four days.
    begun[field] = at("2026-03-16 15:00")
    assert resumed("2026-03-20 10:00", **begun)[field] == at("2026-03-20 15:00")
    assert field not in resumed("2026-03-16 16:00", **begun)


def test_a_worked_out_deadline_remembers_by_how_much_holds_have_moved_it() -> None:
    assert resumed("2026-03-20 10:00", due_from=TODAY, due_held=2)["due_held"] == 8
    assert "due_held" not in resumed("2026-03-20 10:00", due_held=0)


def test_a_hold_that_reaches_the_day_asked_for_overtakes_the_request() -> None:
    asked = {"extension_by": RESPONSIBLE.id, "extension_at": NOW}
    due = date(2026, 4, 6)  # six working days after the deadline
    assert resumed("2026-03-20 10:00", extension_due=due, **asked)["extension_due"] is None
    later = resumed("2026-03-20 10:00", extension_due=date(2026, 4, 7), **asked)
    assert "extension_due" not in later


# Deadlines that were worked out


def test_a_deadline_says_from_where_it_was_worked_out() -> None:
    assert due_of("assign") == (date(2026, 3, 24), TODAY, 0)
    assert due_of("assign", {"due": LATER}) == (LATER, None, 0)
    ahead = {"due_from": date(2026, 3, 1), "due_held": 3, "due": LATER}
    assert due_of("assign", None, ahead) == (LATER, date(2026, 3, 1), 3)
    extended = {**ahead, "due": TODAY, "extension_due": LATER}
    assert due_of("grant_extension", None, extended) == (LATER, None, 0)


def due_of(command: str, fields: Any = None, changes: Any = None) -> tuple[Any, ...]:
    """The deadline after a command on an item whose own has passed, and how it came about."""
    state = {"due": TODAY - timedelta(days=1), **NEEDED.get(command, {}), **(changes or {})}
    decision = decide(example(Stage.REMINDER, command, GIVERS["C"], fields, state))
    assert isinstance(decision, Decision)
    return decision.item.due, decision.item.due_from, decision.item.due_held


def test_another_limit_for_the_severity_leaves_the_deadline_as_it_is() -> None:
    changes = {"due_from": TODAY, "severity": Severity.GENERAL}
    asked = example(Stage.DEADLINE, "adopt", GIVERS["P"], None, changes)
    same = decide(asked)
    assert isinstance(same, Decision)
    assert (same.item.due, same.item.due_from) == (asked.item.due, TODAY)
    other = policy(limits={**policy().limits, Severity.GENERAL: Limit(days=7)})
    found = decide(replace(asked, policy=other))
    assert isinstance(found, Decision)
    assert (found.item.due, found.item.due_from) == (asked.item.due, TODAY)


def test_an_item_goes_on_under_the_policy_it_has_adopted() -> None:
    asked = example(Stage.DEADLINE, "adopt", GIVERS["P"], {"by": "coordinator"})
    decision = decide(asked)
    assert isinstance(decision, Decision)
    assert decision.texts == {"policy_id": 2}
    assert decision.next_action_at == at("2026-03-20 09:00")  # its first reminder: five days before
    assert decision.event.data == {"policy": "other@2", "from": "test@1", "by": "coordinator"}
