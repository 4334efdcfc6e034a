"""A year of a campaign's calendar as people read it: what is off, what is worked, and why."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

import holidays

from config.calendars import calendar_for, days_in
from rules.policy import Policy


class Marked(NamedTuple):
    """A day that is not like others of its name: a weekday off, a weekend day worked, a half day.

    ``name`` says why by the official calendar; it is empty when the campaign has decided it.
    """

    day: date
    kind: Literal["off", "on", "half"]
    name: str


class Month(NamedTuple):
    """One month: how many days are worked, and the days that are marked."""

    year: int
    month: int
    working: int
    marked: tuple[Marked, ...]


class Almanac(NamedTuple):
    """A year; ``published`` is false while its official calendar is an estimate."""

    year: int
    published: bool
    months: tuple[Month, ...]

    @property
    def working(self) -> int:
        """Days worked in the whole year."""
        return sum(month.working for month in self.months)


def almanac(policy: Policy, year: int, lang: str) -> Almanac:
    """The year by the policy's calendar; names of holidays in the language where they are known.

    Raises:
        InputError: the policy's zone, country or subdivision is unknown.
    """
    calendar = calendar_for(policy)
    official = holidays.country_holidays(
        policy.country, subdiv=policy.subdivision, years=[year],
        language="zh_CN" if lang.startswith("zh") else "en_US",
    )  # fmt: skip
    months: list[Month] = []
    for number in range(1, 13):
        days = [day for day in days_in(year) if day.month == number]
        marked = []
        for day in days:
            worked, weekend = calendar.is_working(day), day.weekday() in official.weekend
            if worked == weekend:
                name = str(official.get(day) or "") if not worked else ""
                marked.append(Marked(day, "on" if worked else "off", name))
            if calendar.is_half(day):
                marked.append(Marked(day, "half", ""))
        working = sum(calendar.is_working(day) for day in days)
        months.append(Month(year, number, working, tuple(marked)))
    return Almanac(year, not calendar.is_provisional(date(year, 1, 1)), tuple(months))
