"""Who hears of what: every event is announced or deliberately silent, by hand-written lists."""

from __future__ import annotations

import pytest

from rules.agenda import StepKind, agenda
from rules.commands import COMMANDS, FireStep
from rules.decide import Decision, decide
from rules.events import PAST
from rules.item import SYSTEM, ItemState
from rules.lifecycle import PERMITTED
from rules.notices import ANNOUNCED, BY_EVENT, BY_STEP, STANDS_IN, Seat, notices_for
from rules.policy import Policy
from rules.vocabulary import Stage
from rules.wording import todo
from tests.cast import NOW, calendar, case, item, policy
from tests.rules.examples import FIELDS, GIVERS, LATER, NEEDED, in_bureau

# Event -> kind of notice -> who. R responsible, L leader, V verifier, C coordinators,
# S supervisors.
HEARD = {
    "registered": "registered:C",
    "assigned": "assigned:RL",
    "declined": "declined:C",
    "extension_requested": "extension_requested:CS",
    "extension_granted": "extension_granted:RL",
    "extension_refused": "extension_refused:RL",
    "appointed": "verification_requested:V",
    "passed": "closure_requested:S",
    "failed": "failed:RL",
    "approved": "closed:RLC",
    "denied": "denied:RLV",
    "held": "held:RL",
    "resumed": "resumed:RL",
    "reopened": "reopened:RLC",
    "withdrawn": "withdrawn:RL",
}
SILENT = {
    "screened": "found by the program, read by the coordinator who accepts",
    "accepted": "whoever is named hears when it is assigned",
    "rejected": "nobody has been given it yet",
    "merged": "nobody has been given it yet",
    "transferred": "nobody has been given it yet",
    "acknowledged": "nobody has to do anything about it",
    "progress_reported": "read on the item's page",
    "evidence_attached": "read on the item's page",
    "submitted": "the verifier hears when appointed",
    "waived": "stands in the list of exemptions",
    "commented": "read on the item's page",
    "corrected": "read on the item's page",
    "relisted": "taken over from a ledger: no mail about a table",
    "recorded": "the document itself is sent",
}
STEPS_HEARD = {
    "remind": "due_soon:R",
    "overdue": "overdue:RL",
    "overdue_again": "overdue:RL",
    "rung": "escalated:RLC",
    "progress": "progress_due:R",
    "acknowledge": "acknowledge_due:RL",
    "deemed_received": "acknowledge_due:RLC",
    "verification": "verification_overdue:VC",
    "closure": "closure_overdue:SC",
    "hold_expired": "hold_expired:RLC",
    "look_back": "look_back_due:CV",
}
KINDS = {
    "registered",
    "assigned",
    "acknowledge_due",
    "declined",
    "due_soon",
    "progress_due",
    "overdue",
    "escalated",
    "extension_requested",
    "extension_granted",
    "extension_refused",
    "verification_requested",
    "verification_overdue",
    "failed",
    "closure_requested",
    "closure_overdue",
    "denied",
    "closed",
    "held",
    "resumed",
    "hold_expired",
    "reopened",
    "withdrawn",
    "look_back_due",
}
"""Every kind for which there is a template."""

SEATS = {
    "R": Seat.RESPONSIBLE,
    "L": Seat.LEADER,
    "V": Seat.VERIFIER,
    "C": Seat.COORDINATORS,
    "S": Seat.SUPERVISORS,
}


def read(said: str) -> tuple[str, tuple[Seat, ...]]:
    """ "kind:RL" as a kind and its seats."""
    kind, _, who = said.partition(":")
    return kind, tuple(SEATS[letter] for letter in who)


def test_every_event_is_announced_or_deliberately_silent() -> None:
    assert {*HEARD, *SILENT, "step_fired"} == set(PAST.values())
    assert not set(HEARD) & set(SILENT)
    assert {*HEARD, "step_fired"} == ANNOUNCED


@pytest.mark.parametrize("event", HEARD)
def test_an_announced_event_is_heard_by_whom_the_list_says(event: str) -> None:
    assert [tuple(notice) for notice in notices_for(event, {})] == [read(HEARD[event])]


@pytest.mark.parametrize("event", SILENT)
def test_a_silent_event_tells_nobody(event: str) -> None:
    assert notices_for(event, {"step": "remind"}) == ()


def test_every_kind_of_step_tells_somebody() -> None:
    assert set(STEPS_HEARD) == set(BY_STEP) == {kind.value for kind in StepKind}


@pytest.mark.parametrize("step", STEPS_HEARD)
def test_a_fired_step_is_heard_by_whom_the_list_says(step: str) -> None:
    found = notices_for("step_fired", {"step": step, "level": 1})
    assert [tuple(notice) for notice in found] == [read(STEPS_HEARD[step])]


def test_every_kind_of_notice_is_used_and_no_other() -> None:
    tables = (BY_EVENT, BY_STEP)
    used = {notice.kind for table in tables for row in table.values() for notice in row}
    assert used == KINDS


def test_a_step_that_is_not_known_tells_nobody() -> None:
    assert notices_for("step_fired", {}) == ()
    assert notices_for("no_such_event", {}) == ()


def test_nobody_is_addressed_twice_by_one_event() -> None:
    for row in (*BY_EVENT.values(), *BY_STEP.values()):
        seats = [seat for notice in row for seat in notice.seats]
        assert len(seats) == len(set(seats))


def test_an_empty_seat_is_answered_for_by_one_that_need_not_be_answered_for() -> None:
    """A coordinator hears it in the end: stand-ins neither form a ring nor lead nowhere."""
    assert set(STANDS_IN.values()) == {Seat.COORDINATORS}
    assert Seat.COORDINATORS not in STANDS_IN
    alone = {
        notice.seats[0]
        for row in (*BY_EVENT.values(), *BY_STEP.values())
        for notice in row
        if len(notice.seats) == 1
    }
    assert alone <= {*STANDS_IN, Seat.COORDINATORS}, "a notice that may reach nobody"


# What the notice asks for can really be done


def told(state: ItemState, command: str, giver: str) -> tuple[Stage, list[tuple[str, Seat]]]:
    """The stage after a command, and every (kind, seat) that hears of it."""
    done = decide(case(state, COMMANDS[command](**FIELDS[command]), GIVERS[giver]))
    assert isinstance(done, Decision), done
    heard = notices_for(done.event.kind, done.event.data)
    return done.item.stage, [(notice.kind, seat) for notice in heard for seat in notice.seats]


WHO_CAN = {"assign": "C", "decline": "R", "request_extension": "R", "pass": "V", "fail": "V",
           "approve": "S", "deny": "S", "withdraw": "S"}  # fmt: skip
TELLING = [
    (stage, command)
    for stage, command in PERMITTED
    if PAST[command] in HEARD and command != "resume"
]


@pytest.mark.parametrize(("stage", "command"), TELLING)
def test_what_an_announcement_asks_for_can_be_done_then(stage: Stage, command: str) -> None:
    state = in_bureau(stage)._replace(verifier_id=14, **NEEDED.get(command, {}))
    after, heard = told(state, command, WHO_CAN.get(command, "C"))
    for kind, seat in heard:
        asked = todo(kind, seat)
        assert not asked or (after, asked) in PERMITTED, (kind, seat)


STEPPING: list[tuple[ItemState, Policy]] = [
    (item(Stage.DEADLINE), policy(progress_every=7)),
    (item(Stage.REMINDER, on_hold=True, hold_until=LATER, held_at=NOW), policy()),
    (item(Stage.VERIFICATION), policy()),
    (item(Stage.CLOSURE), policy()),
    (item(Stage.CLOSED), policy()),
]


@pytest.mark.parametrize(("state", "rules"), STEPPING)
def test_what_a_step_asks_for_can_be_done_then(state: ItemState, rules: Policy) -> None:
    for step in agenda(state, rules, calendar()):
        done = decide(case(state, FireStep(), SYSTEM, step.at, rules))
        assert isinstance(done, Decision)
        for notice in notices_for("step_fired", done.event.data):
            for seat in notice.seats:
                asked = todo(notice.kind, seat)
                assert not asked or (done.item.stage, asked) in PERMITTED, (step, seat)
        state = done.item
