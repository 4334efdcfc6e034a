"""Each order of the board is an index's, with rows enough that it matters, in both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, select

from models import directory, helping, ledger, mywork
from models.engine import writing
from models.items import ITEM
from models.ledger import Asked, Order
from models.sieve import Scope, Wanted
from rules.searching import terms_of
from rules.vocabulary import Stage
from tests.conftest import MONDAY
from tests.stock import entered, led_by, staffed

QUESTIONS = {
    (Scope.OPEN, Order.DUE): "item_open",
    (Scope.OPEN, Order.DUE_LAST): "item_open",
    # The open ones are few: they are gathered in their index and sorted.
    (Scope.OPEN, Order.LEVEL): "item_open",
    (Scope.OPEN, Order.OPENED): "item_open",
    (Scope.OPEN, Order.CHANGED): "item_open",
    (Scope.CLOSED, Order.DUE): "item_listing",
    (Scope.CLOSED, Order.DUE_LAST): "item_listing",
    (Scope.CLOSED, Order.OPENED): "item_closed_opened",
    (Scope.CLOSED, Order.CHANGED): "item_closed",
    (Scope.CLOSED, Order.LEVEL): "item_closed_level",
}


@pytest.fixture
def many(engine: Engine) -> Engine:
    """A store whose databases know that they hold many closed items and some open ones."""
    stock = staffed(engine)
    stages = (Stage.DEADLINE, Stage.CLOSED)
    entered(engine, [led_by(stock, "bureau", stage, due=MONDAY.date()) for stage in stages])
    with writing(engine) as connection:
        rows = connection.execute(select(ITEM).order_by(ITEM.c.id)).mappings().all()
        copies = [
            {**row, "id": 1000 + number, "ref": f"C-{number}", "number": ""}
            for number in range(1000)
            for row in [dict(rows[0 if number % 10 == 0 else 1])]
        ]
        connection.execute(insert(ITEM), copies)
        connection.exec_driver_sql("ANALYZE")
    return engine


@pytest.mark.parametrize(("scope", "order"), QUESTIONS)
def test_an_order_is_walked_in_an_index(many: Engine, scope: Scope, order: Order) -> None:
    with writing(many) as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "MOST_COUNTED", 5)
        asked = Asked(directory.person(connection, "coordinator"), Wanted(scope), order, MONDAY)
        plans = _plans(connection, asked)
    assert all(QUESTIONS[scope, order] in plan for plan in plans[-1:]), plans
    if (scope, order) not in {(Scope.OPEN, o) for o in (Order.LEVEL, Order.OPENED, Order.CHANGED)}:
        assert not any("SORT" in plan.upper() or "B-TREE" in plan for plan in plans[-1:]), plans


def test_words_are_looked_up_in_their_index(many: Engine) -> None:
    with writing(many) as connection:
        wanted = Wanted(Scope.ALL, terms=terms_of("推诿扯皮"))
        person = directory.person(connection, "coordinator")
        plans = _plans(connection, Asked(person, wanted, Order.DUE, MONDAY))
    index = "item_words_words" if connection.dialect.name == "postgresql" else "VIRTUAL TABLE"
    assert any(index in plan for plan in plans), plans


def test_whose_units_help_nowhere_is_asked_about_co_units_once(many: Engine) -> None:
    """In what looks through items no word of them is left."""
    with writing(many) as connection:
        asked = Asked(directory.person(connection, "wang"), Wanted(), Order.DUE, MONDAY)
        for ask in (
            lambda: ledger.page(connection, asked, 50),
            lambda: mywork.candidates(connection, asked.person, 50),
        ):
            said = [statement for statement, _ in _statements(connection, ask)]
            helped = [each for each in said if "item_co_unit" in each]
            assert not any(re.search(r"FROM item\b", each) for each in helped)
            assert len(helped) == 1


def test_what_units_help_with_is_found_by_the_unit(many: Engine) -> None:
    with writing(many) as connection:
        court = directory.units(connection, ["court"])["court"]
        helping.write(connection, {1001: (court.path,), 1010: (court.path,)})
        person = directory.person(connection, "wang")
        plans = _plans(connection, Asked(person, Wanted(), Order.DUE, MONDAY))
        assert ledger.page(connection, Asked(person, Wanted(), Order.DUE, MONDAY), 50).total == 1
        assert mywork.candidates(connection, person, 50) == {1010}
        connection.rollback()
    lookup = next(plan for plan in plans if "item_co_unit" in plan)
    assert "item_co_unit_pkey" in lookup or "sqlite_autoindex_item_co_unit_1" in lookup, lookup


def _statements(connection: Connection, ask: Callable[[], Any]) -> list[tuple[str, Any]]:
    """What the database is asked."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _ctx: Any, _many: Any) -> None:
        statements.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    return statements


def _plans(connection: Connection, asked: Asked) -> list[str]:
    """How the database would answer each statement that a page leads to."""
    statements = _statements(connection, lambda: ledger.page(connection, asked, 50))
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    if connection.dialect.name == "postgresql":
        # With a few thousand rows any plan is good; what matters is that the index can serve.
        for way in ("enable_seqscan", "enable_bitmapscan"):
            if not asked.wanted.terms or way == "enable_seqscan":
                connection.exec_driver_sql(f"SET LOCAL {way} = off")
    plans = []
    for statement, values in statements:
        if statement.startswith("EXPLAIN"):
            continue
        rows = connection.exec_driver_sql(f"{explain} {statement}", values)
        plans.append("\n".join(str(row[-1]) for row in rows))
    return plans
