"""What the live board reads: counts, what is most urgent, what has just happened, the backlog."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from models import board
from models.engine import reading, writing
from models.items import next_due
from rules.commands import Comment, Register
from rules.vocabulary import Light, Outcome, Stage
from tasks.act import act, register
from tests.conftest import MONDAY
from tests.stock import Stock, entered, led_by, staffed

SOON, LATE, FAR = date(2026, 11, 5), date(2026, 10, 20), date(2026, 12, 31)


@pytest.fixture
def stock(engine: Engine) -> Stock:
    """Five items: two red, one of them on a rung; one yellow; one green; one closed."""
    stock = staffed(engine)
    entered(engine, [
        led_by(stock, "bureau", Stage.DEADLINE, due=FAR, title="green"),
        led_by(stock, "bureau", Stage.REMINDER, due=SOON, title="yellow"),
        led_by(stock, "bureau", Stage.REMINDER, due=LATE, title="red"),
        led_by(stock, "court", Stage.REMINDER, due=LATE + timedelta(days=1), level=2, title="rung"),
        led_by(stock, "court", Stage.CLOSED, outcome=Outcome.RECTIFIED, title="closed"),
    ], texts={"followed": 1})  # fmt: skip
    return stock


def test_every_stage_is_counted_by_light(engine: Engine, stock: Stock) -> None:
    with reading(engine) as connection:
        found = board.counts(connection, MONDAY)
    assert set(found) == set(Stage)
    assert found[Stage.DEADLINE] == {Light.GREEN: 1}
    assert found[Stage.REMINDER] == {Light.YELLOW: 1, Light.RED: 2}
    assert found[Stage.CLOSED] == {None: 1}
    assert found[Stage.INTAKE] == {}


def test_red_comes_first_and_high_rungs_before_old_deadlines(engine: Engine, stock: Stock) -> None:
    with reading(engine) as connection:
        titles = [one.title for one in board.urgent(connection, MONDAY, 10)]
        two = board.urgent(connection, MONDAY, 2)
    assert titles == ["rung", "red", "yellow", "green"]
    assert [one.title for one in two] == titles[:2]


def test_items_of_a_ledger_are_no_news_and_what_people_do_is(engine: Engine, stock: Stock) -> None:
    with reading(engine) as connection:
        assert board.happenings(connection, 10) == []
    ref = register(engine, Register(title="窗口推诿"), "coordinator", MONDAY).ref
    act(engine, ref, Comment(text="已核实"), "coordinator", MONDAY)
    with reading(engine) as connection:
        first, second = board.happenings(connection, 10)
        assert board.happenings(connection, 10, first.id) == [second]
        assert board.happenings(connection, 1) == [second]
    assert (first.kind, first.ref, first.who) == ("registered", ref, "整改办")
    assert second.data["text"] == "已核实"


def test_what_is_behind_and_what_waits_is_counted(engine: Engine, stock: Stock) -> None:
    with reading(engine) as connection:
        before = board.progress(connection)
        backlog = board.backlog(connection, MONDAY)
    assert (before.followed, before.behind) == (0, 5)
    assert backlog.behind == 5
    with writing(engine) as connection:
        connection.execute(text("UPDATE item SET flow_run_id = 'x' WHERE title <> 'red'"))
    with reading(engine) as connection:
        after = board.progress(connection)
        assert board.backlog(connection, MONDAY).behind == 1
    assert (after.followed, after.behind) == (3, 1)


def test_a_step_is_in_the_backlog_from_its_instant_on(engine: Engine, stock: Stock) -> None:
    with reading(engine) as connection:
        at = next_due(connection)
        assert at is not None
        assert board.backlog(connection, at - timedelta(seconds=1)).steps_due == 0
        assert board.backlog(connection, at).steps_due >= 1
