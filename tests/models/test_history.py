"""An item's history and what came of it, told with names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from models import deliveries, documents, following, history, people
from models.engine import reading, writing
from models.views import Named
from rules import commands as c
from rules.item import SYSTEM
from rules.vocabulary import Role, Stage
from tasks.act import act, fire_due, register
from tests.conftest import MONDAY
from tests.stock import Stock, entered, led_by, staffed

COORDINATOR = Named("coordinator", "整改办")
DIGEST = "ab" * 32


@pytest.fixture
def stock(engine: Engine) -> Stock:
    """The store with its people, and no items yet."""
    return staffed(engine)


@pytest.fixture
def item(engine: Engine, stock: Stock) -> int:
    """The id of an item that was registered, accepted, assigned and acknowledged."""
    ref = register(engine, c.Register(title="窗口推诿"), "coordinator", MONDAY).ref
    act(engine, ref, c.Accept(category="service"), "coordinator", MONDAY)
    assign = c.Assign(
        unit="bureau", responsible="zhang", leader="li", co_units=("court",),
        due=date(2026, 11, 27),
    )  # fmt: skip
    act(engine, ref, assign, "coordinator", MONDAY)
    act(engine, ref, c.Acknowledge(), "zhang", MONDAY)
    return 1


def test_a_history_names_who_did_what(engine: Engine, item: int) -> None:
    with reading(engine) as connection:
        found = history.events(connection, item)
    assert [(entry.seq, entry.kind, entry.stage) for entry in found] == [
        (1, "registered", "intake"),
        (2, "accepted", "assignment"),
        (3, "assigned", "assignment"),
        (4, "acknowledged", "deadline"),
    ]
    assert [entry.actor for entry in found] == [*[COORDINATOR] * 3, Named("zhang", "张三")]
    assert all(entry.at == MONDAY for entry in found)


def test_what_an_event_says_is_told_by_code_and_name(engine: Engine, item: int) -> None:
    with reading(engine) as connection:
        said = history.events(connection, item)[2].data
    assert said["unit"] == Named("bureau", "历山县公安局")
    assert said["co_units"] == [Named("court", "历山县法院")]
    assert (said["responsible"], said["leader"]) == (Named("zhang", "张三"), Named("li", "李四"))
    assert said["due"] == "2026-11-27"


def test_what_the_program_did_has_no_actor(engine: Engine, item: int) -> None:
    after = MONDAY + timedelta(days=60)
    assert fire_due(engine, after).fired == 1
    with reading(engine) as connection:
        fired = history.events(connection, item)[-1]
    assert (fired.kind, fired.actor) == ("step_fired", None)
    assert fired.step_key is not None


def test_people_named_later_are_told_by_name_as_well(engine: Engine, stock: Stock) -> None:
    (ref,) = entered(engine, [led_by(stock, "bureau", Stage.VERIFICATION)])
    act(engine, ref, c.Appoint(verifier="verifier"), "coordinator", MONDAY)
    with writing(engine) as connection:
        people.add_role(connection, stock.people["wang"], stock.units["bureau"].id, Role.VERIFIER)
    act(engine, ref, c.Waive(person="wang", reason="县里没有别人"), "supervisor", MONDAY)
    with reading(engine) as connection:
        appointed, waived = history.events(connection, 1)[1:]
    assert appointed.data["verifier"] == Named("verifier", "核查人")
    assert waived.data["person"] == Named("wang", "王五")


def test_evidence_and_extensions_are_told_with_who_brought_them(engine: Engine, item: int) -> None:
    evidence = c.AttachEvidence(sha256=DIGEST, filename="照片.jpg", size=3, note="窗口")
    act(engine, "ZG-00001", evidence, "zhang", MONDAY)
    asked = c.RequestExtension(due=date(2026, 12, 11), reason="材料未齐")
    act(engine, "ZG-00001", asked, "zhang", MONDAY)
    granted = act(engine, "ZG-00001", c.GrantExtension(), "coordinator", MONDAY + timedelta(1))
    with reading(engine) as connection:
        (piece,) = history.evidence(connection, item)
        (request,) = history.extensions(connection, item)
    zhang = Named("zhang", "张三")
    assert (piece.seq, piece.sha256, piece.attached_by) == (5, DIGEST, zhang)
    assert (piece.filename, piece.size, piece.note) == ("照片.jpg", 3, "窗口")
    assert (request.asked_by, request.due_before) == (zhang, date(2026, 11, 27))
    assert (request.decision, request.decided_by) == ("granted", COORDINATOR)
    assert (request.due_granted, request.decided_at) == (date(2026, 12, 11), granted.at)


def test_a_request_that_nobody_has_decided_names_nobody(engine: Engine, item: int) -> None:
    asked = c.RequestExtension(due=date(2026, 12, 11), reason="材料未齐")
    act(engine, "ZG-00001", asked, "zhang", MONDAY)
    with reading(engine) as connection:
        (request,) = history.extensions(connection, item)
    assert (request.decision, request.decided_by, request.due_granted) == ("", None, None)


def test_mails_are_told_with_the_event_they_come_from(
    engine: Engine, stock: Stock, item: int
) -> None:
    row = {
        "event_id": 3, "item_id": item, "person_id": stock.people["li"], "kind": "assigned",
        "seat": "leader", "address": "li@example.org", "state": "skipped", "reason": "no address",
        "occasion": "event/3", "created_at": MONDAY, "next_attempt_at": MONDAY,
    }  # fmt: skip
    with writing(engine) as connection:
        deliveries.enqueue(connection, [row], [3])
    with reading(engine) as connection:
        (mail,) = history.deliveries(connection, item)
    assert (mail.seq, mail.kind, mail.seat) == (3, "assigned", "leader")
    assert (mail.person, mail.address) == (Named("li", "李四"), "li@example.org")
    assert (mail.state, mail.reason, mail.attempts, mail.sent_at) == ("skipped", "no address", 0,
                                                                      None)  # fmt: skip


def test_papers_come_in_the_order_of_their_issue(engine: Engine, item: int) -> None:
    with writing(engine) as connection:
        for level, serial in ((1, "提醒函〔2026〕1号"), (2, "约谈〔2026〕1号")):
            occasion = documents.Occasion(item, "letter", 1, 1, level, level)
            documents.issue(connection, occasion, serial, f"{level}.docx", MONDAY)
    with reading(engine) as connection:
        found = history.documents(connection, item)
    assert [(paper.serial, paper.level) for paper in found] == [
        ("提醒函〔2026〕1号", 1), ("约谈〔2026〕1号", 2),
    ]  # fmt: skip


def test_runs_come_newest_life_first(engine: Engine, item: int) -> None:
    with writing(engine) as connection:
        following.attach(connection, item, 1, "run-1", MONDAY)
        following.attach(connection, item, 2, "run-2", MONDAY)
        following.followed(connection, item, 1)
    with reading(engine) as connection:
        found = history.runs(connection, item)
        assert history.following(connection, item) == history.Following(4, 1, "run-2")
    assert [(run.life, run.flow_run_id) for run in found] == [(2, "run-2"), (1, "run-1")]


def test_an_item_of_which_nothing_is_known_has_empty_lists(engine: Engine, stock: Stock) -> None:
    entered(engine, [led_by(stock, "court", Stage.DEADLINE)])
    with reading(engine) as connection:
        assert [entry.actor for entry in history.events(connection, 1)] == [None]
        for read in (history.deliveries, history.documents, history.evidence, history.runs):
            assert read(connection, 1) == []


def test_nobody_is_called_by_the_id_of_the_program(engine: Engine, stock: Stock) -> None:
    with reading(engine) as connection:
        assert history.named(connection, history.PERSON, [SYSTEM.id, None]) == {}
