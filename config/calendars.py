"""Builds a campaign's working calendar from its policy and the public holidays of its country.

Source of the public holidays: the package ``holidays``, which for China follows the yearly
notice of the State Council's General Office, make-up working weekends included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from rules.errors import InputError
from rules.policy import OfficeHours, Policy
from rules.workdays import ShortDays, WorkCalendar, WorkYear

FIRST_NOTICE_IN_CHINA = 2001
"""Make-up working weekends are known from this year on."""


def calendar_for(policy: Policy) -> WorkCalendar:
    """The working calendar of a campaign under ``policy``; the same object for the same answer.

    Raises:
        InputError: the zone, country or subdivision is unknown.
    """
    return _calendar(
        policy.country,
        policy.subdivision,
        policy.zone,
        policy.office_hours.opens.isoformat(),
        policy.office_hours.closes.isoformat(),
        frozenset(policy.extra_days_off),
        frozenset(policy.extra_days_on),
        _short_days(policy.office_hours),
    )


def _short_days(hours: OfficeHours) -> ShortDays | None:
    if not hours.half_days and not hours.short_weekdays:
        return None
    return ShortDays(
        hours.half_day_closes,
        frozenset(hours.half_days),
        frozenset(day.number for day in hours.short_weekdays),
    )


@lru_cache(maxsize=64)
def _calendar(
    country: str,
    subdivision: str | None,
    zone: str,
    opens: str,
    closes: str,
    off: frozenset[date],
    on: frozenset[date],
    short: ShortDays | None,
) -> WorkCalendar:
    try:
        tz = ZoneInfo(zone)
        holidays.country_holidays(country, subdiv=subdivision, years=[])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"There is no zone {zone!r}.", where="zone") from error
    except NotImplementedError as error:
        place = f"{country}-{subdivision}" if subdivision else country
        raise InputError(f"There is no calendar for {place!r}.", where="country") from error

    def year_of(year: int) -> WorkYear:
        known = official_year(country, subdivision, year)
        extra = {day for day in on if day.year == year}
        return WorkYear((known.days | extra) - off, known.published)

    return WorkCalendar(tz, time.fromisoformat(opens), time.fromisoformat(closes), year_of, short)


def official_year(country: str, subdivision: str | None, year: int) -> WorkYear:
    """The working days of a year by its official calendar, or by an estimate of it."""
    official = holidays.country_holidays(country, subdiv=subdivision, years=[year])
    worked = frozenset(day for day in days_in(year) if official.is_working_day(day))
    return WorkYear(worked, _published(official.country, year, worked))


def days_in(year: int) -> Iterator[date]:
    """The days of a year, in order."""
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def _published(country: str, year: int, worked: Iterable[date]) -> bool:
    """Whether the year's official calendar is known; ``worked`` are its own working days.

    China moves working days to weekends every year; a year without any is one whose notice is
    still to come. Elsewhere public holidays follow from the law.
    """
    if country != "CN" or year < FIRST_NOTICE_IN_CHINA:
        return True
    return any(day.weekday() >= 5 for day in worked)
