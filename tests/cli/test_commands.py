"""What may be done now: never a promise that the rules break, never a guard that stumbles."""

from __future__ import annotations

from dataclasses import fields

import pytest
from sqlalchemy import Engine

from models import items
from models.engine import reading
from rules.commands import COMMANDS, SYSTEM_COMMANDS
from rules.decide import refusal_for
from rules.item import PersonFact
from rules.lifecycle import TABLE
from rules.prospect import ABOUT_WHAT_IS_TYPED, blank, obstacle
from rules.vocabulary import Stage
from tasks.prospects import prospects
from tests.cast import PEOPLE, case
from tests.cli.conftest import TODAY, Run
from tests.cli.test_acts import in_deadline, registered
from tests.conftest import MONDAY
from tests.rules.examples import example, in_bureau
from tests.stock import Stock

GIVEN = sorted(set(COMMANDS) - SYSTEM_COMMANDS - {"register"})


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.code)
@pytest.mark.parametrize("stage", Stage)
def test_what_is_said_to_be_impossible_is_refused_however_it_is_worded(
    stage: Stage, person: PersonFact
) -> None:
    for name in GIVEN:
        full = example(stage, name, person)
        bare = case(full.item, blank(COMMANDS[name]), person, full.now)
        against = obstacle(bare)
        if against is not None:
            assert refusal_for(full) is not None, (name, against)


def test_what_is_said_to_be_possible_is_accepted_when_worded_well() -> None:
    open_to_somebody = set()
    for stage in Stage:
        named = in_bureau(stage)  # with a unit even at intake: else nobody needs an exemption
        seats = {"unit_path": named.unit_path, "responsible_id": named.responsible_id}
        for name in GIVEN:
            for person in PEOPLE:
                full = example(stage, name, person, changes=seats)
                bare = case(full.item, blank(COMMANDS[name]), person, full.now)
                if obstacle(bare) is None and refusal_for(full) is None:
                    open_to_somebody.add((stage, name))
    rows = {(row.stage, row.command) for row in TABLE if row.command in GIVEN}
    assert rows - open_to_somebody == set()


def test_every_guard_set_aside_is_one_that_the_table_uses() -> None:
    used = {guard for row in TABLE for guard in row.guards}
    assert used >= ABOUT_WHAT_IS_TYPED


def test_every_command_of_the_table_is_told_with_its_fields(engine: Engine, store: Stock) -> None:
    from rules.commands import Register
    from tasks.act import register

    ref = register(engine, Register(title="窗口推诿"), "coordinator", MONDAY).ref
    with reading(engine) as connection:
        loaded = items.by_ref(connection, ref)
        assert loaded is not None
        found = list(prospects(connection, loaded, "coordinator", MONDAY))
    assert sorted(each.command for each in found) == GIVEN
    for each in found:
        named = {field.name for field in fields(COMMANDS[each.command])}
        assert {*each.required, *each.optional} == named
        assert not {*each.required} & {*each.optional}
    rejecting = next(each for each in found if each.command == "reject")
    assert (rejecting.required, rejecting.leads_to) == (("reason",), ("closed",))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_person_sees_their_own_commands(rectiflow: Run, store: Stock) -> None:
    ref = in_deadline(rectiflow)
    document = rectiflow("commands", ref, "--as", "张三", "--json").document
    by_name = {each["command"]: each for each in document["commands"]}
    possible = {name for name, each in by_name.items() if each["possible"]}
    assert possible == {
        "report_progress", "request_extension", "request_hold", "attach_evidence", "comment",
    }  # fmt: skip
    assert by_name["submit"]["refusal"]["rule"] == "RequireEvidence"
    assert by_name["approve"]["refusal"]["rule"] == "FollowTheLifecycle"
    assert by_name["hold"]["refusal"]["rule"] == "HoldTheDuty"
    assert by_name["request_extension"]["required"] == ["due", "reason"]
    asked = rectiflow("act", ref, "request_extension", "--as", "张三",
                      "--set", f"due={TODAY.replace(month=12)}", "--set", "reason=x")  # fmt: skip
    assert asked.code == 0
    after = rectiflow("commands", ref, "--as", "coordinator", "--json").document["commands"]
    assert {"grant_extension", "refuse_extension"} <= {
        each["command"] for each in after if each["possible"]
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_told_about_an_item_or_a_person_that_does_not_exist(
    rectiflow: Run, store: Stock
) -> None:
    assert "ZG-00404" in rectiflow("commands", "ZG-00404", "--as", "zhang").err
    ran = rectiflow("commands", registered(rectiflow), "--as", "nobody")
    assert (ran.code, "nobody" in ran.err) == (2, True)
