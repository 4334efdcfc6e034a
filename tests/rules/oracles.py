"""Naive readings of the calendar, day by day, to hold the clever ones against."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from rules.workdays import ShortDays, WorkCalendar
from tests.cast import calendar

ONE = timedelta(days=1)
TICK = timedelta(microseconds=1)

# Spring Festival as offices know it: eight days off, two weekend days worked for it.
FESTIVAL = [date(2026, 2, 15) + n * ONE for n in range(9)]
MAKE_UP = [date(2026, 2, 14), date(2026, 2, 28)]
NEW_YEAR = [date(2026, 1, 1), date(2026, 1, 2)]
NEW_YEAR_MAKE_UP = [date(2026, 1, 4)]

# The year 2026 as offices in China work it; nothing is published of 2027 yet.
YEAR_OFF = [
    *(date(2026, 1, day) for day in (1, 2)), *FESTIVAL, date(2026, 4, 6),
    *(date(2026, 5, day) for day in (1, 4, 5)), date(2026, 6, 19), date(2026, 9, 25),
    *(date(2026, 10, day) for day in (1, 2, 5, 6, 7)), date(2027, 1, 1),
]  # fmt: skip
YEAR_ON = [
    date(2026, 1, 4), *MAKE_UP, date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10),
]  # fmt: skip

HALF_DAYS = [date(2026, 2, 14), date(2026, 9, 30), date(2026, 12, 31)]


def halved(days: WorkCalendar, weekdays: tuple[int, ...] = ()) -> WorkCalendar:
    """The same calendar, closing at noon on half days and on those weekdays."""
    short = ShortDays(time(12), frozenset(HALF_DAYS), frozenset(weekdays))
    made = WorkCalendar(days.zone, time(9), time(17), days._year, short)
    NOONS[id(made)] = made, frozenset(HALF_DAYS), frozenset(weekdays)
    return made


NOONS: dict[int, tuple[WorkCalendar, frozenset[date], frozenset[int]]] = {}
"""The half days of calendars that have any, by their identity."""


def closes(days: WorkCalendar, day: date) -> datetime:
    """When the office closes on that day: at five, on half days at noon."""
    _, dates, weekdays = NOONS.get(id(days), (days, frozenset(), frozenset()))
    return clock_time(days, day, 12 if day in dates or day.weekday() in weekdays else 17)


CALENDARS: dict[str, WorkCalendar] = {
    "plain": calendar(),
    "festival": calendar(off=[*FESTIVAL, *NEW_YEAR], on=[*MAKE_UP, *NEW_YEAR_MAKE_UP]),
    "new york": calendar("America/New_York", off=[date(2025, 12, 25), date(2026, 1, 1)]),
    "half-hour dst": calendar("Australia/Lord_Howe"),
    "midnight dst": calendar("America/Santiago", on=[date(2026, 9, 6)]),
}

CALENDARS["china 2026"] = halved(calendar(off=YEAR_OFF, on=YEAR_ON))
CALENDARS["short fridays"] = halved(calendar("Europe/London"), (4,))


def worked(days: WorkCalendar, day: date) -> bool:
    """Whether the day is worked: what all else here is counted with."""
    return days.is_working(day)


def step(days: WorkCalendar, day: date, count: int) -> date:
    """The count-th working day after (before, when negative) ``day``, walked one by one."""
    if count == 0:
        while not worked(days, day):
            day += ONE
        return day
    direction = ONE if count > 0 else -ONE
    for _ in range(abs(count)):
        day += direction
        while not worked(days, day):
            day += direction
    return day


def counted(days: WorkCalendar, start: date, end: date) -> int:
    """Working days after ``start`` up to ``end``, counted one by one."""
    if end < start:
        return -counted(days, end, start)
    total = 0
    while start < end:
        start += ONE
        total += worked(days, start)
    return total


def clock_time(days: WorkCalendar, day: date, hour: int, minute: int = 0) -> datetime:
    """The instant at which the wall clock of the campaign first shows that time."""
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=days.zone)
    return local.astimezone(UTC)


def calendars() -> st.SearchStrategy[WorkCalendar]:
    """Plain ones, with holidays and make-up weekends, in zones with and without summer time."""
    return st.sampled_from(list(CALENDARS.values())) | st.builds(
        lambda zone, off, on: calendar(zone, off=off, on=on - off),
        st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London"]),
        st.frozensets(days_of_the_year(), max_size=25),
        st.frozensets(days_of_the_year(), max_size=8),
    )


def days_of_the_year() -> st.SearchStrategy[date]:
    """Days around New Year, Spring Festival and both changes of the clocks."""
    return st.dates(date(2025, 12, 1), date(2026, 11, 30))


def instants() -> st.SearchStrategy[datetime]:
    """Instants of the same year, to the microsecond."""
    since = datetime(2025, 12, 1, tzinfo=UTC)
    return st.timedeltas(timedelta(), timedelta(days=364)).map(lambda passed: since + passed)
