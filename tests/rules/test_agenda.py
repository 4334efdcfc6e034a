"""What happens by itself, and when: each step at its edges, and all of them by a naive clerk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.agenda import Step, StepKind, agenda, due_step, upcoming
from rules.commands import FireStep
from rules.decide import Decision, decide
from rules.errors import Refusal
from rules.item import SYSTEM, ItemState
from rules.policy import Policy, Rung
from rules.vocabulary import Level, Outcome, Stage
from tests.cast import DUE, NOW, at, calendar, case, item, policy
from tests.rules import naive_agenda, test_ladder
from tests.rules.oracles import ONE, TICK, calendars, clock_time, days_of_the_year, instants

HELD: dict[str, Any] = {"on_hold": True, "hold_until": date(2026, 4, 3), "held_at": NOW, "holds": 1}
FULL = policy(progress_every=6, look_back_after=(90, 180))


def planned(state: ItemState, rules: Policy = FULL, days=None) -> list[tuple[str, str]]:
    """The agenda as (local time, key without its plan)."""
    days = days or calendar()
    return [
        (step.at.astimezone(days.zone).strftime("%m-%d %H:%M"), step.key.rpartition("/")[0])
        for step in agenda(state, rules, days)
    ]


# Whole plans, by hand

CHASED = [
    ("03-18 09:00", "progress/1"),
    ("03-24 09:00", "chase/remind-3"),
    ("03-26 09:00", "chase/remind-1"),
    ("03-26 09:00", "progress/2"),
    ("03-30 09:00", "chase/overdue"),
    ("03-31 09:00", "chase/rung-1"),
    ("04-06 09:00", "chase/rung-2"),
    ("04-13 09:00", "chase/rung-3"),
    ("04-27 09:00", "chase/rung-4"),
    ("05-04 09:00", "chase/again-1"),
    ("05-11 09:00", "chase/again-2"),
]


@pytest.mark.parametrize(
    ("state", "plan"),
    [
        (item(Stage.INTAKE), []),
        (item(Stage.ASSIGNMENT),
         [("03-13 09:00", "acknowledge/due"), ("03-17 09:00", "acknowledge/deemed")]),
        (item(Stage.ASSIGNMENT, responsible_id=None), []),
        (item(Stage.DEADLINE), CHASED),
        (item(Stage.REMINDER), CHASED),
        (item(Stage.DEADLINE, due=None), []),
        (item(Stage.REMINDER, level=2), [*CHASED[:5], *CHASED[7:]]),
        (item(Stage.VERIFICATION),
         [("03-18 09:00", "verification/1"), ("03-25 09:00", "verification/2"),
          ("04-01 09:00", "verification/3"), ("04-08 09:00", "verification/4")]),
        (item(Stage.CLOSURE),
         [("03-16 09:00", "closure/1"), ("03-19 09:00", "closure/2"),
          ("03-24 09:00", "closure/3"), ("03-27 09:00", "closure/4")]),
        (item(Stage.CLOSED), [("06-08 09:00", "look-back/1"), ("09-07 09:00", "look-back/2")]),
        (item(Stage.CLOSED, outcome=Outcome.WITHDRAWN), []),
        (item(Stage.REMINDER, **HELD), [("04-06 09:00", "hold")]),
    ],
)  # fmt: skip
def test_the_whole_plan_of_a_stage(state: ItemState, plan) -> None:
    assert planned(state) == plan


def test_the_plan_steps_over_the_festival_and_works_on_make_up_days() -> None:
    off = [date(2026, 2, 15) + n * ONE for n in range(9)]
    days = calendar(off=off, on=[date(2026, 2, 14), date(2026, 2, 28)])
    state = item(Stage.DEADLINE, due=date(2026, 2, 14), plan_from=at("2026-02-02 10:00"))
    assert planned(state, policy(), days)[:6] == [
        ("02-11 09:00", "chase/remind-3"),
        ("02-13 09:00", "chase/remind-1"),
        ("02-24 09:00", "chase/overdue"),
        ("02-25 09:00", "chase/rung-1"),
        ("03-02 09:00", "chase/rung-2"),  # the make-up Saturday was the fourth day
        ("03-09 09:00", "chase/rung-3"),
    ]


def test_the_hour_follows_the_wall_clock_through_summer_time() -> None:
    days = calendar("America/New_York")
    state = item(Stage.DEADLINE, due=date(2026, 3, 9), plan_from=at("2026-03-02 10:00"))
    steps = agenda(state, policy(), days)
    assert [step.at.hour for step in steps[:3]] == [14, 14, 13]  # UTC; summer time from 8 March
    assert {hour for hour, _ in planned(state, policy(), days)} >= {"03-06 09:00", "03-10 09:00"}


# Each step just before, at, just after

STATES = {
    "assignment": item(Stage.ASSIGNMENT),
    "deadline": item(Stage.DEADLINE),
    "climbing": item(Stage.REMINDER, level=1),
    "verification": item(Stage.VERIFICATION),
    "closure": item(Stage.CLOSURE),
    "closed": item(Stage.CLOSED),
    "held": item(Stage.DEADLINE, **HELD),
}


@pytest.mark.parametrize("name", STATES)
def test_each_step_is_due_at_its_instant_and_not_before(name: str) -> None:
    state, days = STATES[name], calendar()
    steps = agenda(state, policy(), days)
    assert steps
    for number, step in enumerate(steps):
        before = state._replace(fired=tuple(done.key for done in steps[:number]))
        assert due_step(before, policy(), days, step.at - TICK) is None
        for now in (step.at, step.at + TICK):
            found = due_step(before, policy(), days, now)
            assert found is not None
            assert (found.step, found.overtaken) == (step, ())
        assert upcoming(before, policy(), days) == step


def test_every_kind_of_step_is_seen_at_its_edges() -> None:
    seen = {step.kind for state in STATES.values() for step in agenda(state, FULL, calendar())}
    assert not seen & test_ladder.KINDS
    assert seen | test_ladder.KINDS == set(StepKind)


@pytest.mark.parametrize("name", STATES)
def test_a_step_that_fired_leaves_the_agenda_and_only_that_one(name: str) -> None:
    state, days = STATES[name], calendar()
    steps = agenda(state, policy(), days)
    for step in steps:
        left = agenda(state._replace(fired=(step.key,)), policy(), days)
        assert left == [other for other in steps if other is not step]


# Keys


def test_no_two_steps_of_any_plan_share_a_key() -> None:
    plans = [
        agenda(item(stage, round=r, due_version=d, moves=m, holds=h, **held), FULL, calendar())
        for stage in Stage
        for r, d, m, h in ((1, 1, 1, 0), (1, 2, 2, 1), (2, 3, 3, 1))
        for held in ({}, {"on_hold": True, "hold_until": DUE, "held_at": NOW})
        if not (stage is Stage.CLOSED and r > 1)  # the look-back of one life is one look-back
    ]
    for plan in plans:
        assert len({step.key for step in plan}) == len(plan)
    first, later = agenda(item(Stage.DEADLINE), FULL, calendar()), [
        step
        for version in (2, 3)
        for step in agenda(item(Stage.DEADLINE, due_version=version), FULL, calendar())
    ]  # fmt: skip
    assert not {step.key for step in first} & {step.key for step in later}


@pytest.mark.parametrize(
    ("stage", "change"),
    [
        (Stage.ASSIGNMENT, {"due_version": 2}),
        (Stage.ASSIGNMENT, {"moves": 9}),
        (Stage.DEADLINE, {"due_version": 2}),
        (Stage.DEADLINE, {"round": 2}),
        (Stage.VERIFICATION, {"moves": 9}),
        (Stage.CLOSURE, {"moves": 9}),
        (Stage.CLOSED, {"life": 2}),
    ],
)
def test_what_a_plan_depends_on_stands_in_its_keys(stage, change) -> None:
    before = {step.key for step in agenda(item(stage), FULL, calendar())}
    after = {step.key for step in agenda(item(stage, **change), FULL, calendar())}
    assert before
    assert len(before) == len(after)
    assert not before & after


# Downtime


@pytest.mark.parametrize(
    ("until", "key", "overtaken"),
    [
        ("03-26 09:00", "chase/remind-1", ["chase/remind-3"]),
        ("03-30 09:00", "chase/overdue", ["chase/remind-3", "chase/remind-1"]),
        ("03-31 09:00", "chase/rung-1", ["chase/remind-3", "chase/remind-1", "chase/overdue"]),
        ("04-26 10:00", "chase/rung-3", ["chase/remind-3", "chase/remind-1", "chase/overdue",
                                         "chase/rung-1", "chase/rung-2"]),
        ("12-31 10:00", "chase/rung-4", ["chase/remind-3", "chase/remind-1", "chase/overdue",
                                         "chase/rung-1", "chase/rung-2", "chase/rung-3",
                                         "chase/again-1", "chase/again-2"]),
    ],
)  # fmt: skip
def test_after_downtime_the_highest_rung_fires_once_and_the_rest_is_recorded(
    until, key, overtaken
) -> None:
    now = at(f"2026-{until}")
    fired = decide(case(item(Stage.DEADLINE), FireStep(), SYSTEM, now))
    assert isinstance(fired, Decision)
    assert fired.event.step_key == f"{key}/r1.d1"
    data = fired.event.data
    assert data.get("skipped", []) == [f"{each}/r1.d1" for each in overtaken]
    assert bool(data.get("why_skipped")) == bool(overtaken)
    assert data["planned"] <= now
    again = decide(case(fired.item, FireStep(), SYSTEM, now))
    assert isinstance(again, Refusal), "fired twice"


def test_a_level_that_was_jumped_to_is_not_climbed_to_again() -> None:
    fired = decide(case(item(Stage.DEADLINE), FireStep(), SYSTEM, at("2026-04-13 09:00")))
    assert isinstance(fired, Decision)
    assert (fired.item.level, fired.item.stage) == (3, Stage.REMINDER)
    assert [key for _, key in planned(fired.item, policy())] == [
        "chase/rung-4", "chase/again-1", "chase/again-2",
    ]  # fmt: skip


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(days=1), timedelta(days=400)])
def test_a_clock_that_jumps_back_fires_nothing_twice(back: timedelta) -> None:
    state, now = item(Stage.DEADLINE), at("2026-03-31 09:00")
    fired = decide(case(state, FireStep(), SYSTEM, now))
    assert isinstance(fired, Decision)
    for moment in (now - back, now - back + timedelta(days=1), now):
        if moment <= now:
            assert isinstance(decide(case(fired.item, FireStep(), SYSTEM, moment)), Refusal)
    assert fired.next_action_at == at("2026-04-06 09:00")


def test_an_assignment_may_count_as_received_as_soon_as_its_limit_has_passed() -> None:
    """Asking for the receipt at the same instant must not stand in for it: nothing would follow."""
    strict = policy(acknowledge_within=2, deemed_received_after=2)
    now = at("2026-03-13 09:00")
    fired = decide(case(item(Stage.ASSIGNMENT), FireStep(), SYSTEM, now, strict))
    assert isinstance(fired, Decision)
    assert fired.event.data["step"] == StepKind.DEEMED_RECEIVED
    assert fired.item.stage is Stage.DEADLINE


def test_a_reminder_on_the_due_day_never_stands_in_for_the_overdue_notice() -> None:
    """The due day is a Saturday: the reminder "on the day" falls on the Monday, too late."""
    rules = policy(reminders_before=(0,), ladder=())
    state = item(Stage.DEADLINE, due=date(2026, 3, 28))
    fired = decide(case(state, FireStep(), SYSTEM, at("2026-03-30 09:00"), rules))
    assert isinstance(fired, Decision)
    assert fired.event.data["step"] == StepKind.OVERDUE


def test_a_reminder_is_not_swallowed_by_asking_how_it_goes() -> None:
    """Both were missed, the reminder first: what has to be said is that the deadline is near."""
    rules = policy(progress_every=11)  # on the day between the two reminders
    now = at("2026-03-25 09:00")
    fired = decide(case(item(Stage.DEADLINE), FireStep(), SYSTEM, now, rules))
    assert isinstance(fired, Decision)
    assert fired.event.data["step"] == StepKind.REMIND
    assert fired.item.stage is Stage.REMINDER
    assert fired.event.data["skipped"] == ["progress/1/r1.d1"]


def test_a_plan_made_at_an_opening_has_the_reminder_of_that_very_opening() -> None:
    opening = at("2026-03-24 09:00")
    for made, kept in ((opening - TICK, True), (opening, True), (opening + TICK, False)):
        steps = agenda(item(Stage.DEADLINE, plan_from=made), policy(), calendar())
        assert (steps[0].at == opening) == kept


# Taken over when already overdue


@pytest.mark.parametrize(
    ("now", "notice"),
    [
        ("2026-03-10 10:07", "2026-03-10 10:07"),
        ("2026-03-10 08:00", "2026-03-10 09:00"),
        ("2026-03-10 17:00", "2026-03-11 09:00"),
        ("2026-03-14 12:00", "2026-03-16 09:00"),
    ],
)
def test_an_overdue_item_taken_over_is_chased_from_the_takeover_on(now, notice) -> None:
    state = item(Stage.REMINDER, due=date(2025, 1, 1), plan_from=at(now))
    steps = agenda(state, policy(), calendar())
    assert (steps[0].at, steps[0].kind) == (at(notice), StepKind.OVERDUE)
    assert [step.level for step in steps[1:5]] == [1, 2, 3, 4]
    day = calendar().day_of(at(notice))
    assert [calendar().between(day, calendar().day_of(step.at)) for step in steps[1:5]] == [
        1, 5, 10, 20,
    ]  # fmt: skip
    assert not any(step.kind is StepKind.REMIND for step in steps)


# All of it, by the naive clerk

POLICIES = st.builds(
    policy,
    reminders_before=st.sampled_from([(), (1,), (0,), (7, 3, 1), (5, 0)]),
    progress_every=st.sampled_from([0, 1, 4, 10]),
    ladder=st.lists(st.integers(0, 15), unique=True, max_size=4).map(
        lambda afters: tuple(Rung(act=Level.LETTER, after=after) for after in sorted(afters))
    ),
    repeat_every=st.sampled_from([0, 1, 5]),
    repeat_at_most=st.integers(0, 3),
    acknowledge_within=st.integers(0, 3),
    deemed_received_after=st.sampled_from([None, 3, 4, 6]),
    verification_within=st.integers(1, 6),
    closure_within=st.integers(1, 4),
    look_back_after=st.sampled_from([(), (90,), (30, 60)]),
)


@st.composite
def states(draw: st.DrawFn) -> ItemState:
    """Items in any stage with any of the things that a plan depends on."""
    stage = draw(st.sampled_from(Stage))
    return item(
        stage,
        due=draw(st.none() | days_of_the_year()),
        plan_from=draw(instants()),
        stage_since=draw(instants()),
        closed_at=draw(instants()) if stage is Stage.CLOSED else None,
        level=draw(st.integers(0, 4)),
        due_version=draw(st.integers(1, 3)),
        **draw(st.sampled_from([{}, {}, HELD]) if stage is not Stage.CLOSED else st.just({})),
    )


@settings(max_examples=150)
@given(states(), POLICIES, calendars())
def test_the_agenda_is_what_the_naive_clerk_would_do(state, rules, days) -> None:
    expected = naive_agenda.notes(state, rules, days)
    found = agenda(state, rules, days)
    assert [tuple(step[:4]) for step in found] == [tuple(note[:4]) for note in expected]
    assert upcoming(state, rules, days) == (found[0] if found else None)


@given(states(), POLICIES, calendars())
def test_every_step_falls_on_a_working_day_in_office_hours(state, rules, days) -> None:
    for step in agenda(state, rules, days):
        day = step.at.astimezone(days.zone).date()
        assert days.is_working(day)
        assert clock_time(days, day, 9) <= step.at < clock_time(days, day, 17)
        if state.stage is not Stage.CLOSED and not state.on_hold:
            assert step.at >= state.plan_from


@given(states(), POLICIES, calendars(), instants(), st.data())
def test_what_is_due_is_just_what_the_agenda_has_up_to_now(state, rules, days, now, data) -> None:
    steps = agenda(state, rules, days)
    done = data.draw(st.lists(st.sampled_from(steps), unique=True)) if steps else []
    state = state._replace(fired=tuple(step.key for step in done))
    left = [step for step in agenda(state, rules, days) if step.at <= now]
    found = due_step(state, rules, days, now)
    if found is None:
        assert left == []
        return
    assert sorted([found.step, *found.overtaken]) == left
    assert tuple(found.step[:4]) == naive_agenda.chosen([_note(step) for step in left])[:4]
    first = upcoming(state, rules, days)
    assert first is not None
    assert first == left[0]


def _note(step: Step) -> naive_agenda.Note:
    return naive_agenda.Note(*step[:4], step.track)


def test_the_wall_calendar_reaches_far_enough() -> None:
    assert datetime(2026, 12, 31, tzinfo=NOW.tzinfo).date() < naive_agenda.LAST
