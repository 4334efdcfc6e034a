"""What an overview adds up, beside the same counted item by item of what the person may see."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from models import roster
from models.engine import reading, writing
from models.items import ITEM
from models.tallying import holds
from models.tallying_days import When
from models.visibility import visible_to
from rules.figures import months
from rules.item import PersonFact, is_root
from rules.overview import NOW, PERIODS, may_overlook, parts, span
from rules.vocabulary import OPEN_STAGES, Role, Stage
from tasks.recounting import counted_at
from tasks.tallies import NOBODY, Tally, figures, from_json, right_below, to_json, together
from tests.cast import at
from tests.models.test_figures import SHANGHAI, _naive, _rows, _seed
from tests.stock import Stock, staffed

TODAY = date(2027, 2, 15)
"""After everything that has happened, before some of what is due."""
WHEN = When(at("2027-02-15 23:30"), TODAY, SHANGHAI)


def people(stock: Stock) -> dict[str, PersonFact]:
    """Somebody of every kind who has an overview of something."""
    place = {code: unit.path for code, unit in stock.units.items()}

    def somebody(person: int, *roles: tuple[Role, str]) -> PersonFact:
        held = tuple((role, place[code]) for role, code in roles)
        return PersonFact(person, str(person), place["bureau"], held)

    zhang, li = stock.people["zhang"], stock.people["li"]
    return {
        "office": somebody(99, (Role.COORDINATOR, "root")),
        "viewer": somebody(98, (Role.VIEWER, "root")),
        "county leader who is named": somebody(li, (Role.LEADER, "county")),
        "viewer who steers a bureau and is named": somebody(
            zhang, (Role.VIEWER, "root"), (Role.SUPERVISOR, "bureau"), (Role.RESPONSIBLE, "court")
        ),
        "auditor who steers two": somebody(
            li, (Role.AUDITOR, "root"), (Role.COORDINATOR, "court"), (Role.SUPERVISOR, "station")
        ),
    }


def led(stock: Stock, person: PersonFact, *codes: str) -> list[tuple[str, str]]:
    """Those of the units that the person has an overview of."""
    places = [(code, stock.units[code].path) for code in codes]
    return [(code, path) for code, path in places if may_overlook(person, path)]


@pytest.fixture
def stock(engine: Engine) -> Stock:
    """Items of every kind, some confidential and with somebody named."""
    made = staffed(engine)
    luck = random.Random(11)
    _seed(engine, made, luck, 300)
    names, units = list(made.people.values()), [None, *(u.id for u in made.units.values())]
    with writing(engine) as connection:
        for item_id in connection.execute(select(ITEM.c.id)).scalars().all():
            connection.execute(
                update(ITEM).where(ITEM.c.id == item_id).values(
                    confidential=luck.random() < 0.4, unit_id=luck.choice(units),
                    responsible_id=luck.choice([None, *names]), leader_id=luck.choice(names),
                    level=luck.randint(0, 4), yellow_at=_some(luck), red_at=_some(luck),
                    opened_at=at("2024-10-01 00:00") + timedelta(hours=luck.randint(0, 20_000)),
                    due_original=luck.choice([ITEM.c.due_original, TODAY, date(2027, 6, 1)]),
                    due=luck.choice([ITEM.c.due, TODAY, date(2027, 6, 1)]),
                )
            )  # fmt: skip
    return made


def _some(luck: random.Random) -> datetime | None:
    return luck.choice([None, at("2026-11-01 00:00"), at("2027-06-01 00:00")])


def counted(engine: Engine, person: PersonFact, path: str) -> Tally:
    """The parts of what the person may see below ``path``, kept and read again, together."""
    with reading(engine) as connection:
        found = [
            (part.path, from_json(to_json(counted_at(connection, 1, part, WHEN.now))))
            for whole in parts(person, path)
            for part in whole.halves
        ]
    return together(found, path, 10)


def seen(engine: Engine, person: PersonFact, path: str) -> list[dict[str, Any]]:
    """The rows of the items below ``path`` that the person may see."""
    with reading(engine) as connection:
        shown = set(connection.execute(select(ITEM.c.id).where(visible_to(person))).scalars())
        places = {unit.id: unit.path for unit in roster.all_units(connection)}
    rows = [row | {"path": places.get(row["unit_id"], "")} for row in _rows(engine, SHANGHAI)]
    return [
        row for row in rows
        if row["id"] in shown and (is_root(path) or row["path"].startswith(path))
    ]  # fmt: skip


def test_every_figure_is_that_of_the_items_which_the_person_may_see(
    engine: Engine, stock: Stock
) -> None:
    for who, person in people(stock).items():
        for code, path in led(stock, person, "root", "county", "bureau"):
            tally, rows = counted(engine, person, path), seen(engine, person, path)
            for period in PERIODS:
                days = span(period, TODAY)
                assert tally.group(period).figures == _naive(rows, days), (who, code, period)
                _require_cells(tally, rows, period, path)
            _require_open(tally, rows)
            _require_months(tally, rows)


def _without_days(rows: list[dict[str, Any]], period: str) -> Any:
    naive = _naive(rows, span(period, TODAY))
    return naive._replace(median_days=None, median_days_put_right=None)


def _require_cells(tally: Tally, rows: list[dict[str, Any]], period: str, path: str) -> None:
    for code, cell in tally.categories.items():
        inside = [row for row in rows if row["category"] == code]
        assert figures(cell, period) == _without_days(inside, period)
    for key, cell in tally.units.items():
        inside = [row for row in rows if right_below(path, row["path"]) == key]
        assert figures(cell, period) == _without_days(inside, period)
    assert {row["category"] for row in rows} == set(tally.categories)
    assert {right_below(path, row["path"]) for row in rows} == set(tally.units)


def _require_open(tally: Tally, rows: list[dict[str, Any]]) -> None:
    still = [row for row in rows if row["stage"] in OPEN_STAGES]
    now = tally.whole[NOW]
    red = [row for row in still if row["red_at"] and row["red_at"] <= WHEN.now]
    yellow = [
        row for row in still
        if row not in red and row["yellow_at"] and row["yellow_at"] <= WHEN.now
    ]  # fmt: skip
    assert (now["red"], now["yellow"]) == (len(red), len(yellow))
    assert now["to_verify"] == sum(row["stage"] is Stage.VERIFICATION for row in still)
    assert now["to_close"] == sum(row["stage"] is Stage.CLOSURE for row in still)
    for rung in (1, 2, 3, 4):
        assert now[f"rung{rung}"] == sum(row["level"] == rung for row in still)
    eldest = sorted((row["opened_at"], row["id"]) for row in still)[:10]
    assert [item_id for _, item_id in tally.longest] == [item_id for _, item_id in eldest]


def _require_months(tally: Tally, rows: list[dict[str, Any]]) -> None:
    spans = months(date(2025, 3, 1), TODAY)
    assert list(tally.months) == [each.label for each in spans]
    for each in spans:
        naive, found = _naive(rows, each), tally.months[each.label]
        told = (found["opened"], found["closed"], found["open"], found["overdue"])
        assert told == (naive.opened, naive.closed, naive.open, naive.overdue), each.label


def test_parts_share_nothing_and_leave_nothing_out(engine: Engine, stock: Stock) -> None:
    for who, person in people(stock).items():
        for code, path in led(stock, person, "root", "county", "court"):
            found: list[int] = []
            with reading(engine) as connection:
                for part in parts(person, path):
                    found += connection.execute(select(ITEM.c.id).where(holds(part))).scalars()
            assert len(found) == len(set(found)), (who, code)
            assert sorted(found) == sorted(row["id"] for row in seen(engine, person, path))


@pytest.mark.parametrize(
    ("path", "unit_path", "key"),
    [("/1/", "/1/3/4/", "3"), ("/1/3/", "/1/3/", "3"), ("/1/3/", "/1/3/41/5/", "41"),
     ("/1/3/", "", NOBODY), ("/1/3/", "/1/7/", NOBODY), ("/1/", "/1/", "1")],
)  # fmt: skip
def test_a_unit_is_counted_with_the_one_right_below(path: str, unit_path: str, key: str) -> None:
    assert right_below(path, unit_path) == key
