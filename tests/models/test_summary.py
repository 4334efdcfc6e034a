"""How things stand, counted beside a hand count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from models import deliveries, following, people
from models.engine import reading, writing
from models.summary import Summary, durability, summary
from rules.commands import Register
from rules.opening import Opening
from rules.vocabulary import Light, Outcome, Stage
from tasks.act import register
from tests.conftest import MONDAY
from tests.stock import Stock, entered, led_by, staffed

DUE = date(2026, 11, 5)
LATE = MONDAY + timedelta(days=7)


@pytest.fixture
def stock(engine: Engine) -> Stock:
    """The store with its people, and no items yet."""
    return staffed(engine)


def counted(engine: Engine, now: object = MONDAY) -> Summary:
    """The summary at ``now``."""
    with reading(engine) as connection:
        return summary(connection, now)  # type: ignore[arg-type]


def test_an_empty_store_counts_nothing_and_names_everything(engine: Engine) -> None:
    found = counted(engine)
    assert (found.items, found.waiting, found.next_step_at) == (0, 0, None)
    assert found.stages == dict.fromkeys(Stage, 0)
    assert found.lights == dict.fromkeys(Light, 0)
    assert found.outcomes == dict.fromkeys(Outcome, 0)
    states = {"pending", "held", "bundled", "failed", "sent", "dead", "skipped"}
    assert set(found.deliveries) == states
    assert set(found.deliveries.values()) == {0}


def test_items_are_counted_by_stage_light_and_outcome(engine: Engine, stock: Stock) -> None:
    entered(
        engine,
        [
            led_by(stock, "bureau", Stage.DEADLINE, due=DUE),
            led_by(stock, "bureau", Stage.DEADLINE),
            Opening("新"),
            led_by(stock, "court", Stage.CLOSED, outcome=Outcome.RECTIFIED, due=DUE),
            led_by(stock, "court", Stage.CLOSED, outcome=Outcome.MERGED),
        ],
    )
    found = counted(engine, LATE)
    assert found.items == 5
    assert found.stages == dict.fromkeys(Stage, 0) | {"deadline": 2, "intake": 1, "closed": 2}
    assert found.lights == {"green": 2, "yellow": 0, "red": 1}
    assert found.outcomes == dict.fromkeys(Outcome, 0) | {"rectified": 1, "merged": 1}


def test_a_step_is_due_from_its_instant_on(engine: Engine, stock: Stock) -> None:
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, due=date(2026, 11, 27))])
    at = counted(engine).next_step_at
    assert at is not None
    assert counted(engine, at - timedelta(microseconds=1)).steps_due == 0
    assert counted(engine, at).steps_due == 1


def test_what_waits_for_the_machinery_is_counted(engine: Engine, stock: Stock) -> None:
    register(engine, Register(title="窗口推诿"), "coordinator", MONDAY)
    found = counted(engine)
    assert (found.unannounced, found.lagging, found.unstarted) == (1, 1, 0)
    assert found.waiting == 2
    row = {
        "event_id": 1, "item_id": 1, "person_id": stock.people["li"], "kind": "registered",
        "seat": "coordinators", "state": "pending", "created_at": MONDAY,
        "next_attempt_at": MONDAY, "address": "", "reason": "", "attempts": 0,
        "occasion": "event/1", "message_id": "",
    }  # fmt: skip
    with writing(engine) as connection:
        deliveries.enqueue(connection, [row], [1])
    found = counted(engine)
    assert (found.unannounced, found.deliveries["pending"]) == (0, 1)
    assert found.waiting == 2


def test_an_item_from_a_ledger_that_still_needs_a_run_is_unstarted(
    engine: Engine, stock: Stock
) -> None:
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE)], texts={"followed": 1})
    assert (counted(engine).lagging, counted(engine).unstarted) == (0, 1)
    with writing(engine) as connection:
        following.attach(connection, 1, 1, "run-1", MONDAY)
    assert counted(engine).waiting == 0


def test_history_without_a_flow_lags_behind_nothing(engine: Engine, stock: Stock) -> None:
    ended = led_by(stock, "court", Stage.CLOSED, outcome=Outcome.RECTIFIED)
    entered(engine, [ended], texts={"followed": -1})
    found = counted(engine)
    assert (found.lagging, found.unstarted) == (0, 0)


def test_people_on_open_items_without_an_address_are_counted_once(
    engine: Engine, stock: Stock
) -> None:
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE) for _ in range(3)])
    closed = {"responsible_id": stock.people["wang"], "outcome": Outcome.RECTIFIED}
    entered(engine, [led_by(stock, "court", Stage.CLOSED, **closed)])
    assert counted(engine).unreachable == 1  # zhang; li has one, wang only a closed item
    with writing(engine) as connection:
        people.change_person(connection, stock.people["zhang"], {"email": "z@example.org"})
    assert counted(engine).unreachable == 0


def test_drafts_are_counted(engine: Engine, stock: Stock) -> None:
    assert (counted(engine).draft_units, counted(engine).draft_people) == (0, 1)


def test_the_store_keeps_what_it_accepts(engine: Engine) -> None:
    with reading(engine) as connection:
        setting, safe = durability(connection)
    assert safe, setting
