"""The stages' automatic work: what it does, that it does it once, and nothing to what moved on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

# Prefect makes its home when it is imported: one of the tests' own.
os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="rectiflow-"))

from config.clock import ManualClock
from config.settings import Settings
from models import directory, people
from models.engine import writing
from rules.commands import Screen
from rules.errors import Refused
from rules.vocabulary import Outcome, Role, Stage
from tasks import act as acting
from tasks import assignment, at_hand, closure, deadline, escalation, intake, reminder, verification
from tasks.at_hand import carry_out, load, once
from tasks.delivery import announce
from tasks.office import Office
from tasks.orders import issue_order
from tests import cast
from tests.conftest import MONDAY
from tests.tasks import post
from tests.tasks.paper_reading import words
from tests.tasks.post import WALL, ask, change, person_id, told
from tests.tasks.staff import (
    FAR,
    entered,
    give,
    history,
    item_in,
    kinds,
    require_sound_history,
    state,
)  # fmt: skip
from tests.tasks.staff import told as said

Work = Callable[[Office, int], None]


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def office(furnished: Engine, tmp_path: Path) -> Office:
    post.tidy(furnished)
    for table in ("formal_notice", "series"):
        change(furnished, f"DELETE FROM {table}")
    change(furnished, "UPDATE event SET idempotency_key = NULL")
    change(furnished, "UPDATE item SET stage = 'closed', verifier_id = NULL, category = 'files'")
    return Office(Settings(home=tmp_path / "home"), furnished, ManualClock(MONDAY))


def do(at: Office, work: Work, ref: str) -> None:
    """The work of a stage, twice over: the second time changes nothing."""
    item_id = state(at.engine, ref).id
    work(at, item_id)
    before = everything_of(at, ref)
    work(at, item_id)
    assert everything_of(at, ref) == before
    require_sound_history(at.engine, ref)


def everything_of(at: Office, ref: str) -> list[Any]:
    """The item, its history, its papers, and all files."""
    question = "SELECT * FROM formal_notice WHERE item_id = :of ORDER BY id"
    folder = at.settings.document_folder
    files = sorted(folder.iterdir()) if folder.exists() else []
    return [
        state(at.engine, ref),
        [event.hash for event in history(at.engine, ref)],
        [tuple(row) for row in ask(at.engine, question, of=state(at.engine, ref).id)],
        [(file.name, file.read_bytes()) for file in files],
    ]


def last(at: Office, ref: str) -> dict[str, Any]:
    """What the newest event says."""
    return said(history(at.engine, ref)[-1])


def papers(at: Office, ref: str) -> list[tuple[str, int]]:
    """Kind and level of the item's documents."""
    rows = ask(
        at.engine, "SELECT kind, level FROM formal_notice WHERE item_id = :of ORDER BY id",
        of=state(at.engine, ref).id,
    )  # fmt: skip
    return [(row.kind, row.level) for row in rows]


def paper(at: Office, ref: str) -> str:
    """The text of the item's newest document."""
    (row,) = ask(
        at.engine, "SELECT file FROM formal_notice WHERE item_id = :of ORDER BY id DESC LIMIT 1",
        of=state(at.engine, ref).id,
    )  # fmt: skip
    return words(at.settings.document_folder / row.file)


EVERY_WORK: tuple[Work, ...] = (
    intake._screen, assignment._route, issue_order, deadline._check_calendar, reminder._remind,
    escalation._issue, verification._appoint, closure._closing_record, closure._reply,
)  # fmt: skip

ITS_STAGE: dict[Work, tuple[Stage, ...]] = {
    intake._screen: (Stage.INTAKE,),
    assignment._route: (Stage.ASSIGNMENT,),
    issue_order: (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER),
    deadline._check_calendar: (Stage.DEADLINE,),
    reminder._remind: (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER),
    escalation._issue: (Stage.REMINDER,),
    verification._appoint: (Stage.VERIFICATION,),
    closure._closing_record: (Stage.CLOSED,),
    closure._reply: (Stage.CLOSED,),
}
"""Where each piece of work may change anything: ``remind`` issues a missing order."""


@pytest.mark.parametrize("stage", Stage)
def test_work_of_another_stage_changes_nothing(office: Office, stage: Stage) -> None:
    ref = item_in(office.engine, stage, complainant="某人", description="")
    for work in EVERY_WORK:
        before = everything_of(office, ref)
        do(office, work, ref)
        if stage not in ITS_STAGE[work]:
            assert everything_of(office, ref) == before, work.__name__


def test_work_for_an_item_of_another_database_says_so(office: Office) -> None:
    with pytest.raises(at_hand.NotFound, match="no item with the id 987654"):
        intake._screen(office, 987654)


# What moves on between looking and acting


def test_a_refusal_because_the_item_has_moved_on_is_no_failure(office: Office) -> None:
    ref = item_in(office.engine, Stage.INTAKE)
    loaded = load(office, state(office.engine, ref).id)
    give(office.engine, ref, "accept", "coordinator", category="conduct")
    assert carry_out(office, loaded, Screen(), once(loaded, "screen")) is False
    assert "screened" not in kinds(office.engine, ref)


def test_a_refusal_although_nothing_has_moved_is_a_failure(office: Office) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    loaded = load(office, state(office.engine, ref).id)
    with pytest.raises(Refused, match="no screen there"):
        carry_out(office, loaded, Screen(), once(loaded, "screen"))


def test_a_crash_after_the_command_repeats_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = item_in(office.engine, Stage.INTAKE)
    item_id = state(office.engine, ref).id

    def broken(*args: Any, **kwargs: Any) -> None:
        acting.act(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(at_hand, "act", broken)
        with pytest.raises(KeyboardInterrupt):
            intake._screen(office, item_id)
    intake._screen(office, item_id)
    assert kinds(office.engine, ref).count("screened") == 1


# Intake


def test_screening_finds_the_same_title_and_what_is_missing(office: Office) -> None:
    first = item_in(office.engine, Stage.DEADLINE, title="Streetlight ÄÖ dark 路灯")
    second = item_in(office.engine, Stage.CLOSED, title=" streetlight ÄÖ DARK 路灯 ")
    item_in(office.engine, Stage.INTAKE, title="路灯")
    ref = item_in(office.engine, Stage.INTAKE, title="Streetlight ÄÖ dark 路灯", category="")
    do(office, intake._screen, ref)
    assert last(office, ref) == {
        "duplicates": [first, second], "missing": ["description", "category"],
    }  # fmt: skip


def test_screening_finds_nothing_amiss_where_nothing_is(office: Office) -> None:
    ref = item_in(office.engine, Stage.INTAKE, title="独一无二", description="第三窗口。")
    do(office, intake._screen, ref)
    assert last(office, ref) == {"duplicates": [], "missing": []}


def test_an_unknown_category_and_a_blank_description_are_missing(office: Office) -> None:
    ref = item_in(office.engine, Stage.INTAKE, title="另一件", description=" \n", category="其他")
    do(office, intake._screen, ref)
    assert last(office, ref)["missing"] == ["description", "category"]


def test_a_history_never_names_a_confidential_item(office: Office) -> None:
    hidden = item_in(office.engine, Stage.DEADLINE, title="线索乙", confidential=True)
    ref = item_in(office.engine, Stage.INTAKE, title="线索乙")
    do(office, intake._screen, ref)
    assert last(office, ref)["duplicates"] == []
    other = item_in(office.engine, Stage.INTAKE, title="线索乙", confidential=True)
    do(office, intake._screen, other)
    assert last(office, other)["duplicates"] == [hidden, ref]


def test_an_item_that_was_sent_back_is_screened_again(office: Office) -> None:
    ref = item_in(office.engine, Stage.INTAKE)
    do(office, intake._screen, ref)
    give(office.engine, ref, "accept", "coordinator", category="conduct")
    give(office.engine, ref, "assign", "coordinator", unit="bureau", responsible="responsible")
    give(office.engine, ref, "decline", "responsible", reason="不属于我单位")
    do(office, intake._screen, ref)
    assert kinds(office.engine, ref).count("screened") == 2


# Assignment


def test_routing_suggests_who_has_handled_most_of_the_category(office: Office) -> None:
    for unit, responsible in (("bureau", "responsible"), ("court", "co-worker")):
        for _ in range(2 if unit == "court" else 1):
            other = item_in(office.engine, Stage.INTAKE)
            give(office.engine, other, "accept", "coordinator", category="conduct")
            give(office.engine, other, "assign", "coordinator", unit=unit, responsible=responsible)
    ref = item_in(office.engine, Stage.INTAKE)
    give(office.engine, ref, "accept", "coordinator", category="conduct")
    do(office, assignment._route, ref)
    assert {"document": "routing", "detail": "court"}.items() <= last(office, ref).items()


def test_who_has_sent_an_item_back_is_not_suggested(office: Office) -> None:
    for _ in range(2):
        other = item_in(office.engine, Stage.DEADLINE)
        assert state(office.engine, other).category == "conduct"
    ref = item_in(office.engine, Stage.ASSIGNMENT)
    give(office.engine, ref, "decline", "responsible", reason="不属于我单位")
    give(office.engine, ref, "accept", "coordinator", category="conduct")
    do(office, assignment._route, ref)
    assert kinds(office.engine, ref)[-1] == "accepted"
    elsewhere = item_in(office.engine, Stage.INTAKE)
    give(office.engine, elsewhere, "accept", "coordinator", category="conduct")
    give(office.engine, elsewhere, "assign", "coordinator", unit="court", responsible="co-worker")
    do(office, assignment._route, ref)
    assert {"document": "routing", "detail": "court"}.items() <= last(office, ref).items()


def test_nothing_is_suggested_without_experience_or_once_somebody_is_named(office: Office) -> None:
    fresh = item_in(office.engine, Stage.INTAKE)
    give(office.engine, fresh, "accept", "coordinator", category="conduct")
    named = item_in(office.engine, Stage.ASSIGNMENT)
    change(office.engine, "UPDATE item SET category = 'files' WHERE ref = :ref", ref=named)
    for ref in (fresh, named):
        do(office, assignment._route, ref)
        assert "recorded" not in kinds(office.engine, ref)


def test_whoever_is_named_gets_an_order(office: Office) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT)
    do(office, issue_order, ref)
    assert [kind for kind, _ in papers(office, ref)] == ["order"]
    text = paper(office, ref)
    assert "责任人\tresponsible" in text
    assert "整改时限\t2026年12月18日" in text


def test_nobody_named_no_order(office: Office) -> None:
    ref = item_in(office.engine, Stage.INTAKE)
    give(office.engine, ref, "accept", "coordinator", category="conduct")
    do(office, issue_order, ref)
    assert papers(office, ref) == []


def test_named_anew_ordered_anew(office: Office) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT)
    do(office, issue_order, ref)
    give(office.engine, ref, "assign", "coordinator", unit="court", responsible="co-worker")
    do(office, issue_order, ref)
    assert [kind for kind, _ in papers(office, ref)] == ["order", "order"]
    assert "责任人\tco-worker" in paper(office, ref)


def test_a_hold_during_the_assignment_makes_no_second_order(office: Office) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT)
    do(office, issue_order, ref)
    give(office.engine, ref, "hold", "coordinator", until=date(2026, 11, 20), reason="等待鉴定")
    later = MONDAY + timedelta(days=7)
    give(office.engine, ref, "resume", "coordinator", later)
    do(office, issue_order, ref)
    assert len(papers(office, ref)) == 1


# Deadline


def receipts(at: Office, ref: str) -> list[bool]:
    rows = ask(
        at.engine, "SELECT acknowledged_at FROM formal_notice WHERE item_id = :of ORDER BY id",
        of=state(at.engine, ref).id,
    )  # fmt: skip
    return [row.acknowledged_at is not None for row in rows]


def test_the_receipt_is_entered_against_the_order(office: Office) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT)
    do(office, issue_order, ref)
    assert receipts(office, ref) == [False]
    give(office.engine, ref, "acknowledge", "responsible")
    do(office, issue_order, ref)
    assert receipts(office, ref) == [True]


def test_only_the_order_that_was_received_counts_as_received(office: Office) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT)
    do(office, issue_order, ref)
    give(office.engine, ref, "assign", "coordinator", unit="court", responsible="co-worker")
    do(office, issue_order, ref)
    give(office.engine, ref, "acknowledge", "co-worker")
    do(office, issue_order, ref)
    assert receipts(office, ref) == [False, True]


@pytest.mark.parametrize("stage", [Stage.DEADLINE, Stage.REMINDER])
def test_an_order_that_the_flow_came_too_late_for_is_issued_all_the_same(
    office: Office, stage: Stage
) -> None:
    """Received, and perhaps overdue, while Prefect was away."""
    ref = item_in(office.engine, stage)
    if stage is Stage.DEADLINE:
        give(office.engine, ref, "request_extension", "responsible", due=date(2026, 12, 30),
             reason="等待批复")  # fmt: skip
        give(office.engine, ref, "grant_extension", "coordinator")
    do(office, reminder._remind if stage is Stage.REMINDER else issue_order, ref)
    assert [kind for kind, _ in papers(office, ref)] == ["order"]
    assert "整改时限\t2026年12月18日" in paper(office, ref), "the deadline that was ordered"
    assert receipts(office, ref) == [True]


def test_a_second_round_is_no_second_order(office: Office) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    give(office.engine, ref, "appoint", "coordinator", verifier="verifier")
    give(office.engine, ref, "fail", "verifier", reason="照片不清")
    for _ in range(2):
        do(office, issue_order, ref)
    assert len(papers(office, ref)) == 1


@pytest.mark.parametrize("stage", [Stage.DEADLINE, Stage.REMINDER])
def test_what_a_ledger_tells_of_was_ordered_before(office: Office, stage: Stage) -> None:
    (ref,) = entered(office.engine, 1, stage=stage, level=2 if stage is Stage.REMINDER else 0)
    for work in (issue_order, escalation._issue, reminder._remind):
        do(office, work, ref)
    assert papers(office, ref) == []


def test_a_deadline_in_an_unpublished_year_is_marked_once(office: Office) -> None:
    (ref,) = entered(office.engine, 1, due=date(2031, 5, 8))
    do(office, deadline._check_calendar, ref)
    marked = {"document": "provisional_deadline", "detail": "2031-05-08"}
    assert marked.items() <= last(office, ref).items()
    (published,) = entered(office.engine, 1, due=FAR)
    do(office, deadline._check_calendar, published)
    assert "recorded" not in kinds(office.engine, published)


def test_the_same_deadline_in_the_next_round_is_not_marked_again_another_is(
    office: Office,
) -> None:
    (ref,) = entered(office.engine, 1, due=date(2031, 5, 8))
    do(office, deadline._check_calendar, ref)
    for due in (date(2031, 5, 8), date(2031, 6, 9)):
        item = state(office.engine, ref)
        change(
            office.engine, "UPDATE item SET moves = :m, due = :d WHERE ref = :ref", ref=ref,
            m=item.moves + 2, d=due,
        )  # fmt: skip
        do(office, deadline._check_calendar, ref)
    details = [said(event).get("detail") for event in history(office.engine, ref)]
    assert details[1:] == ["2031-05-08", "2031-06-09"]


# Reminder and escalation


def chase(at: Office, ref: str, until: str) -> None:
    """Fire everything that falls due for the item until then."""
    now = cast.at(until)
    at.clock.move_to(now)  # type: ignore[attr-defined]
    while True:
        try:
            give(at.engine, ref, "fire", "system", now)
        except Refused:
            return


DAYS = ("2026-12-21 09:00", "2026-12-22 09:00", "2026-12-28 09:00", "2027-01-05 09:00",
        "2027-01-19 09:00")  # fmt: skip
"""The overdue notice of FAR and its four rungs: 1, 5, 10, 20 working days after it."""


def test_each_rung_is_a_formal_act(office: Office) -> None:
    ref = item_in(office.engine, Stage.REMINDER)
    seen = []
    for day in DAYS:
        chase(office, ref, day)
        do(office, escalation._issue, ref)
        seen.append(len(papers(office, ref)))
    assert seen == [0, 1, 2, 3, 4]
    assert papers(office, ref) == [
        ("letter", 1), ("interview", 2), ("circular", 3), ("listing", 4),
    ]  # fmt: skip


def test_rungs_climbed_while_the_flow_was_away_all_get_their_paper(office: Office) -> None:
    ref = item_in(office.engine, Stage.REMINDER)
    for day in DAYS[:4]:
        chase(office, ref, day)
    do(office, escalation._issue, ref)
    assert papers(office, ref) == [("letter", 1), ("interview", 2), ("circular", 3)]


def test_a_rung_that_was_overtaken_was_never_reached(office: Office) -> None:
    ref = item_in(office.engine, Stage.REMINDER)
    chase(office, ref, DAYS[3])
    do(office, escalation._issue, ref)
    assert papers(office, ref) == [("circular", 3)]


def test_a_ladder_that_is_climbed_anew_has_papers_of_its_own(office: Office) -> None:
    """In the same round: overdue, then given to others, who are overdue in their turn."""
    ref = item_in(office.engine, Stage.REMINDER)
    chase(office, ref, DAYS[0])
    chase(office, ref, DAYS[1])
    do(office, escalation._issue, ref)
    now = cast.at("2026-12-23 10:00")
    give(office.engine, ref, "assign", "coordinator", now, unit="court", responsible="co-worker",
         due=date(2026, 12, 25))  # fmt: skip
    give(office.engine, ref, "acknowledge", "co-worker", now)
    do(office, escalation._issue, ref)
    chase(office, ref, "2026-12-28 09:00")
    chase(office, ref, "2026-12-29 09:00")
    do(office, escalation._issue, ref)
    assert papers(office, ref) == [("letter", 1), ("letter", 1)]
    assert "责任人：co-worker" in paper(office, ref)
    levels = [said(event)["level"] for event in history(office.engine, ref)
              if event.kind == "recorded"]  # fmt: skip
    assert levels == [1, 1]


def test_a_rung_of_a_deadline_that_is_gone_gets_no_paper_any_more(office: Office) -> None:
    """The flow was away while the first ladder was climbed, and is back for the second."""
    ref = item_in(office.engine, Stage.REMINDER)
    chase(office, ref, DAYS[0])
    chase(office, ref, DAYS[1])
    now = cast.at("2026-12-23 10:00")
    give(office.engine, ref, "assign", "coordinator", now, unit="court", responsible="co-worker",
         due=date(2026, 12, 25))  # fmt: skip
    give(office.engine, ref, "acknowledge", "co-worker", now)
    chase(office, ref, "2026-12-28 09:00")
    chase(office, ref, "2026-12-29 09:00")
    do(office, escalation._issue, ref)
    assert papers(office, ref) == [("letter", 1)]


def test_what_was_submitted_meanwhile_gets_no_letter_about_not_being_submitted(
    office: Office,
) -> None:
    ref = item_in(office.engine, Stage.REMINDER)
    for day in DAYS[:2]:
        chase(office, ref, day)
    now = cast.at("2026-12-22 09:05")
    give(office.engine, ref, "attach_evidence", "responsible", now, sha256=cast.DIGEST,
         filename="照片.jpg")  # fmt: skip
    give(office.engine, ref, "submit", "responsible", now)
    do(office, escalation._issue, ref)
    assert papers(office, ref) == []


def test_what_has_just_happened_is_announced_at_once(office: Office) -> None:
    ref = item_in(office.engine, Stage.REMINDER)
    change(office.engine, "UPDATE event SET announced = true WHERE kind <> 'step_fired'")
    do(office, reminder._remind, ref)
    assert told(office.engine) == {("due_soon", "responsible", "responsible")}
    assert announce(office.engine, WALL) == 0


# Verification


def verifier_of(at: Office, ref: str) -> str:
    found = ask(
        at.engine, "SELECT person.code FROM item JOIN person ON person.id = verifier_id"
        " WHERE ref = :ref", ref=ref,
    )  # fmt: skip
    return str(found[0].code) if found else ""


@pytest.fixture
def county_verifiers(office: Office) -> None:
    """Two verifiers over the county, nearer to the bureau than the city's."""
    if ask(office.engine, "SELECT 1 FROM person WHERE code = 'v-one'"):
        return
    with writing(office.engine) as connection:
        county = directory.units(connection, ["county"])["county"].id
        for code in ("v-one", "v-two"):
            people.add_person(connection, code, code, county, [(Role.VERIFIER, county)])


def test_the_nearest_verifier_who_is_independent_is_named(office: Office) -> None:
    """``colleague`` verifies for the city as well, but belongs to the bureau."""
    change(office.engine, "UPDATE person SET active = false WHERE code LIKE 'v-%'")
    ref = item_in(office.engine, Stage.VERIFICATION)
    do(office, verification._appoint, ref)
    assert verifier_of(office, ref) == "second-verifier"


@pytest.mark.usefixtures("county_verifiers")
def test_of_equally_near_verifiers_the_least_busy_is_named(office: Office) -> None:
    refs = [item_in(office.engine, Stage.VERIFICATION) for _ in range(4)]
    for ref in refs:
        do(office, verification._appoint, ref)
    assert [verifier_of(office, ref) for ref in refs] == ["v-one", "v-two", "v-one", "v-two"]
    give(office.engine, refs[1], "pass", "v-two")
    another = item_in(office.engine, Stage.VERIFICATION)
    do(office, verification._appoint, another)
    assert verifier_of(office, another) == "v-two"


@pytest.mark.usefixtures("county_verifiers")
def test_who_verified_before_verifies_again_however_busy(office: Office) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    do(office, verification._appoint, ref)
    assert verifier_of(office, ref) == "v-one"
    give(office.engine, ref, "fail", "v-one", reason="照片不清")
    others = [item_in(office.engine, Stage.VERIFICATION) for _ in range(3)]
    for other in others:
        give(office.engine, other, "appoint", "coordinator", verifier="v-one")
    give(office.engine, ref, "attach_evidence", "responsible", sha256=cast.DIGEST, filename="a.jpg")
    give(office.engine, ref, "submit", "responsible")
    do(office, verification._appoint, ref)
    assert verifier_of(office, ref) == "v-one"
    assert kinds(office.engine, ref).count("appointed") == 2, "and is told again"


@pytest.mark.usefixtures("county_verifiers")
def test_who_has_left_does_not_verify_again(office: Office) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    change(office.engine, "UPDATE item SET verifier_id = :v WHERE ref = :ref", ref=ref,
           v=person_id(office.engine, "v-one"))  # fmt: skip
    change(office.engine, "UPDATE person SET active = false WHERE code = 'v-one'")
    do(office, verification._appoint, ref)
    assert verifier_of(office, ref) == "v-two"


@pytest.mark.parametrize("chosen", ["verifier", "second-supervisor"])
def test_whom_a_person_has_named_stays(office: Office, chosen: str) -> None:
    """Also where the automatic choice would have been another, or could not have been this one."""
    ref = item_in(office.engine, Stage.VERIFICATION)
    give(office.engine, ref, "appoint", "coordinator", verifier=chosen)
    do(office, verification._appoint, ref)
    assert verifier_of(office, ref) == chosen
    assert kinds(office.engine, ref).count("appointed") == 1


def test_after_a_denied_closure_the_verifier_is_told_again(office: Office) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    give(office.engine, ref, "appoint", "coordinator", verifier="verifier")
    give(office.engine, ref, "pass", "verifier")
    give(office.engine, ref, "deny", "supervisor", reason="再核实")
    change(office.engine, "UPDATE person SET active = false WHERE code LIKE 'v-%'")
    do(office, verification._appoint, ref)
    assert kinds(office.engine, ref)[-2:] == ["denied", "appointed"]
    assert verifier_of(office, ref) == "verifier"


def test_where_nobody_may_verify_the_coordinators_hear_of_it_by_the_limits_notice(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    change(office.engine, "UPDATE person SET active = false WHERE code LIKE '%verifier'")
    change(office.engine, "UPDATE person SET active = false WHERE code LIKE 'v-%'")
    do(office, verification._appoint, ref)
    assert verifier_of(office, ref) == ""
    assert f"item={ref}" in caplog.text or ref in caplog.text
    change(office.engine, "UPDATE event SET announced = true")
    chase(office, ref, "2026-11-10 09:00")
    announce(office.engine, WALL)
    assert told(office.engine) == {
        ("verification_overdue", "coordinators", who) for who in ("c-one", "c-two")
    }


def test_an_exempted_colleague_may_verify(office: Office) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    change(office.engine, "UPDATE person SET active = false WHERE code LIKE '%verifier'")
    change(office.engine, "UPDATE person SET active = false WHERE code LIKE 'v-%'")
    do(office, verification._appoint, ref)
    give(office.engine, ref, "waive", "supervisor", person="colleague", reason="无其他人选")
    do(office, verification._appoint, ref)
    assert verifier_of(office, ref) == "colleague"


# Closure


def test_the_closing_record_carries_the_head_of_the_history_before_it(office: Office) -> None:
    ref = item_in(office.engine, Stage.CLOSED)
    head = state(office.engine, ref).head
    do(office, closure._closing_record, ref)
    assert papers(office, ref) == [("closing", 0)]
    assert f"履历校验值\t{head}" in paper(office, ref)
    events = history(office.engine, ref)
    assert (events[-1].kind, events[-1].previous) == ("recorded", head)


def test_the_closing_record_speaks_of_what_was_noted_late_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)

    def broken(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("tasks.documents.act", broken)
        with pytest.raises(KeyboardInterrupt):
            issue_order(office, state(office.engine, ref).id)
    give(office.engine, ref, "attach_evidence", "responsible", sha256=cast.DIGEST, filename="a.jpg")
    give(office.engine, ref, "submit", "responsible")
    give(office.engine, ref, "pass", "verifier")
    give(office.engine, ref, "approve", "supervisor")
    do(office, closure._closing_record, ref)
    order, closing = history(office.engine, ref)[-2:]
    assert (said(order)["document"], said(closing)["document"]) == ("order", "closing")
    assert f"履历校验值\t{closing.previous}" in paper(office, ref)


def test_a_relapse_and_a_second_closing_have_a_record_of_their_own(office: Office) -> None:
    ref = item_in(office.engine, Stage.CLOSED)
    do(office, closure._closing_record, ref)
    give(office.engine, ref, "reopen", "coordinator", reason="反弹")
    give(office.engine, ref, "attach_evidence", "responsible", sha256=cast.DIGEST, filename="a.jpg")
    give(office.engine, ref, "submit", "responsible")
    give(office.engine, ref, "pass", "verifier")
    give(office.engine, ref, "approve", "supervisor", outcome=Outcome.LONG_TERM)
    do(office, closure._closing_record, ref)
    assert papers(office, ref) == [("closing", 0), ("closing", 0)]
    assert "转入长期坚持" in paper(office, ref)


def test_a_withdrawn_item_has_no_closing_record_and_no_reply(office: Office) -> None:
    ref = item_in(office.engine, Stage.DEADLINE, complainant="某人")
    give(office.engine, ref, "withdraw", "supervisor", reason="重复登记")
    do(office, closure._closing_record, ref)
    do(office, closure._reply, ref)
    assert papers(office, ref) == []


@pytest.mark.parametrize(("complainant", "expected"), [("某人", [("reply", 0)]), (" ", [])])
def test_a_reply_is_drawn_up_only_where_somebody_complained(
    office: Office, complainant: str, expected: list[tuple[str, int]]
) -> None:
    ref = item_in(office.engine, Stage.CLOSED, complainant=complainant)
    do(office, closure._reply, ref)
    assert papers(office, ref) == expected
    for event in history(office.engine, ref):
        assert "某人" not in event.data
