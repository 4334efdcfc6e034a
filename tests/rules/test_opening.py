"""How an item begins: registered now, or taken over in the middle of its life."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.agenda import StepKind, agenda
from rules.commands import COMMANDS, Approve, FireStep
from rules.deadlines import FARTHEST, shades
from rules.decide import Decision, decide
from rules.errors import InputError
from rules.events import GENESIS
from rules.item import SYSTEM
from rules.opening import EARLIEST, Opening, opened, stage_of
from rules.vocabulary import Outcome, Severity, Stage
from tests.cast import (
    BUREAU,
    COORDINATOR,
    DUE,
    LEADER,
    NOW,
    RESPONSIBLE,
    SUPERVISOR,
    TODAY,
    VERIFIER,
    at,
    calendar,
    case,
    policy,
)
from tests.rules.examples import FIELDS

ASSIGNED: dict[str, Any] = {
    "unit_id": BUREAU.id,
    "unit_path": BUREAU.path,
    "responsible_id": RESPONSIBLE.id,
    "leader_id": LEADER.id,
}
PAST_DUE = date(2025, 6, 30)


def entered(now=NOW, rules=None, **known: Any) -> Decision:
    """The decision that enters an item of which ``known`` is known."""
    return opened(
        Opening(title="窗口推诿", **known),
        {"source": "inspection"},
        ref="R-1",
        campaign_id=1,
        now=now,
        policy=rules or policy(),
        calendar=calendar(),
    )


def test_a_new_finding_stands_at_intake_and_nothing_is_planned() -> None:
    decision = entered(severity=Severity.SERIOUS, due_superior=DUE)
    state = decision.item
    assert (state.stage, state.outcome, state.round, state.life, state.level) == (
        Stage.INTAKE, None, 1, 1, 0,
    )  # fmt: skip
    assert (state.version, state.moves, state.head) == (1, 1, GENESIS)
    assert (state.due, state.due_original, state.due_version) == (None, None, 0)
    assert (decision.next_action_at, decision.yellow_at, decision.red_at) == (None, None, None)
    assert (decision.event.kind, decision.event.data) == ("registered", {"source": "inspection"})


def test_a_finding_with_a_deadline_of_its_own_keeps_it_as_the_original() -> None:
    state = entered(due=DUE).item
    assert (state.due, state.due_original, state.due_version) == (DUE, DUE, 1)


@pytest.mark.parametrize("day", [date.min, EARLIEST - timedelta(1), FARTHEST + timedelta(1)])
def test_a_deadline_outside_our_time_is_refused_before_a_calendar_is_worked_out(day) -> None:
    with pytest.raises(InputError) as raised:
        entered(due=day)
    assert raised.value.where == "due"
    assert str(day) in raised.value.message


@pytest.mark.parametrize("day", [EARLIEST, FARTHEST])
def test_the_first_and_the_last_day_of_our_time_are_taken(day: date) -> None:
    assert entered(due=day).item.due == day


# In which stage a row of a ledger is taken over

HINTS = [None, *Stage]


@pytest.mark.parametrize("hint", HINTS)
@pytest.mark.parametrize("assigned", [True, False])
def test_a_closed_row_is_closed_whatever_else_it_says(hint, assigned) -> None:
    found = stage_of(closed=True, assigned=assigned, due=PAST_DUE, today=TODAY, hint=hint)
    assert found is Stage.CLOSED


@pytest.mark.parametrize(
    ("hint", "stage"),
    [
        (None, Stage.ASSIGNMENT), (Stage.INTAKE, Stage.INTAKE),
        (Stage.ASSIGNMENT, Stage.ASSIGNMENT), (Stage.DEADLINE, Stage.ASSIGNMENT),
        (Stage.REMINDER, Stage.ASSIGNMENT), (Stage.VERIFICATION, Stage.ASSIGNMENT),
        (Stage.CLOSURE, Stage.ASSIGNMENT), (Stage.CLOSED, Stage.CLOSED),
    ],
)  # fmt: skip
def test_nobody_works_on_what_names_nobody(hint, stage) -> None:
    for due in (None, PAST_DUE, DUE):
        found = stage_of(closed=False, assigned=False, due=due, today=TODAY, hint=hint)
        assert found is stage


@pytest.mark.parametrize("hint", list(Stage))
def test_the_stage_that_an_assigned_row_names_is_believed(hint: Stage) -> None:
    assert stage_of(closed=False, assigned=True, due=PAST_DUE, today=TODAY, hint=hint) is hint


@pytest.mark.parametrize(
    ("due", "stage"),
    [
        (None, Stage.DEADLINE), (TODAY - timedelta(1), Stage.REMINDER),
        (TODAY, Stage.DEADLINE), (TODAY + timedelta(1), Stage.DEADLINE),
    ],
)  # fmt: skip
def test_without_a_hint_the_deadline_tells(due, stage) -> None:
    found = stage_of(closed=False, assigned=True, due=due, today=TODAY, hint=None)
    assert found is stage


# History is taken over as it stands


@pytest.mark.parametrize("stage", list(Stage))
def test_what_is_taken_over_has_what_its_stage_takes_for_granted(stage: Stage) -> None:
    outcome = Outcome.RECTIFIED if stage is Stage.CLOSED else None
    state = entered(stage=stage, outcome=outcome, verifier_id=14, **ASSIGNED).item
    assert state.stage is stage
    working = stage not in (Stage.INTAKE, Stage.ASSIGNMENT)
    assert (state.acknowledged_at is not None) == working
    assert (state.submitted_at is not None) == (stage in (Stage.VERIFICATION, Stage.CLOSURE))
    assert state.passed_by == (14 if stage is Stage.CLOSURE else None)
    assert (state.stage_since, state.plan_from) == (NOW, NOW)


@pytest.mark.parametrize(
    ("stage", "command", "actor", "changes"),
    [
        (Stage.INTAKE, "accept", COORDINATOR, {"category": "conduct"}),
        (Stage.ASSIGNMENT, "acknowledge", RESPONSIBLE, {}),
        (Stage.DEADLINE, "report_progress", RESPONSIBLE, {}),
        (Stage.REMINDER, "report_progress", LEADER, {}),
        (Stage.VERIFICATION, "pass", VERIFIER, {}),
        (Stage.CLOSURE, "approve", SUPERVISOR, {"verifier_id": VERIFIER.id}),
        (Stage.CLOSED, "reopen", COORDINATOR, {"outcome": Outcome.RECTIFIED}),
    ],
)
def test_what_is_taken_over_lives_on(stage, command, actor, changes) -> None:
    state = entered(stage=stage, due=DUE, **ASSIGNED, **changes).item
    fields = {} if command == "accept" else FIELDS[command]
    assert isinstance(decide(case(state, COMMANDS[command](**fields), actor)), Decision)


def test_whoever_verified_by_the_ledger_does_not_approve() -> None:
    state = entered(stage=Stage.CLOSURE, verifier_id=SUPERVISOR.id, **ASSIGNED).item
    refused = decide(case(state, Approve(), SUPERVISOR))
    assert not isinstance(refused, Decision)
    assert refused.rule == "ForbidApprovingOwnVerification"


@pytest.mark.parametrize("level", [0, 1, 3, 4, 9])
def test_the_ladder_goes_on_from_the_rung_that_the_ledger_names(level: int) -> None:
    state = entered(stage=Stage.REMINDER, due=PAST_DUE, level=level, **ASSIGNED).item
    assert state.level == min(level, 4), "higher than the ladder is long"
    steps = agenda(state, policy(), calendar())
    assert [step.level for step in steps if step.kind is StepKind.RUNG] == [
        *range(min(level, 4) + 1, 5)
    ]
    assert all(step.at >= NOW for step in steps), "planned for the past"


def test_an_overdue_row_taken_over_at_night_is_chased_from_the_morning() -> None:
    night = at("2026-03-14 03:00")  # a Saturday
    decision = entered(now=night, stage=Stage.REMINDER, due=PAST_DUE, **ASSIGNED)
    assert decision.next_action_at == at("2026-03-16 09:00")
    assert decision.red_at is not None
    assert decision.red_at < night, "it is overdue, and shows it at once"
    early = decide(case(decision.item, FireStep(), SYSTEM, at("2026-03-16 08:59")))
    assert not isinstance(early, Decision)


def test_an_open_row_without_a_deadline_is_never_chased() -> None:
    decision = entered(stage=Stage.DEADLINE, **ASSIGNED)
    assert (decision.next_action_at, decision.red_at) == (None, None)


@pytest.mark.parametrize(
    ("outcome", "closed_at", "kept"),
    [
        (Outcome.RECTIFIED, at("2026-03-01 10:00"), True),
        (Outcome.LONG_TERM, at("2026-03-01 10:00"), True),
        (Outcome.RECTIFIED, at("2020-03-01 10:00"), False),  # the day has long passed
        (Outcome.RECTIFIED, None, False),  # nobody knows when
        (Outcome.WITHDRAWN, at("2026-03-01 10:00"), False),
        (Outcome.MERGED, at("2026-03-01 10:00"), False),
    ],
)
def test_a_closed_row_is_looked_back_at_only_in_days_to_come(outcome, closed_at, kept) -> None:
    decision = entered(stage=Stage.CLOSED, outcome=outcome, closed_at=closed_at, **ASSIGNED)
    assert decision.item.closed_at == closed_at
    assert (decision.next_action_at is not None) == kept
    assert decision.red_at is None


@given(
    st.sampled_from(Stage), st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 6), st.booleans(),
)  # fmt: skip
def test_whatever_is_taken_over_nothing_is_planned_for_the_past(stage, due, level, named) -> None:
    outcome = Outcome.RECTIFIED if stage is Stage.CLOSED else None
    decision = entered(
        stage=stage, due=due, level=level, outcome=outcome, closed_at=NOW if outcome else None,
        **(ASSIGNED if named else {}),
    )  # fmt: skip
    steps = agenda(decision.item, policy(), calendar())
    assert all(step.at >= NOW for step in steps)
    assert decision.next_action_at == (steps[0].at if steps else None)
    expected = shades(decision.item, policy(), calendar())
    assert (decision.yellow_at, decision.red_at) == expected
    assert decision.item.due_original == decision.item.due == due
