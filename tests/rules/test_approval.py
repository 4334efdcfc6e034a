"""The checklist for striking off, and what waits for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.approval import checked_lines, require_checklist
from rules.decide import Decision, decide
from rules.duties import is_independent
from rules.errors import Refusal
from rules.policy import Check
from rules.vocabulary import Stage
from rules.waiting import Matter, matters_of, since, waiting_for
from tests.cast import (
    COLLEAGUE,
    COORDINATOR,
    NOW,
    OUTSIDER,
    PEOPLE,
    SUPERVISOR,
    VERIFIER,
    calendar,
    item,
    policy,
)
from tests.rules.examples import LATER, example

LINES = (
    Check(code="seen", zh="材料已看", en="Evidence seen"),
    Check(code="kept", zh="机制已建", en="Measures kept"),
)
WITH = policy(closure_checklist=LINES)


def approve(*checked: str) -> Decision | Refusal:
    asked = example(Stage.CLOSURE, "approve", SUPERVISOR, {"checked": checked})
    return decide(replace(asked, policy=WITH))


@pytest.mark.parametrize("checked", [(), ("seen",), ("kept",), ("seen", "sean"), ("SEEN", "KEPT")])
def test_a_line_that_is_not_ticked_keeps_the_item_open(checked: tuple[str, ...]) -> None:
    refused = approve(*checked)
    assert isinstance(refused, Refusal)
    assert refused.rule == "RequireChecklist"
    assert "seen, kept" in refused.remedy
    assert ("Evidence seen" in refused.reason) is ("seen" not in checked)


@pytest.mark.parametrize("checked", [("seen", "kept"), ("kept", "seen", "seen", "more"),
                                     ("材料已看", " kept ")])  # fmt: skip
def test_what_was_ticked_stands_in_the_event_in_the_lists_order(checked: tuple[str, ...]) -> None:
    decision = approve(*checked)
    assert isinstance(decision, Decision)
    assert decision.event.data["checked"] == ["seen", "kept"]


def test_without_a_checklist_nothing_is_asked_for_and_nothing_is_told() -> None:
    asked = example(Stage.CLOSURE, "approve", SUPERVISOR, {"checked": ("seen",)})
    decision = decide(asked)
    assert isinstance(decision, Decision)
    assert dict(decision.event.data) == {"outcome": "rectified"}
    assert checked_lines(policy(), ["seen"]) == ()


def test_a_return_needs_no_ticks() -> None:
    asked = replace(example(Stage.CLOSURE, "deny", SUPERVISOR), policy=WITH)
    assert isinstance(decide(asked), Decision)
    assert require_checklist(asked) is not None, "asked of this command it would object"


ASKED = {"extension_due": LATER, "extension_at": NOW}
HOLD = {"hold_asked_until": LATER, "hold_asked_at": NOW}
CASES = [
    (Stage.CLOSURE, {}, {Matter.CLOSURE}),
    (Stage.VERIFICATION, {}, {Matter.VERIFICATION}),
    (Stage.VERIFICATION, {"verifier_id": None}, set()),
    (Stage.DEADLINE, {}, set()),
    (Stage.DEADLINE, ASKED, {Matter.EXTENSION}),
    (Stage.REMINDER, {**ASKED, **HOLD}, {Matter.EXTENSION, Matter.HOLD}),
    (Stage.ASSIGNMENT, HOLD, {Matter.HOLD}),
    (Stage.INTAKE, {}, set()),
    (Stage.CLOSED, {}, set()),
]


@pytest.mark.parametrize(("stage", "changes", "matters"), CASES)
def test_what_is_to_be_decided_follows_from_the_item(stage, changes, matters) -> None:
    state = item(stage, **changes)
    assert set(matters_of(state)) == matters
    deciders = {
        Matter.CLOSURE: {SUPERVISOR.id, 13},
        Matter.EXTENSION: {COORDINATOR.id, SUPERVISOR.id, 13},
        Matter.HOLD: {COORDINATOR.id, SUPERVISOR.id, 13},
        Matter.VERIFICATION: {VERIFIER.id},
    }
    for matter in Matter:
        found = {each.id for each in PEOPLE if matter in _for(state, each)}
        assert found == (deciders[matter] if matter in matters else set())


def _for(state, person):
    return waiting_for(state, person, NOW, policy(), calendar())


def test_nothing_waits_for_whoever_is_not_independent() -> None:
    state = item(Stage.CLOSURE)
    assert not is_independent(COLLEAGUE, state)
    assert _for(state, COLLEAGUE) == ()
    assert _for(state._replace(waived=COLLEAGUE.id), COLLEAGUE) == (Matter.CLOSURE,)
    assert _for(state, OUTSIDER) == ()
    assert _for(state._replace(passed_by=SUPERVISOR.id), SUPERVISOR) == ()


def test_a_stopped_clock_stops_closures_but_not_the_answer_to_a_request() -> None:
    held = {"on_hold": True, "hold_until": LATER, "held_at": NOW}
    assert _for(item(Stage.CLOSURE, **held), SUPERVISOR) == ()
    assert _for(item(Stage.DEADLINE, **held, **ASKED), SUPERVISOR) == (Matter.EXTENSION,)


def test_extensions_wait_for_the_office_that_the_policy_names() -> None:
    state, rules = item(Stage.DEADLINE, **ASKED), policy(extensions_decided_by="supervisors")
    assert waiting_for(state, COORDINATOR, NOW, rules, calendar()) == ()
    assert waiting_for(state, SUPERVISOR, NOW, rules, calendar()) == (Matter.EXTENSION,)


def test_a_matter_waits_since_it_was_asked_or_since_the_stage_began() -> None:
    state = item(Stage.REMINDER, **{**ASKED, "extension_at": NOW.replace(hour=1)})
    assert since(state, Matter.EXTENSION) == NOW.replace(hour=1)
    assert since(state, Matter.CLOSURE) == state.stage_since
