"""A date is read only where it can be told for certain."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from ledgers.dates import NotADate, day, instant, moment
from ledgers.values import Value
from tests.ledgers.files import NEW_YORK, SHANGHAI, naive


def said(value: Value, *formats: str) -> date:
    return moment(value, formats, WINDOWS_EPOCH)[0]


@pytest.mark.parametrize(
    "text",
    [
        "2024-08-01", "2024/8/1", "2024.8.1", "2024年8月1日", "2024年08月01", "20240801",
        "２０２４－０８－０１", " 2024 年 8 月 1 日 ",
    ],
)  # fmt: skip
def test_the_usual_ways_of_writing_a_day_are_known(text: str) -> None:
    assert said(text) == date(2024, 8, 1)
    assert not isinstance(said(text), datetime)


@pytest.mark.parametrize(
    "text",
    ["2024-08-01 13:05", "2024/8/1 13:05:00", "2024年8月1日13时5分", "2024年8月1日 13时5分0秒"],
)
def test_a_time_may_follow(text: str) -> None:
    assert said(text) == naive(2024, 8, 1, 13, 5)


def test_an_offset_is_respected() -> None:
    assert said("2024-08-01T13:05:06.25+08:00") == datetime(2024, 8, 1, 5, 5, 6, 250000, UTC)
    assert said("2024-08-01T05:05Z") == datetime(2024, 8, 1, 5, 5, tzinfo=UTC)
    assert said("2024-08-01 01:05 -0400") == datetime(
        2024, 8, 1, 1, 5, tzinfo=timezone(-timedelta(hours=4))
    )


@pytest.mark.parametrize(
    "value",
    [
        "", "长期", "2024", "2024-08", "2024年8月", "01/08/2024", "2024-13-01", "2023-02-29",
        "2024-08-01 25:00", "2024-08-01 13:05+99:00", "8月1日", "44,500", "tomorrow",
        2024, True, None, time(9, 30), timedelta(days=3), 0.5, -3, 10**12,
    ],
)  # fmt: skip
def test_what_is_no_certain_date_is_refused(value: Value) -> None:
    with pytest.raises(NotADate):
        said(value)


def test_a_mappings_format_makes_a_day_first_text_certain() -> None:
    assert said("01/08/2024", "%d/%m/%Y") == date(2024, 8, 1)
    assert said("08/01/2024 01:05:00 PM", "%m/%d/%Y %I:%M:%S %p") == naive(2024, 8, 1, 13, 5)


def test_numbers_count_days_from_the_workbooks_epoch() -> None:
    assert moment(45505, (), WINDOWS_EPOCH) == (date(2024, 8, 1), True)
    assert moment(45505.5, (), WINDOWS_EPOCH) == (naive(2024, 8, 1, 12), True)
    assert moment("45505", (), WINDOWS_EPOCH) == (date(2024, 8, 1), True)
    assert moment(45505 - 1462, (), MAC_EPOCH) == (date(2024, 8, 1), True)
    assert moment(20240801, (), WINDOWS_EPOCH) == (date(2024, 8, 1), False)


def test_a_day_without_a_time_begins_at_local_midnight() -> None:
    assert instant(date(2024, 8, 1), SHANGHAI) == datetime(2024, 7, 31, 16, tzinfo=UTC)
    assert instant(naive(2024, 8, 1), SHANGHAI) == datetime(2024, 7, 31, 16, tzinfo=UTC)
    assert instant(date(2011, 7, 1), NEW_YORK) == datetime(2011, 7, 1, 4, tzinfo=UTC)
    assert instant(date(2011, 12, 1), NEW_YORK) == datetime(2011, 12, 1, 5, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    assert instant(naive(2024, 11, 3, 1, 30), NEW_YORK) == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)


def test_a_day_is_that_of_the_zone() -> None:
    evening = datetime(2024, 8, 1, 20, 0, tzinfo=UTC)
    assert day(evening, SHANGHAI) == date(2024, 8, 2)
    assert day(evening, NEW_YORK) == date(2024, 8, 1)
    assert day(naive(2024, 8, 1, 23, 59), SHANGHAI) == date(2024, 8, 1)
