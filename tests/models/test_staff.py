"""Units and people as lists show them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from models import people, staff
from models.engine import reading, writing
from models.staff import Held
from models.views import Named
from rules.vocabulary import Outcome, Role, Stage
from tests.stock import Stock, entered, led_by, staffed

ROOT = Named("root", "政法队伍教育整顿")


@pytest.fixture
def stock(engine: Engine) -> Stock:
    """The store with its people, and no items yet."""
    return staffed(engine)


def test_units_stand_below_their_parents(engine: Engine, stock: Stock) -> None:
    with writing(engine) as connection:
        late = people.add_unit(connection, "branch", "法院分院", stock.units["court"].id)
        people.add_unit(connection, "squad", "警务室", stock.units["station"].id, draft=True)
        people.add_unit(connection, "chamber", "法庭", late[0])
    with reading(engine) as connection:
        found = staff.units(connection)
        drafts = staff.units(connection, drafts=True)
    assert [(unit.code, unit.depth) for unit in found] == [
        ("root", 0), ("office", 1), ("county", 1), ("bureau", 2), ("station", 3), ("squad", 4),
        ("court", 2), ("branch", 3), ("chamber", 4),
    ]  # fmt: skip
    assert (found[0].parent, found[1].parent) == (None, ROOT)
    assert [unit.code for unit in drafts] == ["squad"]


def test_ten_children_stand_in_the_order_of_their_entry(engine: Engine) -> None:
    codes = [f"u{n}" for n in range(12)]
    with writing(engine) as connection:
        for code in codes:
            people.add_unit(connection, code, code, 1)
    with reading(engine) as connection:
        assert [unit.code for unit in staff.units(connection)][2:] == codes


def test_open_items_are_counted_at_the_unit_that_leads_them(engine: Engine, stock: Stock) -> None:
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE) for _ in range(2)])
    entered(engine, [led_by(stock, "bureau", Stage.CLOSED, outcome=Outcome.RECTIFIED)])
    with reading(engine) as connection:
        counts = {unit.code: unit.open_items for unit in staff.units(connection)}
    assert (counts["bureau"], counts["county"], counts["court"]) == (2, 0, 0)


def test_people_are_listed_with_their_roles(engine: Engine, stock: Stock) -> None:
    with writing(engine) as connection:
        people.add_role(connection, stock.people["li"], 1, Role.VERIFIER)
    with reading(engine) as connection:
        found = {person.code: person for person in staff.people(connection)}
        drafts = [person.code for person in staff.people(connection, drafts=True)]
    bureau = Named("bureau", "历山县公安局")
    assert list(found) == sorted(found)
    assert found["li"].roles == (Held("leader", bureau), Held("verifier", ROOT))
    assert (found["li"].unit, found["li"].email) == (bureau, "li@example.org")
    assert drafts == ["wang"]


def test_a_role_is_given_and_taken(engine: Engine, stock: Stock) -> None:
    wang, bureau = stock.people["wang"], stock.units["bureau"].id
    with writing(engine) as connection:
        assert not people.has_role(connection, wang, bureau, Role.VERIFIER)
        people.add_role(connection, wang, bureau, Role.VERIFIER)
        assert people.has_role(connection, wang, bureau, Role.VERIFIER)
        assert people.drop_role(connection, wang, bureau, Role.VERIFIER)
        assert not people.drop_role(connection, wang, bureau, Role.VERIFIER)


def test_somebodys_home_is_the_unit_they_belong_to(engine: Engine, stock: Stock) -> None:
    with reading(engine) as connection:
        found = staff.home_of(connection, stock.people["wang"])
    assert (found.id, found.code, found.path) == (
        stock.units["court"].id, "court", stock.units["court"].path,
    )  # fmt: skip
