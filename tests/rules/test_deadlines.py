"""Three deadlines, how each is set and moved, and when the light changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.deadlines import FARTHEST, Shades, due_after_hold, due_for, light, limit_day, shades
from rules.decide import Decision, decide
from rules.errors import Refusal
from rules.policy import Limit
from rules.vocabulary import Light, Severity, Stage
from tests.cast import (
    COORDINATOR,
    DUE,
    NOW,
    RESPONSIBLE,
    SUPERVISOR,
    TODAY,
    VERIFIER,
    at,
    calendar,
    item,
    policy,
)
from tests.rules.examples import LATER, NEEDED, example
from tests.rules.oracles import (
    ONE,
    TICK,
    calendars,
    clock_time,
    counted,
    days_of_the_year,
    instants,
    step,
)

# Setting


@given(calendars(), days_of_the_year(), st.integers(1, 60))
def test_a_limit_in_working_days_does_not_count_its_first_day(days, start, count) -> None:
    assert limit_day(Limit(days=count), start, days) == step(days, start, count)


@given(calendars(), days_of_the_year(), st.integers(1, 60))
def test_a_limit_in_calendar_days_ends_on_a_working_day(days, start, count) -> None:
    last = start + count * ONE
    while not days.is_working(last):
        last += ONE
    assert limit_day(Limit(days=count, unit="calendar"), start, days) == last


@given(calendars(), days_of_the_year(), st.none() | days_of_the_year(), st.sampled_from(Severity))
def test_a_limit_never_passes_the_superiors_deadline(days, start, superior, severity) -> None:
    own = limit_day(policy().limits[severity], start, days)
    found = due_for(policy(), severity, start, days, superior)
    assert found == (own if superior is None or own <= superior else superior)


def given_to(stage: Stage, command: str, actor, fields=None, changes=None, now=NOW):
    """The item after a command that must be accepted."""
    decision = decide(example(stage, command, actor, fields, changes, now))
    assert isinstance(decision, Decision), decision
    return decision.item


NEW = {"due": None, "due_original": None, "due_version": 0}
MARCH_24 = date(2026, 3, 24)
"""Ten working days after TODAY: the cast's limit for a general item."""


@pytest.mark.parametrize(
    ("fields", "changes", "due"),
    [
        ({}, NEW, MARCH_24),
        ({}, {**NEW, "severity": Severity.SERIOUS}, date(2026, 4, 7)),
        ({}, {**NEW, "severity": Severity.MAJOR}, date(2026, 5, 11)),  # 60 days end on a Saturday
        ({}, {**NEW, "due_superior": date(2026, 3, 20)}, date(2026, 3, 20)),
        ({"due": date(2026, 3, 13)}, NEW, date(2026, 3, 13)),
        ({}, {}, DUE),  # what the finding itself demanded
        ({}, {"due_superior": date(2026, 3, 26)}, date(2026, 3, 26)),  # entered beyond it
        ({}, {"due": TODAY}, MARCH_24),
        ({}, {"due": TODAY - ONE}, MARCH_24),
        ({}, {"due": TODAY + ONE}, TODAY + ONE),
    ],
)
def test_the_deadline_of_an_assignment(fields, changes, due) -> None:
    after = given_to(Stage.ASSIGNMENT, "assign", COORDINATOR, fields, changes)
    assert after.due == due
    assert after.due_original == (changes.get("due_original", DUE) or due)
    assert after.plan_from == NOW


def test_the_original_deadline_stays_through_everything_that_moves_the_one_in_force() -> None:
    pending = {"extension_due": LATER, "extension_by": RESPONSIBLE.id}
    granted = given_to(Stage.REMINDER, "grant_extension", COORDINATOR, {}, pending)
    assert (granted.due, granted.due_original, granted.due_version) == (LATER, DUE, 2)
    assert (granted.extensions, granted.extension_due, granted.extension_by) == (1, None, None)
    assert (granted.level, granted.stage) == (0, Stage.DEADLINE)
    failed = given_to(Stage.VERIFICATION, "fail", VERIFIER, {"due": LATER})
    assert (failed.due, failed.due_original) == (LATER, DUE)
    again = given_to(Stage.DEADLINE, "assign", COORDINATOR, {"due": LATER})
    assert (again.due, again.due_original) == (LATER, DUE)


def test_an_extension_may_be_granted_to_another_day_than_asked() -> None:
    changes = {"extension_due": LATER, "extension_by": RESPONSIBLE.id}
    day = date(2026, 4, 3)
    granted = given_to(Stage.DEADLINE, "grant_extension", SUPERVISOR, {"due": day}, changes)
    assert granted.due == day


def test_asking_for_more_time_moves_nothing() -> None:
    asked = given_to(Stage.DEADLINE, "request_extension", RESPONSIBLE)
    assert (asked.due, asked.due_version, asked.plan_from) == (DUE, 1, NOW)
    assert (asked.extension_due, asked.extension_by) == (LATER, RESPONSIBLE.id)


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, DUE),  # still ahead: no more time for work that was not done
        ({"due_superior": date(2026, 3, 26)}, date(2026, 3, 26)),
        ({"due": TODAY}, MARCH_24),
        ({"due": date(2026, 3, 1)}, MARCH_24),
        ({"due": date(2026, 3, 1), "due_superior": date(2026, 3, 18)}, date(2026, 3, 18)),
        ({"due": None}, MARCH_24),
    ],
)
def test_work_that_is_returned_keeps_its_deadline_while_that_lies_ahead(changes, due) -> None:
    assert given_to(Stage.VERIFICATION, "fail", VERIFIER, {}, changes).due == due
    denied = given_to(Stage.CLOSURE, "deny", SUPERVISOR, {"to": "deadline"}, changes)
    assert denied.due == due


def test_a_relapse_gets_a_new_deadline_even_if_the_old_one_lies_ahead() -> None:
    reopened = given_to(Stage.CLOSED, "reopen", COORDINATOR)
    assert (reopened.due, reopened.life, reopened.round) == (MARCH_24, 2, 2)


FAR = [FARTHEST + ONE, date(9999, 1, 1), date.max]


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize(
    ("stage", "command", "actor"),
    [
        (Stage.ASSIGNMENT, "assign", COORDINATOR),
        (Stage.DEADLINE, "request_extension", RESPONSIBLE),
        (Stage.DEADLINE, "grant_extension", COORDINATOR),
        (Stage.VERIFICATION, "fail", VERIFIER),
        (Stage.CLOSURE, "deny", SUPERVISOR),
        (Stage.CLOSED, "reopen", COORDINATOR),
        (Stage.DEADLINE, "hold", COORDINATOR),
    ],
)
def test_a_slip_of_the_pen_in_the_year_is_refused(day, stage, command, actor) -> None:
    """No calendar is worked out for thousands of years because somebody typed 9999."""
    field = "until" if command == "hold" else "due"
    changes = NEEDED.get(command, {})
    refused = decide(example(stage, command, actor, {field: day}, changes))
    assert isinstance(refused, Refusal)
    assert refused.rule == ("LimitHold" if command == "hold" else "KeepDueInSight")


# Stopping the clock


@given(calendars(), days_of_the_year(), instants(), instants())
def test_a_hold_moves_the_deadline_by_the_working_days_it_stood_still(days, due, held, now) -> None:
    held, now = min(held, now), max(held, now)
    state = item(Stage.DEADLINE, due=due, on_hold=True, held_at=held, hold_until=due)
    moved = due_after_hold(state, now, days)
    start, end = days.day_of(held), days.day_of(now)
    stood_still = counted(days, start, end)
    assert moved == (step(days, due, stood_still) if stood_still else due)
    assert moved >= due
    if start <= due and stood_still:
        assert counted(days, end, moved) == counted(days, start, due), "time left has changed"


@given(calendars(), days_of_the_year(), days_of_the_year(), instants(), st.integers(0, 60))
def test_a_hold_never_passes_the_superiors_deadline(days, due, superior, held, passed) -> None:
    assume(due <= superior)
    state = item(Stage.DEADLINE, due=due, due_superior=superior, on_hold=True, held_at=held)
    moved = due_after_hold(state, held + passed * ONE, days)
    assert due <= moved <= superior


@given(calendars(), days_of_the_year(), instants(), st.timedeltas(timedelta(), timedelta(90)))
def test_a_clock_that_jumped_back_during_a_hold_takes_no_time_away(days, due, held, back) -> None:
    state = item(Stage.DEADLINE, due=due, on_hold=True, held_at=held)
    assert due_after_hold(state, held - back, days) == due


def test_an_item_without_a_deadline_is_held_and_resumed_without_one() -> None:
    held = {"on_hold": True, "hold_until": LATER, "held_at": NOW, "due": None}
    resumed = given_to(Stage.DEADLINE, "resume", COORDINATOR, {}, held, NOW + 9 * ONE)
    assert (resumed.due, resumed.on_hold, resumed.hold_until, resumed.held_at) == (
        None, False, None, None,
    )  # fmt: skip


def test_a_resumed_clock_keeps_the_rung_and_the_open_request() -> None:
    held = {
        "on_hold": True, "hold_until": LATER, "held_at": NOW, "level": 2,
        "extension_due": LATER, "extension_by": RESPONSIBLE.id,
    }  # fmt: skip
    now = at("2026-03-17 10:00")
    resumed = given_to(Stage.REMINDER, "resume", COORDINATOR, {}, held, now)
    assert (resumed.due, resumed.due_original) == (date(2026, 4, 3), DUE)
    assert (resumed.level, resumed.extension_due, resumed.extension_by) == (2, LATER, 21)
    # The same plan as before, as much later: what has fired stays fired.
    held_for = now.date() - NOW.date()
    assert resumed.due_version == 1
    assert resumed.plan_from - item(Stage.REMINDER).plan_from >= held_for


def test_what_is_withdrawn_while_held_and_asked_about_leaves_nothing_open() -> None:
    pending = {
        "on_hold": True, "hold_until": LATER, "held_at": NOW,
        "extension_due": LATER, "extension_by": RESPONSIBLE.id,
    }  # fmt: skip
    gone = given_to(Stage.REMINDER, "withdraw", SUPERVISOR, {}, pending)
    assert (gone.on_hold, gone.hold_until, gone.held_at) == (False, None, None)
    assert (gone.extension_due, gone.extension_by) == (None, None)


def test_what_is_sent_back_while_held_runs_no_clock_names_nobody_and_keeps_its_unit() -> None:
    held = {"on_hold": True, "hold_until": LATER, "held_at": NOW, "co_unit_paths": ("/1/3/6/",)}
    back = given_to(Stage.ASSIGNMENT, "decline", RESPONSIBLE, {}, held)
    assert (back.stage, back.on_hold, back.hold_until) == (Stage.INTAKE, False, None)
    assert (back.unit_path, back.co_unit_paths) == (item(Stage.ASSIGNMENT).unit_path, ("/1/3/6/",))
    assert (back.responsible_id, back.leader_id, back.due) == (None, None, DUE)


def test_a_hold_of_less_than_a_day_moves_nothing() -> None:
    held = {"on_hold": True, "hold_until": LATER, "held_at": NOW}
    resumed = given_to(Stage.DEADLINE, "resume", COORDINATOR, {}, held, NOW + timedelta(hours=9))
    assert (resumed.due, resumed.due_version) == (DUE, 1)


# Lights


@given(calendars(), st.sampled_from(Stage), days_of_the_year(), instants(), instants())
def test_the_instants_of_the_light_are_those_of_the_limit_that_runs(
    days, stage, due, since, plan_from
) -> None:
    state = item(stage, due=due, stage_since=since, plan_from=plan_from)
    found = shades(state, policy(), days)
    if stage in (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER):
        yellow, last = step(days, due, -3), due
    elif stage in (Stage.VERIFICATION, Stage.CLOSURE):
        within = 5 if stage is Stage.VERIFICATION else 3
        # A stay that was interrupted by a hold is counted from its end, as the agenda does.
        yellow = last = step(days, days.day_of(max(since, plan_from)), within)
    else:
        assert found == Shades(None, None)
        return
    assert found.yellow_at == clock_time(days, yellow, 9)
    assert days.day_of(found.red_at) == last + ONE
    assert days.day_of(found.red_at - TICK) == last
    assert found.yellow_at < found.red_at


@pytest.mark.parametrize(
    ("stage", "yellow", "red"),
    [
        (Stage.ASSIGNMENT, "2026-03-24 09:00", "2026-03-28 00:00"),
        (Stage.DEADLINE, "2026-03-24 09:00", "2026-03-28 00:00"),
        (Stage.REMINDER, "2026-03-24 09:00", "2026-03-28 00:00"),
        (Stage.VERIFICATION, "2026-03-17 09:00", "2026-03-18 00:00"),
        (Stage.CLOSURE, "2026-03-13 09:00", "2026-03-14 00:00"),
    ],
)
def test_the_light_changes_at_its_instant_and_not_before(stage, yellow, red) -> None:
    found = shades(item(stage), policy(), calendar())
    assert found == (at(yellow), at(red))
    seen = [
        light(stage, *found, instant + shift)
        for instant in (at(yellow), at(red))
        for shift in (-TICK, timedelta(), TICK)
    ]
    assert seen == [
        Light.GREEN, Light.YELLOW, Light.YELLOW, Light.YELLOW, Light.RED, Light.RED,
    ]  # fmt: skip


@pytest.mark.parametrize("stage", [Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER])
def test_no_deadline_is_not_deadline_zero(stage: Stage) -> None:
    found = shades(item(stage, due=None), policy(), calendar())
    assert found == Shades(None, None)
    assert light(stage, *found, at("2099-01-01 00:00")) is Light.GREEN


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.CLOSED])
def test_a_stopped_clock_shows_no_alarm(stage: Stage) -> None:
    found = shades(item(stage, on_hold=True, due=date(2020, 1, 1)), policy(), calendar())
    assert found == Shades(None, None)
    assert light(stage, *found, at("2099-01-01 00:00")) is Light.GREEN


def test_a_closed_item_has_no_light() -> None:
    assert light(Stage.CLOSED, NOW, NOW, NOW) is None


def test_every_decision_carries_the_lights_of_the_item_it_leads_to() -> None:
    for stage, command, actor in (
        (Stage.DEADLINE, "submit", RESPONSIBLE),
        (Stage.VERIFICATION, "fail", VERIFIER),
        (Stage.CLOSURE, "approve", SUPERVISOR),
        (Stage.DEADLINE, "hold", COORDINATOR),
    ):
        decision = decide(example(stage, command, actor))
        assert isinstance(decision, Decision)
        expected = shades(decision.item, policy(), calendar())
        assert (decision.yellow_at, decision.red_at) == expected
