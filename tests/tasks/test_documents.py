"""Papers: one an occasion, numbered without gaps, whole files, the right words."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.clock import ManualClock
from config.settings import Settings
from models import documents as register
from models.engine import open_engine
from rules.errors import InputError, Unavailable
from rules.vocabulary import Outcome, Stage
from tasks import documents
from tasks.at_hand import load
from tasks.documents import issue, note
from tasks.office import Office
from tasks.paper_facts import Asked
from tasks.paper_numbers import KINDS, SIGNS, Number, number_of
from tests import cast
from tests.conftest import MONDAY
from tests.tasks.paper_reading import words
from tests.tasks.post import ask, change
from tests.tasks.staff import entered, history, item_in, require_sound_history, state
from tests.tasks.staff import told as said


@pytest.fixture
def office(store: Engine, tmp_path: Path) -> Office:
    change(store, "DELETE FROM formal_notice")
    change(store, "DELETE FROM series")
    # Events under the keys of documents of other tests, whose numbers are given out anew.
    change(store, "UPDATE event SET idempotency_key = NULL")
    return Office(Settings(home=tmp_path / "home"), store, ManualClock(MONDAY))


def issued(at: Office, ref: str, kind: str, level: int = 0, occasion: int = 0) -> str:
    asked = Asked(kind, level, occasion, held=HELD if kind == "minutes" else None)
    return issue(at, load(at, state(at.engine, ref).id), asked)


SAID = "问：为何逾期？\n答：缺材料。"
HELD = register.Held("ZG-interview-2026-0001", 1, 1, 2, 7, MONDAY, None, SAID)


def paper(at: Office, serial: str) -> str:
    return words(at.settings.document_folder / f"{serial}.docx")


def serials(at: Office) -> list[str]:
    return [row.serial for row in ask(at.engine, "SELECT serial FROM formal_notice ORDER BY id")]


def noted(at: Office, ref: str) -> list[tuple[str, str, int]]:
    """Document, serial and level of what the history notes."""
    entries = [said(event) for event in history(at.engine, ref) if event.kind == "recorded"]
    return [(entry["document"], entry["serial"], entry["level"]) for entry in entries]


# Once for each occasion


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_issued_once_however_often_it_is_asked_for(office: Office, kind: str) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    serial = issued(office, ref, kind, 1)
    file = office.settings.document_folder / f"{serial}.docx"
    before = file.read_bytes()
    office.clock.advance(timedelta(days=3))  # type: ignore[attr-defined]
    assert issued(office, ref, kind, 1) == serial
    assert file.read_bytes() == before, "a paper that went out does not change"
    assert serials(office) == [f"ZG-{kind}-2026-0001"]
    assert noted(office, ref) == [(kind, serial, 1)]
    require_sound_history(office.engine, ref)


class Crash(BaseException):
    """What no code of ours catches."""


BREAKING: list[tuple[Any, str]] = [
    (register, "take_number"), (register, "issue"), (documents, "gather"), (documents, "render"),
    (documents.service, "catch_up"), (documents, "_write"),
    (documents, "note"), (documents, "act"),
]  # fmt: skip


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "name"), BREAKING, ids=[name for _, name in BREAKING])
def test_a_crash_between_any_two_steps_makes_no_second_document_and_no_gap(
    office: Office, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, after: bool
) -> None:
    real: Callable[..., Any] = getattr(module, name)

    def broken(*args: Any, **kwargs: Any) -> None:
        if after:
            real(*args, **kwargs)
        raise Crash(name)

    ref, other = (item_in(office.engine, Stage.DEADLINE) for _ in range(2))
    with monkeypatch.context() as patched:
        patched.setattr(module, name, broken)
        with pytest.raises(Crash):
            issued(office, ref, "order", 0, 3)
    for each in (ref, other):
        issued(office, each, "order", 0, 3)
    assert serials(office) == ["ZG-order-2026-0001", "ZG-order-2026-0002"]
    for each, serial in zip((ref, other), serials(office), strict=True):
        assert noted(office, each) == [("order", serial, 0)]
        assert each in paper(office, serial)


def test_what_a_crash_left_unnoted_is_noted_with_the_next_document(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise Crash

    ref = item_in(office.engine, Stage.DEADLINE)
    with monkeypatch.context() as patched:
        patched.setattr(documents, "act", broken)
        with pytest.raises(Crash):
            issued(office, ref, "letter", 1)
    issued(office, ref, "interview", 2)
    assert noted(office, ref) == [
        ("letter", "ZG-letter-2026-0001", 1), ("interview", "ZG-interview-2026-0001", 2),
    ]  # fmt: skip
    note(office, state(office.engine, ref))
    assert len(noted(office, ref)) == 2


def test_a_rung_that_is_climbed_anew_has_a_paper_of_its_own(office: Office) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    first, second = issued(office, ref, "letter", 1, 6), issued(office, ref, "letter", 1, 11)
    assert first != second
    assert noted(office, ref) == [("letter", first, 1), ("letter", second, 1)]


# Numbers


def test_each_kind_and_each_year_counts_by_itself(office: Office) -> None:
    refs = [item_in(office.engine, Stage.DEADLINE) for _ in range(3)]
    issued(office, refs[0], "letter", 1)
    issued(office, refs[0], "order", 0, 3)
    issued(office, refs[1], "letter", 1)
    office.clock.move_to(cast.at("2027-01-01 00:00"))  # type: ignore[attr-defined]
    issued(office, refs[2], "letter", 1)
    assert serials(office) == [
        "ZG-letter-2026-0001", "ZG-order-2026-0001", "ZG-letter-2026-0002", "ZG-letter-2027-0001",
    ]  # fmt: skip


def test_the_year_is_that_of_the_campaigns_day(office: Office) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    office.clock.move_to(cast.at("2026-12-31 23:59"))  # type: ignore[attr-defined]
    assert issued(office, ref, "letter", 1) == "ZG-letter-2026-0001"
    assert "2026年12月31日" in paper(office, "ZG-letter-2026-0001")


def test_processes_that_issue_at_the_same_time_leave_no_gap_and_no_double(office: Office) -> None:
    refs = entered(office.engine, 6)
    url = office.engine.url.render_as_string(hide_password=False)
    starting = threading.Barrier(4)
    failed: list[BaseException] = []

    def work(first: int) -> None:
        own = office._replace(engine=open_engine(url))
        starting.wait()
        try:
            for place in range(len(refs)):
                issued(own, refs[(place + first) % len(refs)], "letter", 1)
        except BaseException as error:
            failed.append(error)
        own.engine.dispose()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(serials(office)) == [f"ZG-letter-2026-{n:04d}" for n in range(1, 7)]
    for ref in refs:
        ((_, serial, _),) = noted(office, ref)
        assert ref in paper(office, serial)


@pytest.mark.parametrize(
    ("kind", "printed"),
    [
        ("order", "ZG交〔2026〕12号"), ("letter", "ZG提〔2026〕12号"),
        ("interview", "ZG约〔2026〕12号"), ("circular", "ZG通〔2026〕12号"),
        ("listing", "ZG督〔2026〕12号"), ("minutes", "ZG记〔2026〕12号"),
        ("closing", "ZG销〔2026〕12号"),
        ("reply", "ZG复〔2026〕12号"),
    ],
)  # fmt: skip
def test_a_chinese_paper_carries_its_number_as_offices_write_it(kind: str, printed: str) -> None:
    number = Number("ZG", kind, 2026, 12)
    assert number.printed("zh-CN") == printed
    assert number.printed("en") == number.serial == f"ZG-{kind}-2026-0012"
    assert number_of(number.serial) == number_of(printed) == number


@pytest.mark.parametrize("serial", ["", "ZG", "ZG-letter", "ZG-letter-x-1", "ZG-letters-2026-0001"])
def test_what_is_no_number_of_a_paper_is_said_to_be_none(serial: str) -> None:
    with pytest.raises(InputError, match="no number of a paper"):
        number_of(serial)


def test_a_campaigns_code_may_have_dashes() -> None:
    assert number_of("A-B-letter-2026-0007") == Number("A-B", "letter", 2026, 7)


# Files


def test_the_file_is_whole_readable_by_its_owner_and_alone(office: Office) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    serial = issued(office, ref, "order", 0, 3)
    folder = office.settings.document_folder
    assert [file.name for file in folder.iterdir()] == [f"{serial}.docx"]
    assert (folder / f"{serial}.docx").stat().st_mode & 0o777 == 0o600
    (row,) = ask(office.engine, "SELECT file FROM formal_notice")
    assert row.file == f"{serial}.docx"


def test_a_paper_that_cannot_be_put_in_place_leaves_nothing_behind(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    ref = item_in(office.engine, Stage.DEADLINE)
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(Unavailable, match="No space left on device"):
            issued(office, ref, "order", 0, 3)
    assert list(office.settings.document_folder.iterdir()) == []
    assert serials(office) == []
    assert noted(office, ref) == []
    assert issued(office, ref, "order", 0, 3) == "ZG-order-2026-0001", "the number was not lost"


def test_a_folder_that_cannot_be_made_says_which_and_is_tried_again(office: Office) -> None:
    office.settings.home.mkdir()
    office.settings.document_folder.write_text("a file in the folder's place")
    ref = item_in(office.engine, Stage.DEADLINE)
    with pytest.raises(Unavailable, match=r"documents/ZG-order-2026-0001\.docx cannot be written"):
        issued(office, ref, "order", 0, 3)
    office.settings.document_folder.unlink()
    assert issued(office, ref, "order", 0, 3) == "ZG-order-2026-0001"


def test_a_campaigns_code_never_leads_out_of_the_folder(office: Office) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    change(office.engine, "UPDATE campaign SET code = '../../A'")
    try:
        issued(office, ref, "order", 0, 3)
    finally:
        change(office.engine, "UPDATE campaign SET code = 'ZG'")
    (file,) = office.settings.document_folder.iterdir()
    assert "/" not in file.name
    assert words(file)


# What the papers say


@pytest.fixture(params=["zh-CN", "en"])
def lang(request: pytest.FixtureRequest, office: Office, monkeypatch: pytest.MonkeyPatch) -> str:
    """The campaign's language; it follows from the country of the policy."""
    if request.param == "en":
        from models import policies

        country = cast.policy().model_copy(update={"country": "GB", "zone": "Europe/London"})
        monkeypatch.setattr(policies, "policy", lambda *_: country)
    return str(request.param)


HEADINGS = {
    "order": ("整改事项交办单", "Order"),
    "letter": ("号整改事项的提醒函", "Letter of Reminder"),
    "interview": ("约谈通知书", "Notice of Interview"),
    "circular": ("号整改事项逾期的通报", "Circular"),
    "listing": ("挂牌督办通知书", "Notice of Supervised Listing"),
    "minutes": ("约谈记录", "Minutes of an Interview"),
    "closing": ("整改事项销号单", "Closing Record"),
    "reply": ("关于反映事项办理情况的答复", "Reply"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_tells_the_facts(office: Office, lang: str, kind: str) -> None:
    ref = item_in(
        office.engine, Stage.CLOSED, title="窗口{{ 7 * 7 }}推诿", requirement="三日内整改",
        complainant="不能写出的姓名",
    )  # fmt: skip
    item = state(office.engine, ref)
    text = paper(office, issued(office, ref, kind, 1))
    chinese = lang == "zh-CN"
    day, due = ("2026年11月2日", "2026年12月18日") if chinese else ("2026-11-02", "2026-12-18")
    facts = {HEADINGS[kind][0 if chinese else 1], ref, "窗口{{ 7 * 7 }}推诿", "bureau", day}
    if kind not in ("reply", "minutes"):
        facts |= {"responsible", "leader"} | (set() if kind == "circular" else {due})
    if kind == "order":
        facts |= {"三日内整改"}
    if kind == "minutes":
        facts |= {"responsible", SAID}
        facts |= {"ZG约〔2026〕1号" if chinese else "ZG-interview-2026-0001"}
    if kind == "closing":
        facts |= {item.head, "已整改" if chinese else "Rectified"}
        facts |= {f"{item.version}条" if chinese else f"history\t{item.version}\n"}
    if kind == "reply":
        facts |= {"已整改" if chinese else "Rectified"}
    if chinese:
        facts |= {f"ZG{SIGNS[kind]}〔2026〕1号", "测试行动领导小组办公室"}
    assert {fact for fact in facts if fact not in text} == set()
    assert "不能写出的姓名" not in text
    assert "\n\n\n" not in text


def test_a_reply_names_nobody_who_worked_on_it(office: Office, lang: str) -> None:
    ref = item_in(office.engine, Stage.CLOSED)
    change(office.engine, "UPDATE person SET name = '张三' WHERE code = 'responsible'")
    change(office.engine, "UPDATE person SET name = '李四' WHERE code = 'leader'")
    try:
        text = paper(office, issued(office, ref, "reply", 0))
    finally:
        change(office.engine, "UPDATE person SET name = code")
    assert "张三" not in text
    assert "李四" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_about_a_confidential_item_does_not_tell_what_it_is_about(
    office: Office, lang: str, kind: str
) -> None:
    ref = item_in(office.engine, Stage.CLOSED, title="线索甲", requirement="核实线索甲",
                  confidential=True)  # fmt: skip
    text = paper(office, issued(office, ref, kind, 1))
    assert "线索甲" not in text
    assert ref in text
    assert ("【保密】" if lang == "zh-CN" else "CONFIDENTIAL") in text


def test_what_stands_in_a_title_cannot_pose_as_a_line_of_the_paper(
    office: Office, lang: str
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    change(office.engine, "UPDATE item SET title = :t WHERE ref = :ref", ref=ref,
           t="题目\n整改时限：2030年1月1日")  # fmt: skip
    assert "\n整改时限" not in paper(office, issued(office, ref, "letter", 1, 3))


def test_a_paper_without_people_and_deadline_leaves_their_lines_out(
    office: Office, lang: str
) -> None:
    ref = item_in(office.engine, Stage.INTAKE)
    text = paper(office, issued(office, ref, "listing", 4))
    for word in (
        "包案领导",
        "责任人",
        "整改时限",
        "eader",
        "Responsible",
        "due on",
        "Copy",
        "抄送",
    ):
        assert word not in text


@pytest.mark.parametrize(
    ("outcome", "zh", "en"),
    [
        (Outcome.RECTIFIED, "经核查、审批，同意销号", "verified and approved"),
        (Outcome.UNSUBSTANTIATED, "经审核查否，不予立项", "unsubstantiated and not taken on"),
        (Outcome.MERGED, "并案办理", "goes on as part of another one"),
        (Outcome.TRANSFERRED, "已移送办理", "handed to another body"),
    ],
)
def test_a_closing_record_claims_no_verification_that_never_was(
    office: Office, lang: str, outcome: Outcome, zh: str, en: str
) -> None:
    stage = Stage.CLOSED if outcome is Outcome.RECTIFIED else Stage.INTAKE
    ref = item_in(office.engine, stage)
    change(office.engine, "UPDATE item SET outcome = :o WHERE ref = :ref", ref=ref, o=outcome.value)
    assert (zh if lang == "zh-CN" else en) in paper(office, issued(office, ref, "closing"))


def test_an_order_can_name_the_deadline_of_its_assignment(office: Office) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    loaded = load(office, state(office.engine, ref).id)
    serial = issue(office, loaded, Asked("order", 0, 3, date(2026, 11, 20)))
    assert "整改时限\t2026年11月20日" in paper(office, serial)
