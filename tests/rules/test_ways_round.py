"""Ways round the separation of duties, in several steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from rules.commands import COMMANDS
from rules.decide import Decision, decide
from rules.item import ItemState, PersonFact
from rules.vocabulary import Role, Stage
from tests.cast import BUREAU, CITY, COLLEAGUE, RESPONSIBLE, case, item, person

INSIDERS = [
    person(ident, code, BUREAU, (Role.SUPERVISOR, CITY), (Role.VERIFIER, CITY))
    for ident, code in ((91, "first"), (92, "second"))
]


def story(state: ItemState, *steps: tuple[str, PersonFact, dict[str, Any]]) -> ItemState:
    """The item after as much of the story as the rules let happen."""
    for command, actor, fields in steps:
        asked = case(state, COMMANDS[command](**fields), actor)
        known = {**asked.facts.people, **{each.code: each for each in INSIDERS}}
        decision = decide(replace(asked, facts=asked.facts._replace(people=known)))
        if isinstance(decision, Decision):
            state = decision.item
    return state


def test_nobody_gives_themselves_time_by_assigning_to_themselves_again() -> None:
    both = RESPONSIBLE._replace(roles=(*RESPONSIBLE.roles, (Role.COORDINATOR, BUREAU.path)))
    before = item(Stage.REMINDER, level=3, extensions=2)
    again = {"unit": "bureau", "responsible": "responsible", "due": date(2026, 12, 31)}
    after = story(before, ("assign", both, again), ("acknowledge", both, {}))
    assert (after.due, after.level) == (before.due, before.level)


def test_two_from_the_unit_do_not_exempt_each_other() -> None:
    first, second = INSIDERS
    after = story(
        item(Stage.VERIFICATION, verifier_id=None),
        ("waive", first, {"person": "second", "reason": "没有别人"}),
        ("pass", second, {}),
        ("waive", second, {"person": "first", "reason": "没有别人"}),
        ("approve", first, {}),
    )
    assert after.stage is not Stage.CLOSED


def test_what_a_unit_sends_back_is_not_rejected_by_the_same_unit() -> None:
    after = story(
        item(Stage.ASSIGNMENT),
        ("decline", RESPONSIBLE, {"reason": "职责不符"}),
        ("reject", COLLEAGUE, {"reason": "查无此事"}),
    )
    assert after.stage is Stage.INTAKE
