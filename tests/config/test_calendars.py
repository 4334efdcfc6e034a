"""Calendars: the official days of China, made-up weekends included, and other countries'."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from config.calendars import calendar_for
from rules.errors import InputError
from tests import cast


def days(year: int, text: str) -> set[date]:
    """Days of a year from words like ``2/16-20 2/23``."""
    found = set()
    for word in text.split():
        month, _, span = word.partition("/")
        first, _, last = span.partition("-")
        for day in range(int(first), int(last or first) + 1):
            found.add(date(year, int(month), day))
    return found


OFFICIAL = {
    2020: ("1/1 1/24 1/27-31 4/6 5/1 5/4-5 6/25-26 10/1-2 10/5-8",
           "1/19 4/26 5/9 6/28 9/27 10/10"),
    2021: ("1/1 2/11-12 2/15-17 4/5 5/3-5 6/14 9/20-21 10/1 10/4-7",
           "2/7 2/20 4/25 5/8 9/18 9/26 10/9"),
    2022: ("1/3 1/31 2/1-4 4/4-5 5/2-4 6/3 9/12 10/3-7",
           "1/29-30 4/2 4/24 5/7 10/8-9"),
    2023: ("1/2 1/23-27 4/5 5/1-3 6/22-23 9/29 10/2-6",
           "1/28-29 4/23 5/6 6/25 10/7-8"),
    2024: ("1/1 2/12-16 4/4-5 5/1-3 6/10 9/16-17 10/1-4 10/7",
           "2/4 2/18 4/7 4/28 5/11 9/14 9/29 10/12"),
    2025: ("1/1 1/28-31 2/3-4 4/4 5/1-2 5/5 6/2 10/1-3 10/6-8",
           "1/26 2/8 4/27 9/28 10/11"),
    2026: ("1/1-2 2/16-20 2/23 4/6 5/1 5/4-5 6/19 9/25 10/1-2 10/5-7",
           "1/4 2/14 2/28 5/9 9/20 10/10"),
}  # fmt: skip
"""Weekdays off and weekends worked, by the yearly notices of the State Council's General Office."""


@pytest.mark.parametrize("year", OFFICIAL)
def test_the_chinese_calendar_is_the_official_one_day_by_day(year: int) -> None:
    calendar = calendar_for(cast.policy())
    off, worked = (days(year, text) for text in OFFICIAL[year])
    day = date(year, 1, 1)
    while day.year == year:
        expected = day in worked if day.weekday() >= 5 else day not in off
        assert calendar.is_working(day) is expected, day
        day += timedelta(days=1)
    assert not calendar.is_provisional(date(year, 6, 1))


def test_a_year_without_its_notice_is_provisional() -> None:
    calendar = calendar_for(cast.policy())
    assert calendar.is_provisional(date(2099, 1, 1))
    assert calendar.is_working(date(2099, 3, 2)), "weekdays are guessed to be worked"


@pytest.mark.parametrize("country", ["CN", "CHN", "China"])
def test_a_country_is_known_under_all_its_names(country: str) -> None:
    calendar = calendar_for(cast.policy(country=country))
    assert calendar.is_working(date(2026, 10, 10))
    assert calendar.is_provisional(date(2099, 1, 1))


def test_a_day_that_the_campaign_adds_publishes_no_calendar() -> None:
    saturday = date(2099, 3, 7)
    calendar = calendar_for(cast.policy(extra_days_on=(saturday,)))
    assert calendar.is_working(saturday)
    assert calendar.is_provisional(saturday)


def test_a_campaign_may_have_days_of_its_own() -> None:
    saturday, tuesday = date(2026, 11, 7), date(2026, 11, 10)
    calendar = calendar_for(
        cast.policy(extra_days_on=(saturday,), extra_days_off=(tuesday, date(2026, 11, 8)))
    )
    assert calendar.is_working(saturday)
    assert not calendar.is_working(tuesday)
    assert calendar.add(date(2026, 11, 6), 1) == saturday
    assert calendar.add(date(2026, 11, 9), 1) == date(2026, 11, 11)


def test_a_day_both_on_and_off_is_off() -> None:
    day = date(2026, 11, 7)
    both = cast.policy(extra_days_on=(day,), extra_days_off=(day,))
    assert not calendar_for(both).is_working(day)


def test_the_same_policy_gets_the_same_calendar() -> None:
    assert calendar_for(cast.policy()) is calendar_for(cast.policy(due_soon=5))
    assert calendar_for(cast.policy()) is not calendar_for(cast.policy(zone="Asia/Urumqi"))


def test_half_days_and_short_weekdays_close_early() -> None:
    hours = {"half_days": ["2026-12-31"], "short_weekdays": ["friday"], "half_day_closes": "13:00"}
    calendar = calendar_for(cast.policy(office_hours=hours))
    assert calendar.closing(date(2026, 12, 31)) == cast.at("2026-12-31 13:00")
    assert calendar.closing(date(2026, 12, 30)) == cast.at("2026-12-30 17:00")
    assert calendar.is_half(date(2026, 11, 6))
    assert not calendar.is_half(date(2026, 10, 2)), "a day off is no half day"
    assert calendar is not calendar_for(cast.policy())


def test_days_added_by_a_campaign_keep_their_office_hours() -> None:
    saturday = date(2026, 11, 7)
    hours = {"short_weekdays": ["saturday"]}
    calendar = calendar_for(cast.policy(extra_days_on=(saturday,), office_hours=hours))
    assert calendar.office_instant(cast.at("2026-11-07 11:59")) == cast.at("2026-11-07 11:59")
    assert calendar.office_instant(cast.at("2026-11-07 12:00")) == cast.at("2026-11-09 09:00")


NEW_YORK = {"country": "US", "subdivision": "NY", "zone": "America/New_York"}


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        (date(2026, 3, 6), "14:00", "22:00"),  # Friday before the clocks go forward
        (date(2026, 3, 9), "13:00", "21:00"),
        (date(2026, 10, 30), "13:00", "21:00"),
        (date(2026, 11, 2), "14:00", "22:00"),  # Monday after they have gone back
    ],
)
def test_an_office_opens_at_nine_whatever_the_clocks_do(day: date, opens: str, closes: str) -> None:
    calendar = calendar_for(cast.policy(**NEW_YORK))
    assert calendar.opening(day).strftime("%H:%M") == opens
    assert calendar.closing(day).strftime("%H:%M") == closes
    assert calendar.day_of(calendar.opening(day)) == day


def test_days_that_the_clocks_change_are_as_long_as_they_are() -> None:
    calendar = calendar_for(cast.policy(**NEW_YORK))
    hours = {
        (calendar.end_of(day) - calendar.end_of(day - timedelta(days=1))) / timedelta(hours=1)
        for day in (date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 1))
    }
    assert hours == {23, 25, 24}


def test_other_countries_and_their_parts_have_their_own_days() -> None:
    state = calendar_for(cast.policy(**NEW_YORK))
    nation = calendar_for(cast.policy(country="US", zone="America/New_York"))
    assert not nation.is_working(date(2026, 7, 3)), "Independence Day is observed on the Friday"
    assert not nation.is_working(date(2026, 11, 26))
    lincoln = date(2026, 2, 12)
    assert nation.is_working(lincoln)
    assert not state.is_working(lincoln)
    assert not nation.is_provisional(date(2099, 1, 1)), "holidays follow from the law"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"zone": "Asia/Nowhere"}, "zone"),
        ({"zone": "Asia"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"zone": "../etc"}, "zone"),
        ({"zone": "/etc/passwd"}, "zone"),
        ({"country": "XX"}, "country"),
        ({"country": "US", "subdivision": "Nowhere"}, "country"),
    ],
)
def test_an_unknown_place_is_named(changes: dict[str, str], where: str) -> None:
    with pytest.raises(InputError, match="There is no") as caught:
        calendar_for(cast.policy(**changes))
    assert caught.value.where == where
