"""What puts the ladder off, what announces it, and requests that lapse: each at its edges."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules.agenda import Step, StepKind, agenda, due_step, upcoming
from rules.commands import COMMANDS, FireStep
from rules.decide import Decision, decide
from rules.errors import Refusal
from rules.item import SYSTEM, ItemState
from rules.policy import Policy
from rules.vocabulary import Stage
from rules.workdays import ShortDays, WorkCalendar, WorkYear
from tests.cast import (
    COORDINATOR,
    NOW,
    RESPONSIBLE,
    SUPERVISOR,
    at,
    calendar,
    case,
    item,
    policy,
)
from tests.rules.oracles import TICK

KINDS = {
    StepKind.ANNOUNCE, StepKind.SERVICE_DUE, StepKind.DEEMED_SERVED, StepKind.EXTENSION_DUE,
    StepKind.EXTENSION_LAPSED, StepKind.HOLD_REQUEST_LAPSED,
}  # fmt: skip
"""The kinds of step that are tried here."""

QUIET: dict[str, Any] = {"reminders_before": (), "repeat_every": 0}
WAITING = policy(
    ladder=tuple(rung.model_copy(update={"served": True}) for rung in policy().ladder), **QUIET
)
"""Rungs 1, 5, 10 and 20 working days after the notice of Monday 30 March, each to be served."""
PLAIN = policy(**QUIET)
CLIMBING: dict[str, Any] = {
    "level": 1, "rung_at": at("2026-03-31 09:00"), "ladder_from": at("2026-03-31 09:00"),
    "fired": ("chase/overdue/r1.d1", "chase/rung-1/r1.d1"),
}  # fmt: skip
"""The letter has been made, on its day."""


def planned(
    state: ItemState, rules: Policy, days: WorkCalendar | None = None
) -> list[tuple[str, str]]:
    """The agenda as (local time, key without its plan)."""
    days = days or calendar()
    return [
        (step.at.astimezone(days.zone).strftime("%m-%d %H:%M"), step.key.rpartition("/")[0])
        for step in agenda(state, rules, days)
    ]


def fired(state: ItemState, now: str, rules: Policy) -> Decision:
    """What a sweep does at ``now``."""
    done = decide(case(state, FireStep(), SYSTEM, at(now), rules))
    assert isinstance(done, Decision), done
    return done


def after(
    state: ItemState, command: str, actor: Any, now: str, rules: Policy, **fields: Any
) -> ItemState:
    """The item after somebody's command."""
    done = decide(case(state, COMMANDS[command](**fields), actor, at(now), rules))
    assert isinstance(done, Decision), done
    return done.item


def swept(state: ItemState, now: str, rules: Policy) -> tuple[list[str], ItemState]:
    """The keys of all that a sweep at ``now`` carries out, and the item after it."""
    keys = []
    while not isinstance(done := decide(case(state, FireStep(), SYSTEM, at(now), rules)), Refusal):
        keys.append(str(done.event.step_key).rpartition("/")[0])
        state = done.item
    return keys, state


# Whole plans, by hand


@pytest.mark.parametrize(
    ("changes", "rules", "plan"),
    [
        pytest.param({}, WAITING, [("03-30 09:00", "chase/overdue"),
                                   ("03-31 09:00", "chase/rung-1")],
                     id="behind an act that has to be served nothing is planned"),
        pytest.param(CLIMBING, WAITING, [
            ("04-03 09:00", "service/1/rung-1"), ("04-07 09:00", "service/2/rung-1"),
            ("04-09 09:00", "service/3/rung-1"), ("04-13 09:00", "service/4/rung-1"),
        ], id="the coordinators are reminded four times in all"),
        pytest.param({**CLIMBING, "served": 1}, WAITING, [("04-06 09:00", "chase/rung-2")],
                     id="what was served before the next rung puts nothing off"),
        pytest.param({**CLIMBING, "served": 1, "ladder_from": at("2026-04-02 16:00")}, WAITING,
                     [("04-08 09:00", "chase/rung-2")],
                     id="what was served late puts the next rung off by its gap"),
        pytest.param({**CLIMBING, "ladder_from": at("2026-04-02 16:00")}, PLAIN, [
            ("04-08 09:00", "chase/rung-2"), ("04-15 09:00", "chase/rung-3"),
            ("04-29 09:00", "chase/rung-4"),
        ], id="and those above it come at their own gaps"),
        pytest.param({**CLIMBING, "stay_until": date(2026, 4, 17)}, PLAIN, [
            ("04-20 09:00", "chase/rung-2"), ("04-27 09:00", "chase/rung-3"),
            ("05-11 09:00", "chase/rung-4"),
        ], id="a stay ends on a Friday"),
        pytest.param({**CLIMBING, "stay_until": date(2026, 4, 3)}, PLAIN, [
            ("04-06 09:00", "chase/rung-2"), ("04-13 09:00", "chase/rung-3"),
            ("04-27 09:00", "chase/rung-4"),
        ], id="a stay that ends before the next rung changes nothing"),
        pytest.param({"stay_until": date(2026, 4, 1)}, PLAIN, [
            ("03-30 09:00", "chase/overdue"), ("04-02 09:00", "chase/rung-1"),
            ("04-08 09:00", "chase/rung-2"), ("04-15 09:00", "chase/rung-3"),
            ("04-29 09:00", "chase/rung-4"),
        ], id="a stay of the ladder keeps no notice back"),
        pytest.param({"unreachable": True}, PLAIN, [("03-30 09:00", "chase/overdue")],
                     id="no rung while contact is lost"),
        pytest.param({**CLIMBING, "unreachable": True}, policy(deemed_served_after=4), [],
                     id="nor a repetition below the top"),
        pytest.param({"ladder_from": at("2026-04-01 10:00")}, PLAIN, [
            ("03-30 09:00", "chase/overdue"), ("04-02 09:00", "chase/rung-1"),
            ("04-08 09:00", "chase/rung-2"), ("04-15 09:00", "chase/rung-3"),
            ("04-29 09:00", "chase/rung-4"),
        ], id="contact regained before the first rung"),
        pytest.param(
            {**CLIMBING, "level": 4, "ladder_from": at("2026-04-27 09:00"),
             "stay_until": date(2026, 5, 5)},
            policy(), [("05-06 09:00", "chase/again-1"), ("05-11 09:00", "chase/again-2")],
            id="a stay keeps repetitions back as well"),
    ],
)  # fmt: skip
def test_the_plan_of_a_ladder_that_waits(changes, rules, plan) -> None:
    told = [each for each in planned(item(Stage.REMINDER, **changes), rules)
            if "remind" not in each[1]]  # fmt: skip
    assert told == plan


def test_repetitions_follow_the_last_rung_however_late_it_comes() -> None:
    rules = policy(reminders_before=(), ladder=policy().ladder[:2])
    on_time = item(Stage.REMINDER, **CLIMBING)
    assert planned(on_time, rules) == [
        ("04-06 09:00", "chase/rung-2"), ("04-13 09:00", "chase/again-1"),
        ("04-20 09:00", "chase/again-2"),
    ]  # fmt: skip
    stayed = on_time._replace(stay_until=date(2026, 4, 8))
    assert planned(stayed, rules) == [
        ("04-09 09:00", "chase/rung-2"), ("04-16 09:00", "chase/again-1"),
        ("04-23 09:00", "chase/again-2"),
    ]  # fmt: skip
    done = fired(stayed, "2026-04-09 09:00", rules)
    assert planned(done.item, rules) == [
        ("04-16 09:00", "chase/again-1"), ("04-23 09:00", "chase/again-2"),
    ]  # fmt: skip


def test_an_act_counts_as_served_in_the_end_and_is_not_asked_for_beyond() -> None:
    rules = policy(ladder=WAITING.ladder, deemed_served_after=6, **QUIET)
    state = item(Stage.REMINDER, **CLIMBING)
    assert planned(state, rules) == [
        ("04-03 09:00", "service/1/rung-1"), ("04-07 09:00", "service/2/rung-1"),
        ("04-09 09:00", "service/deemed/rung-1"),
    ]  # fmt: skip
    # While contact is lost nothing counts as served; serving by hand goes on being asked for.
    lost = planned(state._replace(unreachable=True), rules)
    assert [key for _, key in lost] == [f"service/{count}/rung-1" for count in (1, 2, 3, 4)]


# Announcements


def test_rungs_are_announced_with_the_step_below_behind_them() -> None:
    rules = policy(announce_before=2, **QUIET)
    assert planned(item(Stage.REMINDER), rules) == [
        ("03-30 09:00", "chase/overdue"),  # which says that a letter comes tomorrow
        ("03-31 09:00", "chase/rung-1"),
        ("04-02 09:00", "chase/announce-2"), ("04-06 09:00", "chase/rung-2"),
        ("04-09 09:00", "chase/announce-3"), ("04-13 09:00", "chase/rung-3"),
        ("04-23 09:00", "chase/announce-4"), ("04-27 09:00", "chase/rung-4"),
    ]  # fmt: skip


@pytest.mark.parametrize(("before", "told"), [(3, True), (4, False), (5, False), (9, False)])
def test_what_would_be_announced_with_the_rung_below_or_sooner_is_not(before, told) -> None:
    """Rung 2 comes four working days after rung 1, whose own notice says so."""
    rules = policy(announce_before=before, **QUIET)
    assert ("chase/announce-2" in dict(map(reversed, planned(item(Stage.REMINDER), rules)))) == told


@pytest.mark.parametrize(
    "changes", [{"unreachable": True}, {"level": 1, "served": 0, "ladder_from": NOW}]
)
def test_only_a_rung_that_will_come_is_announced(changes) -> None:
    rules = policy(ladder=WAITING.ladder, announce_before=2, **QUIET)
    told = [key for _, key in planned(item(Stage.REMINDER, **changes), rules)]
    assert not [key for key in told if "announce-2" in key]


def test_an_announcement_counts_from_when_the_rung_really_comes() -> None:
    rules = policy(announce_before=2, **QUIET)
    state = item(Stage.REMINDER, **CLIMBING, stay_until=date(2026, 4, 17))
    assert planned(state, rules)[:2] == [
        ("04-16 09:00", "chase/announce-2"), ("04-20 09:00", "chase/rung-2"),
    ]  # fmt: skip


def test_an_announcement_that_is_late_is_made_and_one_that_is_too_late_is_recorded() -> None:
    rules = policy(announce_before=2, **QUIET)
    state = item(Stage.REMINDER, **CLIMBING)
    late = fired(state, "2026-04-03 11:00", rules)
    assert (late.event.data["step"], late.event.data["level"]) == ("announce", 2)
    assert "skipped" not in late.event.data
    assert late.item.level == 1
    too_late = fired(state, "2026-04-06 09:00", rules)
    assert (too_late.event.data["step"], too_late.event.data["level"]) == ("rung", 2)
    assert too_late.event.data["skipped"] == ["chase/announce-2/r1.d1"]


def test_an_announcement_never_stands_in_for_the_overdue_notice_nor_for_a_rung() -> None:
    rules = policy(announce_before=1, ladder=policy().ladder[1:], reminders_before=())
    overdue = fired(item(Stage.DEADLINE), "2026-04-03 11:00", rules)
    assert overdue.event.data["step"] == "overdue"
    assert overdue.event.data["skipped"] == ["chase/announce-1/r1.d1"]
    rung = fired(item(Stage.DEADLINE), "2026-04-10 11:00", rules)  # the day before the next one
    assert (rung.event.data["step"], rung.event.data["level"]) == ("rung", 1)


# Each step just before, at, just after

ASKED: dict[str, Any] = {
    "extension_due": date(2026, 4, 10), "extension_by": RESPONSIBLE.id, "extension_at": NOW,
    "asks": 2,
}  # fmt: skip
PAUSE: dict[str, Any] = {
    "hold_asked_until": date(2026, 4, 10), "hold_asked_by": RESPONSIBLE.id, "hold_asked_at": NOW,
}  # fmt: skip
BOTH = policy(extension_decided_within=3, hold_decided_within=2, deemed_served_after=6,
              announce_before=2, ladder=WAITING.ladder, **QUIET)  # fmt: skip
STATES = {
    "not served": item(Stage.REMINDER, **CLIMBING),
    "served": item(Stage.REMINDER, **CLIMBING, served=1),
    "asked for time": item(Stage.DEADLINE, due=None, **ASKED),
    "asked for a hold": item(Stage.DEADLINE, due=None, **PAUSE),
}


@pytest.mark.parametrize("name", STATES)
def test_each_step_is_due_at_its_instant_and_not_before(name: str) -> None:
    state, days = STATES[name], calendar()
    steps = agenda(state, BOTH, days)
    assert steps
    for number, step in enumerate(steps):
        before = state._replace(fired=(*state.fired, *(done.key for done in steps[:number])))
        assert due_step(before, BOTH, days, step.at - TICK) is None
        for now in (step.at, step.at + TICK):
            found = due_step(before, BOTH, days, now)
            assert found is not None
            assert (found.step, found.overtaken) == (step, ())
        assert upcoming(before, BOTH, days) == step


def test_every_kind_of_step_is_seen_at_its_edges() -> None:
    seen = {step.kind for state in STATES.values() for step in agenda(state, BOTH, calendar())}
    assert seen - {StepKind.RUNG} == KINDS


# Downtime


def test_after_downtime_the_lowest_act_that_is_not_served_comes_and_the_next_waits() -> None:
    keys, state = swept(item(Stage.DEADLINE), "2026-07-01 10:00", WAITING)
    assert keys == ["chase/rung-1"]
    assert state.level == 1
    state = after(state, "serve", COORDINATOR, "2026-07-01 11:00", WAITING)
    assert planned(state, WAITING) == [("07-07 09:00", "chase/rung-2")]


def test_after_downtime_rungs_that_wait_for_nothing_are_still_jumped() -> None:
    mixed = (*PLAIN.ladder[:2], *WAITING.ladder[2:])
    rules = policy(ladder=mixed, **QUIET)
    keys, state = swept(item(Stage.DEADLINE), "2026-07-01 10:00", rules)
    assert keys == ["chase/rung-3"]
    assert (state.level, state.served) == (3, 0)
    state = after(state, "confirm", RESPONSIBLE, "2026-07-01 11:00", rules)
    assert planned(state, rules) == [("07-15 09:00", "chase/rung-4")]


def test_an_act_that_was_not_seen_to_for_two_weeks_counts_as_served_since_its_day() -> None:
    keys, state = swept(item(Stage.REMINDER, **CLIMBING), "2026-04-20 10:00", BOTH)
    assert keys == ["service/deemed/rung-1", "chase/rung-2"]
    assert state.ladder_from == at("2026-04-15 09:00")  # four working days after 9 April
    assert (state.level, state.served) == (2, 1)


# Tracks do not disturb each other


def test_steps_of_other_tracks_are_neither_delayed_nor_swallowed() -> None:
    state = item(Stage.DEADLINE, **{**ASKED, **PAUSE, **CLIMBING})
    before = {
        step.key for step in agenda(state, BOTH, calendar()) if step.at <= at("2026-04-14 09:00")
    }
    keys, swept_to = swept(state, "2026-04-14 10:00", BOTH)
    assert keys == [
        "extension/lapsed", "hold-request", "service/deemed/rung-1", "chase/announce-2",
    ]  # fmt: skip
    assert before <= set(swept_to.fired), "due, and neither fired nor recorded"


def test_what_comes_next_is_known_when_a_step_fires() -> None:
    """Whatever is due, the plan that follows is that of the item as it will be."""
    for state in (*STATES.values(), item(Stage.DEADLINE, **{**ASKED, **PAUSE, **CLIMBING})):
        for rules in (BOTH, WAITING, PLAIN):
            for now in ("2026-04-03 09:00", "2026-04-06 09:00", "2026-04-30 09:00"):
                done = decide(case(state, FireStep(), SYSTEM, at(now), rules))
                if isinstance(done, Decision):
                    first = upcoming(done.item, rules, calendar())
                    assert done.next_action_at == (first.at if first else None)


# Stays


def test_a_stay_that_ends_resumes_by_itself_rung_by_rung() -> None:
    state = item(Stage.REMINDER, **CLIMBING)
    state = after(state, "stay", SUPERVISOR, "2026-04-01 10:00", PLAIN,
                  until=date(2026, 5, 29), reason="责任人住院")  # fmt: skip
    assert swept(state, "2026-05-29 23:59", PLAIN)[0] == []
    keys, state = swept(state, "2026-06-01 09:00", PLAIN)
    assert (keys, state.level) == (["chase/rung-2"], 2)
    assert planned(state, PLAIN) == [("06-08 09:00", "chase/rung-3"),
                                     ("06-22 09:00", "chase/rung-4")]  # fmt: skip


def test_a_stay_that_is_lifted_lets_the_next_rung_come_at_once_and_no_other() -> None:
    state = item(Stage.REMINDER, **CLIMBING, stay_until=date(2026, 5, 29))
    state = after(state, "lift_stay", SUPERVISOR, "2026-05-06 14:00", PLAIN)
    keys, state = swept(state, "2026-05-06 14:05", PLAIN)
    assert (keys, state.level) == (["chase/rung-2"], 2)
    assert planned(state, PLAIN)[0] == ("05-13 09:00", "chase/rung-3")


def test_a_stay_outlives_an_extension_and_ends_with_the_round() -> None:
    stayed = {"stay_until": date(2026, 5, 29), **ASKED}
    state = item(Stage.REMINDER, **stayed)
    state = after(state, "grant_extension", COORDINATOR, "2026-03-12 10:00", PLAIN)
    assert state.stay_until == date(2026, 5, 29)
    state = after(item(Stage.VERIFICATION, **stayed, verifier_id=SUPERVISOR.id), "fail", SUPERVISOR,
                  "2026-03-12 10:00", PLAIN, reason="未到位")  # fmt: skip
    assert state.stay_until is None


# Lost contact


def test_contact_regained_lets_the_ladder_go_on_with_its_whole_gap() -> None:
    state = item(Stage.REMINDER, **CLIMBING)
    state = after(state, "lose_contact", SYSTEM, "2026-04-01 10:00", PLAIN, reason="550")
    assert swept(state, "2026-06-30 10:00", PLAIN)[0] == []
    state = after(state, "regain_contact", SYSTEM, "2026-06-30 11:00", PLAIN)
    assert planned(state, PLAIN) == [
        ("07-06 09:00", "chase/rung-2"), ("07-13 09:00", "chase/rung-3"),
        ("07-27 09:00", "chase/rung-4"),
    ]  # fmt: skip


# Requests


@pytest.mark.parametrize(
    ("within", "asked", "until", "plan"),
    [
        (3, "2026-03-10 10:00", "2026-04-10", [("03-13 09:00", "extension/due"),
                                               ("03-16 09:00", "extension/lapsed")]),
        (3, "2026-03-27 23:59", "2026-04-10", [("04-01 09:00", "extension/due"),
                                               ("04-02 09:00", "extension/lapsed")]),
        (1, "2026-03-13 16:00", "2026-04-10", [("03-16 09:00", "extension/due"),
                                               ("03-17 09:00", "extension/lapsed")]),
        (9, "2026-03-27 16:00", "2026-03-30", [("03-30 09:00", "extension/due"),
                                               ("03-31 09:00", "extension/lapsed")]),
        (0, "2026-03-10 10:00", "2026-04-10", [("04-13 09:00", "extension/lapsed")]),
    ],
)  # fmt: skip
def test_a_request_for_time_lapses_when_it_is_not_decided(within, asked, until, plan) -> None:
    """At the latest when the day that it asks for has passed, never because the deadline has."""
    changes = {**ASKED, "extension_at": at(asked), "extension_due": date.fromisoformat(until)}
    rules = policy(extension_decided_within=within, ladder=(), **QUIET)
    told = planned(item(Stage.DEADLINE, **changes), rules)
    assert [each for each in told if "extension" in each[1]] == plan


def test_a_lapsed_request_is_gone_and_another_may_be_made() -> None:
    rules = policy(extension_decided_within=3)
    state = item(Stage.DEADLINE, **ASKED)
    done = fired(state, "2026-03-16 09:00", rules)
    assert (done.event.data["step"], done.event.data["asked"]) == (
        "extension_lapsed", date(2026, 4, 10),
    )  # fmt: skip
    assert done.event.data["skipped"] == ["extension/due/a2"]
    assert (done.item.extension_due, done.item.stage, done.item.level) == (
        None, Stage.DEADLINE, 0,
    )  # fmt: skip
    again = after(done.item, "request_extension", RESPONSIBLE, "2026-03-17 09:00", rules,
                  due=date(2026, 4, 10), reason="材料未齐")  # fmt: skip
    assert [key for _, key in planned(again, rules) if "ext" in key] == [
        "extension/due", "extension/lapsed",
    ]  # fmt: skip
    assert again.asks == 3


def test_a_request_that_is_undecided_when_the_deadline_passes_lives_on_and_stops_nothing() -> None:
    """Whoever asked in time has a right to an answer, but gains nothing by asking late."""
    rules = policy(extension_decided_within=5, **QUIET)
    state = item(Stage.DEADLINE, **{**ASKED, "extension_at": at("2026-03-27 16:00")})
    keys, state = swept(state, "2026-04-02 18:00", rules)
    assert keys == ["chase/rung-1"]
    granted = after(state, "grant_extension", COORDINATOR, "2026-04-03 08:59", rules)
    assert (granted.due, granted.level, granted.stage) == (date(2026, 4, 10), 0, Stage.DEADLINE)
    keys, state = swept(state, "2026-04-06 09:00", rules)
    assert keys == ["extension/lapsed", "chase/rung-2"]


def test_a_request_for_a_hold_lapses_like_one_for_time() -> None:
    rules = policy(hold_decided_within=2, ladder=(), **QUIET)
    for stage in (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER):
        state = item(stage, **PAUSE)
        step = next(s for s in agenda(state, rules, calendar()) if "hold" in s.key)
        assert (step.at, step.kind) == (at("2026-03-13 09:00"), StepKind.HOLD_REQUEST_LAPSED)
    short = item(Stage.DEADLINE, **{**PAUSE, "hold_asked_until": date(2026, 3, 10)})
    assert planned(short, rules)[0] == ("03-11 09:00", "hold-request")
    done = fired(item(Stage.DEADLINE, **PAUSE), "2026-03-13 09:00", rules)
    assert (done.item.hold_asked_until, done.item.hold_asked_by, done.item.hold_asked_at) == (
        None, None, None,
    )  # fmt: skip
    assert done.event.data["asked"] == date(2026, 4, 10)


def test_while_the_clock_stands_still_no_request_lapses() -> None:
    held = {"on_hold": True, "hold_until": date(2026, 5, 29), "held_at": at("2026-03-11 09:00")}
    state = item(Stage.DEADLINE, **ASKED, **held)
    assert [key for _, key in planned(state, BOTH)] == ["hold"]
    resumed = after(state, "resume", COORDINATOR, "2026-03-16 10:00", BOTH)
    # Asked on Tuesday 10 March; from the 11th to the 16th three working days did not count.
    assert planned(resumed, BOTH)[:2] == [
        ("03-18 09:00", "extension/due"), ("03-19 09:00", "extension/lapsed"),
    ]  # fmt: skip


# Holds and half days


def test_a_hold_over_half_days_moves_the_plan_by_whole_working_days() -> None:
    """An office that closes early is open that day: the day counts like any other."""
    whole = calendar()
    held = {"on_hold": True, "hold_until": date(2026, 3, 20), "held_at": at("2026-03-13 11:00")}
    for days in (whole, short_fridays()):
        state = item(Stage.DEADLINE, **held)
        done = decide(case(state, FireStep(), SYSTEM, at("2026-03-23 09:00"), PLAIN, days))
        assert isinstance(done, Decision)
        assert done.item.due == date(2026, 4, 6)  # six working days after Friday 27 March
        first: Step | None = upcoming(done.item, PLAIN, days)
        assert first is not None
        assert first.at == at("2026-04-07 09:00")


def short_fridays() -> WorkCalendar:
    """The plain calendar, with offices that close at noon on Fridays."""

    def year_of(year: int) -> WorkYear:
        first = date(year, 1, 1)
        days = (first + timedelta(days=number) for number in range(366))
        worked = (day for day in days if day.year == year and day.weekday() < 5)
        return WorkYear(frozenset(worked), published=True)

    short = ShortDays(time(12), weekdays=frozenset({4}))
    return WorkCalendar(ZoneInfo("Asia/Shanghai"), time(9), time(17), year_of, short)
