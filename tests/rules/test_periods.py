"""Ends of periods and things that come every week, against a clerk who turns the pages."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.agenda import StepKind, agenda
from rules.deadlines import due_for, limit_day
from rules.periods import bounds, period_end, weekly
from rules.policy import Limit, Weekly
from rules.vocabulary import Severity, Stage
from rules.workdays import Weekday, WorkCalendar
from tests.cast import at, calendar, item, policy
from tests.rules.oracles import CALENDARS, ONE, calendars, days_of_the_year

PERIODS = ("week_end", "month_end", "quarter_end", "year_end")


def page(period: str, day: date) -> tuple[int, ...]:
    """What the page of the wall calendar is called that shows the day."""
    if period == "week_end":
        return day.isocalendar()[:2]
    number = {"month_end": day.month, "quarter_end": (day.month + 2) // 3, "year_end": 0}[period]
    return day.year, number


def turned(period: str, start: date, plus: int, days: WorkCalendar) -> date:
    """The last working day on the page ``plus`` after that of ``start``, or on a later one."""
    day, pages = start, 0
    while True:
        last = None
        name = page(period, day)
        while page(period, day) == name:
            if days.is_working(day) and day > start:
                last = day
            day += ONE
        if pages >= plus and last is not None:
            return last
        pages += 1


@given(calendars(), days_of_the_year(), st.sampled_from(PERIODS), st.integers(0, 3))
def test_the_end_of_a_period_is_found_by_turning_pages(days, start, period, plus) -> None:
    found = period_end(period, start, plus, days)
    assert found == turned(period, start, plus, days)
    assert found > start
    assert days.is_working(found)


@given(days_of_the_year(), st.sampled_from(PERIODS), st.integers(-3, 20))
def test_periods_follow_one_another_without_a_gap(day, period, later) -> None:
    first, last = bounds(period, day)
    assert first <= day <= last
    assert bounds(period, last + ONE)[0] == bounds(period, day, 1)[0] == last + ONE
    begun, ended = bounds(period, day, later)
    assert page(period, begun) == page(period, ended) != page(period, ended + ONE)


FESTIVAL = CALENDARS["festival"]
PLAIN = calendar()


@pytest.mark.parametrize(
    ("by", "plus", "start", "due", "days"),
    [
        # Just before, on and just after the last working day of a month that ends on a Saturday.
        ("month_end", 0, "2026-01-29", "2026-01-30", PLAIN),
        ("month_end", 0, "2026-01-30", "2026-02-27", PLAIN),
        ("month_end", 0, "2026-01-31", "2026-02-27", PLAIN),
        ("month_end", 0, "2026-02-01", "2026-02-27", PLAIN),
        # February 2026 ends on a Saturday that is worked for the festival.
        ("month_end", 0, "2026-02-27", "2026-02-28", FESTIVAL),
        ("month_end", 0, "2026-02-28", "2026-03-31", FESTIVAL),
        ("month_end", 1, "2026-01-15", "2026-02-28", FESTIVAL),
        ("month_end", 1, "2026-01-30", "2026-02-28", FESTIVAL),  # February leaves time: no jump
        # Across New Year, which the festival calendar keeps off until the 4th, a Sunday worked.
        ("month_end", 0, "2025-12-30", "2025-12-31", FESTIVAL),
        ("month_end", 0, "2025-12-31", "2026-01-30", FESTIVAL),
        ("month_end", 1, "2025-12-31", "2026-01-30", FESTIVAL),
        ("month_end", 12, "2025-12-31", "2026-12-31", FESTIVAL),
        ("quarter_end", 0, "2025-12-31", "2026-03-31", FESTIVAL),
        ("quarter_end", 1, "2025-11-01", "2026-03-31", FESTIVAL),
        ("quarter_end", 0, "2026-03-31", "2026-06-30", FESTIVAL),
        ("year_end", 0, "2026-01-01", "2026-12-31", FESTIVAL),
        ("year_end", 0, "2025-12-31", "2026-12-31", FESTIVAL),
        ("year_end", 1, "2025-12-30", "2026-12-31", FESTIVAL),
        # Weeks end on their last working day, a make-up Sunday included.
        ("week_end", 0, "2026-03-12", "2026-03-13", PLAIN),
        ("week_end", 0, "2026-03-13", "2026-03-20", PLAIN),
        ("week_end", 0, "2026-03-15", "2026-03-20", PLAIN),
        ("week_end", 0, "2025-12-31", "2026-01-04", FESTIVAL),
        ("week_end", 0, "2026-01-04", "2026-01-09", FESTIVAL),
        # The week of the festival has no working day: the next one has.
        ("week_end", 0, "2026-02-14", "2026-02-28", FESTIVAL),
        ("week_end", 1, "2026-02-12", "2026-02-28", FESTIVAL),
        ("week_end", 1, "2026-02-10", "2026-02-28", FESTIVAL),
    ],
)
def test_limits_by_the_end_of_a_period(by, plus, start, due, days) -> None:
    found = limit_day(Limit(by=by, plus=plus), date.fromisoformat(start), days)
    assert found == date.fromisoformat(due)


def test_the_superiors_deadline_cuts_the_end_of_a_period_short() -> None:
    limits = {severity: Limit(by="month_end") for severity in Severity}
    rules, start = policy(limits=limits), date(2026, 3, 10)
    assert due_for(rules, Severity.MAJOR, start, PLAIN, None) == date(2026, 3, 31)
    assert due_for(rules, Severity.MAJOR, start, PLAIN, date(2026, 3, 20)) == date(2026, 3, 20)
    assert due_for(rules, Severity.MAJOR, start, PLAIN, date(2026, 4, 1)) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "either days"),
        ({"days": 5, "by": "month_end"}, "either days"),
        ({"plus": 1}, "either days"),
        ({"days": 5, "plus": 1}, "goes with by"),
        ({"by": "month_end", "unit": "calendar"}, "leave unit out"),
        ({"by": "month_end", "plus": 13}, "12"),
        ({"by": "month_end", "plus": -1}, "0"),
        ({"by": "fortnight"}, "week_end"),
    ],
)
def test_a_limit_that_says_two_things_or_none_is_refused(values, said) -> None:
    with pytest.raises(ValidationError, match=said):
        Limit.model_validate(values)


# Every week


def weeks(start: date, weekday: Weekday, days: WorkCalendar, count: int) -> list[date]:
    """The clerk asks on the weekday; when that is off, on the next day of that week that is not,
    and when there is none, on the last one before."""
    found: list[date] = []
    monday = start - start.weekday() * ONE
    while len(found) < count:
        week = [monday + n * ONE for n in range(7)]
        worked = [day for day in week if days.is_working(day)]
        named = next(day for day in week if day.strftime("%A").lower() == weekday)
        wanted = [day for day in worked if day >= named]
        asked = wanted[0] if wanted else worked[-1] if worked else None
        if asked is not None and asked > start:
            found.append(asked)
        monday += 7 * ONE
    return found


@given(calendars(), days_of_the_year(), st.sampled_from(Weekday))
def test_what_comes_every_week_comes_on_a_working_day_once_a_week(days, start, weekday) -> None:
    found = list(islice(weekly(start, weekday, days), 12))
    assert found == weeks(start, weekday, days, 12)
    assert all(days.is_working(day) for day in found)
    assert len({day.isocalendar()[:2] for day in found}) == 12


@pytest.mark.parametrize(
    ("start", "weekday", "expected"),
    [
        ("2026-03-05", Weekday.FRIDAY, "03-06 03-13 03-20"),
        ("2026-03-06", Weekday.FRIDAY, "03-13 03-20 03-27"),  # not on the day it starts
        ("2026-02-09", Weekday.FRIDAY, "02-13 02-27 03-06"),  # a week without a working day
        ("2026-02-09", Weekday.MONDAY, "02-24 03-02 03-09"),  # a Monday off: on the Tuesday
        ("2025-12-29", Weekday.THURSDAY, "01-04 01-08 01-15"),  # New Year off: the Sunday worked
        ("2026-02-09", Weekday.SUNDAY, "02-14 02-28 03-06"),  # nobody works then: the day before
    ],
)
def test_weeks_over_holidays(start, weekday, expected) -> None:
    found = islice(weekly(date.fromisoformat(start), weekday, FESTIVAL), 3)
    assert " ".join(f"{day:%m-%d}" for day in found) == expected


def test_a_progress_report_is_asked_for_every_week_until_the_due_day() -> None:
    rules = policy(progress_every=Weekly(weekly=Weekday.FRIDAY), reminders_before=())
    state = item(Stage.DEADLINE, due=date(2026, 4, 3))
    steps = [step for step in agenda(state, rules, PLAIN) if step.kind is StepKind.PROGRESS]
    assert [step.at for step in steps] == [
        at("2026-03-13 09:00"), at("2026-03-20 09:00"), at("2026-03-27 09:00"),
    ]  # fmt: skip
    assert [step.key for step in steps] == [f"progress/{n}/r1.d1" for n in (1, 2, 3)]
    fired = state._replace(fired=("progress/1/r1.d1",))
    again = [step for step in agenda(fired, rules, PLAIN) if step.kind is StepKind.PROGRESS]
    assert again == steps[1:]


def test_weekly_reports_keep_to_the_wall_clock_when_summer_time_begins() -> None:
    days = CALENDARS["new york"]
    rules = policy(progress_every=Weekly(weekly=Weekday.FRIDAY), reminders_before=())
    state = item(Stage.DEADLINE, due=date(2026, 3, 27), plan_from=at("2026-03-02 12:00"))
    steps = [step.at for step in agenda(state, rules, days) if step.kind is StepKind.PROGRESS]
    assert steps[:2] == [
        at("2026-03-06 09:00", "America/New_York"), at("2026-03-13 09:00", "America/New_York"),
    ]  # fmt: skip
    assert [instant.hour for instant in steps[:2]] == [14, 13]
