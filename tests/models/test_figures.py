"""Figures that the database counts, beside the same counted item by item on the fingers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, update

from models.engine import reading, writing
from models.figures import ASKED, count, offsets, together
from models.items import ITEM
from rules.figures import AGES, SOFT, Figures, Scores, Span, months
from rules.opening import Opening
from rules.vocabulary import OPEN_STAGES, Outcome, Source, Stage
from tests.cast import at
from tests.stock import Stock, entered, staffed

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
ONE = timedelta(days=1)
YEAR = Span("", date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def stock(engine: Engine) -> Stock:
    return staffed(engine)


def changed(engine: Engine, ref: str, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(update(ITEM).where(ITEM.c.ref == ref).values(**values))


def counted(engine: Engine, span: Span = YEAR, zone: ZoneInfo = SHANGHAI) -> Figures:
    with reading(engine) as connection:
        return together(count(connection, 1, zone, [span])).figures


def closed(due: date | None, when: datetime, outcome: Outcome = Outcome.RECTIFIED) -> Opening:
    return Opening("x", stage=Stage.CLOSED, outcome=outcome, due=due, closed_at=when)


# The edges of a day


@pytest.mark.parametrize(
    ("zone", "due", "last"),
    [
        ("Asia/Shanghai", date(2026, 3, 20), "2026-03-20 23:59:59.999999"),
        ("Asia/Shanghai", date(2026, 12, 31), "2026-12-31 23:59:59.999999"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08 23:59:59.999999"),
        ("America/New_York", date(2026, 11, 1), "2026-11-01 23:59:59.999999"),
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-05 23:59:59.999999"),
    ],
)
def test_closed_on_the_due_day_is_on_time_and_the_next_day_is_late(
    engine: Engine, zone: str, due: date, last: str
) -> None:
    instant = at(last, zone)
    entered(engine, [closed(due, instant)], now=at("2026-01-05 10:00"))
    span = Span("", date(2026, 1, 1), date(2027, 1, 31))
    found = counted(engine, span, ZoneInfo(zone))
    assert (found.original.on_time, found.original.late) == (1, 0)
    entered(engine, [closed(due, instant + timedelta(microseconds=1))], now=at("2026-01-05 10:00"))
    found = counted(engine, span, ZoneInfo(zone))
    assert (found.original.on_time, found.original.late) == (1, 1)
    assert found.original.rate == 0.5


def test_an_item_is_overdue_from_the_day_after_its_due_day(engine: Engine) -> None:
    entered(engine, [Opening("x", stage=Stage.DEADLINE, due=date(2026, 11, 20))])
    for day, overdue in ((date(2026, 11, 20), 0), (date(2026, 11, 21), 1)):
        assert counted(engine, Span("", date(2026, 1, 1), day)).overdue == overdue


def test_the_clock_of_a_zone_is_known_to_the_second() -> None:
    known = dict(offsets(NEW_YORK))
    assert known[datetime(2026, 3, 8, 7, tzinfo=UTC)] == -5 * 3600
    assert known[datetime(2026, 11, 1, 6, tzinfo=UTC)] == -4 * 3600
    assert len(offsets(SHANGHAI)) == 1


# What counts as what


def test_no_deadline_is_neither_on_time_nor_late_nor_overdue(engine: Engine) -> None:
    entered(engine, [closed(None, at("2026-11-03 10:00")), Opening("x", stage=Stage.DEADLINE)])
    found = counted(engine)
    assert (found.original.rate, found.overdue, found.overdue_in_force) == (None, 0, 0)
    assert (found.closed_without_deadline, found.open_without_deadline) == (1, 1)


def test_an_item_closed_nobody_knows_when_is_neither_open_nor_closed(engine: Engine) -> None:
    entered(engine, [closed(date(2026, 3, 1), at("2026-03-01 10:00"))._replace(closed_at=None)])
    found = counted(engine)
    assert (found.undated, found.closed, found.open, found.at_hand) == (1, 0, 0, 0)


def test_only_granted_extensions_count_and_by_the_day_they_were_granted(engine: Engine) -> None:
    entered(engine, [Opening("x", stage=Stage.DEADLINE, due=date(2026, 11, 20))])
    decisions = ("granted", "refused", "dropped", "lapsed", "", "granted")
    with writing(engine) as connection:
        for seq, decision in enumerate(decisions):
            year = 2026 if seq < 5 else 2025
            connection.execute(
                insert(ASKED).values(
                    item_id=1, seq=seq, asked_by=1, asked_at=at("2025-12-01 10:00"), reason="x",
                    due_asked=date(2026, 12, 1), decision=decision,
                    decided_at=at(f"{year}-12-31 23:59") if decision else None,
                )
            )  # fmt: skip
    assert counted(engine).extensions == 1


def test_the_first_round_of_a_relapse_is_no_rework(engine: Engine) -> None:
    refs = entered(engine, [Opening("x", stage=Stage.DEADLINE)] * 3)
    changed(engine, refs[0], round=2, life=2)
    changed(engine, refs[1], round=2)
    found = counted(engine)
    assert (found.at_hand, found.reworked, found.relapsed) == (3, 1, 1)


def test_a_campaign_without_items_has_no_figures(engine: Engine) -> None:
    with reading(engine) as connection:
        assert count(connection, 1, SHANGHAI, [YEAR]) == []


# Everything, beside a naive count


def test_every_figure_equals_a_naive_count(engine: Engine, stock: Stock) -> None:
    luck = random.Random(7)
    _seed(engine, stock, luck, 240)
    spans = [YEAR, *months(date(2026, 10, 5), date(2027, 1, 20))]
    for zone in (SHANGHAI, NEW_YORK):
        rows = list(_rows(engine, zone))
        for span in spans:
            assert counted(engine, span, zone) == _naive(rows, span), span
    _require_groups(engine, list(_rows(engine, SHANGHAI)))


def _require_groups(engine: Engine, rows: list[Any]) -> None:
    with reading(engine) as connection:
        for by, column in (("unit", "unit_id"), ("category", "category"), ("source", "source")):
            groups = count(connection, 1, SHANGHAI, [YEAR], by)  # type: ignore[arg-type]
            found = {group.key: group.figures for group in groups}
            for key in {row[column] for row in rows}:
                inside = [row for row in rows if row[column] == key]
                assert found[key] == _naive(inside, YEAR)
        spans = months(date(2026, 10, 5), date(2027, 1, 20))
        by_month = {g.key: g.figures for g in count(connection, 1, SHANGHAI, spans, "month")}
    assert by_month == {span.label: _naive(rows, span) for span in spans}


def _seed(engine: Engine, stock: Stock, luck: random.Random, number: int) -> None:
    """Items of every kind whose days crowd around one another."""

    def instant() -> datetime:
        return at("2026-10-01 00:00") + timedelta(hours=luck.randint(0, 24 * 120))

    def day() -> date | None:
        return luck.choice([None, date(2026, 10, 1) + luck.randint(0, 120) * ONE])

    bureau, court = stock.units["bureau"].id, stock.units["court"].id
    refs = entered(
        engine,
        [
            Opening("x", category=luck.choice("ab"), unit_id=luck.choice([None, bureau, court]))
            for _ in range(number)
        ],
    )
    for ref in refs:
        stage = luck.choice([*Stage, Stage.CLOSED, Stage.CLOSED, Stage.CLOSED])
        is_closed = stage is Stage.CLOSED
        changed(
            engine, ref, stage=stage, outcome=luck.choice([*Outcome]) if is_closed else None,
            opened_at=instant(), closed_at=instant() if luck.random() < 0.9 and is_closed else None,
            due_original=day(), due=day(), on_hold=luck.random() < 0.2 and not is_closed,
            round=luck.choice([1, 2, 3]), life=luck.choice([1, 2]), holds=luck.choice([0, 1, 3]),
            source=luck.choice([*Source]),
        )  # fmt: skip


def _rows(engine: Engine, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    with reading(engine) as connection:
        for row in connection.execute(ITEM.select()):
            values = dict(row._mapping)
            values["opened"] = values["opened_at"].astimezone(zone).date()
            when = values["closed_at"]
            values["closed"] = when.astimezone(zone).date() if when else None
            yield values


def _naive(rows: list[dict[str, Any]], span: Span) -> Figures:
    """The figures, counted one after another from the words of the definitions."""
    shut = [r for r in rows if r["stage"] is Stage.CLOSED]
    done = [r for r in shut if r["closed"] and span.first <= r["closed"] <= span.last]
    right = [r for r in done if r["outcome"] not in SOFT]
    still = [
        r for r in rows
        if r["opened"] <= span.last
        and (r["stage"] in OPEN_STAGES or (r["closed"] and r["closed"] > span.last))
    ]  # fmt: skip
    fresh = [r for r in rows if span.first <= r["opened"] <= span.last]

    def scores(due: str) -> tuple[int, int, int, int]:
        return tuple(  # type: ignore[return-value]
            sum(bool(r[due]) and (r["closed"] <= r[due]) is early for r in group)
            for group in (done, right)
            for early in (True, False)
        )

    def middle(group: list[dict[str, Any]]) -> float | None:
        days = sorted((r["closed"] - r["opened"]).days for r in group)
        return (days[(len(days) - 1) // 2] + days[len(days) // 2]) / 2 if days else None

    ages = [(span.last - r["opened"]).days for r in still]
    lows, highs = (-1, *AGES), (*AGES, 10**6)
    return Figures(
        opened=len(fresh),
        closed=len(done),
        soft=len(done) - len(right),
        outcomes={o.value: sum(r["outcome"] is o for r in done) for o in Outcome},
        undated=sum(r in shut and r["closed"] is None for r in fresh),
        open=len(still),
        on_hold=sum(r["on_hold"] for r in still),
        open_without_deadline=sum(r["due_original"] is None for r in still),
        overdue=sum(bool(r["due_original"]) and r["due_original"] < span.last for r in still),
        overdue_in_force=sum(
            bool(r["due"]) and r["due"] < span.last and not r["on_hold"] for r in still
        ),
        original=Scores(*scores("due_original")),
        in_force=Scores(*scores("due")),
        closed_without_deadline=sum(r["due_original"] is None for r in done),
        at_hand=len(done) + len(still),
        reworked=sum(r["round"] > r["life"] for r in (*done, *still)),
        relapsed=sum(r["life"] > 1 for r in (*done, *still)),
        extensions=0,
        holds=sum(r["holds"] for r in (*done, *still)),
        median_days=middle(done),
        median_days_put_right=middle(right),
        ages=tuple(sum(a < age <= b for age in ages) for a, b in zip(lows, highs, strict=True)),
    )
