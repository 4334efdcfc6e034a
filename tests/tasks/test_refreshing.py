"""Deadlines follow a calendar that is published between two runs; nothing else moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from config import calendars
from models import items, policies
from models.engine import reading
from models.policies import CampaignFact
from rules.commands import Accept, Assign, Comment
from rules.item import ItemState
from rules.vocabulary import Stage
from rules.workdays import WorkYear
from tasks.act import act
from tasks.migrating import move, preview
from tasks.refreshing import CHANGED_THAT_DAY, Review, refresh, review
from tests.cast import at
from tests.stock import Stock, entered, led_by, staffed
from tests.tasks.test_migrating import brought_in, second

DECEMBER = at("2026-12-14 10:00")
"""A Monday: fifteen working days from here end in January."""
OFF = {date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)}


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What may differ between databases is tried by the other tests."""


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """A source of official calendars that knows 2026, and 2027 once it is published."""
    official, known = calendars.official_year, {2026}

    def year_of(country: str, subdivision: str | None, year: int) -> WorkYear:
        if year != 2027:
            return official(country, subdivision, year)
        worked = frozenset(d for d in calendars.days_in(year) if d.weekday() < 5)
        return WorkYear(worked - OFF, True) if year in known else WorkYear(worked, False)

    def publication() -> None:
        known.add(2027)
        calendars._calendar.cache_clear()  # a later process reads the package anew

    monkeypatch.setattr(calendars, "official_year", year_of)
    calendars._calendar.cache_clear()
    yield publication
    calendars._calendar.cache_clear()


@pytest.fixture
def stock(engine: Engine) -> Stock:
    return staffed(engine)


def assigned(engine: Engine, stock: Stock, due: date | None = None, **more: object) -> str:
    """An item that was assigned on that Monday, with the policy's limit unless a day is given."""
    (ref,) = entered(engine, [led_by(stock, "bureau", Stage.INTAKE, **more)], DECEMBER)
    act(engine, ref, Accept(category="service"), "coordinator", DECEMBER)
    command = Assign(unit="bureau", responsible="zhang", leader="li", due=due)
    act(engine, ref, command, "coordinator", DECEMBER)
    return ref


def looked_at(engine: Engine, now: datetime = DECEMBER) -> list[Review]:
    with reading(engine) as connection:
        return list(review(connection, campaign(engine), now))


def campaign(engine: Engine) -> CampaignFact:
    with reading(engine) as connection:
        return policies.campaign(connection)


def state(engine: Engine, ref: str) -> ItemState:
    with reading(engine) as connection:
        return items.by_ref(connection, ref).item


def test_a_deadline_moves_once_the_year_is_published(engine: Engine, stock: Stock, publish) -> None:
    ref = assigned(engine, stock)
    assert state(engine, ref).due == date(2027, 1, 4)
    (waiting,) = looked_at(engine)
    assert (waiting.ref, waiting.estimated, waiting.moves) == (ref, (2027,), False)

    publish()
    (found,) = looked_at(engine)
    assert (found.due, found.new, found.moves) == (date(2027, 1, 4), date(2027, 1, 7), True)
    assert state(engine, ref).due == date(2027, 1, 4), "looking moves nothing"
    assert [one.refused for one in refresh(engine, [found], "coordinator", DECEMBER)] == [""]

    after = state(engine, ref)
    assert (after.due, after.due_original) == (date(2027, 1, 7), date(2027, 1, 7))
    with reading(engine) as connection:
        assert items.by_ref(connection, ref).item.version == 4, "one event"
    assert looked_at(engine) == [], "and again nothing"


@on_sqlite
def test_hand_set_deadlines_and_those_within_the_year_stay(
    engine: Engine, stock: Stock, publish
) -> None:
    assigned(engine, stock, due=date(2027, 1, 4))
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, due=date(2027, 1, 4))], DECEMBER)
    publish()
    assert looked_at(engine) == []


@on_sqlite
def test_no_deadline_passes_its_superiors(engine: Engine, stock: Stock, publish) -> None:
    ref = assigned(engine, stock, due_superior=date(2027, 1, 6))
    assert state(engine, ref).due == date(2027, 1, 4)
    publish()
    (found,) = looked_at(engine)
    assert found.new == date(2027, 1, 6)
    assert [one.refused for one in refresh(engine, [found], "coordinator", DECEMBER)] == [""]
    assert state(engine, ref).due == date(2027, 1, 6)


@on_sqlite
@pytest.mark.parametrize(
    ("now", "moves"),
    [
        ("2027-01-04 10:00", True),
        ("2027-01-05 10:00", True),  # overdue by the estimate, not by the calendar
        ("2027-01-07 23:59:59.999999", True),
        ("2027-01-08 00:00", False),
    ],
)
def test_a_deadline_that_has_passed_either_way_stays(
    engine: Engine, stock: Stock, publish, now: str, moves: bool
) -> None:
    ref = assigned(engine, stock)
    publish()
    (found,) = looked_at(engine, at(now))
    assert found.moves is moves
    assert ("already passed" in found.refused) is not moves
    if moves:
        assert [one.refused for one in refresh(engine, [found], "", at(now))] == [""]
        assert state(engine, ref).due == date(2027, 1, 7)


@on_sqlite
def test_an_item_that_has_gone_on_since_the_preview_stays(
    engine: Engine, stock: Stock, publish
) -> None:
    ref = assigned(engine, stock)
    publish()
    (found,) = looked_at(engine)
    act(engine, ref, Comment(text="正在办理"), "coordinator", DECEMBER)
    (ended,) = refresh(engine, [found], "coordinator", DECEMBER)
    assert ended.ref == ref
    assert ended.refused
    assert state(engine, ref).due == date(2027, 1, 4)


def adopted(engine: Engine, ref: str, now: datetime) -> None:
    """Let the item go on under a second version, with limits of 99 days."""
    goal, fact = brought_in(engine, second(engine))
    with reading(engine) as connection:
        moves = list(preview(connection, goal, fact, [ref], now))
    assert [one.refused for one in move(engine, goal, moves, "coordinator", now)] == [""]


@on_sqlite
def test_the_limit_is_that_of_the_policy_by_which_it_was_set(
    engine: Engine, stock: Stock, publish
) -> None:
    """Changing the policy does not move a deadline, neither at once nor at the next refresh."""
    ref = assigned(engine, stock)
    adopted(engine, ref, at("2026-12-15 10:00"))
    publish()
    (found,) = looked_at(engine, at("2026-12-16 10:00"))
    assert (found.due, found.new) == (date(2027, 1, 4), date(2027, 1, 7))


@on_sqlite
def test_a_policy_changed_on_the_very_day_leaves_the_deadline_to_people(
    engine: Engine, stock: Stock, publish
) -> None:
    ref = assigned(engine, stock)
    adopted(engine, ref, DECEMBER)
    publish()
    (found,) = looked_at(engine)
    assert (found.refused, found.moves) == (CHANGED_THAT_DAY, False)
