"""Ends of weeks, months, quarters and years in working days, and things that come every week.

A week runs from Monday to Sunday. All days are the campaign's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from rules.policy_parts import Period
from rules.workdays import Weekday, WorkCalendar

_MONTHS = {"month_end": 1, "quarter_end": 3, "year_end": 12}


def bounds(period: Period, day: date, later: int = 0) -> tuple[date, date]:
    """The first and the last day of the period that ``day`` lies in, or of one so much later."""
    if period == "week_end":
        first = day + timedelta(days=7 * later - day.weekday())
        return first, first + timedelta(days=6)
    months = _MONTHS[period]
    index = (day.year * 12 + day.month - 1) // months + later
    return _first_of(index * months), _first_of((index + 1) * months) - timedelta(days=1)


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def period_end(period: Period, start: date, plus: int, calendar: WorkCalendar) -> date:
    """The last working day of the period that ``start`` lies in, ``plus`` periods later.

    Whoever starts on that day or after it would have no time at all, and a week may have no
    working day: then it is the last working day of the next period that leaves some.
    """
    later = plus
    while True:
        first, last = bounds(period, start, later)
        end = calendar.last_working(first, last)
        if end is not None and end > start:
            return end
        later += 1


def weekly(start: date, weekday: Weekday, calendar: WorkCalendar) -> Iterator[date]:
    """One working day a week after ``start``, without end: the first from ``weekday`` on, else
    the last one before it; a week without a working day is passed over."""
    week = start - timedelta(days=start.weekday())
    while True:
        wanted, last = week + timedelta(days=weekday.number), week + timedelta(days=6)
        found = calendar.add(wanted, 0)
        day = found if found <= last else calendar.last_working(week, last)
        if day is not None and day > start:
            yield day
        week += timedelta(days=7)
