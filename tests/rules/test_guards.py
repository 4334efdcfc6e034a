"""Every guard of every row really can refuse, and lets pass at the very edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from rules import approval as ap
from rules import guards as g
from rules import ladder_guards as lg
from rules import open_units as ou
from rules import seat_guards as sg
from rules import time_guards as tg
from rules.decide import Decision, decide, refusal_for
from rules.errors import Refusal
from rules.item import SYSTEM, PersonFact
from rules.lifecycle import PERMITTED, TABLE
from rules.policy import Check, Reason, Rung
from rules.vocabulary import Level, Outcome, Stage
from tests.cast import (
    BUREAU,
    CLOSED_ITEM,
    COLLEAGUE,
    COORDINATOR,
    DUE,
    FOREIGN_ITEM,
    LEADER,
    NOW,
    RESPONSIBLE,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TODAY,
    VERIFIER,
    at,
    policy,
)
from tests.rules.examples import FIELDS, LATER, example

# What may be objected to, by command. Written by hand; where it differs by stage, the union.
OBJECTIONS = {
    "screen": "",
    "accept": "KnownCategory",
    "reject": "Reason OwnUnit",
    "merge": "Reason OwnUnit MergeTarget",
    "transfer": "Reason OwnUnit",
    "assign": "OwnUnit OpenUnits Responsible InSight FutureDue SuperiorLimit RunningClock",
    "acknowledge": "Assignment RunningClock",
    "decline": "Assignment Reason",
    "report_progress": "Percent",
    "attach_evidence": "Digest",
    "request_extension": (
        "RunningClock ListedReason UnexpiredDue InSight LaterDue SuperiorLimit Length Extensions "
        "OneRequest"
    ),
    "grant_extension": "PendingRequest Decider OwnUnit InSight LaterDue SuperiorLimit Length",
    "refuse_extension": "PendingRequest Decider Reason OwnUnit",
    "serve": "UnservedAct ServiceTime Minutes",
    "confirm": "UnconfirmedAct",
    "stay": "Reason OwnUnit StayLimit",
    "lift_stay": "RunningStay OwnUnit",
    "submit": "RunningClock Evidence",
    "appoint": "IndependentVerifier",
    "pass": "RunningClock OwnUnit",
    "fail": "RunningClock OwnUnit Reason InSight FutureDue SuperiorLimit",
    "approve": "RunningClock OwnUnit OwnVerification Checklist",
    "deny": "RunningClock OwnUnit OwnVerification Reason InSight FutureDue SuperiorLimit",
    "request_hold": "RunningClock Reason HoldLimit OneHoldRequest",
    "hold": "ReasonOrRequest OwnUnit RunningClock HoldLimit",
    "refuse_hold": "PendingHoldRequest Reason OwnUnit",
    "resume": "StoppedClock",
    "reopen": "Relapse OpenUnits Reason InSight FutureDue SuperiorLimit",
    "withdraw": "Reason OwnUnit",
    "waive": "Reason WaivingForOneself",
    "comment": "",
    "correct": "Title",
    "relist": "Title",
    "reseat": "Seat JudgesApart",
    "record": "",
    "lose_contact": "Contact",
    "regain_contact": "LostContact",
    "recompute": "ComputedDue InSight FutureDue SuperiorLimit",
    "adopt": "KnownPolicy",
    "fire": "Early",
}


class Bend(NamedTuple):
    """How the plain example is bent so that a guard objects, and the rule it then names."""

    rule: str
    fields: Mapping[str, Any] = {}
    changes: Mapping[str, Any] = {}
    actor: PersonFact | None = None
    now: datetime | None = None
    policy: Mapping[str, Any] = {}
    closed: tuple[str, ...] = ()


REASONS = (Reason(code="weather", zh="天气", en="Weather"),)
CHECKLIST = (Check(code="seen", zh="已看", en="Seen"), Check(code="kept", zh="已存", en="Kept"))
MINUTES = (Rung(act=Level.LETTER, after=1), Rung(act=Level.INTERVIEW, after=5, minutes=True))
JUDGE: dict[str, Any] = {"verifier_id": COLLEAGUE.id, "unit_id": BUREAU.id}
HELD: dict[str, Any] = {"on_hold": True, "hold_until": LATER, "held_at": NOW}
YESTERDAY = TODAY - timedelta(days=1)
LIMIT = date(2026, 4, 1)
SELF = "ForbidSelfVerification"
IN_UNIT = {**JUDGE, "unit_path": BUREAU.path}

BENDS: dict[str, tuple[Callable[..., Any], list[Bend]]] = {
    "Reason": (g.require_reason, [
        Bend("RequireReason", {"reason": ""}),
        Bend("RequireReason", {"reason": " \t　\n"}),
    ]),
    "ListedReason": (tg.require_listed_reason, [
        Bend("RequireReason", {"reason": " "}),
        Bend("RequireListedReason", policy={"extension_reasons": REASONS}),
        Bend("RequireListedReason", {"reason": ""}, policy={"extension_reasons": REASONS}),
    ]),
    "ReasonOrRequest": (tg.require_reason_or_request, [Bend("RequireReason", {"reason": " "})]),
    "Length": (tg.limit_extension_length, [
        Bend("LimitExtensionLength", policy={"extension_longest": 9}),
    ]),
    "Decider": (tg.require_decider, [
        Bend("RequireDecider", policy={"extensions_decided_by": "supervisors"}),
        Bend("RequireDecider", actor=SUPERVISOR, policy={"extensions_decided_by": "coordinators"}),
    ]),
    "UnservedAct": (lg.require_unserved_act, [
        Bend("RequireUnservedAct", {}, {"level": 0, "served": 0}),
        Bend("RequireUnservedAct", {}, {"served": 2}),
    ]),
    "UnconfirmedAct": (lg.require_unconfirmed_act, [
        Bend("RequireUnconfirmedAct", {}, {"level": 0, "confirmed": 0}),
        Bend("RequireUnconfirmedAct", {}, {"confirmed": 2}),
    ]),
    "ServiceTime": (lg.keep_service_in_time, [
        Bend("KeepServiceInTime", {"on": TODAY + timedelta(days=1)}),
    ]),
    "Minutes": (lg.require_minutes, [
        Bend("RequireMinutes", {"minutes": " "}, policy={"ladder": MINUTES}),
    ]),
    "StayLimit": (lg.limit_stay, [
        Bend("LimitStay", {"until": YESTERDAY}),
        Bend("LimitStay", {"until": TODAY + timedelta(days=61)}),
    ]),
    "RunningStay": (lg.require_running_stay, [
        Bend("RequireRunningStay", {}, {"stay_until": None}),
        Bend("RequireRunningStay", {}, {"stay_until": YESTERDAY}),
    ]),
    "OneHoldRequest": (tg.one_hold_request_at_a_time, [
        Bend("OneHoldRequestAtATime", {}, {"hold_asked_until": LATER}),
    ]),
    "PendingHoldRequest": (tg.require_pending_hold_request, [
        Bend("RequirePendingHoldRequest", {}, {"hold_asked_until": None}),
    ]),
    "Contact": (lg.require_contact, [Bend("RequireContact", {}, {"unreachable": True})]),
    "LostContact": (lg.require_lost_contact, [
        Bend("RequireLostContact", {}, {"unreachable": False}),
    ]),
    "ComputedDue": (tg.require_computed_due, [
        Bend("RequireComputedDue", {}, {"due_from": None}),
        Bend("RequireComputedDue", {"due": DUE}),
    ]),
    "KnownPolicy": (tg.require_known_policy, [
        Bend("RequireKnownPolicy", {"policy": "nobodys@1"}),
        Bend("RequireKnownPolicy", {"policy": "test@1"}),
    ]),
    "KnownCategory": (g.require_known_category, [
        Bend("RequireKnownCategory", {"category": "nonsense"}),
        Bend("RequireKnownCategory", {}, {"category": ""}),
        Bend("RequireKnownCategory", {}, {"category": "nonsense"}),
    ]),
    "MergeTarget": (g.require_open_merge_target, [
        Bend("RequireOpenMergeTarget", {"into": "R-2026-9999"}),
        Bend("RequireOpenMergeTarget", {"into": "R-2026-0100"}),
        Bend("RequireOpenMergeTarget", {"into": CLOSED_ITEM.ref}),
        Bend("RequireOpenMergeTarget", {"into": FOREIGN_ITEM.ref}),
    ]),
    "OpenUnits": (ou.require_open_units, [Bend("RequireOpenUnit", closed=("bureau",))]),
    "Responsible": (g.require_responsible_in_unit, [
        Bend("RequireResponsibleInUnit", {"responsible": "outsider"}),
        Bend("RequireResponsibleInUnit", {"unit": "parallel"}),
        Bend("RequireResponsibleInUnit", {"unit": "station"}),
    ]),
    "Assignment": (g.require_assignment, [
        Bend("RequireAssignment", {}, {"responsible_id": None}, LEADER),
    ]),
    "InSight": (g.keep_due_in_sight, [
        Bend("KeepDueInSight", {"due": date(2101, 1, 1)}),
        Bend("KeepDueInSight", {"due": date.max}),
    ]),
    "FutureDue": (g.require_future_due, [Bend("RequireFutureDue", {"due": YESTERDAY})]),
    "LaterDue": (tg.require_later_due, [
        Bend("RequireLaterDue", {"due": DUE}),
        Bend("RequireLaterDue", {"due": TODAY}),
    ]),
    "SuperiorLimit": (g.keep_within_superior_limit, [
        Bend("KeepWithinSuperiorLimit", {"due": date(2026, 4, 2)}, {"due_superior": LIMIT}),
    ]),
    "UnexpiredDue": (tg.require_unexpired_due, [
        Bend("RequireUnexpiredDue", now=at("2026-03-28 00:00")),
        Bend("RequireUnexpiredDue", {}, {"due": None}),
    ]),
    "Extensions": (tg.limit_extensions, [Bend("LimitExtensions", {}, {"extensions": 2})]),
    "OneRequest": (tg.one_request_at_a_time, [
        Bend("OneRequestAtATime", {}, {"extension_due": LATER}),
    ]),
    "PendingRequest": (tg.require_pending_request, [
        Bend("RequirePendingRequest", {}, {"extension_due": None}),
    ]),
    "Evidence": (g.require_evidence, [Bend("RequireEvidence", {}, {"evidence": 0})]),
    "Digest": (g.require_digest, [
        Bend("RequireDigest", {"sha256": "A" * 64}),
        Bend("RequireDigest", {"sha256": "a" * 63}),
        Bend("RequireDigest", {"sha256": "a" * 64 + "\n"}),
        Bend("RequireDigest", {"sha256": "٣" * 64}),
    ]),
    "IndependentVerifier": (g.require_independent_verifier, [
        Bend("RequireIndependentVerifier", {"verifier": "colleague"}),
        Bend("RequireIndependentVerifier", {"verifier": "viewer"}),
        Bend("RequireIndependentVerifier", {"verifier": "outsider"}),
        Bend("RequireIndependentVerifier", {"verifier": "responsible"}),
    ]),
    "OwnUnit": (g.forbid_judging_own_unit, [
        Bend("ForbidJudgingOwnUnit", {}, IN_UNIT, COLLEAGUE),
        Bend(SELF, {}, {**IN_UNIT, "responsible_id": COLLEAGUE.id}, COLLEAGUE),
        Bend(SELF, {}, {**IN_UNIT, "leader_id": COLLEAGUE.id, "waived": 23}, COLLEAGUE),
    ]),
    "OwnVerification": (g.forbid_approving_own_verification, [
        Bend("ForbidApprovingOwnVerification", {}, {"passed_by": SUPERVISOR.id}, SUPERVISOR),
    ]),
    "Checklist": (ap.require_checklist, [
        Bend("RequireChecklist", policy={"closure_checklist": CHECKLIST}),
        Bend("RequireChecklist", {"checked": ("seen",)}, policy={"closure_checklist": CHECKLIST}),
    ]),
    "WaivingForOneself": (g.forbid_waiving_for_oneself, [
        Bend("ForbidWaivingForOneself", {"person": "supervisor"}),
        Bend("ForbidWaivingForOneself", {"person": "outsider"}),
        Bend("ForbidWaivingForOneself", {}, {**IN_UNIT, "responsible_id": COLLEAGUE.id}),
        Bend("ForbidWaivingForOneself", {}, {**IN_UNIT, "leader_id": COLLEAGUE.id}),
        Bend("ForbidWaivingForOneself", {}, {**IN_UNIT, "leader_id": SUPERVISOR.id}),
        Bend("ForbidWaivingForOneself", {}, {**IN_UNIT, "passed_by": SUPERVISOR.id}),
    ]),
    "RunningClock": (g.require_running_clock, [Bend("RequireRunningClock", {}, HELD)]),
    "StoppedClock": (g.require_stopped_clock, [
        Bend("RequireStoppedClock", {}, {"on_hold": False}),
    ]),
    "HoldLimit": (tg.limit_hold, [
        Bend("LimitHold", {"until": YESTERDAY}),
        Bend("LimitHold", {"until": TODAY + timedelta(days=181)}),
    ]),
    "Relapse": (g.require_relapse_possible, [
        *(
            Bend("RequireRelapsePossible", {}, {"outcome": outcome})
            for outcome in Outcome if outcome not in (Outcome.RECTIFIED, Outcome.LONG_TERM)
        ),
        Bend("RequireRelapsePossible", {}, {"responsible_id": None}),
    ]),
    "Title": (g.require_title, [
        Bend("RequireTitle", {"title": ""}),
        Bend("RequireTitle", {"title": "  "}),
    ]),
    "Percent": (g.require_percent, [
        Bend("RequirePercent", {"percent": -1}),
        Bend("RequirePercent", {"percent": 101}),
    ]),
    "Seat": (sg.require_seat_to_change, [
        Bend("RequireSeatToChange", {"person": "nobody"}),
        Bend("RequireSeatToChange", {"person": "", "into_person": ""}),
    ]),
    "JudgesApart": (sg.keep_judges_apart, [
        Bend("KeepJudgesApart", {"into_person": "responsible"},
             {"responsible_id": RESPONSIBLE.id, "verifier_id": LEADER.id, "leader_id": None}),
        Bend("KeepJudgesApart", {"into_person": "verifier"},
             {"leader_id": LEADER.id, "verifier_id": VERIFIER.id}),
        Bend("KeepJudgesApart", {"into_person": "colleague"},
             {"verifier_id": LEADER.id, "leader_id": None, "unit_path": BUREAU.path}),
    ]),
    "Early": (g.never_early, [Bend("NeverEarly", now=NOW)]),
}  # fmt: skip

USUAL = {
    "acknowledge": RESPONSIBLE, "decline": RESPONSIBLE, "report_progress": RESPONSIBLE,
    "request_extension": RESPONSIBLE, "submit": RESPONSIBLE,
    "pass": VERIFIER, "fail": VERIFIER, "approve": SUPERVISOR, "deny": SUPERVISOR,
    "withdraw": SUPERVISOR, "waive": SUPERVISOR, "screen": SYSTEM, "relist": SYSTEM,
    "record": SYSTEM, "fire": SYSTEM, "confirm": RESPONSIBLE, "stay": SUPERVISOR,
    "lift_stay": SUPERVISOR, "request_hold": RESPONSIBLE, "lose_contact": SYSTEM,
    "regain_contact": SYSTEM, "recompute": SYSTEM, "adopt": SYSTEM, "reseat": SYSTEM,
}  # fmt: skip


def bent() -> Iterator[Any]:
    """(stage, command, bend) for every objection that the hand-written list has for a row."""
    for stage, command in PERMITTED:
        for word in OBJECTIONS[command].split():
            for number, bend in enumerate(BENDS[word][1]):
                if set(bend.fields) <= _takes(command):
                    yield pytest.param(
                        stage, command, bend, id=f"{stage}-{command}-{word}-{number}"
                    )


def _takes(command: str) -> set[str]:
    more = {"category", "due", "to", "checked"} if command != "merge" else set()
    return set(FIELDS[command]) | more | ({"on"} if command == "serve" else set())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.stage}-{row.command}")
def test_a_row_has_the_guards_of_the_hand_written_list(row) -> None:
    written = {BENDS[word][0] for word in OBJECTIONS[row.command].split()}
    assert set(row.guards) == written
    assert len(row.guards) == len(set(row.guards)), "a guard stands in the row twice"


@pytest.mark.parametrize(("stage", "command", "bend"), [*bent()])
def test_every_guard_of_every_row_really_refuses(stage: Stage, command: str, bend: Bend) -> None:
    actor = bend.actor or USUAL.get(command, COORDINATOR)
    asked = example(stage, command, actor, bend.fields, bend.changes, bend.now)
    if bend.policy:
        asked = replace(asked, policy=policy(**bend.policy))
    if bend.closed:
        asked = replace(asked, facts=asked.facts._replace(closed=bend.closed))
    refused = decide(asked)
    assert isinstance(refused, Refusal), refused
    assert refused.rule == bend.rule
    assert refused.reason.endswith(".")
    assert refusal_for(asked) == refused


def test_no_guard_of_any_row_is_left_untried() -> None:
    tried = {each.id.rpartition("-")[0] for each in bent()}
    wanted = {
        f"{row.stage}-{row.command}-{word}"
        for row in TABLE
        for word in OBJECTIONS[row.command].split()
    }
    assert tried == wanted


ACCEPTED_AT_THE_EDGE = [
    ("a deadline today", Stage.DEADLINE, "assign", COORDINATOR, {"due": TODAY}, {}, NOW),
    ("the superior's day itself", Stage.ASSIGNMENT, "assign", COORDINATOR, {"due": LIMIT},
     {"due_superior": LIMIT}, NOW),
    ("asked in the last microsecond of the day", Stage.REMINDER, "request_extension", RESPONSIBLE,
     {}, {}, at("2026-03-28 00:00") - timedelta(microseconds=1)),
    ("one day more", Stage.DEADLINE, "request_extension", RESPONSIBLE,
     {"due": DUE + timedelta(days=1)}, {}, NOW),
    ("the last extension", Stage.DEADLINE, "request_extension", LEADER, {}, {"extensions": 1}, NOW),
    ("granted after the deadline, to a day still ahead", Stage.REMINDER, "grant_extension",
     COORDINATOR, {}, {}, at("2026-04-10 23:59")),
    ("a hold until tonight", Stage.DEADLINE, "hold", COORDINATOR, {"until": TODAY}, {}, NOW),
    ("the longest hold", Stage.CLOSURE, "hold", SUPERVISOR,
     {"until": TODAY + timedelta(days=180)}, {}, NOW),
    ("a hold as long as it was asked for, without a word", Stage.REMINDER, "hold", COORDINATOR,
     {"until": None, "reason": ""}, {"hold_asked_until": LATER}, NOW),
    ("a stay until tonight", Stage.REMINDER, "stay", SUPERVISOR, {"until": TODAY}, {}, NOW),
    ("the longest stay", Stage.DEADLINE, "stay", SUPERVISOR,
     {"until": TODAY + timedelta(days=60)}, {}, NOW),
    ("lifted on the stay's last day", Stage.REMINDER, "lift_stay", SUPERVISOR, {},
     {"stay_until": TODAY}, NOW),
    ("served on the day the chase began", Stage.REMINDER, "serve", COORDINATOR, {"on": TODAY}, {},
     at("2026-03-12 10:00")),
    ("confirmed after it was served by post", Stage.REMINDER, "confirm", LEADER, {},
     {"served": 2}, NOW),
    ("approved by another supervisor", Stage.CLOSURE, "approve", SECOND_SUPERVISOR, {},
     {"passed_by": SUPERVISOR.id}, NOW),
    ("a supervisor verifies", Stage.VERIFICATION, "appoint", COORDINATOR,
     {"verifier": "supervisor"}, {}, NOW),
    ("a category by its Chinese name", Stage.INTAKE, "accept", COORDINATOR, {"category": "案卷"},
     {"category": "nonsense"}, NOW),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "command", "actor", "fields", "changes", "now"),
    [row[1:] for row in ACCEPTED_AT_THE_EDGE],
    ids=[row[0] for row in ACCEPTED_AT_THE_EDGE],
)
def test_what_lies_just_inside_the_edge_is_accepted(
    stage, command, actor, fields, changes, now
) -> None:
    decision = decide(example(stage, command, actor, fields, changes, now))
    assert isinstance(decision, Decision), decision


def test_an_extension_granted_too_late_for_its_own_day_is_refused() -> None:
    asked = example(Stage.REMINDER, "grant_extension", COORDINATOR, now=at("2026-04-11 00:00"))
    refused = decide(asked)
    assert isinstance(refused, Refusal)
    assert refused.rule == "RequireLaterDue"


def test_a_request_beyond_the_superiors_limit_cannot_be_granted_unchanged() -> None:
    changes = {"due_superior": LIMIT}
    refused = decide(example(Stage.DEADLINE, "grant_extension", COORDINATOR, {}, changes))
    assert isinstance(refused, Refusal)
    assert refused.rule == "KeepWithinSuperiorLimit"
    granted = decide(
        example(Stage.DEADLINE, "grant_extension", COORDINATOR, {"due": LIMIT}, changes)
    )
    assert isinstance(granted, Decision)
    assert granted.item.due == LIMIT


def test_a_policy_without_a_catalogue_accepts_any_category() -> None:
    asked = example(Stage.INTAKE, "accept", COORDINATOR, {"category": "anything"})
    bare = replace(asked, policy=policy(categories=()))
    assert isinstance(decide(bare), Decision)


def test_a_policy_may_do_without_evidence() -> None:
    asked = example(Stage.DEADLINE, "submit", RESPONSIBLE, {}, {"evidence": 0})
    bare = replace(asked, policy=policy(evidence_required=False))
    assert isinstance(decide(bare), Decision)


def test_a_step_fires_at_its_instant_and_not_a_microsecond_before() -> None:
    instant = datetime(2026, 3, 24, 1, 0, tzinfo=UTC)  # the opening three working days before
    early = example(Stage.DEADLINE, "fire", SYSTEM, now=instant - timedelta(microseconds=1))
    refused = decide(early)
    assert isinstance(refused, Refusal)
    assert refused.rule == "NeverEarly"
    assert isinstance(decide(replace(early, now=instant)), Decision)


def test_an_act_is_not_served_before_the_chase_began() -> None:
    refused = decide(example(Stage.REMINDER, "serve", COORDINATOR, {"on": YESTERDAY}, {}, NOW))
    assert isinstance(refused, Refusal)
    assert refused.rule == "KeepServiceInTime"


@pytest.mark.parametrize("text", ["weather", "天气", "Weather", " weather "])
def test_a_reason_of_the_list_is_known_by_its_code_and_by_its_names(text: str) -> None:
    asked = example(Stage.DEADLINE, "request_extension", RESPONSIBLE, {"reason": text})
    decision = decide(replace(asked, policy=policy(extension_reasons=REASONS)))
    assert isinstance(decision, Decision)
    assert decision.event.data["code"] == "weather"


def test_the_longest_extension_is_counted_in_working_days_from_the_deadline_in_force() -> None:
    # LATER is the tenth working day after DUE.
    asked = example(Stage.DEADLINE, "request_extension", RESPONSIBLE)
    assert isinstance(decide(replace(asked, policy=policy(extension_longest=10))), Decision)


@pytest.mark.parametrize(
    ("decided_by", "actor"), [("coordinators", COORDINATOR), ("supervisors", SUPERVISOR)]
)
def test_the_office_that_the_policy_names_decides(decided_by: str, actor: PersonFact) -> None:
    rules = policy(extensions_decided_by=decided_by)
    for command in ("grant_extension", "refuse_extension"):
        asked = example(Stage.DEADLINE, command, actor)
        assert isinstance(decide(replace(asked, policy=rules)), Decision)
