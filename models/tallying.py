"""Counts the items of one part of a campaign for the overview: what is open now, and what was
opened and closed in each period, as a whole, by unit and by category.

The words of the counters are those of :mod:`models.figures`, so that its ``Group`` turns them into
the same figures. Each item is read once for what is open, or twice for what is closed; nothing is
counted for one period that another one holds already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    String,
    and_,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
)

from models.directory import UNIT
from models.figures import ASKED, GRANTED, day_of
from models.item import CLOSED, OPEN
from models.items import ITEM
from models.tallying_days import Duration, Trend, When, durations, trend
from models.visibility import over
from rules.figures import AGES, SOFT, Span
from rules.item import is_root
from rules.overview import (
    NAMED,
    NOW,
    PAST,
    PERIODS,
    PLAIN,
    WITHOUT_UNIT,
    Part,
    first_days,
)
from rules.vocabulary import Outcome, Stage

LONGEST = 10
"""How many of the items that are open longest are named."""

RUNGS = 4


class Row(NamedTuple):
    """Counters of the items of a unit and a category; ``bucket`` is the shortest period that holds
    them, or "now" for what is open."""

    unit_id: int | None
    category: str
    bucket: str
    numbers: Counter[str]


class Counted(NamedTuple):
    """Everything that was read of a part."""

    rows: list[Row]
    trend: list[Trend]
    durations: list[Duration]
    extensions: dict[str, int]
    """Granted, by bucket."""
    longest: list[tuple[datetime, int]]
    """When the items that are open longest were opened, and their ids."""


def count(connection: Connection, campaign_id: int, part: Part, when: When) -> Counted:
    """Count the part, or the half of it, as it is at ``when.now``."""
    where = and_(ITEM.c.campaign_id == campaign_id, holds(part))
    found = Counted([], [], [], {}, [])
    if part.half != PAST:
        found.rows.extend(_open(connection, where, when))
        found.longest.extend(_longest(connection, where))
    if part.half != NOW:
        found.rows.extend(_closed(connection, where, when))
        found.rows.extend(_opened(connection, where, when))
        found.trend.extend(trend(connection, where, when))
        found.durations.extend(durations(connection, where, when))
        found.extensions.update(_extensions(connection, where, when))
    return found


def holds(part: Part) -> ColumnElement[bool]:
    """Holds for the items of the part."""
    place = _below(part.path)
    if part.kind == PLAIN:
        return and_(~ITEM.c.confidential, place)
    if part.kind != NAMED:
        return and_(ITEM.c.confidential, place)
    seats = (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id)
    named = or_(*(seat == part.person_id for seat in seats))
    # coalesce: an item without a unit is in none of the subtrees, rather than nobody knows.
    return and_(named, ITEM.c.confidential, place, ~func.coalesce(over(part.without), false()))


def _below(path: str) -> ColumnElement[bool]:
    unit: ColumnElement[int] = ITEM.c.unit_id
    if path == WITHOUT_UNIT:
        return unit.is_(None)
    if is_root(path):
        return true()
    return unit.in_(select(UNIT.c.id).where(UNIT.c.path.startswith(path)))


def _open(connection: Connection, where: Any, when: When) -> list[Row]:
    """What is open, by unit and category."""
    held, today = ITEM.c.on_hold, literal(when.today, Date)
    # A light that was never to change is none that has changed.
    red = func.coalesce(ITEM.c.red_at <= when.now, false())
    yellow = and_(~red, func.coalesce(ITEM.c.yellow_at <= when.now, false()))
    ages = Span("", when.today, when.today).ages()
    conditions: dict[str, Any] = {
        "open": true(),
        "red": red,
        "yellow": yellow,
        "on_hold": held,
        "open_without_deadline": ITEM.c.due_original.is_(None),
        "overdue": ITEM.c.due_original < today,
        "overdue_in_force": and_(ITEM.c.due < today, ~held),
        "to_verify": ITEM.c.stage == Stage.VERIFICATION,
        "to_close": ITEM.c.stage == Stage.CLOSURE,
        "extension_asked": ITEM.c.extension_due.is_not(None),
        **{f"rung{level}": ITEM.c.level == level for level in range(1, RUNGS + 1)},
        **{
            f"older{age}": ITEM.c.opened_at < start_of(day, when.zone)
            for age, day in zip(AGES, ages, strict=True)
        },
        **_LIVES,
    }
    columns = [func.count().filter(condition) for condition in conditions.values()]
    statement = (
        select(ITEM.c.unit_id, ITEM.c.category, literal(NOW, String), *columns, _HOLDS)
        .where(where, text(OPEN))
        .group_by(ITEM.c.unit_id, ITEM.c.category)
    )
    return _rows(connection, statement, (*conditions, "holds"))


def _closed(connection: Connection, where: Any, when: When) -> list[Row]:
    """What was closed on a known day, by unit, category and period."""
    soft = func.coalesce(ITEM.c.outcome.in_(SOFT), false())
    day = day_of(connection, ITEM.c.closed_at, when.zone)
    scores = {
        f"{name}_{which}": condition
        for which, due in (("original", ITEM.c.due_original), ("in_force", ITEM.c.due))
        for name, condition in (
            ("on_time", day <= due),
            ("late", day > due),
            ("on_time_right", and_(day <= due, ~soft)),
            ("late_right", and_(day > due, ~soft)),
        )
    }
    conditions: dict[str, Any] = {
        "closed": true(),
        "soft": soft,
        "closed_without_deadline": ITEM.c.due_original.is_(None),
        **scores,
        **{outcome.value: ITEM.c.outcome == outcome for outcome in Outcome},
        **_LIVES,
    }
    bucket = _bucket(ITEM.c.closed_at, when)
    columns = [func.count().filter(condition) for condition in conditions.values()]
    statement = (
        select(ITEM.c.unit_id, ITEM.c.category, bucket, *columns, _HOLDS)
        .where(where, text(CLOSED), ITEM.c.closed_at.is_not(None))
        .group_by(ITEM.c.unit_id, ITEM.c.category, bucket)
    )
    return _rows(connection, statement, (*conditions, "holds"))


def _opened(connection: Connection, where: Any, when: When) -> list[Row]:
    """What was opened, by unit, category and period."""
    undated = and_(ITEM.c.stage == Stage.CLOSED, ITEM.c.closed_at.is_(None))
    bucket = _bucket(ITEM.c.opened_at, when)
    statement = (
        select(ITEM.c.unit_id, ITEM.c.category, bucket, func.count(),
               func.count().filter(undated))
        .where(where)
        .group_by(ITEM.c.unit_id, ITEM.c.category, bucket)
    )  # fmt: skip
    return _rows(connection, statement, ("opened", "undated"))


_LIVES: dict[str, Any] = {"reworked": ITEM.c.round > ITEM.c.life, "relapsed": ITEM.c.life > 1}
_HOLDS = func.sum(ITEM.c.holds)


def _rows(connection: Connection, statement: Any, names: Iterable[str]) -> list[Row]:
    names = tuple(names)
    return [
        Row(unit_id, category, bucket, Counter(dict(zip(names, numbers, strict=True))))
        for unit_id, category, bucket, *numbers in connection.execute(statement)
    ]


def _bucket(column: Any, when: When) -> ColumnElement[str]:
    """The shortest period that holds an instant: periods lie one in another."""
    longest, *shorter = PERIODS
    first = first_days(when.today)
    whens = [
        (column >= start_of(first[name], when.zone), literal_column(f"'{name}'", String))
        for name in reversed(shorter)
    ]
    return case(*whens, else_=literal_column(f"'{longest}'", String)).label("bucket")


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which the day begins in the zone."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _extensions(connection: Connection, where: Any, when: When) -> dict[str, int]:
    """Extensions granted, by period."""
    bucket = _bucket(ASKED.c.decided_at, when)
    statement = (
        select(bucket, func.count())
        .select_from(ASKED.join(ITEM, ITEM.c.id == ASKED.c.item_id))
        .where(ASKED.c.decision == GRANTED, where)
        .group_by(bucket)
    )
    rows: Any = connection.execute(statement).all()
    return dict(rows)


def _longest(connection: Connection, where: Any) -> list[tuple[datetime, int]]:
    """The items that are open longest."""
    statement = (
        select(ITEM.c.opened_at, ITEM.c.id)
        .where(where, text(OPEN))
        .order_by(ITEM.c.opened_at, ITEM.c.id)
        .limit(LONGEST)
    )
    return [(opened, item_id) for opened, item_id in connection.execute(statement)]
