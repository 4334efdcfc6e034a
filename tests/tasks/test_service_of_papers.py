"""Signed, addressed, served, confirmed: what the register says of acts, whichever comes first."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.clock import ManualClock
from config.settings import Settings
from models import directory, papers, people, policies
from models.engine import reading, writing
from models.papers import PaperView
from models.views import Named
from rules.policy import Policy, Rung
from rules.seats import Seat
from rules.vocabulary import Level, Role, Stage
from tasks import closure, documents, escalation, verification
from tasks.office import Office
from tasks.orders import issue_order
from tests import cast
from tests.conftest import MONDAY
from tests.tasks.paper_reading import words
from tests.tasks.post import change
from tests.tasks.staff import FAR, entered, give, history, item_in, state
from tests.tasks.staff import told as said

LATE = cast.at("2026-12-22 09:00")
"""The first rung under FAR; the second comes four working days later."""
LATER = cast.at("2026-12-28 09:00")

LADDER = (
    Rung(act=Level.LETTER, after=1),
    Rung(act=Level.INTERVIEW, after=5, minutes=True, signer="coordinators"),
    Rung(act=Level.CIRCULAR, after=10),
    Rung(act=Level.LISTING, after=20, to=(Seat.LEADER, Seat.RESPONSIBLE)),
)
POLICY = cast.policy(ladder=LADDER, deemed_served_after=3, reminders_before=(3,))


@pytest.fixture(autouse=True)
def policy(monkeypatch: pytest.MonkeyPatch) -> Policy:
    """The cast's policy, with an interview that has minutes."""
    monkeypatch.setattr(policies, "policy", lambda *_: POLICY)
    return POLICY


@pytest.fixture
def office(store: Engine, tmp_path: Path) -> Office:
    change(store, "DELETE FROM formal_notice")
    change(store, "DELETE FROM series")
    change(store, "UPDATE event SET idempotency_key = NULL")
    return Office(Settings(home=tmp_path / "home"), store, ManualClock(MONDAY))


def on_rung(at: Office, *days: datetime) -> str:
    """The reference of an item that has climbed on these days."""
    ref = item_in(at.engine, Stage.REMINDER)
    give(at.engine, ref, "fire", "system", cast.at("2026-12-21 09:00"))
    for day in days:
        give(at.engine, ref, "fire", "system", day)
    at.clock.move_to(days[-1])  # type: ignore[attr-defined]
    return ref


def issue(at: Office, ref: str) -> None:
    escalation._issue(at, state(at.engine, ref).id)


def register(at: Office, ref: str, *kinds: str) -> list[PaperView]:
    """The item's papers, oldest first."""
    with reading(at.engine) as connection:
        return papers.register(connection, ref=ref, kinds=kinds)[::-1]


def only(at: Office, ref: str, *kinds: str) -> PaperView:
    (paper,) = register(at, ref, *kinds)
    return paper


def text(at: Office, paper: PaperView) -> str:
    return words(at.settings.document_folder / paper.file)


def who(named: Named | None) -> str:
    """Their handle; empty for nobody."""
    return named.code if named else ""


BEFORE_AND_AFTER = pytest.mark.parametrize("first", ["issued", "served"])
"""The flow that issues papers may have been away while the act was served."""


def both(at: Office, ref: str, first: str, *commands: tuple[str, str, datetime, Any]) -> None:
    """The paper is issued and the commands are given, in either order."""
    if first == "issued":
        issue(at, ref)
    for command, who, now, fields in commands:
        give(at.engine, ref, command, who, now, **fields)
    if first == "served":
        issue(at, ref)


# Service


@BEFORE_AND_AFTER
def test_an_act_that_was_served_stands_so_in_the_register(office: Office, first: str) -> None:
    ref = on_rung(office, LATE)
    both(office, ref, first, ("serve", "coordinator", LATE + timedelta(hours=1), {"how": "post"}))
    paper = only(office, ref)
    assert (paper.served_at, paper.served_how) == (LATE + timedelta(hours=1), "post")
    assert who(paper.served_by) == "coordinator"
    assert paper.acknowledged_at is None


@BEFORE_AND_AFTER
def test_what_is_confirmed_has_been_served(office: Office, first: str) -> None:
    ref = on_rung(office, LATE)
    now = LATE + timedelta(minutes=5)
    both(office, ref, first, ("confirm", "leader", now, {}))
    paper = only(office, ref)
    assert (paper.served_at, paper.served_how, paper.acknowledged_at) == (now, "confirmed", now)
    assert who(paper.served_by) == "leader"


@BEFORE_AND_AFTER
def test_a_receipt_after_the_service_changes_nothing_of_it(office: Office, first: str) -> None:
    ref = on_rung(office, LATE)
    served, confirmed = LATE + timedelta(hours=1), LATE + timedelta(hours=2)
    both(office, ref, first, ("serve", "coordinator", served, {"how": "in_person"}),
         ("confirm", "responsible", confirmed, {}))  # fmt: skip
    paper = only(office, ref)
    assert (paper.served_at, paper.served_how, paper.acknowledged_at) == (
        served, "in_person", confirmed,
    )  # fmt: skip


def test_service_on_a_day_before_counts_from_that_mornings_opening(office: Office) -> None:
    ref = on_rung(office, LATE)
    issue(office, ref)
    give(office.engine, ref, "serve", "supervisor", LATE + timedelta(days=2), on=date(2026, 12, 23))
    assert only(office, ref).served_at == cast.at("2026-12-23 09:00")


@BEFORE_AND_AFTER
def test_an_act_for_which_the_ladder_waits_is_deemed_served(
    office: Office, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = POLICY.model_copy(
        update={"ladder": (LADDER[0].model_copy(update={"served": True}), *LADDER[1:])}
    )
    monkeypatch.setattr(policies, "policy", lambda *_: waiting)
    ref = on_rung(office, LATE)
    if first == "issued":
        issue(office, ref)
    while not state(office.engine, ref).served:
        give(office.engine, ref, "fire", "system", cast.at("2026-12-28 12:00"))
    if first == "served":
        issue(office, ref)
    paper = only(office, ref)
    assert (paper.served_how, paper.served_by, paper.acknowledged_at) == ("deemed", None, None)
    assert paper.served_at == cast.at("2026-12-28 09:00"), "the step's instant, however late fired"


def test_only_the_act_of_the_rung_reached_is_served(office: Office) -> None:
    ref = on_rung(office, LATE, LATER)
    issue(office, ref)
    give(office.engine, ref, "serve", "coordinator", LATER, minutes="谈过")
    letter, interview = register(office, ref, "letter", "interview")
    assert letter.served_at is None
    assert interview.served_at == LATER


def test_an_act_climbed_anew_is_served_anew(office: Office) -> None:
    ref = on_rung(office, LATE)
    issue(office, ref)
    give(office.engine, ref, "serve", "coordinator", LATE)
    again = LATE + timedelta(hours=2)
    give(office.engine, ref, "assign", "coordinator", again, unit="court",
         responsible="co-worker", due=date(2026, 12, 25))  # fmt: skip
    give(office.engine, ref, "acknowledge", "co-worker", again)
    for day in ("2026-12-28 09:00", "2026-12-29 09:00"):
        give(office.engine, ref, "fire", "system", cast.at(day))
    issue(office, ref)
    first, second = register(office, ref, "letter")
    assert (first.served_at, second.served_at) == (LATE, None)
    give(office.engine, ref, "confirm", "co-worker", cast.at("2026-12-29 11:00"))
    first, second = register(office, ref, "letter")
    assert (who(first.served_by), who(second.served_by)) == ("coordinator", "co-worker")
    assert first.acknowledged_at is None
    assert who(second.addressee) == "co-worker"


def test_serving_what_a_ledger_tells_of_needs_no_paper(office: Office) -> None:
    (ref,) = entered(office.engine, 1, stage=Stage.REMINDER, level=1, due=FAR)
    change(office.engine, "UPDATE item SET served = 0 WHERE ref = :ref", ref=ref)
    give(office.engine, ref, "serve", "coordinator", LATE)
    assert register(office, ref) == []


def test_an_act_that_is_served_while_its_paper_is_entered_is_not_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service neither sees the paper, which is not committed, nor is it seen by it; unless one
    of them waits for the other."""
    ref = on_rung(office, LATE)
    threads = []
    draw_up = documents.render

    def meanwhile(*args: Any) -> bytes:
        threads.append(threading.Thread(
            target=give, args=(office.engine, ref, "serve", "coordinator", LATE)
        ))  # fmt: skip
        threads[0].start()
        threads[0].join(timeout=0.5)
        return draw_up(*args)

    monkeypatch.setattr(documents, "render", meanwhile)
    issue(office, ref)
    threads[0].join()
    assert state(office.engine, ref).served == 1
    assert only(office, ref).served_at == LATE


# Interviews and their minutes

MINUTES = "问：为何逾期？\n答：缺材料，<下周>补齐。"


@BEFORE_AND_AFTER
def test_an_interview_is_held_and_its_minutes_are_a_paper(office: Office, first: str) -> None:
    ref = on_rung(office, LATE, LATER)
    now = LATER + timedelta(hours=1)
    both(office, ref, first, ("confirm", "responsible", LATER + timedelta(minutes=9), {}))
    assert register(office, ref, "interview")[0].served_at is None, "a talk is not held by mail"
    give(office.engine, ref, "serve", "coordinator", now, minutes=MINUTES)
    for _ in range(2):
        issue(office, ref)
    interview, minutes = register(office, ref, "interview", "minutes")
    assert (interview.served_at, interview.minutes) == (now, MINUTES)
    assert interview.acknowledged_at == LATER + timedelta(minutes=9)
    assert (minutes.level, who(minutes.signer), who(minutes.addressee)) == (
        2, "coordinator", "responsible",
    )  # fmt: skip
    paper = text(office, minutes)
    assert MINUTES in paper
    assert "约谈通知\tZG约〔2026〕1号" in paper
    assert "约谈人\t整改办" in paper
    assert "约谈日期\t2026年12月28日" in paper
    events = [said(event) for event in history(office.engine, ref) if event.kind == "recorded"]
    assert [(e["document"], e["level"]) for e in events] == [
        ("letter", 1), ("interview", 2), ("minutes", 2),
    ]  # fmt: skip


def test_the_flow_is_woken_to_draw_the_minutes_up_although_nothing_has_moved(
    office: Office,
) -> None:
    ref = on_rung(office, LATE, LATER)
    issue(office, ref)
    change(office.engine, "UPDATE item SET followed = moves WHERE ref = :ref", ref=ref)
    moves = state(office.engine, ref).moves
    give(office.engine, ref, "confirm", "responsible", LATER)
    assert followed(office, ref) == moves
    give(office.engine, ref, "serve", "coordinator", LATER, minutes=MINUTES)
    assert followed(office, ref) == moves - 1
    assert state(office.engine, ref).moves == moves


def followed(at: Office, ref: str) -> int:
    from tests.tasks.staff import row

    return int(row(at.engine, ref, "followed").followed)


@pytest.mark.parametrize("when", ["verification", "closed"])
def test_minutes_that_came_when_the_item_had_moved_on_are_drawn_up_all_the_same(
    office: Office, when: str
) -> None:
    ref = on_rung(office, LATE, LATER)
    issue(office, ref)
    give(office.engine, ref, "attach_evidence", "responsible", LATER, sha256=cast.DIGEST,
         filename="照片.jpg")  # fmt: skip
    give(office.engine, ref, "submit", "responsible", LATER)
    give(office.engine, ref, "serve", "coordinator", LATER, minutes=MINUTES)
    if when == "verification":
        verification._appoint(office, state(office.engine, ref).id)
    else:
        give(office.engine, ref, "pass", "verifier", LATER)
        give(office.engine, ref, "approve", "supervisor", LATER)
        closure._closing_record(office, state(office.engine, ref).id)
        closing = register(office, ref, "closing")[0]
        assert who(closing.signer) == "supervisor"
    assert len(register(office, ref, "minutes")) == 1


def test_minutes_of_a_confidential_item_are_not_told_on_paper(office: Office) -> None:
    ref = on_rung(office, LATE, LATER)
    change(office.engine, "UPDATE item SET confidential = true WHERE ref = :ref", ref=ref)
    issue(office, ref)
    give(office.engine, ref, "serve", "coordinator", LATER, minutes=MINUTES)
    issue(office, ref)
    paper = text(office, register(office, ref, "minutes")[0])
    assert "缺材料" not in paper
    assert "【保密】" in paper


# Who signs, and to whom it goes


def test_an_act_is_signed_by_the_nearest_who_is_independent(office: Office) -> None:
    """``colleague`` supervises for the city as well, but belongs to the bureau."""
    ref = on_rung(office, LATE)
    issue(office, ref)
    paper = only(office, ref)
    assert who(paper.signer) == "second-supervisor"
    assert "签发人：second-supervisor" in text(office, paper)


def test_a_nearer_office_signs_before_a_higher_one(office: Office) -> None:
    with writing(office.engine) as connection:
        county = directory.units(connection, ["county"])["county"].id
        people.add_person(connection, "near", "near", county, [(Role.SUPERVISOR, county)])
    try:
        ref = on_rung(office, LATE)
        issue(office, ref)
        assert who(only(office, ref).signer) == "near"
    finally:
        change(office.engine, "UPDATE person SET active = false WHERE code = 'near'")


def test_the_rung_says_which_office_signs(office: Office) -> None:
    ref = on_rung(office, LATE, LATER)
    issue(office, ref)
    signers = [who(paper.signer) for paper in register(office, ref)]
    assert signers == ["second-supervisor", "coordinator"]


@pytest.mark.parametrize("office_too", [False, True])
def test_where_an_office_has_nobody_the_other_signs_and_else_a_hand(
    office: Office, office_too: bool
) -> None:
    gone = ["%supervisor", "coordinator"] if office_too else ["%supervisor"]
    for code in gone:
        change(office.engine, "UPDATE person SET active = false WHERE code LIKE :c", c=code)
    try:
        ref = item_in_spite(office)
        issue(office, ref)
    finally:
        change(office.engine, "UPDATE person SET active = true WHERE code <> 'near'")
    paper = only(office, ref)
    assert who(paper.signer) == ("" if office_too else "coordinator")
    assert "签发人：\u3000" in text(office, paper) or not office_too


def item_in_spite(at: Office) -> str:
    """An item on the first rung, whoever is there to coordinate."""
    (ref,) = entered(at.engine, 1, due=FAR)
    for day in ("2026-12-21 09:00", "2026-12-22 09:00"):
        give(at.engine, ref, "fire", "system", cast.at(day))
    return ref


def test_an_order_is_signed_by_whoever_has_assigned(office: Office) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT)
    issue_order(office, state(office.engine, ref).id)
    paper = only(office, ref)
    assert (who(paper.signer), who(paper.addressee)) == ("coordinator", "responsible")
    assert "抄送\tleader" in text(office, paper)
    give(office.engine, ref, "acknowledge", "responsible", MONDAY)
    issue_order(office, state(office.engine, ref).id)
    paper = only(office, ref)
    assert (paper.served_at, paper.acknowledged_at) == (MONDAY, MONDAY)
    assert (paper.served_how, who(paper.served_by)) == ("confirmed", "responsible")


def test_an_order_that_counts_as_received_is_confirmed_by_nobody(office: Office) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT)
    issue_order(office, state(office.engine, ref).id)
    while state(office.engine, ref).stage is Stage.ASSIGNMENT:
        give(office.engine, ref, "fire", "system", datetime(2026, 11, 20, tzinfo=UTC))
    issue_order(office, state(office.engine, ref).id)
    paper = only(office, ref)
    assert (paper.served_how, paper.acknowledged_at, paper.served_by) == ("deemed", None, None)


def test_an_act_goes_to_the_first_seat_of_its_rung_with_a_copy_to_the_other(
    office: Office,
) -> None:
    days = ("2026-12-22 09:00", "2026-12-28 09:00", "2027-01-05 09:00", "2027-01-19 09:00")
    ref = on_rung(office, *map(cast.at, days[:1]))
    while state(office.engine, ref).level < 4:
        give(office.engine, ref, "fire", "system", cast.at("2027-01-19 09:00"))
    issue(office, ref)
    letter, listing = register(office, ref, "letter", "listing")
    assert (who(letter.addressee), who(listing.addressee)) == ("responsible", "leader")
    assert "bureau并responsible同志：" in text(office, letter)
    assert "抄送：leader。" in text(office, letter)
    assert "bureau并leader同志：" in text(office, listing)
    assert "抄送：responsible。" in text(office, listing)


def test_an_act_tells_how_late_it_is_and_what_comes_next(office: Office) -> None:
    ref = on_rung(office, LATE)
    issue(office, ref)
    paper = text(office, only(office, ref))
    assert "整改时限为2026年12月18日，截至2026年12月22日已逾期2个工作日" in paper
    assert "将依照规定予以约谈" in paper


# The register


def test_papers_still_to_be_served_are_found(office: Office) -> None:
    ref = on_rung(office, LATE)
    issue(office, ref)
    with reading(office.engine) as connection:
        assert [p.ref for p in papers.register(connection, unserved=True)] == [ref]
    give(office.engine, ref, "serve", "coordinator", LATE)
    with reading(office.engine) as connection:
        assert papers.register(connection, unserved=True) == []
        assert [p.ref for p in papers.register(connection)] == [ref]
        assert papers.register(connection, kinds=("reply",)) == []
        assert papers.paper(connection, "ZG-letter-2026-0001").ref == ref
