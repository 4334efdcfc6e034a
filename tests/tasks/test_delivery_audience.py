"""Who hears of what: a list written by hand, for every kind of event and of step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine

from rules.agenda import StepKind
from rules.events import PAST
from rules.notices import BY_EVENT, BY_STEP
from rules.vocabulary import Stage
from tests.tasks import post
from tests.tasks.post import announced, change, happen, person_id, told
from tests.tasks.staff import PATH_TO, give, item_in

R = ("responsible", "responsible")
L = ("leader", "leader")
V = ("verifier", "verifier")
C = (("coordinators", "c-one"), ("coordinators", "c-two"))
S = ("supervisors", "county-supervisor")

SILENT = (
    "accepted", "rejected", "merged", "transferred", "acknowledged", "progress_reported",
    "evidence_attached", "submitted", "commented", "corrected", "relisted", "reseated", "screened",
    "recorded", "waived", "confirmed", "contact_regained",
)  # fmt: skip
"""Events that nobody is written to about."""

LOUD: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "registered": ("registered", C),
    "assigned": ("assigned", (R, L)),
    "declined": ("declined", C),
    "extension_requested": ("extension_requested", (*C, S)),
    "extension_granted": ("extension_granted", (R, L)),
    "extension_refused": ("extension_refused", (R, L)),
    "appointed": ("verification_requested", (V,)),
    "passed": ("closure_requested", (S,)),
    "failed": ("failed", (R, L)),
    "approved": ("closed", (R, L, *C)),
    "denied": ("denied", (R, L, V)),
    "held": ("held", (R, L)),
    "resumed": ("resumed", (R, L)),
    "reopened": ("reopened", (R, L, *C)),
    "withdrawn": ("withdrawn", (R, L)),
    "served": ("served", (R, L)),
    "stayed": ("stayed", (R, L, *C)),
    "stay_lifted": ("stay_lifted", (R, L, *C)),
    "hold_requested": ("hold_requested", (*C, S)),
    "hold_refused": ("hold_refused", (R, L)),
    "contact_lost": ("contact_lost", C),
    "due_recomputed": ("due_recomputed", (R, L)),
    "policy_adopted": ("policy_adopted", (R,)),
}
STEPS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "remind": ("due_soon", (R,)),
    "overdue": ("overdue", (R, L)),
    "overdue_again": ("overdue", (R, L)),
    "rung": ("escalated", (R, L, *C)),
    "progress": ("progress_due", (R,)),
    "acknowledge": ("acknowledge_due", (R, L)),
    "deemed_received": ("acknowledge_due", (R, L, *C)),
    "verification": ("verification_overdue", (V, *C)),
    "closure": ("closure_overdue", (S, *C)),
    "hold_expired": ("hold_expired", (R, L, *C)),
    "look_back": ("look_back_due", (*C, V)),
    "announce": ("rung_announced", (R,)),
    "service_due": ("service_due", C),
    "deemed_served": ("served", (R, L, *C)),
    "extension_due": ("extension_requested", (*C, S)),
    "extension_lapsed": ("extension_lapsed", (R, L, *C)),
    "hold_request_lapsed": ("hold_lapsed", (R, L, *C)),
}


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def engine(furnished: Engine) -> Engine:
    post.tidy(furnished)
    return furnished


@pytest.fixture
def item(engine: Engine) -> str:
    """An item of the bureau whose every seat is held, waiting for its closure."""
    ref = item_in(engine, Stage.CLOSURE)
    verifier = person_id(engine, "verifier")
    change(engine, "UPDATE item SET verifier_id = :v WHERE ref = :ref", v=verifier, ref=ref)
    change(engine, "UPDATE event SET announced = true")
    return ref


def test_the_list_names_every_kind_of_event_and_of_step() -> None:
    assert {*SILENT, *LOUD, "step_fired"} == set(PAST.values())
    assert set(STEPS) == set(StepKind)


def test_the_whole_list_holds(engine: Engine, item: str) -> None:
    expected: dict[int, set[tuple[str, str, str]]] = {}
    for kind in SILENT:
        expected[happen(engine, item, kind)] = set()
    for kind, (notice, seats) in LOUD.items():
        expected[happen(engine, item, kind)] = {(notice, *seat) for seat in seats}
    for step, (notice, seats) in STEPS.items():
        event = happen(engine, item, "step_fired", data={"step": step, "level": 1})
        expected[event] = {(notice, *seat) for seat in seats}
    announced(engine)
    assert {event: told(engine, event) for event in expected} == expected


@pytest.mark.parametrize("actor", ["responsible", "leader", "c-one"])
def test_whoever_did_it_is_not_told(engine: Engine, item: str, actor: str) -> None:
    event = happen(engine, item, "approved", actor)
    announced(engine)
    everybody = {("closed", *seat) for seat in (R, L, *C)}
    assert told(engine, event) == {one for one in everybody if one[2] != actor}


def test_who_holds_two_seats_is_told_once(engine: Engine, item: str) -> None:
    change(engine, "UPDATE item SET leader_id = responsible_id WHERE ref = :ref", ref=item)
    event = happen(engine, item, "failed", "verifier")
    announced(engine)
    assert told(engine, event) == {("failed", *R)}


def test_coordinators_stand_in_for_an_empty_seat(engine: Engine, item: str) -> None:
    empty = "UPDATE item SET responsible_id = NULL, verifier_id = NULL WHERE ref = :ref"
    change(engine, empty, ref=item)
    remind = happen(engine, item, "step_fired", data={"step": "remind"})
    late = happen(engine, item, "step_fired", data={"step": "verification"})
    announced(engine)
    assert told(engine, remind) == {("due_soon", *seat) for seat in C}
    assert told(engine, late) == {("verification_overdue", *seat) for seat in C}


def test_nobody_stands_in_for_a_leader(engine: Engine, item: str) -> None:
    change(engine, "UPDATE item SET leader_id = NULL WHERE ref = :ref", ref=item)
    event = happen(engine, item, "failed", "verifier")
    announced(engine)
    assert told(engine, event) == {("failed", *R)}


def test_coordinators_stand_in_for_who_has_left_which_stays_visible(
    engine: Engine, item: str
) -> None:
    change(engine, "UPDATE person SET active = false WHERE code = 'responsible'")
    event = happen(engine, item, "step_fired", data={"step": "overdue"})
    found = announced(engine)
    assert told(engine, event) == {("overdue", *seat) for seat in (R, L, *C)}
    skipped = [row for row in found if row.state == "skipped"]
    assert [(row.who, row.reason) for row in skipped] == [
        ("responsible", "This person is no longer active.")
    ]


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("", "There is no mail address."),
        ("not an address", "not an address is not a mail address."),
        ("x" * 65 + "@example.org", "is not a mail address."),
        (
            "x" * 64 + "@" + "例子市整改办公室服务中心窗口." * 5 + "cn",
            "The mail address is too long.",
        ),
    ],
)
def test_who_cannot_be_written_to_is_skipped_with_the_reason(
    engine: Engine, item: str, email: str, reason: str
) -> None:
    change(engine, "UPDATE person SET email = :e WHERE code = 'leader'", e=email)
    event = happen(engine, item, "failed", "verifier")
    found = {row.who: row for row in announced(engine) if row.event_id == event}
    assert found["leader"].state == "skipped"
    assert found["leader"].reason.endswith(reason)
    assert found["responsible"].state == "pending"


def test_a_domain_in_another_script_can_be_written_to(engine: Engine, item: str) -> None:
    change(engine, "UPDATE person SET email = ' li@例子.中国 ' WHERE code = 'leader'")
    event = happen(engine, item, "failed", "verifier")
    found = {row.who: row for row in announced(engine) if row.event_id == event}
    assert (found["leader"].state, found["leader"].address) == (
        "pending",
        "li@xn--fsqu00a.xn--fiqs8s",
    )


def test_the_coordinators_asked_are_the_nearest_who_are_still_there(
    engine: Engine, item: str
) -> None:
    change(engine, "UPDATE person SET active = false WHERE code = 'c-one'")
    first = happen(engine, item, "approved", "supervisor")
    announced(engine)
    assert told(engine, first) >= {("closed", *C[1])}
    assert ("closed", *C[0]) not in told(engine, first)
    change(engine, "UPDATE person SET active = false WHERE code = 'c-two'")
    second = happen(engine, item, "approved", "supervisor")
    announced(engine)
    coordinators = {who for _, seat, who in told(engine, second) if seat == "coordinators"}
    assert coordinators == {"colleague"}, "nobody is left in the county: the city's"


def test_an_item_without_a_unit_is_for_the_topmost_office(engine: Engine) -> None:
    ref = item_in(engine, Stage.INTAKE)
    announced(engine)
    coordinators = {who for kind, _, who in told(engine) if kind == "registered"}
    assert coordinators == {"second-coordinator"}, "the other one has registered it"
    assert ref


def test_who_sent_an_item_back_is_heard_by_the_office_above_them(engine: Engine) -> None:
    ref = item_in(engine, Stage.ASSIGNMENT)
    change(engine, "UPDATE event SET announced = true")
    give(engine, ref, "decline", "responsible", reason="不属于我单位")
    announced(engine)
    assert told(engine) == {("declined", *seat) for seat in C}


def test_a_unit_does_not_decide_about_what_it_has_sent_back(engine: Engine, item: str) -> None:
    """``insider`` coordinates in the bureau as well, nearer than anybody in the county."""
    insider = person_id(engine, "insider")
    change(
        engine,
        "INSERT INTO membership (person_id, unit_id, role)"
        " SELECT id, unit_id, 'coordinator' FROM person WHERE id = :p",
        p=insider,
    )
    declined = happen(engine, item, "declined", "responsible")
    approved = happen(engine, item, "approved", "supervisor")
    announced(engine)
    change(
        engine, "DELETE FROM membership WHERE person_id = :p AND role = 'coordinator'", p=insider
    )
    assert told(engine, declined) == {("declined", *seat) for seat in C}
    assert ("closed", "coordinators", "insider") in told(engine, approved)


def test_a_supervisor_who_may_not_judge_is_not_asked_to(engine: Engine, item: str) -> None:
    """``insider`` is the nearest supervisor, and belongs to the unit."""
    event = happen(engine, item, "passed", "verifier")
    announced(engine)
    assert told(engine, event) == {("closure_requested", *S)}


def test_who_verified_is_not_asked_to_approve(engine: Engine, item: str) -> None:
    passed_by = person_id(engine, "county-supervisor")
    change(engine, "UPDATE item SET passed_by = :p WHERE ref = :ref", p=passed_by, ref=item)
    event = happen(engine, item, "passed", "county-supervisor")
    announced(engine)
    assert told(engine, event) == {("closure_requested", "supervisors", "second-supervisor")}


def test_an_exempted_supervisor_is_asked(engine: Engine, item: str) -> None:
    waived = person_id(engine, "insider")
    change(engine, "UPDATE item SET waived = :p WHERE ref = :ref", p=waived, ref=item)
    event = happen(engine, item, "passed", "verifier")
    announced(engine)
    assert told(engine, event) == {("closure_requested", "supervisors", "insider")}


def test_without_a_supervisor_the_coordinators_hear_of_it(engine: Engine, item: str) -> None:
    change(engine, "UPDATE person SET active = false WHERE code LIKE '%supervisor'")
    event = happen(engine, item, "passed", "verifier")
    announced(engine)
    assert told(engine, event) == {("closure_requested", *seat) for seat in C}


def test_coordinators_who_may_not_decide_are_not_asked_for_an_extension(
    engine: Engine, item: str
) -> None:
    change(engine, "UPDATE person SET active = false WHERE code IN ('c-one', 'c-two')")
    event = happen(engine, item, "extension_requested", "responsible", {"due": "2026-12-30"})
    announced(engine)
    coordinators = {who for _, seat, who in told(engine, event) if seat == "coordinators"}
    assert coordinators == {"coordinator", "second-coordinator"}, "the city's is of the bureau"


def test_an_assignment_that_is_announced_late_is_for_whom_it_named(engine: Engine) -> None:
    ref = item_in(engine, Stage.ASSIGNMENT)
    change(engine, "UPDATE event SET announced = true WHERE kind <> 'assigned'")
    give(engine, ref, "assign", "coordinator", unit="court", responsible="co-worker")
    announced(engine)
    assert told(engine) == {
        ("assigned", *R), ("assigned", *L), ("assigned", "responsible", "co-worker"),
    }  # fmt: skip


def test_an_appointment_that_is_announced_late_is_for_whom_it_named(
    engine: Engine, item: str
) -> None:
    event = happen(
        engine, item, "appointed", data={"verifier": person_id(engine, "second-verifier")}
    )
    announced(engine)
    assert told(engine, event) == {("verification_requested", "verifier", "second-verifier")}


def test_a_confidential_item_is_told_of_to_the_same_people(engine: Engine, item: str) -> None:
    change(engine, "UPDATE item SET confidential = true WHERE ref = :ref", ref=item)
    event = happen(engine, item, "approved", "supervisor")
    announced(engine)
    assert told(engine, event) == {("closed", *seat) for seat in (R, L, *C)}


def test_every_seat_of_the_tables_can_be_filled() -> None:
    seats = {
        seat for table in (BY_EVENT, BY_STEP) for notices in table.values()
        for notice in notices for seat in notice.seats
    }  # fmt: skip
    assert seats == {
        "responsible", "leader", "verifier", "coordinators", "supervisors", "helpers"
    }  # fmt: skip


def test_a_life_by_ordinary_commands_is_told_of_as_listed(engine: Engine) -> None:
    def of(notice: str, *seats: Any) -> set[tuple[str, str, str]]:
        return {(notice, *seat) for seat in seats}

    ref = item_in(engine, Stage.INTAKE)
    announced(engine)
    assert told(engine) == of("registered", ("coordinators", "second-coordinator"))
    post.tidy(engine)
    for way in (PATH_TO[Stage.ASSIGNMENT], PATH_TO[Stage.DEADLINE], PATH_TO[Stage.VERIFICATION]):
        for command, who, fields in way:
            give(engine, ref, command, who, **fields)
    give(engine, ref, "appoint", "coordinator", verifier="verifier")
    give(engine, ref, "fail", "verifier", reason="照片不清")
    announced(engine)
    assert told(engine) == (
        of("assigned", R, L) | of("verification_requested", V) | of("failed", R, L)
    )
