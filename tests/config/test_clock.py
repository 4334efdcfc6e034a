"""Campaign time: the machine's, a test's, or one that lapses through office hours."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.calendars import calendar_for
from config.clock import (
    LAPSE_FILE,
    Lapse,
    LapsedClock,
    ManualClock,
    SystemClock,
    read_lapse,
    start_lapse,
    wall,
)
from rules.errors import InputError
from tests import cast
from tests.conftest import MONDAY

CALENDAR = calendar_for(cast.policy())
STARTED = 1_000_000.0
SECONDS = 5.0


class Machine:
    """The machine's time, to be set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = STARTED
        monkeypatch.setattr(time, "time", lambda: self.seconds)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine whose time stands at the start of the lapse."""
    return Machine(monkeypatch)


def lapsed(first_day: date = date(2026, 9, 28)) -> LapsedClock:
    """A working day every five seconds, from Monday 28 September 2026."""
    return LapsedClock(Lapse(STARTED, first_day, SECONDS), CALENDAR)


def local(clock: LapsedClock) -> str:
    """The clock's time in the campaign's zone."""
    return clock.now().astimezone(CALENDAR.zone).strftime("%Y-%m-%d %H:%M")


def test_the_machine_tells_aware_utc() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= wall() <= datetime.now(UTC)
    assert SystemClock().now().tzinfo is UTC


def test_a_manual_clock_stands_until_it_is_moved() -> None:
    clock = ManualClock(MONDAY)
    assert clock.now() == clock.now() == MONDAY
    clock.advance(timedelta(hours=2))
    assert clock.now() == MONDAY + timedelta(hours=2)
    clock.move_to(MONDAY - timedelta(days=1))
    assert clock.now() == MONDAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "2026-09-28 09:00"),
        (2.5, "2026-09-28 13:00"),
        (4.999, "2026-09-28 16:59"),
        (5, "2026-09-29 09:00"),
        (10, "2026-09-30 09:00"),
        (15, "2026-10-08 09:00"),  # the National Day week is jumped over
        (20, "2026-10-09 09:00"),
        (25, "2026-10-10 09:00"),  # a Saturday that is worked
        (30, "2026-10-12 09:00"),
        (-3600, "2026-09-28 09:00"),  # the machine's clock was set back
    ],
)
def test_a_working_day_passes_in_a_few_seconds_and_only_working_days_do(
    machine: Machine, seconds: float, shown: str
) -> None:
    machine.seconds = STARTED + seconds
    assert local(lapsed()) == shown


def test_a_lapse_from_a_day_off_begins_on_the_next_working_day(machine: Machine) -> None:
    assert local(lapsed(date(2026, 10, 1))) == "2026-10-08 09:00"
    machine.seconds += SECONDS
    assert local(lapsed(date(2026, 10, 1))) == "2026-10-09 09:00"


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.floats(0, 5000, allow_nan=False), min_size=2, max_size=10),
    st.floats(0.01, 100),
)
def test_lapsed_time_never_runs_back_and_the_office_is_always_open(
    seconds: list[float], a_day: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        machine = Machine(patch)
        clock = LapsedClock(Lapse(STARTED, date(2026, 1, 5), max(a_day, 5)), CALENDAR)
        shown = []
        for each in sorted(seconds):
            machine.seconds = STARTED + each
            shown.append(clock.now())
    assert shown == sorted(shown)
    for instant in shown:
        assert CALENDAR.office_instant(instant) == instant


def test_every_process_in_a_home_sees_the_same_lapse(tmp_path: Path, machine: Machine) -> None:
    assert read_lapse(tmp_path) is None
    started = start_lapse(tmp_path, date(2026, 9, 28), SECONDS)
    assert read_lapse(tmp_path) == started == Lapse(STARTED, date(2026, 9, 28), SECONDS)


@pytest.mark.parametrize("seconds", [0, -5, float("nan"), float("inf")])
def test_a_day_that_takes_no_time_or_for_ever_is_not_begun(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(ValueError, match=r"number|nothing"):
        start_lapse(tmp_path, date(2026, 9, 28), seconds)
    assert read_lapse(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "7",
        '{"started": "x", "first_day": "2026-11-02", "seconds_per_day": 5}',
        '{"started": 0, "first_day": "2026-13-02", "seconds_per_day": 5}',
        '{"started": 0, "first_day": "2026-11-02", "seconds_per_day": 0}',
        '{"started": 0, "first_day": "2026-11-02", "seconds_per_day": NaN}',
        '{"started": 1e999, "first_day": "2026-11-02", "seconds_per_day": 5}',
    ],
)
def test_a_damaged_lapse_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / LAPSE_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="is damaged") as caught:
        read_lapse(tmp_path)
    assert caught.value.where == str(tmp_path / LAPSE_FILE)


def test_a_lapse_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / LAPSE_FILE).mkdir()
    with pytest.raises(InputError, match="is damaged"):
        read_lapse(tmp_path)
