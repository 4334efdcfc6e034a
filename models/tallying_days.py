"""Counts what has to do with the days of items: month by month, and how long closing took."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    String,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
)

from models.figures import day_of
from models.items import ITEM
from rules.figures import SOFT
from rules.vocabulary import OPEN_STAGES, Stage


class When(NamedTuple):
    """The moment of a count, and the campaign's day and zone at it."""

    now: datetime
    today: date
    zone: ZoneInfo


class Trend(NamedTuple):
    """Months that items share: opened, closed (None: open; "": nobody knows when), and that of the
    first day on which the original deadline lay behind (None: never while it was open)."""

    opened: str
    closed: str | None
    overdue: str | None
    number: int


class Duration(NamedTuple):
    """How often closing took so many days, by the month of the closing."""

    month: str
    soft: bool
    days: int
    often: int


def trend(connection: Connection, where: Any, when: When) -> list[Trend]:
    """Opened, closed and first overdue, by month."""
    opened = day_of(connection, ITEM.c.opened_at, when.zone)
    shut = and_(ITEM.c.stage == Stage.CLOSED, ITEM.c.closed_at.is_not(None))
    closed = case((shut, day_of(connection, ITEM.c.closed_at, when.zone)))
    after = _next_day(connection, ITEM.c.due_original)
    begins = case((opened > after, opened), else_=after)
    counts = and_(
        ITEM.c.due_original.is_not(None),
        or_(ITEM.c.stage.in_(OPEN_STAGES), and_(shut, closed >= begins)),
    )
    undated = and_(ITEM.c.stage == Stage.CLOSED, ITEM.c.closed_at.is_(None))
    months = (
        _month(connection, opened),
        case((undated, ""), else_=_month(connection, closed)),
        _month(connection, case((counts, begins))),
    )
    inner = select(*(month.label(key) for month, key in zip(months, "abc", strict=True)))
    found = inner.where(where).subquery()
    keys = (found.c.a, found.c.b, found.c.c)
    return [Trend(*row) for row in connection.execute(select(*keys, func.count()).group_by(*keys))]


def durations(connection: Connection, where: Any, when: When) -> list[Duration]:
    """How long closing took, by the month of the closing."""
    opened = day_of(connection, ITEM.c.opened_at, when.zone)
    closed = day_of(connection, ITEM.c.closed_at, when.zone)
    soft = func.coalesce(ITEM.c.outcome.in_(SOFT), false())
    days: ColumnElement[Any]
    if connection.dialect.name == "sqlite":
        days = cast(func.julianday(closed) - func.julianday(opened), Integer)
    else:
        days = closed - opened
    found = (
        select(_month(connection, closed).label("a"), soft.label("b"), days.label("c"))
        .where(where, ITEM.c.stage == Stage.CLOSED, ITEM.c.closed_at.is_not(None))
        .subquery()
    )
    keys = (found.c.a, found.c.b, found.c.c)
    rows = connection.execute(select(*keys, func.count()).group_by(*keys))
    return [Duration(month, bool(soft), days, often) for month, soft, days, often in rows]


def _month(connection: Connection, day: Any) -> ColumnElement[str]:
    """The month of a day: 2026-11."""
    if connection.dialect.name == "sqlite":
        return func.substr(day, 1, len("2026-11"), type_=String)
    return func.to_char(day, "YYYY-MM", type_=String)


def _next_day(connection: Connection, day: Any) -> ColumnElement[date]:
    if connection.dialect.name == "sqlite":
        return func.date(day, "+1 day", type_=Date)
    return cast(day + 1, Date)
