"""Working days and office hours against a naive reading, day by day."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.workdays import ShortDays, Weekday, WorkCalendar, WorkYear
from tests.cast import at, calendar
from tests.rules.oracles import (
    CALENDARS,
    ONE,
    TICK,
    calendars,
    clock_time,
    closes,
    counted,
    days_of_the_year,
    instants,
    step,
)

COUNTS = st.integers(-60, 60)


@given(calendars(), days_of_the_year(), COUNTS)
def test_adding_working_days_is_walking_them_one_by_one(days, day, count) -> None:
    assert days.add(day, count) == step(days, day, count)


@given(calendars(), days_of_the_year(), days_of_the_year())
def test_days_between_are_counted_one_by_one(days, start, end) -> None:
    assert days.between(start, end) == counted(days, start, end)
    assert days.between(end, start) == -days.between(start, end)


@given(calendars(), days_of_the_year(), st.integers(1, 60))
def test_adding_and_counting_undo_each_other(days, day, count) -> None:
    assert days.between(day, days.add(day, count)) == count
    assert days.add(day, days.between(day, days.add(day, count))) == days.add(day, count)
    if days.is_working(day):
        assert days.add(days.add(day, count), -count) == day
        assert days.between(day, days.add(day, -count)) == -count


@given(calendars(), days_of_the_year(), COUNTS)
def test_what_is_added_is_always_a_working_day(days, day, count) -> None:
    reached = days.add(day, count)
    assert days.is_working(reached)
    if count == 0:
        assert reached >= day
        assert (reached == day) == days.is_working(day)


@given(calendars(), days_of_the_year(), st.integers(0, 30), st.integers(0, 30))
def test_two_additions_are_one(days, day, first, second) -> None:
    if first:
        assert days.add(days.add(day, first), second) == days.add(day, first + second)


@pytest.mark.parametrize(
    ("day", "count", "reached"),
    [
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # New Year off, the Sunday worked for it
        (date(2026, 1, 5), -2, date(2025, 12, 31)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a make-up Saturday
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # over the whole festival
        (date(2026, 2, 24), -1, date(2026, 2, 14)),
        (date(2026, 2, 20), 0, date(2026, 2, 24)),
        (date(2026, 2, 27), 1, date(2026, 2, 28)),
    ],
)
def test_over_new_year_and_the_festival_make_up_days_count(day, count, reached) -> None:
    assert CALENDARS["festival"].add(day, count) == reached


@pytest.mark.parametrize("count", [199, 200, 201, 400, 1000, -199, -200, -201, -1000])
def test_long_ways_over_several_years_are_right(count: int) -> None:
    for day in (date(2026, 1, 1), date(2026, 12, 31)):
        assert calendar().add(day, count) == step(calendar(), day, count)


@given(st.permutations([2019, 2031, 2026, 2024]))
def test_the_order_in_which_years_are_asked_does_not_matter(years) -> None:
    plain = calendar()
    fresh = WorkCalendar(ZoneInfo("Asia/Shanghai"), time(9), time(17), plain._year_of)
    for year in years:
        day = date(year, 12, 30)
        assert fresh.add(day, 5) == step(plain, day, 5)
        assert fresh.between(date(year, 1, 1), day) == counted(plain, date(year, 1, 1), day)


def test_a_year_is_provisional_until_it_is_published() -> None:
    days = calendar(published=2026)
    assert not days.is_provisional(date(2026, 12, 31))
    assert days.is_provisional(date(2027, 1, 1))


def test_each_year_is_asked_for_once() -> None:
    asked: list[int] = []

    def year_of(year: int) -> WorkYear:
        asked.append(year)
        return WorkYear(frozenset(date(year, 1, 1) + n * ONE for n in range(365)), True)

    days = WorkCalendar(ZoneInfo("Asia/Shanghai"), time(9), time(17), year_of)
    for count in range(-20, 20):
        days.add(date(2026, 6, 1), count)
    assert sorted(asked) == sorted(set(asked))


def test_another_thread_never_counts_on_a_list_of_days_half_grown() -> None:
    """While one thread learns a new year, another that needs the same year must not do without."""
    learning, may_go_on = threading.Event(), threading.Event()

    def year_of(year: int) -> WorkYear:
        if year == 2030 and threading.current_thread() is slow:
            learning.set()
            may_go_on.wait(5)
        return calendar()._year_of(year)

    days = WorkCalendar(ZoneInfo("Asia/Shanghai"), time(9), time(17), year_of)
    days.add(date(2026, 6, 1), 1)
    slow = threading.Thread(target=lambda: days.add(date(2029, 6, 1), 1))
    slow.start()
    assert learning.wait(5)
    try:
        assert days.between(date(2029, 1, 1), date(2029, 12, 31)) == 260
    finally:
        may_go_on.set()
        slow.join()


# Office hours


@given(calendars(), instants())
def test_an_office_instant_is_the_first_open_moment(days, instant) -> None:
    found = days.office_instant(instant)
    day = found.astimezone(days.zone).date()
    assert found >= instant
    assert days.is_working(day)
    assert clock_time(days, day, 9) <= found < clock_time(days, day, 17)
    if found > instant:  # then nothing was open in between
        assert found == clock_time(days, day, 9)
        before = instant.astimezone(days.zone).date()
        closed = instant >= clock_time(days, before, 17) or not days.is_working(before)
        first = before + ONE if closed else before
        assert not any(days.is_working(first + n * ONE) for n in range((day - first).days))


@given(calendars(), instants())
def test_asking_again_changes_nothing(days, instant) -> None:
    once = days.office_instant(instant)
    assert days.office_instant(once) == once


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("2026-03-10 08:59:59.999999", "2026-03-10 09:00"),
        ("2026-03-10 09:00", "2026-03-10 09:00"),
        ("2026-03-10 09:00:00.000001", "2026-03-10 09:00:00.000001"),
        ("2026-03-10 16:59:59.999999", "2026-03-10 16:59:59.999999"),
        ("2026-03-10 17:00", "2026-03-11 09:00"),
        ("2026-03-10 17:00:00.000001", "2026-03-11 09:00"),
        ("2026-03-13 17:00", "2026-03-16 09:00"),  # Friday evening
        ("2026-03-14 10:00", "2026-03-16 09:00"),  # Saturday
        ("2026-03-10 00:00", "2026-03-10 09:00"),
        ("2025-12-31 17:00", "2026-01-01 09:00"),
    ],
)
def test_the_edges_of_office_hours(said: str, found: str) -> None:
    assert calendar().office_instant(at(said)) == at(found)


def test_a_make_up_saturday_has_office_hours() -> None:
    days = calendar(on=[date(2026, 3, 14)])
    assert days.office_instant(at("2026-03-14 10:00")) == at("2026-03-14 10:00")
    assert days.office_instant(at("2026-03-14 17:00")) == at("2026-03-16 09:00")


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2026, 3, 6), 14), (date(2026, 3, 9), 13),  # clocks go forward on 8 March
        (date(2026, 10, 30), 13), (date(2026, 11, 2), 14),  # and back on 1 November
    ],
)  # fmt: skip
def test_the_office_opens_by_the_wall_clock_when_summer_time_changes(day, utc_hour) -> None:
    days = CALENDARS["new york"]
    assert days.opening(day) == datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)
    assert days.closing(day) - days.opening(day) == timedelta(hours=8)


def test_a_day_of_23_or_25_hours_ends_at_its_own_midnight() -> None:
    days = CALENDARS["new york"]
    short, long = date(2026, 3, 8), date(2026, 11, 1)
    assert days.end_of(short) - days.end_of(short - ONE) == timedelta(hours=23)
    assert days.end_of(long) - days.end_of(long - ONE) == timedelta(hours=25)


@given(calendars(), days_of_the_year())
def test_a_day_ends_where_the_next_begins(days, day) -> None:
    end = days.end_of(day)
    assert days.day_of(end - TICK) == day
    assert days.day_of(end) == day + ONE


@given(calendars(), days_of_the_year(), COUNTS)
def test_openings_are_remembered_right(days, day, count) -> None:
    for _ in range(2):
        assert days.opening_after(day, count) == clock_time(days, step(days, day, count), 9)
        assert days.opening(day) == clock_time(days, day, 9)
        assert days.closing(day) == closes(days, day)


@pytest.mark.parametrize(("opens", "closes"), [(time(9), time(9)), (time(17), time(9))])
def test_an_office_that_closes_before_it_opens_is_refused(opens, closes) -> None:
    with pytest.raises(ValueError, match="must open"):
        calendar(opens=opens, closes=closes)


# Half days

EVE = date(2026, 12, 31)
"""A Thursday, on which the office closes at noon."""


def short(days: WorkCalendar, closes: time = time(12), *weekdays: Weekday) -> WorkCalendar:
    """The same calendar with half days: New Year's Eve, and these days of every week."""
    numbers = frozenset(weekday.number for weekday in weekdays)
    halves = ShortDays(closes, frozenset({EVE}), numbers)
    return WorkCalendar(days.zone, days.opens, days.closes, days._year_of, halves)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("2026-12-31 08:59:59.999999", "2026-12-31 09:00"),
        ("2026-12-31 11:59:59.999999", "2026-12-31 11:59:59.999999"),
        ("2026-12-31 12:00", "2027-01-01 09:00"),  # across New Year
        ("2026-12-31 12:00:00.000001", "2027-01-01 09:00"),
        ("2026-12-30 12:00", "2026-12-30 12:00"),  # the day before closes as always
        ("2026-12-30 17:00", "2026-12-31 09:00"),
        ("2027-01-01 12:00", "2027-01-01 12:00"),
    ],
)
def test_the_edges_of_a_half_day(said: str, found: str) -> None:
    assert short(calendar()).office_instant(at(said)) == at(found)


def test_a_half_day_over_a_day_off_leads_to_the_next_working_day() -> None:
    days = short(calendar(off=[date(2027, 1, 1)], on=[date(2027, 1, 3)]))
    assert days.office_instant(at("2026-12-31 12:00")) == at("2027-01-03 09:00")


@given(calendars(), days_of_the_year(), COUNTS)
def test_a_half_day_counts_as_a_whole_one(days, day, count) -> None:
    halved = short(days, time(12), *Weekday)
    assert halved.add(day, count) == days.add(day, count)
    assert halved.opening(day) == days.opening(day)
    assert halved.end_of(day) == days.end_of(day)


def test_every_friday_may_be_short_and_a_day_off_is_no_half_day() -> None:
    friday = date(2026, 3, 13)
    days = short(calendar(off=[date(2026, 3, 20)]), time(15, 30), Weekday.FRIDAY)
    assert days.closing(friday) == at("2026-03-13 15:30")
    assert days.closing(friday - ONE) == at("2026-03-12 17:00")
    assert [days.is_half(friday - ONE), days.is_half(friday)] == [False, True]
    assert not days.is_half(date(2026, 3, 20))
    assert days.office_instant(at("2026-03-13 15:30")) == at("2026-03-16 09:00")


def test_a_half_day_closes_by_the_wall_clock_when_summer_time_changes() -> None:
    days = short(CALENDARS["new york"], time(12), Weekday.FRIDAY, Weekday.MONDAY)
    assert days.closing(date(2026, 3, 6)) == datetime(2026, 3, 6, 17, tzinfo=UTC)
    assert days.closing(date(2026, 3, 9)) == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert days.closing(date(2026, 10, 30)) == datetime(2026, 10, 30, 16, tzinfo=UTC)
    assert days.closing(date(2026, 11, 2)) == datetime(2026, 11, 2, 17, tzinfo=UTC)


@given(st.sampled_from(list(CALENDARS.values())), instants())
def test_an_office_instant_on_a_half_day_is_the_first_open_moment(days, instant) -> None:
    halved = short(days, time(13), Weekday.WEDNESDAY, Weekday.FRIDAY)
    found = halved.office_instant(instant)
    day = found.astimezone(days.zone).date()
    closes = 13 if day.weekday() in (2, 4) else 17
    assert clock_time(days, day, 9) <= found < clock_time(days, day, closes)
    assert halved.office_instant(found) == found >= instant


@pytest.mark.parametrize("closes", [time(8), time(9), time(17, 1)])
def test_a_half_day_that_closes_outside_office_hours_is_refused(closes) -> None:
    with pytest.raises(ValueError, match="half day"):
        short(calendar(), closes)


@given(calendars(), days_of_the_year(), st.integers(0, 20))
def test_the_last_working_day_of_some_is_found_one_by_one(days, first, more) -> None:
    last = first + more * ONE
    worked = [d for n in range(more + 1) if days.is_working(d := first + n * ONE)]
    assert days.last_working(first, last) == (worked[-1] if worked else None)
