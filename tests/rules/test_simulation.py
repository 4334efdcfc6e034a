"""A policy replayed over the past: what would have fired, for whom, and why the rest did not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.agenda import Step, StepKind, agenda
from rules.case import Case
from rules.commands import FireStep
from rules.decide import decide
from rules.item import SYSTEM, Facts
from rules.ladder_effects import act_served
from rules.opening import Opening, opened
from rules.policy import Policy, Rung
from rules.replay import PastItem, Replay
from rules.simulation import (
    AFTER_WINDOW,
    BACKWARDS,
    BEFORE_WINDOW,
    CLOSED_EARLIER,
    NO_DEADLINE,
    Assumptions,
    Tally,
    Window,
    simulate,
)
from rules.vocabulary import Level, Outcome, Severity, Stage
from rules.workdays import WorkCalendar
from tests.cast import calendar, policy
from tests.rules.oracles import CALENDARS, clock_time

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
YEAR = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def past(due: date | None, closed: datetime | None = None, leader: str = "") -> PastItem:
    return PastItem("court", "li", leader, Severity.GENERAL, MONDAY, due, closed)


def replayed(*items: PastItem, window: Window = YEAR, own: bool = True) -> Tally:
    return simulate(items, policy(), calendar(), window, Assumptions(own_deadlines=own))


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


def test_an_item_closed_in_the_window_is_looked_at_again() -> None:
    tally = replayed(past(date(2026, 3, 20), MONDAY + timedelta(days=3)))
    assert tally.acts == {"look_back": 1}
    closed = past(None, MONDAY)._replace(outcome=Outcome.UNSUBSTANTIATED, due=date(2026, 3, 20))
    assert replayed(closed).acts == {}


# The ladder that waits for service

WAITING = policy(
    ladder=(
        Rung(act=Level.LETTER, after=1, served=True),
        Rung(act=Level.INTERVIEW, after=5),
        Rung(act=Level.CIRCULAR, after=10),
    ),
    repeat_every=0,
)


@pytest.mark.parametrize("served_after", [0, 1, 4, 15])
def test_the_next_rung_waits_for_service_and_its_gap_after_it(served_after: int) -> None:
    """Due on Friday 20 March: overdue on the 23rd, the letter on the 24th."""
    assumed = Assumptions(served_after=served_after)
    tally = simulate([past(date(2026, 3, 20))], WAITING, calendar(), YEAR, assumed)
    days = {act: day for day, act in tally.acts_by_day}
    assert days["letter"] == date(2026, 3, 24)
    served = calendar().add(date(2026, 3, 24), served_after)
    assert days["interview"] == calendar().add(served, 4)
    assert days["circular"] == calendar().add(days["interview"], 5)


def test_an_act_that_counts_as_served_sooner_does_not_wait_for_its_service() -> None:
    rules = WAITING.model_copy(update={"deemed_served_after": 2})
    for served_after in (10, 30):
        assumed = Assumptions(served_after=served_after)
        tally = simulate([past(date(2026, 3, 20))], rules, calendar(), YEAR, assumed)
        days = {act: day for day, act in tally.acts_by_day}
        assert days["interview"] == calendar().add(days["deemed_served"], 4)


# Lives that are worked out once for many items are those that each item has


@settings(max_examples=40)
@given(
    openings=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 23), st.integers(-3, 20),
                                st.none() | st.integers(0, 600)), max_size=12),
    rules=st.sampled_from([policy(progress_every=3), WAITING, policy(announce_before=2)]),
    zone=st.sampled_from(["plain", "festival", "new york"]),
)  # fmt: skip
def test_items_opened_alike_share_a_life_that_each_would_have(openings, rules, zone) -> None:
    days = CALENDARS[zone]
    items = []
    for day, hour, due, hours in openings:
        born = clock_time(days, date(2026, 2, 10) + timedelta(days=day), hour, 30)
        closed = None if hours is None else born + timedelta(hours=hours)
        limit = date(2026, 2, 10) + timedelta(days=day + due)
        items.append(PastItem("u", "p", "l", Severity.GENERAL, born, limit, closed))
    end = clock_time(days, date(2026, 6, 1), 12)
    together = Replay(rules, days, end)
    for item in items:
        assert item.due is not None
        alone = _alone(item, rules, days, end)
        assert [fired.step for fired in together.of(item, item.due).fired] == alone


def _alone(item: PastItem, rules: Policy, days: WorkCalendar, end: datetime) -> list[Step]:
    """The steps, each carried out by the rules that carry out live ones."""
    opening = Opening("x", stage=Stage.DEADLINE, responsible_id=1, due=item.due)
    decision: Any = opened(
        opening, {}, ref="x", campaign_id=1, now=item.opened, policy=rules, calendar=days
    )
    stop = min(item.closed or end, end)
    state, fired, serving = decision.item, [], None
    while True:
        steps = agenda(state, rules, days)
        if serving is not None and (not steps or serving <= steps[0].at):
            if serving >= stop:
                break
            state, serving = state._replace(**act_served(state, rules, serving)), None
            continue
        if not steps or steps[0].at >= stop:
            break
        at = steps[0].at
        found = Case(state, FireStep(), SYSTEM, at, rules, days, Facts())
        assert found.due is not None
        fired.append(found.due.step)
        decision = decide(found)
        state = decision.item
        step = fired[-1]
        if step.kind is StepKind.RUNG and rules.ladder[step.level - 1].served:
            serving = days.opening_after(days.day_of(at), 1)
    if item.closed is not None and item.closed < end:
        closed = state._replace(
            stage=Stage.CLOSED, outcome=Outcome.RECTIFIED, closed_at=item.closed
        )
        fired += (step for step in agenda(closed, rules, days) if step.at < end)
    return fired
