"""Registration: every item gets a number of its own, and what the ledger calls it stays one."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, text

from models import policies
from models.engine import reading, writing
from models.writes import Receipt
from rules.commands import Register
from rules.errors import InputError, NotFound, Refused
from rules.vocabulary import Severity, Source, Stage
from tasks.act import register
from tests.conftest import MONDAY
from tests.tasks.staff import (
    everything,
    history,
    item_in,
    require_sound_history,
    row,
    state,
    told,
)
from tests.tasks.test_act_keys import at_once


def test_a_registered_item_keeps_all_that_was_said(store: Engine) -> None:
    receipt = register(
        store,
        Register(
            title="窗口推诿", description="三次往返", requirement="公开道歉", category="作风",
            severity=Severity.MAJOR, source=Source.HOTLINE, number="12345-0001",
            due=date(2026, 12, 1), due_superior=date(2026, 12, 31), confidential=True,
            complainant="群众甲",
        ),
        "coordinator",
        MONDAY,
    )  # fmt: skip
    item = state(store, receipt.ref)
    assert (item.title, item.category, item.severity) == ("窗口推诿", "conduct", Severity.MAJOR)
    assert (item.stage, item.round, item.version, item.moves) == (Stage.INTAKE, 1, 1, 1)
    assert (item.due, item.due_original) == (date(2026, 12, 1), date(2026, 12, 1))
    assert (item.due_superior, item.confidential) == (date(2026, 12, 31), True)
    kept = row(store, receipt.ref, "description", "requirement", "source", "number", "complainant")
    assert tuple(kept) == ("三次往返", "公开道歉", "hotline", "12345-0001", "群众甲")
    assert row(store, receipt.ref, "followed").followed == 0, "its flow is still to come"
    registered = history(store, receipt.ref)[0]
    assert (registered.kind, bool(registered.announced)) == ("registered", False)
    assert "群众" not in registered.data
    assert told(registered)["source"] == "hotline"
    require_sound_history(store, receipt.ref)


def test_references_count_on_and_are_never_given_twice(store: Engine) -> None:
    first, second = (item_in(store, Stage.INTAKE) for _ in range(2))
    number = int(first.removeprefix("ZG-"))
    assert (first, second) == (f"ZG-{number:05d}", f"ZG-{number + 1:05d}")


def test_a_refused_registration_uses_no_number_up(store: Engine) -> None:
    before = item_in(store, Stage.INTAKE)
    for command in (Register(title=" "), Register(title="题" * 501)):
        with pytest.raises((Refused, InputError)):
            register(store, command, "coordinator", MONDAY)
    after = item_in(store, Stage.INTAKE)
    assert int(after.removeprefix("ZG-")) == int(before.removeprefix("ZG-")) + 1


def test_registrations_at_the_same_moment_get_different_numbers(store: Engine) -> None:
    made = at_once(
        4,
        lambda n: [
            register(store, Register(title=f"{n}"), "coordinator", MONDAY).ref for _ in range(10)
        ],
    )
    refs = [ref for each in made if isinstance(each, list) for ref in each]
    assert len(set(refs)) == 40


def test_a_number_of_the_ledger_is_taken_once(store: Engine) -> None:
    first = register(store, Register(title="一", number="A 1"), "coordinator", MONDAY)
    before = everything(store)
    with pytest.raises(InputError, match=f"'A 1' is taken in this campaign: {first.ref} has it"):
        register(store, Register(title="二", number="A 1"), "coordinator", MONDAY)
    assert everything(store) == before


def test_a_number_registered_at_the_same_moment_is_taken_once(store: Engine) -> None:
    results = at_once(
        5, lambda n: register(store, Register(title=f"{n}", number="B 2"), "coordinator", MONDAY)
    )
    assert sum(isinstance(each, Receipt) for each in results) == 1
    assert sum(isinstance(each, InputError) for each in results) == 4


def test_items_without_a_number_do_not_clash(store: Engine) -> None:
    for _ in range(2):
        register(store, Register(title="无编号"), "coordinator", MONDAY)


def test_another_campaign_may_use_the_same_number(store: Engine) -> None:
    register(store, Register(title="一", number="C 3"), "coordinator", MONDAY, campaign="ZG")
    with writing(store) as connection:
        policy = policies.campaign(connection, "ZG").policy_id
        policies.store_campaign(connection, "SH", "社会治安", policy, MONDAY)
    try:
        other = register(
            store, Register(title="二", number="C 3"), "coordinator", MONDAY, campaign="SH"
        )
        assert other.ref == "SH-00001"
        with pytest.raises(NotFound, match="more than one campaign"):
            register(store, Register(title="三"), "coordinator", MONDAY)
    finally:
        with writing(store) as connection:
            for statement in (
                "DELETE FROM event WHERE item_id IN (SELECT id FROM item WHERE ref LIKE 'SH-%')",
                "DELETE FROM item WHERE ref LIKE 'SH-%'",
                "DELETE FROM campaign WHERE code = 'SH'",
            ):
                connection.execute(text(statement))


@pytest.mark.parametrize("who", ["responsible", "verifier", "supervisor", "viewer", "nobody"])
def test_only_a_coordinator_registers(store: Engine, who: str) -> None:
    before = everything(store)
    with pytest.raises(Refused) as caught:
        register(store, Register(title="窗口推诿"), who, MONDAY)
    assert caught.value.rule == "HoldTheDuty"
    assert everything(store) == before


def test_an_unknown_campaign_or_person_is_said(store: Engine) -> None:
    with pytest.raises(NotFound, match="no campaign 'XX'"):
        register(store, Register(title="一"), "coordinator", MONDAY, campaign="XX")
    with pytest.raises(NotFound, match="no person 'stranger'"):
        register(store, Register(title="一"), "stranger", MONDAY)


def test_a_category_outside_the_catalogue_is_kept_for_whoever_screens(store: Engine) -> None:
    receipt = register(store, Register(title="一", category="其他问题"), "coordinator", MONDAY)
    assert state(store, receipt.ref).category == "其他问题"


@pytest.mark.parametrize("field", ["title", "number", "category", "complainant"])
def test_a_text_that_is_too_long_is_refused_alike_by_both(store: Engine, field: str) -> None:
    before = everything(store)
    with pytest.raises(InputError) as caught:
        register(store, Register(**{"title": "一", field: "长" * 501}), "coordinator", MONDAY)
    assert caught.value.where == field
    assert everything(store) == before


@pytest.mark.parametrize("due", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_deadline_of_another_age_is_refused(store: Engine, due: date) -> None:
    before = everything(store)
    with pytest.raises(InputError) as caught:
        register(store, Register(title="一", due=due), "coordinator", MONDAY)
    assert caught.value.where == "due"
    assert everything(store) == before


def test_everything_registered_is_readable_again(store: Engine) -> None:
    with reading(store) as connection:
        refs = list(connection.execute(text("SELECT ref FROM item ORDER BY id")).scalars())
    for ref in refs[-10:]:
        require_sound_history(store, ref)
