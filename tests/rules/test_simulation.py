"""A policy replayed over the past: what would have fired, for whom, and why the rest did not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from rules.simulation import (
    AFTER_WINDOW,
    BACKWARDS,
    BEFORE_WINDOW,
    CLOSED_EARLIER,
    NO_DEADLINE,
    PastItem,
    Tally,
    Window,
    simulate,
)
from rules.vocabulary import Severity
from tests.cast import calendar, policy

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
YEAR = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def past(due: date | None, closed: datetime | None = None, leader: str = "") -> PastItem:
    return PastItem("court", "li", leader, Severity.GENERAL, MONDAY, due, closed)


def replayed(*items: PastItem, window: Window = YEAR, own: bool = True) -> Tally:
    return simulate(items, policy(), calendar(), window, own_deadlines=own)


def test_an_item_that_was_never_closed_climbs_the_whole_ladder() -> None:
    tally = replayed(past(date(2026, 3, 20)))
    for rung in policy().ladder:
        assert tally.acts[rung.act.value] == 1
    assert tally.acts["remind"] == len(policy().reminders_before)


def test_nothing_fires_from_the_moment_of_closing_on() -> None:
    due = date(2026, 3, 20)
    overdue = calendar().opening_after(due, 1)
    just_before = replayed(past(due, overdue - timedelta(microseconds=1)))
    at = replayed(past(due, overdue))
    just_after = replayed(past(due, overdue + timedelta(microseconds=1)))
    assert just_before.acts["overdue"] == at.acts["overdue"] == 0
    assert just_after.acts["overdue"] == 1
    assert at.skipped[CLOSED_EARLIER] > just_after.skipped[CLOSED_EARLIER]


def test_no_deadline_is_not_deadline_zero() -> None:
    tally = replayed(past(None))
    assert tally.acts.total() == 0
    assert tally.skipped == {NO_DEADLINE: 1}


def test_the_policys_limits_can_be_tried_instead_of_the_ledgers_deadlines() -> None:
    assert replayed(past(None), own=False).acts["overdue"] == 1


def test_a_ledger_that_closes_before_it_opens_causes_nothing() -> None:
    tally = replayed(past(date(2026, 3, 20), MONDAY - timedelta(days=1)))
    assert tally.skipped == {BACKWARDS: 1}


def test_only_what_falls_into_the_window_counts() -> None:
    due = date(2026, 3, 20)
    overdue = calendar().opening_after(due, 1)
    tally = replayed(past(due), window=Window(overdue, overdue + timedelta(seconds=1)))
    assert tally.acts == {"overdue": 1}
    assert tally.skipped[BEFORE_WINDOW] == len(policy().reminders_before)
    assert tally.skipped[AFTER_WINDOW] > 0


def test_a_leader_hears_of_what_the_table_says_and_is_counted_apart() -> None:
    alone = replayed(past(date(2026, 3, 20)))
    led = replayed(past(date(2026, 3, 20), leader="wu"))
    assert led.by_person["wu (court)"] == led.acts["overdue"] + led.acts["overdue_again"] + sum(
        led.acts[rung.act.value] for rung in policy().ladder
    )
    assert alone.by_person["li (court)"] == led.by_person["li (court)"]


def test_every_mail_is_counted_by_unit_by_person_and_by_day() -> None:
    tally = replayed(past(date(2026, 3, 20), leader="wu"), past(date(2026, 4, 20)))
    assert (
        tally.mails
        == tally.by_unit.total()
        == tally.by_person.total()
        == tally.by_person_and_day.total()
    )
