"""Lists of items: filters, lights at their edges, pages that neither lose nor repeat anything."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from models.engine import reading
from models.listing import Page, Wanted, page
from models.tables import METADATA
from models.views import TABLES, Named, view
from rules.deadlines import light
from rules.errors import InputError, NotFound
from rules.opening import Opening
from rules.vocabulary import Light, Outcome, Stage
from tests.conftest import MONDAY
from tests.stock import Stock, entered, led_by, staffed

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def stock(engine: Engine) -> Stock:
    """The store with its people, and no items yet."""
    return staffed(engine)


def listed(
    engine: Engine,
    wanted: Wanted | None = None,
    *,
    limit: int = 100,
    cursor: str | None = None,
    now: datetime = MONDAY,
) -> Page:
    """A page of items."""
    with reading(engine) as connection:
        return page(connection, wanted or Wanted(), now, limit, cursor)


def refs(found: Page) -> list[str]:
    """The references on the page."""
    return [view.ref for view in found.items]


def pages(engine: Engine, size: int, wanted: Wanted | None = None) -> list[list[str]]:
    """Every page, one after the other."""
    found = listed(engine, wanted, limit=size)
    gone_through = [refs(found)]
    while found.next_cursor:
        found = listed(engine, wanted, limit=size, cursor=found.next_cursor)
        gone_through.append(refs(found))
    return gone_through


def test_the_columns_that_are_read_are_columns_of_the_real_tables() -> None:
    for table in TABLES:
        real = METADATA.tables[table.name]
        assert {column.name for column in table.columns} <= {column.name for column in real.c}


def test_items_come_in_the_order_of_their_deadlines_and_those_without_one_last(
    engine: Engine, stock: Stock
) -> None:
    dues = [None, date(2026, 12, 1), date(2026, 11, 10), None, date(2026, 12, 1)]
    made = entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, due=due) for due in dues])
    assert refs(listed(engine)) == [made[2], made[1], made[4], made[0], made[3]]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8, 100])
def test_pages_of_any_size_hold_every_item_once(engine: Engine, stock: Stock, size: int) -> None:
    dues = [date(2026, 11, 10) + (n % 3) * DAY if n % 4 else None for n in range(8)]
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, due=due) for due in dues])
    whole = refs(listed(engine))
    found = pages(engine, size)
    assert [ref for one in found for ref in one] == whole
    assert all(len(one) == size for one in found[:-1])
    assert len(found[-1]) <= size


def test_a_page_goes_on_after_the_last_item_whatever_came_in_before_it(
    engine: Engine, stock: Stock
) -> None:
    def enter(day: int) -> str:
        due = date(2026, 12, day)
        return entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, due=due)])[0]

    first, second, third = enter(2), enter(4), enter(6)
    start = listed(engine, limit=2)
    assert refs(start) == [first, second]
    enter(3)
    later = enter(5)
    assert refs(listed(engine, limit=2, cursor=start.next_cursor)) == [later, third]


def test_the_total_counts_what_fits_and_the_last_page_has_no_cursor(
    engine: Engine, stock: Stock
) -> None:
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE) for _ in range(3)])
    entered(engine, [led_by(stock, "court", Stage.CLOSURE)])
    found = listed(engine, Wanted(stages=(Stage.DEADLINE,)), limit=3)
    assert (len(found.items), found.total, found.next_cursor) == (3, 3, None)


def test_a_list_of_nothing_is_empty(engine: Engine) -> None:
    assert listed(engine) == Page((), None, 0)


@pytest.mark.parametrize("cursor", ["x", "2026-11-02", "2026-13-01.4", "none.", ".", "none.x"])
def test_a_cursor_that_is_none_of_ours_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(InputError, match="no cursor"):
        listed(engine, cursor=cursor)


def test_stages_are_told_apart_and_may_be_several(engine: Engine, stock: Stock) -> None:
    made = entered(engine, [Opening("新"), led_by(stock, "court", Stage.CLOSURE)])
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE)])
    assert refs(listed(engine, Wanted(stages=(Stage.CLOSURE,)))) == [made[1]]
    assert set(refs(listed(engine, Wanted(stages=(Stage.INTAKE, Stage.CLOSURE))))) == set(made)


@pytest.mark.parametrize(
    ("unit", "found"),
    [("county", (0, 1, 2)), ("bureau", (0, 1)), ("城关派出所", (1,)), ("court", (2,))],
)
def test_a_unit_is_listed_with_everything_below_it(
    engine: Engine, stock: Stock, unit: str, found: tuple[int, ...]
) -> None:
    codes = ("bureau", "station", "court", "root")
    made = entered(engine, [led_by(stock, code, Stage.DEADLINE) for code in codes])
    assert refs(listed(engine, Wanted(unit=unit))) == [made[place] for place in found]


def test_a_person_is_found_in_every_seat(engine: Engine, stock: Stock) -> None:
    wang = stock.people["wang"]
    seats = ({"responsible_id": wang}, {"leader_id": wang}, {"verifier_id": wang}, {})
    made = entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, **seat) for seat in seats])
    assert refs(listed(engine, Wanted(person="wang"))) == made[:3]
    assert refs(listed(engine, Wanted(person="王五"))) == made[:3]


@pytest.mark.parametrize(
    "wanted",
    [Wanted(unit="nowhere"), Wanted(person="nobody"), Wanted(campaign="XX")],
)
def test_what_does_not_exist_is_named(engine: Engine, wanted: Wanted) -> None:
    with pytest.raises(NotFound, match=r"nowhere|nobody|XX"):
        listed(engine, wanted)


def test_a_name_that_two_people_bear_asks_for_a_code(engine: Engine, stock: Stock) -> None:
    from models import people
    from models.engine import writing

    with writing(engine) as connection:
        people.add_person(connection, "zhang2", "张三", stock.units["court"].id)
    with pytest.raises(NotFound) as refused:
        listed(engine, Wanted(person="张三"))
    assert "zhang" in refused.value.hint
    assert "zhang2" in refused.value.hint
    assert listed(engine, Wanted(person="zhang")).total == 0


def test_the_campaign_narrows_the_list(engine: Engine, stock: Stock) -> None:
    made = entered(engine, [led_by(stock, "bureau", Stage.DEADLINE)])
    assert refs(listed(engine, Wanted(campaign="ZG"))) == made


def test_the_light_changes_where_the_rules_change_it(engine: Engine, stock: Stock) -> None:
    due = date(2026, 11, 27)
    (ref,) = entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, due=due)])
    yellow, red = edges(engine, ref)
    for edge in (yellow, red):
        for now in (edge - MICROSECOND, edge, edge + MICROSECOND):
            expected = light(Stage.DEADLINE, yellow, red, now)
            with reading(engine) as connection:
                assert view(connection, ref, now).light == expected
            assert refs(listed(engine, Wanted(lights=(expected or Light.RED,)), now=now)) == [ref]
            others = tuple(other for other in Light if other is not expected)
            assert refs(listed(engine, Wanted(lights=others), now=now)) == []


def edges(engine: Engine, ref: str) -> tuple[datetime, datetime]:
    """The instants at which the item's light changes, as they are stored."""
    from models.items import ITEM

    with reading(engine) as connection:
        row = connection.execute(
            ITEM.select().where(ITEM.c.ref == ref)  # the real table, not the one under test
        ).one()
    return row.yellow_at, row.red_at


def test_closed_items_and_items_without_a_deadline_show_no_alarm(
    engine: Engine, stock: Stock
) -> None:
    ended = {"outcome": Outcome.RECTIFIED, "due": date(2020, 1, 6)}
    closed, undated = entered(
        engine,
        [led_by(stock, "bureau", Stage.CLOSED, **ended), led_by(stock, "bureau", Stage.DEADLINE)],
    )
    with reading(engine) as connection:
        assert view(connection, closed, MONDAY).light is None
        assert view(connection, undated, MONDAY + 5000 * DAY).light == Light.GREEN
    far = MONDAY + 5000 * DAY
    assert refs(listed(engine, Wanted(lights=(Light.GREEN,)), now=far)) == [undated]
    assert refs(listed(engine, Wanted(lights=(Light.RED,)), now=far)) == []


def test_an_item_is_shown_with_names_instead_of_ids(engine: Engine, stock: Stock) -> None:
    paths = (stock.units["court"].path, stock.units["station"].path)
    opening = led_by(stock, "bureau", Stage.DEADLINE, due=date(2026, 12, 1), co_unit_paths=paths)
    (ref,) = entered(engine, [opening], texts={"number": "7", "requirement": "限期办结"})
    with reading(engine) as connection:
        found = view(connection, ref, MONDAY)
    assert found.unit == Named("bureau", "历山县公安局")
    assert found.co_units == (Named("court", "历山县法院"), Named("station", "城关派出所"))
    assert (found.responsible, found.leader) == (Named("zhang", "张三"), Named("li", "李四"))
    assert found.verifier is None
    assert (found.number, found.requirement, found.stage) == ("7", "限期办结", "deadline")
    assert (found.campaign, found.policy, found.policy_version) == (
        "ZG", "education-rectification", 1,
    )  # fmt: skip
    assert found.opened_at == MONDAY
    assert found.next_action_at is not None
    assert found.next_action_at.tzinfo is not None


def test_an_item_that_does_not_exist_is_named(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(NotFound, match="ZG-99999"):
        view(connection, "ZG-99999", MONDAY)
