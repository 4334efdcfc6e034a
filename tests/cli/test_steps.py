"""Every step of an agenda has its sentence, in both languages, with the reason in it."""

from __future__ import annotations

from datetime import date

import pytest

from cli.steps import Plan, described, nothing, sentence
from rules.agenda import StepKind, agenda
from rules.policy import Policy
from rules.vocabulary import Stage
from tests.cast import DUE, NOW, calendar, item, policy

RULES = policy(progress_every=2, look_back_after=(90,))
LANGUAGES = ("zh-CN", "en")


WAITING = policy(
    ladder=tuple(rung.model_copy(update={"served": True}) for rung in policy().ladder),
    announce_before=2, deemed_served_after=6, extension_decided_within=3, hold_decided_within=2,
)  # fmt: skip


def plan(stage: Stage, rules: Policy = RULES, **changes: object) -> Plan:
    """An item of the cast with its agenda."""
    state = item(stage, **changes)
    return Plan(state, rules, calendar(), agenda(state, rules, calendar()))


PLANS = (
    plan(Stage.ASSIGNMENT),
    plan(Stage.DEADLINE),
    plan(Stage.REMINDER),
    plan(Stage.VERIFICATION),
    plan(Stage.CLOSURE),
    plan(Stage.CLOSED),
    plan(Stage.DEADLINE, on_hold=True, hold_until=date(2026, 4, 1), held_at=NOW, holds=1),
    plan(Stage.REMINDER, WAITING, level=1, rung_at=NOW,
         extension_due=date(2026, 4, 9), extension_at=NOW,
         hold_asked_until=date(2026, 4, 8), hold_asked_at=NOW),
    plan(Stage.REMINDER, WAITING, level=1, served=1),
)  # fmt: skip

REASONS = {
    StepKind.REMIND: (str(DUE), str(DUE)),
    StepKind.OVERDUE: (str(DUE), str(DUE)),
    StepKind.OVERDUE_AGAIN: ("每5个工作日", "every 5 working days"),
    StepKind.RUNG: ("提醒函", "letter of reminder"),
    StepKind.PROGRESS: ("每2个工作日", "every 2 working days"),
    StepKind.ACKNOWLEDGE: ("2个工作日内签收", "within 2 working days"),
    StepKind.DEEMED_RECEIVED: ("视为已签收", "Counts as received"),
    StepKind.VERIFICATION: ("5个工作日内核查", "within 5 working days"),
    StepKind.CLOSURE: ("3个工作日内审批", "within 3 working days"),
    StepKind.HOLD_EXPIRED: ("2026-04-01", "2026-04-01"),
    StepKind.ANNOUNCE: ("约谈）：提前2个工作日", "(interview) is announced: 2 working days"),
    StepKind.SERVICE_DUE: ("提醒函）：应在2个工作日内送达", "(letter of reminder) is asked for"),
    StepKind.DEEMED_SERVED: ("提醒函）视为已送达", "(letter of reminder) counts as served"),
    StepKind.EXTENSION_DUE: ("申请延至2026-04-09", "until 2026-04-09 is about to lapse"),
    StepKind.EXTENSION_LAPSED: ("申请延至2026-04-09", "until 2026-04-09 lapses"),
    StepKind.HOLD_REQUEST_LAPSED: ("申请中止至2026-04-08", "until 2026-04-08 lapses"),
    StepKind.LOOK_BACK: ("2026-03-10销号", "struck off on 2026-03-10"),
}
"""Written by hand: what the sentence of each kind must contain, in Chinese and in English."""


def test_the_plans_show_every_kind_of_step() -> None:
    assert {step.kind for each in PLANS for step in each.steps} == set(StepKind) == set(REASONS)


@pytest.mark.parametrize("kind", StepKind)
def test_a_step_says_why_it_happens(kind: StepKind) -> None:
    found = next((each, step) for each in PLANS for step in each.steps if step.kind is kind)
    for lang, words in zip(LANGUAGES, REASONS[kind], strict=True):
        assert words in sentence(*found, lang)
        assert "None" not in sentence(*found, lang)


def test_reminders_count_the_working_days_that_are_left() -> None:
    said = [sentence(PLANS[1], step, "en") for step in PLANS[1].steps
            if step.kind is StepKind.REMIND]  # fmt: skip
    assert ["3 working days left" in said[0], "1 working days left" in said[1]] == [True, True]


def test_rungs_are_named_by_their_act_and_addressed() -> None:
    rungs = [step for step in PLANS[1].steps if step.kind is StepKind.RUNG]
    said = [sentence(PLANS[1], step, "zh-CN") for step in rungs]
    for words, act in zip(said, ("提醒函", "约谈", "通报", "挂牌督办"), strict=True):
        assert act in words
        assert "责任人、包案领导、整改办" in words


def test_a_step_waits_from_its_instant_on() -> None:
    first = PLANS[1].steps[0]
    assert described(PLANS[1], first.at, "en")[0]["waiting"]
    assert not described(PLANS[1], NOW, "en")[0]["waiting"]


def test_steps_in_a_year_without_a_published_calendar_are_provisional() -> None:
    days = calendar(published=2025)
    state = item(Stage.DEADLINE)
    guessed = Plan(state, RULES, days, agenda(state, RULES, days))
    assert all(step["provisional"] for step in described(guessed, NOW, "en"))
    assert not any(step["provisional"] for step in described(PLANS[1], NOW, "en"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_agenda_has_a_reason_in_every_stage(lang: str) -> None:
    said = {nothing(plan(stage), lang) for stage in Stage}
    assert len(said) == len(Stage)
