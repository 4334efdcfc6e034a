"""The figures of a campaign, counted by the database in three statements, whatever the grouping.

Each item is reduced to what is counted of it, with the campaign's days of its opening and closing,
once; periods are rows of a small table beside it. Only medians are finished here, from counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Date,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from models.extension_request import ExtensionRequest
from models.items import ITEM
from models.types import Instant
from rules.figures import AGES, SOFT, Figures, Scores, Span, median
from rules.vocabulary import OPEN_STAGES, Outcome, Stage

ASKED = ExtensionRequest.__table__  # type: ignore[attr-defined]

Grouping = Literal["", "unit", "category", "source", "month"]
GRANTED = "granted"

KNOWN = datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
"""The time in which changes of a zone's clock are looked for."""

_GROUPED_BY: dict[str, ColumnElement[Any]] = {
    "": ITEM.c.campaign_id,
    "unit": ITEM.c.unit_id,
    "category": ITEM.c.category,
    "source": ITEM.c.source,
}


class Group(NamedTuple):
    """What was counted of one group; ``key`` is a unit's id, a stored word, a month, or (without a
    grouping) the campaign's id."""

    key: Any
    numbers: Counter[str]
    days: Counter[int]
    """How many items took how many days to close."""
    days_put_right: Counter[int]

    @property
    def figures(self) -> Figures:
        """The figures of the group."""
        return _figures(self)


def together(groups: Iterable[Group]) -> Group:
    """The groups of one period as one."""
    whole = Group(None, Counter(), Counter(), Counter())
    for group in groups:
        whole.numbers.update(group.numbers)
        whole.days.update(group.days)
        whole.days_put_right.update(group.days_put_right)
    return whole


def count(
    connection: Connection,
    campaign_id: int,
    zone: ZoneInfo,
    spans: Sequence[Span],
    by: Grouping = "",
) -> list[Group]:
    """Count a campaign in each of ``spans``, in groups that have any item.

    ``spans`` is one period, or several for the grouping by month.
    """
    periods = _periods(spans)
    items = _items(connection, campaign_id, zone, by)
    key = periods.c.label if by == "month" else items.c.key
    inside = _Inside(items, periods)
    groups = {
        row.key: Group(row.key, Counter(dict(row._mapping) | {"key": 0}), Counter(), Counter())
        for row in connection.execute(_counts(inside, key))
    }
    for row in connection.execute(_durations(connection, inside, key)):
        groups[row.key].days[row.days] += row.often
        groups[row.key].days_put_right[row.days] += 0 if row.soft else row.often
    for row in connection.execute(_extensions(connection, campaign_id, zone, periods, by)):
        # Granted in a period in which nothing else has happened to the group.
        group = groups.setdefault(row.key, Group(row.key, Counter(), Counter(), Counter()))
        group.numbers["extensions"] = row.granted
    return list(groups.values())


def first_day(connection: Connection, campaign_id: int, zone: ZoneInfo) -> date | None:
    """The day on which the campaign's first item was opened; None without items."""
    earliest: datetime | None = connection.execute(
        select(func.min(ITEM.c.opened_at)).where(ITEM.c.campaign_id == campaign_id)
    ).scalar()
    return earliest and earliest.astimezone(zone).date()


class _Inside:
    """Conditions on an item and a period."""

    def __init__(self, items: CTE, periods: CTE) -> None:
        self.items, self.periods = items, periods
        i, p = items.c, periods.c
        self.opened = and_(i.opened >= p.first, i.opened <= p.last)
        self.undated = and_(self.opened, ~i.is_open, i.closed.is_(None))
        self.closed = and_(~i.is_open, i.closed >= p.first, i.closed <= p.last)
        self.open = and_(i.opened <= p.last, or_(i.is_open, i.closed > p.last))
        self.put_right = and_(self.closed, ~i.soft)

    def __call__(self, *conditions: Any) -> ColumnElement[int]:
        """How many items fulfil all of the conditions."""
        return func.count().filter(and_(*conditions))


def _periods(spans: Sequence[Span]) -> CTE:
    """The periods as a table: label, first and last day, and the bounds of the ages."""
    names = ("label", "first", "last", *(f"age{age}" for age in AGES))
    rows = [
        select(
            literal(span.label, String).label("label"),
            *(
                literal(day, Date).label(name)
                for name, day in zip(names[1:], (span.first, span.last, *span.ages()), strict=True)
            ),
        )
        for span in spans
    ]
    return union_all(*rows).cte("periods")


def _items(connection: Connection, campaign_id: int, zone: ZoneInfo, by: Grouping) -> CTE:
    """What is counted of each item of the campaign."""
    opened = day_of(connection, ITEM.c.opened_at, zone)
    closed = day_of(connection, ITEM.c.closed_at, zone)
    return (
        select(
            _GROUPED_BY.get(by, ITEM.c.campaign_id).label("key"),
            ITEM.c.stage.in_(OPEN_STAGES).label("is_open"),
            ITEM.c.outcome,
            func.coalesce(ITEM.c.outcome.in_(SOFT), False).label("soft"),
            opened.label("opened"),
            case((ITEM.c.stage == Stage.CLOSED, closed)).label("closed"),
            ITEM.c.due_original,
            ITEM.c.due,
            ITEM.c.on_hold,
            (ITEM.c.round > ITEM.c.life).label("reworked"),
            (ITEM.c.life > 1).label("relapsed"),
            ITEM.c.holds,
        )
        .where(ITEM.c.campaign_id == campaign_id)
        .cte("counted")
        .prefix_with("MATERIALIZED")
    )


def day_of(connection: Connection, column: Any, zone: ZoneInfo) -> ColumnElement[date]:
    """The campaign's day of an instant."""
    if connection.dialect.name != "sqlite":
        return cast(func.timezone(zone.key, column), Date)
    # SQLite knows no zones: it is told how far the zone's clock was ahead, and until when.
    *earlier, (_, last) = offsets(zone)
    whens = [
        (column < literal(until, Instant), _shifted(column, ahead)) for until, ahead in earlier
    ]
    return case(*whens, else_=_shifted(column, last)) if whens else _shifted(column, last)


def _shifted(column: Any, seconds: int) -> ColumnElement[date]:
    # Whole seconds only: SQLite would round the last instant of a day up to the next one.
    second = func.substr(column, 1, len("2026-11-30T23:59:59"))
    return func.date(second, literal_column(f"'{seconds:+d} seconds'"), type_=Date)


@lru_cache
def offsets(zone: ZoneInfo) -> tuple[tuple[datetime, int], ...]:
    """By how many seconds the zone's clock is ahead of UTC, each with the instant until which.

    It covers :data:`KNOWN`; before and after, the nearest holds.
    """
    found: list[tuple[datetime, int]] = []
    day = KNOWN[0]
    ahead = _ahead(zone, day)
    while day < KNOWN[1]:
        later = day + timedelta(days=1)
        if (after := _ahead(zone, later)) != ahead:
            found.append((_change(zone, day, later), ahead))
            ahead = after
        day = later
    return (*found, (KNOWN[1], ahead))


def _ahead(zone: ZoneInfo, instant: datetime) -> int:
    return int((instant.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _change(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first second at which the zone's clock shows what it shows at ``late``."""
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early).total_seconds() // 2)
        early, late = (
            (early, middle) if _ahead(zone, middle) == _ahead(zone, late) else (middle, late)
        )
    return late


def _counts(inside: _Inside, key: Any) -> Any:
    i, p = inside.items.c, inside.periods.c
    handled = or_(inside.closed, inside.open)
    scores = {
        f"{name}_{which}": inside(closed, condition)
        for which, due in (("original", i.due_original), ("in_force", i.due))
        for name, closed, condition in (
            ("on_time", inside.closed, i.closed <= due),
            ("late", inside.closed, i.closed > due),
            ("on_time_right", inside.put_right, i.closed <= due),
            ("late_right", inside.put_right, i.closed > due),
        )
    }
    numbers = {
        "opened": inside(inside.opened),
        "closed": inside(inside.closed),
        "soft": inside(inside.closed, i.soft),
        "undated": inside(inside.undated),
        "open": inside(inside.open),
        "on_hold": inside(inside.open, i.on_hold),
        "open_without_deadline": inside(inside.open, i.due_original.is_(None)),
        "closed_without_deadline": inside(inside.closed, i.due_original.is_(None)),
        "overdue": inside(inside.open, i.due_original < p.last),
        "overdue_in_force": inside(inside.open, i.due < p.last, ~i.on_hold),
        "at_hand": inside(handled),
        "reworked": inside(handled, i.reworked),
        "relapsed": inside(handled, i.relapsed),
        "holds": func.coalesce(func.sum(i.holds).filter(handled), 0),
        **scores,
        **{outcome.value: inside(inside.closed, i.outcome == outcome) for outcome in Outcome},
        **{f"older{age}": inside(inside.open, i.opened < p[f"age{age}"]) for age in AGES},
    }
    columns = [number.label(name) for name, number in numbers.items()]
    # An open item was opened by the last day; every other one is opened or closed inside.
    counted = or_(inside.opened, handled)
    return (
        select(key.label("key"), *columns)
        .select_from(inside.periods.join(inside.items, counted))
        .group_by(key)
    )


def _durations(connection: Connection, inside: _Inside, key: Any) -> Any:
    """How many of the closed took how many days, by group."""
    i = inside.items.c
    days: ColumnElement[int]
    if connection.dialect.name == "sqlite":
        days = cast(func.julianday(i.closed) - func.julianday(i.opened), Integer)
    else:
        days = i.closed - i.opened
    return (
        select(key.label("key"), i.soft, days.label("days"), func.count().label("often"))
        .select_from(inside.periods.join(inside.items, inside.closed))
        .group_by(key, i.soft, days)
    )


def _extensions(
    connection: Connection, campaign_id: int, zone: ZoneInfo, periods: CTE, by: Grouping
) -> Any:
    """Extensions granted in the period, by group."""
    decided = day_of(connection, ASKED.c.decided_at, zone)
    key = periods.c.label if by == "month" else _GROUPED_BY[by]
    inside = and_(decided >= periods.c.first, decided <= periods.c.last)
    return (
        select(key.label("key"), func.count().label("granted"))
        .select_from(ASKED.join(ITEM, ITEM.c.id == ASKED.c.item_id).join(periods, inside))
        .where(ASKED.c.decision == GRANTED, ITEM.c.campaign_id == campaign_id)
        .group_by(key)
    )


def _figures(group: Group) -> Figures:
    n = group.numbers
    older = [n["open"], *(n[f"older{age}"] for age in AGES), 0]
    return Figures(
        **{name: n[name] for name in _PLAIN},
        outcomes={outcome.value: n[outcome.value] for outcome in Outcome},
        original=_scores(n, "original"),
        in_force=_scores(n, "in_force"),
        median_days=median(group.days.items()),
        median_days_put_right=median(group.days_put_right.items()),
        ages=tuple(more - less for more, less in pairwise(older)),
    )


_PLAIN = ("opened", "closed", "soft", "undated", "open", "on_hold", "open_without_deadline",
          "closed_without_deadline", "overdue", "overdue_in_force", "at_hand", "reworked",
          "relapsed", "holds", "extensions")  # fmt: skip


def _scores(numbers: Counter[str], which: str) -> Scores:
    names = ("on_time", "late", "on_time_right", "late_right")
    return Scores(*(numbers[f"{name}_{which}"] for name in names))
