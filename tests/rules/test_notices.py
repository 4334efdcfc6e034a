"""Who hears of what: every event is announced or deliberately silent, by hand-written lists."""

from __future__ import annotations

import pytest

from rules.agenda import StepKind, upcoming
from rules.commands import COMMANDS, FireStep
from rules.decide import Decision, decide
from rules.events import PAST
from rules.item import SYSTEM, ItemState
from rules.lifecycle import PERMITTED
from rules.notices import ANNOUNCED, BY_EVENT, BY_STEP, STANDS_IN, Seat, notices_for, notices_of
from rules.policy import Policy
from rules.vocabulary import Stage
from rules.wording import todo
from tests.cast import NOW, calendar, case, item, policy
from tests.rules.examples import FIELDS, GIVERS, LATER, NEEDED, in_bureau

# Event -> kind of notice -> who. R responsible, L leader, V verifier, C coordinators,
# S supervisors.
HEARD = {
    "registered": "registered:C",
    "assigned": "assigned:RLH",
    "declined": "declined:C",
    "extension_requested": "extension_requested:CS",
    "extension_granted": "extension_granted:RL",
    "extension_refused": "extension_refused:RL",
    "served": "served:RL",
    "stayed": "stayed:RLC",
    "stay_lifted": "stay_lifted:RLC",
    "contact_lost": "contact_lost:C",
    "due_recomputed": "due_recomputed:RL",
    "policy_adopted": "policy_adopted:R",
    "appointed": "verification_requested:V",
    "passed": "closure_requested:S",
    "failed": "failed:RL",
    "approved": "closed:RLCH",
    "denied": "denied:RLV",
    "hold_requested": "hold_requested:CS",
    "hold_refused": "hold_refused:RL",
    "held": "held:RL",
    "resumed": "resumed:RL",
    "reopened": "reopened:RLC",
    "withdrawn": "withdrawn:RLH",
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
    "confirmed": "whoever confirms knows, and the ladder goes on",
    "contact_regained": "the ladder goes on, and says so when it does",
    "submitted": "the verifier hears when appointed",
    "waived": "stands in the list of exemptions",
    "commented": "read on the item's page",
    "corrected": "read on the item's page",
    "relisted": "taken over from a ledger: no mail about a table",
    "reseated": "names put right; whoever answers for it hears of the next step",
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
    "announce": "rung_announced:R",
    "service_due": "service_due:C",
    "deemed_served": "served:RLC",
    "extension_due": "extension_requested:CS",
    "extension_lapsed": "extension_lapsed:RLC",
    "hold_request_lapsed": "hold_lapsed:RLC",
}
KINDS = {
    "rung_announced",
    "service_due",
    "served",
    "stayed",
    "stay_lifted",
    "extension_lapsed",
    "hold_requested",
    "hold_refused",
    "hold_lapsed",
    "contact_lost",
    "due_recomputed",
    "policy_adopted",
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
    "H": Seat.HELPERS,
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
           "approve": "S", "deny": "S", "withdraw": "S", "stay": "S", "lift_stay": "S",
           "request_hold": "R", "lose_contact": "P", "recompute": "P", "adopt": "P"}  # fmt: skip
ANYWHERE = {"denied", "contact_lost", "due_recomputed", "hold_refused"}
"""Told in stages in which not everybody can do something about it."""
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
        if kind in ANYWHERE:
            assert not asked or any(pair[1] == asked for pair in PERMITTED)
        else:
            assert not asked or (after, asked) in PERMITTED, (kind, seat)


SERVED = tuple(rung.model_copy(update={"served": True}) for rung in policy().ladder)
STEPPING: list[tuple[ItemState, Policy]] = [
    (item(Stage.DEADLINE), policy(progress_every=7)),
    (item(Stage.DEADLINE), policy(ladder=SERVED, announce_before=2, deemed_served_after=7)),
    (
        item(Stage.DEADLINE, extension_due=LATER, extension_at=NOW),
        policy(extension_decided_within=3),
    ),
    (
        item(Stage.DEADLINE, hold_asked_until=LATER, hold_asked_at=NOW),
        policy(hold_decided_within=3),
    ),
    (item(Stage.REMINDER, on_hold=True, hold_until=LATER, held_at=NOW), policy()),
    (item(Stage.VERIFICATION), policy()),
    (item(Stage.CLOSURE), policy()),
    (item(Stage.CLOSED), policy()),
]


STEPPED: list[set[StepKind]] = [
    {StepKind.REMIND, StepKind.PROGRESS, StepKind.OVERDUE, StepKind.RUNG, StepKind.OVERDUE_AGAIN},
    {StepKind.ANNOUNCE, StepKind.SERVICE_DUE, StepKind.DEEMED_SERVED, StepKind.RUNG},
    {StepKind.EXTENSION_DUE, StepKind.EXTENSION_LAPSED},
    {StepKind.HOLD_REQUEST_LAPSED},
    {StepKind.HOLD_EXPIRED}, {StepKind.VERIFICATION}, {StepKind.CLOSURE}, {StepKind.LOOK_BACK},
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(STEPPING)))
def test_what_a_step_asks_for_can_be_done_then(number: int) -> None:
    state, rules = STEPPING[number]
    told = set()
    while (step := upcoming(state, rules, calendar())) is not None:
        told.add(step.kind)
        done = decide(case(state, FireStep(), SYSTEM, step.at, rules))
        assert isinstance(done, Decision)
        for notice in notices_for("step_fired", done.event.data):
            for seat in notice.seats:
                asked = todo(notice.kind, seat)
                assert not asked or (done.item.stage, asked) in PERMITTED, (step, seat)
        state = done.item
    assert told >= STEPPED[number], "not every kind of step was tried"


def test_a_rung_is_heard_of_by_whom_the_policy_says() -> None:
    rung = policy().ladder[0].model_copy(update={"to": (Seat.LEADER, Seat.SUPERVISORS)})
    rules = policy(ladder=(rung,), reminders_before=(), repeat_every=0)
    state = item(Stage.REMINDER, fired=("chase/overdue/r1.d1",))
    step = upcoming(state, rules, calendar())
    assert step is not None
    done = decide(case(state, FireStep(), SYSTEM, step.at, rules))
    assert isinstance(done, Decision)
    heard = notices_for("step_fired", done.event.data)
    assert heard == notices_of(step, rules)
    assert [tuple(notice) for notice in heard] == [read("escalated:LS")]


@pytest.mark.parametrize(
    ("decided_by", "who"), [("either", "CS"), ("coordinators", "C"), ("supervisors", "S")]
)
def test_who_decides_on_an_extension_is_asked_and_reminded(decided_by: str, who: str) -> None:
    rules = policy(extensions_decided_by=decided_by, extension_decided_within=3)
    asking = COMMANDS["request_extension"](**FIELDS["request_extension"])
    done = decide(case(item(Stage.DEADLINE), asking, GIVERS["R"], rules=rules))
    assert isinstance(done, Decision)
    wanted = [read(f"extension_requested:{who}")]
    assert [tuple(n) for n in notices_for(done.event.kind, done.event.data)] == wanted
    step = upcoming(done.item, rules, calendar())
    assert step is not None
    assert step.kind is StepKind.EXTENSION_DUE
    assert [tuple(n) for n in notices_of(step, rules)] == wanted
    fired = decide(case(done.item, FireStep(), SYSTEM, step.at, rules))
    assert isinstance(fired, Decision)
    assert [tuple(n) for n in notices_for("step_fired", fired.event.data)] == wanted
