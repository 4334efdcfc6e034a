"""Every pair of stage and command against a table written by hand, and what each row promises."""

from __future__ import annotations

import pytest

from rules.commands import COMMANDS
from rules.decide import Decision, decide, refusal_for
from rules.duties import Relation
from rules.errors import Refusal
from rules.events import PAST
from rules.item import SYSTEM
from rules.lifecycle import PERMITTED, TABLE, commands_in
from rules.vocabulary import Outcome, Role, Stage
from tests.cast import (
    AUDITOR,
    COLLEAGUE,
    COORDINATOR,
    COURT,
    LEADER,
    NOBODY,
    NOW,
    OUTSIDER,
    RESPONSIBLE,
    SUPERVISOR,
    VERIFIER,
    VIEWER,
    at,
    case,
    item,
    person,
)
from tests.rules.examples import FIELDS, GIVERS, LONG_AFTER, NEEDED, example, in_bureau
from tests.rules.golden import CELLS, Cell

ALLOWED = [cell for cell in CELLS if cell.goals]
ABSENT = [cell for cell in CELLS if not cell.goals]
GIVEN = [(cell, letter) for cell in ALLOWED for letter in cell.who.replace("A", "CSVRL")]
LETTERS = {
    "C": Relation.COORDINATOR,
    "S": Relation.SUPERVISOR,
    "V": Relation.VERIFIER,
    "R": Relation.RESPONSIBLE,
    "L": Relation.LEADER,
    "P": Relation.SYSTEM,
    "H": Relation.HELPER,
    "A": Relation.INVOLVED,
}


def named(value: object) -> str | None:
    """A readable test id."""
    if isinstance(value, Cell):
        return f"{value.stage}-{value.command}"
    return None


def test_the_hand_written_table_has_every_pair_once() -> None:
    pairs = [(cell.stage, cell.command) for cell in CELLS]
    assert len(pairs) == len(Stage) * len(COMMANDS) == 7 * 41
    assert set(pairs) == {(stage, command) for stage in Stage for command in COMMANDS}


def test_the_table_permits_exactly_what_the_hand_written_one_does() -> None:
    assert {(row.stage, row.command) for row in TABLE} == {(c.stage, c.command) for c in ALLOWED}
    assert len(PERMITTED) == len(TABLE), "a pair stands in the table twice"


@pytest.mark.parametrize("cell", ALLOWED, ids=named)
def test_a_row_leads_where_and_is_given_by_whom_the_hand_written_one_says(cell: Cell) -> None:
    row = PERMITTED[cell.stage, cell.command]
    assert row.to == cell.goals
    assert row.who == {LETTERS[letter] for letter in cell.who}


@pytest.mark.parametrize("cell", [c for c in ABSENT if c.command != "register"], ids=named)
def test_a_pair_outside_the_table_is_refused_whoever_asks(cell: Cell) -> None:
    for actor in (*GIVERS.values(), COLLEAGUE, VIEWER):
        for now in (NOW, LONG_AFTER):
            asked = example(cell.stage, cell.command, actor, now=now)
            refused = decide(asked)
            assert isinstance(refused, Refusal)
            assert refused.rule == "FollowTheLifecycle"
            assert refusal_for(asked) == refused
            assert asked.item.ref in refused.reason
            assert cell.command in refused.reason


@pytest.mark.parametrize("stage", Stage)
def test_the_refusal_of_an_absent_pair_names_what_a_person_may_do_there(stage: Stage) -> None:
    refused = decide(case(item(stage), COMMANDS["register"](title="x"), COORDINATOR))
    assert isinstance(refused, Refusal)
    for command in commands_in(stage):
        assert (command in refused.remedy) == (
            command
            not in {
                "screen",
                "relist",
                "reseat",
                "record",
                "lose_contact",
                "regain_contact",
                "recompute",
                "adopt",
                "fire",
            }
        )


@pytest.mark.parametrize(("cell", "letter"), GIVEN, ids=named)
def test_everybody_named_in_a_row_can_really_give_the_command(cell: Cell, letter: str) -> None:
    state = in_bureau(cell.stage)._replace(**HELPED, **NEEDED.get(cell.command, {}))
    command = COMMANDS[cell.command](**FIELDS[cell.command])
    asked = case(state, command, GIVERS[letter], LONG_AFTER if cell.command == "fire" else NOW)
    decision = decide(asked)
    assert isinstance(decision, Decision), decision
    assert refusal_for(asked) is None
    assert decision.item.stage in cell.goals
    assert decision.event.kind == PAST[cell.command]
    assert decision.item.version == asked.item.version + 1


DENY = "deny", Stage.CLOSURE, SUPERVISOR
FIRE_A = "fire", Stage.ASSIGNMENT, SYSTEM
FIRE_D = "fire", Stage.DEADLINE, SYSTEM


@pytest.mark.parametrize(
    ("what", "fields", "now", "goal"),
    [
        (DENY, {}, NOW, Stage.VERIFICATION),
        (DENY, {"to": "verification"}, NOW, Stage.VERIFICATION),
        (DENY, {"to": "deadline"}, NOW, Stage.DEADLINE),
        (FIRE_A, {}, at("2026-03-13 09:00"), Stage.ASSIGNMENT),
        (FIRE_A, {}, at("2026-03-17 09:00"), Stage.DEADLINE),
        (FIRE_D, {}, at("2026-03-24 09:00"), Stage.REMINDER),
    ],
)
def test_where_a_row_offers_a_choice_each_goal_is_reached(what, fields, now, goal) -> None:
    command, stage, actor = what
    decision = decide(example(stage, command, actor, fields, now=now))
    assert isinstance(decision, Decision), decision
    assert decision.item.stage is goal


STRANGERS = {
    "from elsewhere": OUTSIDER,
    "without a role": NOBODY,
    "no longer active": COORDINATOR._replace(active=False),
    "a responsible person no longer active": RESPONSIBLE._replace(active=False),
}
READERS = {
    "a viewer": VIEWER,
    "an auditor": AUDITOR,
    "a viewer of the co-unit": person(41, "reader", COURT, (Role.VIEWER, COURT)),
}
HELPED = {"co_unit_paths": (COURT.path,)}


@pytest.mark.parametrize("cell", ALLOWED, ids=named)
def test_nobody_else_holds_the_duty(cell: Cell) -> None:
    changes = {**HELPED, "verifier_id": VERIFIER.id, **NEEDED.get(cell.command, {})}
    state = in_bureau(cell.stage)._replace(**changes)
    command = COMMANDS[cell.command](**FIELDS[cell.command])
    may = set(cell.who.replace("A", "CSVRL"))
    for letter, actor in GIVERS.items():
        refused = refusal_for(case(state, command, actor, LONG_AFTER))
        lacks_duty = refused is not None and refused.rule == "HoldTheDuty"
        assert lacks_duty == (letter not in may), (letter, refused)
    for actor in STRANGERS.values():
        refused = decide(case(state, command, actor, LONG_AFTER))
        assert isinstance(refused, Refusal)
        assert refused.rule == "HoldTheDuty"
        assert actor.code in refused.reason
    for actor in READERS.values():
        refused = refusal_for(case(state, command, actor, LONG_AFTER))
        assert refused is not None
        assert refused.rule == "HoldTheDuty"


def test_what_the_refusal_of_a_duty_says_names_who_may() -> None:
    refused = decide(example(Stage.DEADLINE, "submit", COORDINATOR))
    assert isinstance(refused, Refusal)
    assert refused.remedy == "It takes its responsible person or its leader."


@pytest.mark.parametrize(
    ("stage", "command", "actor", "fields", "outcome"),
    [
        (Stage.INTAKE, "reject", COORDINATOR, {}, Outcome.UNSUBSTANTIATED),
        (Stage.INTAKE, "merge", COORDINATOR, {}, Outcome.MERGED),
        (Stage.INTAKE, "transfer", COORDINATOR, {}, Outcome.TRANSFERRED),
        (Stage.CLOSURE, "approve", SUPERVISOR, {}, Outcome.RECTIFIED),
        (Stage.CLOSURE, "approve", SUPERVISOR, {"outcome": Outcome.LONG_TERM}, Outcome.LONG_TERM),
        (Stage.REMINDER, "withdraw", SUPERVISOR, {}, Outcome.WITHDRAWN),
    ],
)
def test_every_way_to_close_leaves_its_own_outcome(stage, command, actor, fields, outcome) -> None:
    decision = decide(example(stage, command, actor, fields))
    assert isinstance(decision, Decision)
    assert (decision.item.stage, decision.item.outcome) == (Stage.CLOSED, outcome)
    assert decision.item.closed_at == NOW


def test_a_whole_straight_life_is_accepted() -> None:
    state = item(Stage.INTAKE)
    story = [
        ("accept", COORDINATOR), ("assign", COORDINATOR), ("acknowledge", RESPONSIBLE),
        ("report_progress", RESPONSIBLE), ("attach_evidence", LEADER), ("submit", RESPONSIBLE),
        ("appoint", COORDINATOR), ("pass", VERIFIER), ("approve", SUPERVISOR),
    ]  # fmt: skip
    seen = [state.stage]
    for name, actor in story:
        decision = decide(case(state, COMMANDS[name](**FIELDS[name]), actor))
        assert isinstance(decision, Decision), (name, decision)
        state = decision.item
        if state.stage is not seen[-1]:
            seen.append(state.stage)
    assert seen == [
        Stage.INTAKE, Stage.ASSIGNMENT, Stage.DEADLINE, Stage.VERIFICATION, Stage.CLOSURE,
        Stage.CLOSED,
    ]  # fmt: skip
    assert (state.outcome, state.version, state.moves) == (Outcome.RECTIFIED, 10, 7)
