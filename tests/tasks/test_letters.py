"""What the mails say: a whole life's letters from a real store, in both languages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from notifications.context import KINDS
from rules.vocabulary import Stage
from tasks.extras import Extras
from tasks.letters import LATE, language
from tests.conftest import MONDAY
from tests.tasks import post
from tests.tasks.post import Tray, announced, change, happen, sent_by
from tests.tasks.staff import give, item_in
from tests.tasks.tour import COMPLAINANT, TITLE, TOUR, Journey, Letter, letters, travel


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture(scope="module", params=["zh-CN", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def journey(furnished: Engine, lang: str) -> Journey:
    return travel(furnished, lang)


@pytest.fixture
def engine(furnished: Engine) -> Engine:
    post.tidy(furnished)
    return furnished


@pytest.fixture
def item(engine: Engine) -> Iterator[str]:
    ref = item_in(engine, Stage.DEADLINE, title=TITLE)
    post.tidy(engine)
    yield ref
    change(engine, "UPDATE person SET lang = 'zh-CN'")


def all_of(journey: Journey) -> list[Letter]:
    return [letter for station in journey.stations.values() for letter in station.values()]


def pick(lang: str, zh: str, en: str) -> str:
    return zh if lang == "zh-CN" else en


def letter_of(letters_by_seat: dict[str, Letter], seat: str) -> Letter:
    return letters_by_seat[seat]


# The facts, by station: seat, lines in Chinese and in English, the expected command, and when
# something happens next if nobody acts. Worked out by hand on a calendar.
FACTS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], str, str]] = {
    "registered": (
        "coordinators", ("经办人：coordinator甲", "当前环节：立项"),
        ("Done by: coordinator甲", "Stage: Intake"), "accept", "",
    ),
    "assigned": (
        "responsible",
        ("整改时限：2026年12月18日（星期五），还剩34个工作日", "责任单位：bureau",
         "责任人：responsible甲", "包案领导：leader甲", "当前环节：交办"),
        ("Deadline: Friday 18 December 2026 (34 working days left)", "Responsible unit: bureau",
         "Responsible person: responsible甲", "Leader in charge: leader甲"),
        "acknowledge", "2026-11-05 09:00",
    ),
    "declined": (
        "coordinators", ("责任单位：bureau", "不属于我单位", "经办人：responsible甲"),
        ("Responsible unit: bureau", "Reason for declining: 不属于我单位"), "accept", "",
    ),
    "acknowledge_due": (
        "responsible", ("还剩31个工作日", "规则：交办后规定时间内未签收"),
        ("31 working days left", "the rule: not acknowledged within the limit"),
        "acknowledge", "2026-11-09 09:00",
    ),
    "deemed received": (
        "responsible", ("还剩29个工作日", "当前环节：限期整改", "规则：交办后长时间未签收"),
        ("29 working days left", "it now counts as acknowledged"), "submit", "2026-12-15 09:00",
    ),
    "extension_requested": (
        "supervisors",
        ("整改时限：2026年12月18日", "申请延期至：2026年12月25日（星期五）", "等待批复",
         "经办人：responsible甲"),
        ("Deadline: Friday 18 December 2026", "Deadline asked for: Friday 25 December 2026",
         "Reason for the request: 等待批复"),
        "grant_extension", "2026-12-15 09:00",
    ),
    "extension_refused": (
        "leader", ("整改时限：2026年12月18日", "仍可按期"),
        ("Deadline: Friday 18 December 2026", "Reason for refusing: 仍可按期"),
        "", "2026-12-15 09:00",
    ),
    "extension_granted": (
        "leader", ("整改时限：2026年12月24日（星期四），还剩33个工作日",),
        ("Deadline: Thursday 24 December 2026 (33 working days left)",), "", "2026-12-21 09:00",
    ),
    "held": (
        "responsible", ("整改时限：2026年12月24日（星期四）\n", "等待鉴定"),
        ("Deadline: Thursday 24 December 2026\n", "Reason for the hold: 等待鉴定"),
        "", "2026-11-23 09:00",
    ),
    "resumed": (
        "responsible", ("还剩33个工作日",), ("33 working days left",), "submit", "2026-12-21 09:00",
    ),
    "hold_expired": (
        "responsible", ("2027年1月8日（星期五），还剩33个工作日", "规则：中止计时到期"),
        ("Friday 8 January 2027 (33 working days left)",), "submit", "2027-01-05 09:00",
    ),
    "due_soon": (
        "responsible", ("还剩3个工作日", "规则：到期前按规定天数提醒"), ("3 working days left",),
        "submit", "2027-01-07 09:00",
    ),
    "overdue": (
        "leader", ("已逾期1个工作日", "规则：到期次一工作日仍未报送核查"),
        ("1 working day overdue", "the rule: not submitted by the end of the due day"),
        "", "2027-01-12 09:00",
    ),
    "escalated": (
        "responsible", ("督促级别：第1级，提醒函", "已逾期2个工作日"),
        ("Escalation: rung 1, letter of reminder", "2 working days overdue"),
        "confirm", "2027-01-18 09:00",
    ),
    "verification_requested": (
        "verifier", ("报送说明：已换岗", "当前环节：核查", "整改时限：2027年1月8日（星期五）\n"),
        ("Note: 已换岗", "Stage: Verification", "Deadline: Friday 8 January 2027\n"),
        "pass", "2027-01-20 09:00",
    ),
    "verification_overdue": (
        "verifier", ("规则：核查未在规定时间内完成",), ("the rule: not verified within the limit",),
        "pass", "2027-01-27 09:00",
    ),
    "failed": (
        "responsible", ("照片不清", "2027年2月3日（星期三），还剩10个工作日", "第2轮"),
        ("Reason for the return: 照片不清", "Wednesday 3 February 2027 (10 working days left)"),
        "submit", "2027-01-29 09:00",
    ),
    "closure_requested": (
        "supervisors", ("现场属实", "经办人：verifier甲"), ("Verifier's remark: 现场属实",),
        "approve", "2027-01-26 09:00",
    ),
    "closure_overdue": (
        "supervisors", ("规则：审批未在规定时间内完成",),
        ("the rule: closure not decided within the limit",), "approve", "2027-01-29 09:00",
    ),
    "denied": (
        "verifier", ("再核实", "经办人：supervisor甲"), ("Reason for denying: 再核实",),
        "pass", "2027-02-03 09:00",
    ),
    "closed": (
        "responsible", ("办结结论：已整改", "第2轮"), ("Outcome: Rectified",),
        "", "2027-04-26 09:00",
    ),
    "look_back_due": (
        "verifier", ("规则：销号后按规定天数回头看",),
        ("the rule: a fixed number of days after closing",), "", "",
    ),
    "reopened": (
        "responsible", ("群众再次来电", "2027年5月14日（星期五）", "第3轮"),
        ("What was found: 群众再次来电", "Friday 14 May 2027"), "submit", "2027-05-11 09:00",
    ),
    "progress_due": (
        "responsible", ("规则：整改期间定期报告进展",),
        ("the rule: progress is reported at intervals",), "report_progress", "2026-12-15 09:00",
    ),
    "withdrawn": (
        "leader", ("机构撤并", "办结结论：撤销"), ("Reason for withdrawing: 机构撤并",), "", "",
    ),
}  # fmt: skip

UNTIL = {"until": "2026-12-01", "reason": "等待鉴定"}

BESIDES: dict[str, tuple[str, dict[str, Any], str, tuple[str, ...], tuple[str, ...]]] = {
    "rung_announced": (
        "step_fired", {"step": "announce", "level": 2}, "responsible",
        ("即将启动约谈（第2级督促）", "您是责任人；规则："),
        ("what comes next is interview (rung 2)",),
    ),
    "service_due": (
        "step_fired", {"step": "service_due", "level": 1}, "coordinators",
        ("提醒函已制发，至今未登记送达", "规则："), ("has not been served yet", "the rule:"),
    ),
    "served": (
        "served", {"level": 1, "how": "post"}, "leader",
        ("提醒函已登记送达",), ("(letter of reminder) has been recorded as served",),
    ),
    "stayed": (
        "stayed", UNTIL, "responsible",
        ("暂缓至：2026年12月1日（星期二）", "暂缓升级理由：等待鉴定"),
        ("Until: Tuesday 1 December 2026", "Reason for the stay: 等待鉴定"),
    ),
    "stay_lifted": (
        "stay_lifted", {"reason": "已查明"}, "leader", ("解除理由：已查明",),
        ("Reason for lifting it: 已查明",),
    ),
    "extension_lapsed": (
        "step_fired", {"step": "extension_lapsed", "level": 0, "asked": "2026-12-25"}, "leader",
        ("申请延期至：2026年12月25日", "仍为2026年12月18日"),
        ("Deadline asked for: Friday 25 December 2026", "the deadline stands"),
    ),
    "hold_requested": (
        "hold_requested", UNTIL, "supervisors", ("申请暂缓理由：等待鉴定", "暂缓至：2026年12月1日"),
        ("Reason for the request: 等待鉴定", "Until: Tuesday 1 December 2026"),
    ),
    "hold_refused": (
        "hold_refused", {"reason": "证据已足"}, "responsible", ("不予暂缓理由：证据已足",),
        ("Reason for refusing: 证据已足",),
    ),
    "hold_lapsed": (
        "step_fired", {"step": "hold_request_lapsed", "level": 0, "asked": "2026-12-01"}, "leader",
        ("暂缓至：2026年12月1日", "自动失效"), ("Until: Tuesday 1 December 2026", "has lapsed"),
    ),
    "contact_lost": (
        "contact_lost", {"reason": "550 no such user"}, "coordinators",
        ("无法送达原因：550 no such user",), ("Why they cannot be reached: 550 no such user",),
    ),
    "due_recomputed": (
        "due_recomputed", {"due": "2026-12-21", "from": "2026-12-18"}, "leader",
        ("整改时限：2026年12月21日（星期一）",), ("Deadline: Monday 21 December 2026",),
    ),
    "policy_adopted": (
        "policy_adopted", {"policy": "test@2"}, "responsible", ("新的规则：test@2",),
        ("The new policy: test@2",),
    ),
}  # fmt: skip
"""What the tour does not come by: the event, what it says, a seat, and lines of its letter."""

NEEDED = {"report_progress": " --set text=TEXT"}


def test_a_mail_leads_to_the_items_page_where_a_web_server_can_be_reached() -> None:
    brought = Extras(site="https://office.example/").page("QC-1")
    assert brought == "https://office.example/items/QC-1"
    assert Extras().page("QC-1") is None


def test_the_facts_cover_every_kind_of_notice() -> None:
    stations = {station for station, _ in TOUR} | {"progress_due"}
    assert set(FACTS) <= stations
    assert set(FACTS) - {"deemed received"} | set(BESIDES) == set(KINDS)


@pytest.mark.parametrize("station", FACTS)
def test_a_letter_tells_the_facts(journey: Journey, lang: str, station: str) -> None:
    seat, zh, en, command, following = FACTS[station]
    letter = journey.stations[station][seat]
    text = letter.text
    assert {fact for fact in (zh if lang == "zh-CN" else en) if fact not in text} == set()
    ref = letter.message["X-Rectiflow-Ref"]
    if command:
        hint = f"rectiflow act {ref} {command} --as {letter.who}{NEEDED.get(command, '')}"
        assert pick(lang, f"办理命令：{hint}\n", f"Command: {hint}\n") in text
    else:
        assert "rectiflow act" not in text
    label = pick(lang, "下一步：", "Next: ")
    assert (f"{label}{following}" if following else label) in text or not following
    assert (label in text) == bool(following)


@pytest.mark.parametrize("kind", BESIDES)
def test_a_letter_beside_the_tour_tells_the_facts_and_what_comes_next(
    engine: Engine, item: str, lang: str, kind: str
) -> None:
    event, said, seat, zh, en = BESIDES[kind]
    change(engine, "UPDATE person SET lang = :lang", lang=lang)
    happen(engine, item, event, data=said)
    letter = letters(engine)[seat]
    text = letter.text
    assert letter.kind == kind
    assert {fact for fact in (zh if lang == "zh-CN" else en) if fact not in text} == set()
    assert pick(lang, "下一步：2026-12-15 09:00", "Next: 2026-12-15 09:00") in text
    assert pick(lang, "您收到本通知，是因为", "You get this notice because") in text


def test_every_letter_tells_which_item_to_whom_and_why(journey: Journey, lang: str) -> None:
    for letter in all_of(journey):
        ref = letter.message["X-Rectiflow-Ref"]
        assert letter.subject.startswith(f"[{ref}] ")
        assert letter.subject.endswith(TITLE)
        assert letter.text.startswith(pick(lang, f"{letter.who}甲：", f"Dear {letter.who}甲,"))
        assert pick(lang, f"编号：{ref}", f"Number: {ref}") in letter.text
        assert pick(lang, "您收到本通知，是因为", "You get this notice because") in letter.text
        assert letter.message["To"] == f"{letter.who}甲 <{letter.who}@rectiflow.example>"
        assert letter.message["From"] == f"测试行动 <{post.SENDER}>"
        assert letter.message["X-Rectiflow-Kind"] == letter.kind
        assert ref in letter.html
        assert letter.who in letter.html


def test_the_html_part_tells_the_same_facts(journey: Journey, lang: str) -> None:
    for letter in all_of(journey):
        lines = [
            line for line in letter.text.splitlines() if line.startswith(("整改时限", "Deadline:"))
        ]
        for line in lines:
            value = line.replace("：", ": ").split(": ", 1)[1]
            assert value in letter.html


def test_no_letter_names_who_complained(journey: Journey) -> None:
    for letter in all_of(journey):
        assert COMPLAINANT not in letter.message.as_string()
        assert COMPLAINANT not in letter.text + letter.html + letter.subject


def test_all_mails_of_an_item_are_one_thread_and_each_its_own(journey: Journey) -> None:
    mails = all_of(journey)
    first = [one for one in mails if one.message["X-Rectiflow-Ref"] == journey.ref]
    threads = {str(one.message["References"]) for one in first}
    assert threads == {f"<item.{journey.ref}@rectiflow.example>"}
    assert {str(one.message["In-Reply-To"]) for one in first} == threads
    (other,) = journey.stations["progress_due"].values()
    assert str(other.message["References"]) not in threads
    own = [str(one.message["Message-ID"]) for one in mails]
    assert len(own) == len(set(own))
    assert threads.isdisjoint(own)


def test_a_leader_is_asked_to_see_to_it(journey: Journey, lang: str) -> None:
    text = journey.stations["overdue"]["leader"].text
    assert pick(lang, "包案领导", "Please see to it") in text


# Confidential items


def test_letters_of_a_confidential_item_tell_neither_title_nor_reason(
    furnished: Engine, lang: str
) -> None:
    journey = travel(furnished, lang, confidential=True)
    secrets = {
        TITLE,
        "不属于我单位",
        "照片不清",
        "现场属实",
        "已换岗",
        "再核实",
        "群众再次来电",
        "机构撤并",
    }
    for letter in all_of(journey):
        told = letter.subject + letter.text + letter.html
        assert {secret for secret in secrets if secret in told} == set()
        assert pick(lang, "[保密]", "[Confidential]") in letter.subject
    failed = journey.stations["failed"]["responsible"].text
    assert pick(lang, "还剩10个工作日", "10 working days left") in failed, "what is to be done is"


# What happened is told as it happened, what is to be done as the item stands


def test_a_late_letter_tells_of_the_assignment_it_was_written_for(engine: Engine) -> None:
    ref = item_in(engine, Stage.ASSIGNMENT)
    change(engine, "UPDATE event SET announced = true WHERE kind <> 'assigned'")
    announced(engine)
    give(engine, ref, "assign", "coordinator", unit="court", responsible="co-worker",
         due=date(2027, 3, 31))  # fmt: skip
    change(engine, "UPDATE event SET announced = true")
    text = letters(engine)["responsible"].text
    for fact in ("责任单位：bureau", "责任人：responsible", "包案领导：leader", "2026年12月18日"):
        assert fact in text


def test_a_late_letter_tells_of_the_stage_of_its_event_and_asks_for_nothing_that_is_over(
    engine: Engine,
) -> None:
    ref = item_in(engine, Stage.ASSIGNMENT)
    change(engine, "UPDATE event SET announced = true WHERE kind <> 'assigned'")
    announced(engine)
    give(engine, ref, "acknowledge", "responsible")
    change(engine, "UPDATE event SET announced = true")
    text = letters(engine)["responsible"].text
    assert "当前环节：交办" in text
    assert "rectiflow act" not in text


def test_a_late_letter_of_a_grant_names_the_day_that_was_granted(engine: Engine, item: str) -> None:
    happen(engine, item, "extension_granted", "c-one", {"due": "2026-12-24", "from": "2026-12-18"})
    assert "整改时限：2026年12月24日" in letters(engine)["leader"].text


# Late steps


@pytest.mark.parametrize(
    ("late", "zh", "en"),
    [
        (timedelta(0), "", ""),
        (LATE - timedelta(seconds=1), "", ""),
        (LATE, "迟发2小时", "it is 2 hours late"),
        (timedelta(hours=23, minutes=59), "迟发23小时", "it is 23 hours late"),
        (timedelta(days=3, hours=4), "迟发3天4小时", "it is 3 days 4 hours late"),
    ],
)
def test_a_notice_that_fired_late_says_by_how_much(
    engine: Engine, item: str, lang: str, late: timedelta, zh: str, en: str
) -> None:
    change(engine, "UPDATE person SET lang = :lang", lang=lang)
    planned = (MONDAY - late).isoformat()
    happen(engine, item, "step_fired", data={"step": "overdue", "level": 0, "planned": planned})
    text = letters(engine)["responsible"].text
    if zh:
        assert pick(lang, zh, en) in text
    else:
        assert pick(lang, "迟发", "late.") not in text


# Languages


@pytest.mark.parametrize(
    ("spoken", "written"),
    [("zh-CN", "zh-CN"), ("zh", "zh-CN"), ("zh-TW", "zh-CN"), ("en", "en"), ("en-GB", "en"),
     ("EN", "en"), ("fr", "zh-CN"), ("", "zh-CN")],
)  # fmt: skip
def test_a_person_is_written_to_in_the_nearest_language(spoken: str, written: str) -> None:
    assert language(spoken) == written


def test_each_person_is_written_to_in_their_own_language(engine: Engine, item: str) -> None:
    change(engine, "UPDATE person SET lang = 'en-GB' WHERE code = 'leader'")
    happen(engine, item, "failed", "verifier", {"reason": "照片不清"})
    found = letters(engine)
    assert found["leader"].text.startswith("Dear leader,")
    assert found["responsible"].text.startswith("responsible：")
    assert found["leader"].message["Content-Language"] == "en"


# Cost


def test_a_batch_of_letters_takes_as_many_statements_as_one(engine: Engine, item: str) -> None:
    from sqlalchemy import event

    def statements(count: int) -> int:
        post.tidy(engine)
        for n in range(count):
            happen(engine, item, "failed", "verifier", {"n": n, "count": count})
        announced(engine)
        seen: list[Any] = []

        def note(*said: Any) -> None:
            seen.append(said[2])

        event.listen(engine, "before_cursor_execute", note)
        ended = asyncio.run(sent_by(engine, Tray()))
        event.remove(engine, "before_cursor_execute", note)
        assert ended.sent == 2 * count
        return len(seen)

    assert statements(1) == statements(20)


def test_what_a_letter_cannot_know_is_left_out(engine: Engine) -> None:
    ref = item_in(engine, Stage.INTAKE)
    post.tidy(engine)
    happen(engine, ref, "registered", "system", json.dumps({}))
    (letter,) = letters(engine).values()
    for label in ("责任单位：", "责任人：", "包案领导：", "整改时限：", "经办人：", "下一步："):
        assert label not in letter.text
