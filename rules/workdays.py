"""Which days are worked, and when the office is open: day arithmetic of one campaign.

Days are :class:`datetime.date` in the campaign's zone; instants are aware UTC datetimes. The
class knows nothing of countries: whoever builds it supplies the working days of a year.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As :meth:`datetime.date.weekday` counts: Monday is 0."""
        return list(Weekday).index(self)


class ShortDays(NamedTuple):
    """When the office closes early: at ``closes`` on ``days`` and on ``weekdays`` (Monday is 0)."""

    closes: time = time(12)
    days: frozenset[date] = frozenset()
    weekdays: frozenset[int] = frozenset()

    def includes(self, day: date) -> bool:
        """Whether ``day`` is a half day, if it is worked at all."""
        return day.weekday() in self.weekdays or day in self.days


class WorkYear(NamedTuple):
    """The working days of one year, and whether the official calendar for it is published."""

    days: frozenset[date]
    published: bool


_REMEMBERED = 4096
"""How many plans are remembered at once."""


class _Span(NamedTuple):
    """Ordinals of all working days of the years ``first`` to ``last``."""

    first: int
    last: int
    ordinals: list[int]


class WorkCalendar:
    """Working days and office hours in one zone.

    ``year_of`` is asked once a year that is needed. Working days are counted the way offices
    count them: "within 3 working days" of a day is the third working day after it.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        opens: time,
        closes: time,
        year_of: Callable[[int], WorkYear],
        short: ShortDays | None = None,
    ) -> None:
        if not opens < closes:
            raise ValueError(f"the office must open ({opens}) before it closes ({closes})")
        if short is not None and not opens < short.closes <= closes:
            raise ValueError(f"a half day must close ({short.closes}) between {opens} and {closes}")
        self.zone = zone
        self.opens = opens
        self.closes = closes
        self._short = short
        self._year_of = year_of
        self._years: dict[int, WorkYear] = {}
        self._known = _Span(0, 0, [])
        self._openings: dict[date, datetime] = {}
        self._openings_after: dict[tuple[date, int], datetime] = {}
        self._ends: dict[date, datetime] = {}
        self._memories: dict[int, tuple[object, dict[Hashable, Any]]] = {}

    def memory(self, of: object) -> dict[Hashable, Any]:
        """Where what this calendar gives for one thing (a policy, by identity) is remembered.

        Emptied when it has grown large: what is remembered can always be worked out again.
        """
        known = self._memories.get(id(of))
        if known is None or known[0] is not of or len(known[1]) > _REMEMBERED:
            known = self._memories[id(of)] = of, {}
        return known[1]

    def is_working(self, day: date) -> bool:
        """Whether the office works on ``day``."""
        return day in self._year(day.year).days

    def is_provisional(self, day: date) -> bool:
        """Whether the calendar of the year of ``day`` is still an estimate."""
        return not self._year(day.year).published

    def add(self, day: date, working_days: int) -> date:
        """The n-th working day after ``day`` (before it when negative).

        Zero gives ``day`` itself when it is worked, else the next working day.
        """
        years = abs(working_days) // 200 + 1
        ordinals = self._span(day.year - years, day.year + years)
        if working_days > 0:
            index = bisect_right(ordinals, day.toordinal()) + working_days - 1
        else:
            index = bisect_left(ordinals, day.toordinal()) + working_days
        return date.fromordinal(ordinals[index])

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when it is earlier."""
        if end < start:
            return -self.between(end, start)
        ordinals = self._span(start.year, end.year)
        return bisect_right(ordinals, end.toordinal()) - bisect_right(ordinals, start.toordinal())

    def last_working(self, first: date, last: date) -> date | None:
        """The last working day from ``first`` to ``last``; none when nothing is worked."""
        ordinals = self._span(first.year, last.year)
        index = bisect_right(ordinals, last.toordinal()) - 1
        if index < 0 or ordinals[index] < first.toordinal():
            return None
        return date.fromordinal(ordinals[index])

    def day_of(self, instant: datetime) -> date:
        """The campaign's day at ``instant``."""
        return instant.astimezone(self.zone).date()

    def opening(self, day: date) -> datetime:
        """The instant the office opens on ``day`` (worked or not)."""
        known = self._openings.get(day)
        if known is None:
            known = datetime.combine(day, self.opens, self.zone).astimezone(UTC)
            self._openings[day] = known
        return known

    def opening_after(self, day: date, working_days: int) -> datetime:
        """The opening on ``add(day, working_days)``; remembered, as sweeps ask for few, often."""
        known = self._openings_after.get((day, working_days))
        if known is None:
            known = self.opening(self.add(day, working_days))
            self._openings_after[day, working_days] = known
        return known

    def is_half(self, day: date) -> bool:
        """Whether the office works on ``day``, but closes early."""
        return self._short is not None and self._short.includes(day) and self.is_working(day)

    def closing(self, day: date) -> datetime:
        """The instant the office closes on ``day`` (worked or not): early on a half day."""
        short = self._short
        closes = short.closes if short is not None and short.includes(day) else self.closes
        return datetime.combine(day, closes, self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The first instant that no longer belongs to ``day``."""
        known = self._ends.get(day)
        if known is None:
            known = datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)
            self._ends[day] = known
        return known

    def office_instant(self, instant: datetime) -> datetime:
        """``instant`` itself when the office is open then, else the next opening."""
        day = self.day_of(instant)
        if self.is_working(day):
            if instant <= self.opening(day):
                return self.opening(day)
            if instant < self.closing(day):
                return instant
        return self.opening(self.add(day, 1))

    def _year(self, year: int) -> WorkYear:
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._year_of(year)
        return known

    def _span(self, first: int, last: int) -> list[int]:
        """Ordinals of all working days from ``first`` to ``last``, kept sorted and contiguous."""
        known = self._known
        if not known.ordinals or first < known.first or last > known.last:
            first, last = min(first, known.first or first), max(last, known.last)
            days = (day for year in range(first, last + 1) for day in self._year(year).days)
            known = _Span(first, last, sorted(day.toordinal() for day in days))
            # Years and days are replaced together, as one object: another thread sees the old
            # span or the new one, never years whose days are still to come.
            self._known = known
        return known.ordinals
