"""The operator is written to once, seldom again, and once more: never every minute."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tasks.alarm import (
    FILE,
    FORGOTTEN,
    REPEAT,
    STEADY,
    STEPPED_BACK,
    Alarm,
    Word,
    clock_read,
    next_word,
    remember,
    remembered,
)
from tests.conftest import MONDAY

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def words(*seen: tuple[timedelta, str]) -> list[Word]:
    """What is said of the parts (by their letters) seen at these times after the first."""
    alarm, said = Alarm(), []
    for after, parts in seen:
        alarm, word = next_word(alarm, parts, MONDAY + after)
        said.append(word)
    return said


def test_nothing_is_said_while_all_is_well() -> None:
    assert words((MINUTE, ""), (MINUTE * 2, "")) == [Word.NOTHING] * 2


def test_a_standstill_is_told_once_and_again_after_six_hours() -> None:
    begin, soon = timedelta(0), REPEAT - SECOND
    said = words((begin, "a"), (MINUTE, "a"), (soon, "a"), (REPEAT, "a"), (REPEAT + MINUTE, "a"))
    assert said == [Word.BEGUN, Word.NOTHING, Word.NOTHING, Word.STILL, Word.NOTHING]


def test_another_part_is_told_at_once_and_one_that_recovers_is_not() -> None:
    said = words((MINUTE, "a"), (MINUTE * 2, "ab"), (MINUTE * 3, "b"), (MINUTE * 4, "ab"))
    assert said == [Word.BEGUN, Word.BEGUN, Word.NOTHING, Word.NOTHING]


def test_the_end_is_told_once_when_all_has_been_well_for_a_while() -> None:
    end = MINUTE + STEADY
    said = words((timedelta(0), "a"), (MINUTE, ""), (end - SECOND, ""), (end, ""), (end * 2, ""))
    assert said == [Word.BEGUN, Word.NOTHING, Word.NOTHING, Word.OVER, Word.NOTHING]


def test_what_comes_and_goes_is_one_thing() -> None:
    said = words(*((MINUTE * n, "a" if n % 2 else "") for n in range(1, 60)))
    assert said.count(Word.BEGUN) == 1
    assert set(said[1:]) == {Word.NOTHING}


def test_what_begins_again_after_its_end_is_told_again() -> None:
    said = words((MINUTE, "a"), (MINUTE * 2, ""), (MINUTE * 2 + STEADY, ""), (MINUTE * 9, "a"))
    assert said == [Word.BEGUN, Word.NOTHING, Word.OVER, Word.BEGUN]


def test_a_clock_that_is_set_back_does_not_silence_the_watchdog() -> None:
    said = words(
        (timedelta(0), "a"), (-timedelta(days=30), "a"), (MINUTE - timedelta(days=30), "a")
    )
    assert said == [Word.BEGUN, Word.STILL, Word.NOTHING]
    back = words((timedelta(0), "a"), (MINUTE, ""), (-timedelta(days=1), ""),
                 (STEADY - timedelta(days=1), ""))  # fmt: skip
    assert back[-1] is Word.OVER


@pytest.mark.parametrize(
    ("back", "noticed"), [(STEPPED_BACK, False), (STEPPED_BACK + SECOND, True)]
)
def test_a_clock_that_jumps_back_is_noticed(back: timedelta, noticed: bool) -> None:
    alarm, behind = clock_read(Alarm(), MONDAY)
    assert behind == timedelta(0)
    alarm, behind = clock_read(alarm, MONDAY - back)
    assert behind == (back if noticed else timedelta(0))


def test_a_clock_that_was_set_back_is_in_the_end_taken_to_be_right() -> None:
    year = timedelta(days=365)
    alarm, _ = clock_read(Alarm(), MONDAY + year)
    alarm, behind = clock_read(alarm, MONDAY)
    assert behind == year
    alarm, behind = clock_read(alarm, MONDAY + FORGOTTEN - SECOND)
    assert behind > timedelta(0)
    for later in (FORGOTTEN, FORGOTTEN + MINUTE):
        alarm, behind = clock_read(alarm, MONDAY + later)
        assert behind == timedelta(0)
    _, behind = clock_read(alarm, MONDAY + FORGOTTEN - MINUTE * 9)
    assert behind == MINUTE * 10


def test_a_clock_that_catches_up_is_right_again() -> None:
    alarm, _ = clock_read(Alarm(), MONDAY)
    alarm, _ = clock_read(alarm, MONDAY - timedelta(hours=1))
    alarm, behind = clock_read(alarm, MONDAY + SECOND)
    assert (behind, alarm.stepped) == (timedelta(0), None)


def test_what_was_told_is_remembered(tmp_path: Path) -> None:
    assert remembered(tmp_path) == Alarm()
    for alarm in (Alarm(frozenset({"mails", "steps"}), MONDAY, None, MONDAY, MONDAY), Alarm()):
        remember(tmp_path / "home", alarm)
        assert remembered(tmp_path / "home") == alarm
    assert [file.name for file in (tmp_path / "home").iterdir()] == [FILE]


@pytest.mark.parametrize("said", ["", "{", "[]", "{}", '{"told": 3}', '{"told": [], "last": "x"}'])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, said: str) -> None:
    (tmp_path / FILE).write_text(said, encoding="utf-8")
    assert remembered(tmp_path) == Alarm()
