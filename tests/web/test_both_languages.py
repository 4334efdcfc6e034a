"""Who reads Chinese sees Chinese where something goes wrong, and nobody sees where files lie."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, text

from config.clock import wall
from models import heartbeats, webhooks
from models.deliveries import DELIVERY
from models.engine import writing
from rules.commands import LoseContact
from rules.errors import InputError
from rules.item import SYSTEM
from rules.said import mails
from rules.vocabulary import Stage
from rules.worded import PLACE
from tasks.act import act
from tasks.office import Office
from tests.conftest import MONDAY
from tests.tasks.staff import item_in
from tests.web.test_admin_pages import filled, routes
from tests.web.test_launch import Hall, at
from web.phrases.refusals import told

NEEDLE = re.compile(r"(?:\b[A-Za-z']{2,}\b[,;:]? ){3,}[A-Za-z']{2,}")
"""Four English words in a row: a sentence, and no name or command."""

UNSEEN = re.compile(r"<(script|style|code|textarea|template|h1|nav)\b.*?</\1>|<[^>]*>", re.DOTALL)


def english_in(page: httpx.Response) -> list[str]:
    """The English that a reader of the page sees."""
    assert page.status_code < 500, page.status_code
    seen = html.unescape(UNSEEN.sub(" | ", page.text))
    return [found[0] for found in NEEDLE.finditer(seen)]


@pytest.fixture
async def hall(office: Office) -> AsyncIterator[Hall]:
    made = Hall(office)
    yield made
    await made.close()


def test_english_is_found_where_it_is() -> None:
    page = httpx.Response(
        200, text="<p>邮件：It waits for the daily digest.</p><code>a b c d</code>"
    )
    assert english_in(page) == ["It waits for the daily digest"]
    assert english_in(httpx.Response(200, text="<p>请运行 rectiflow init。</p>")) == []


def failed_mails(office: Office, ref: str) -> list[str]:
    """Deliveries about the item, one for each reason that there is."""
    reasons = [PLACE.sub("x1", each) for each in mails.SENTENCES if each[-1] in ".!"]
    with writing(office.engine) as connection:
        event = connection.execute(
            text("SELECT e.id, e.item_id FROM event e JOIN item i ON i.id = e.item_id"
                 " WHERE i.ref = :ref ORDER BY e.seq LIMIT 1"), {"ref": ref}
        ).one()  # fmt: skip
        rows = [
            {"event_id": event.id, "item_id": event.item_id, "person_id": 1, "kind": "assigned",
             "seat": "responsible", "occasion": f"test/{n}", "state": "dead", "reason": reason,
             "created_at": wall(), "next_attempt_at": wall()}
            for n, reason in zip(count(), reasons)
        ]  # fmt: skip
        connection.execute(insert(DELIVERY), rows)
    return reasons


async def test_reasons_of_mails_are_told_in_the_readers_language(
    chief: httpx.AsyncClient, office: Office
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    reasons = failed_mails(office, ref)
    assert len(reasons) > 60
    page = await chief.get("/admin/mail?state=dead")
    assert english_in(page) == []
    assert "本批邮件超过规则的上限" in (await chief.get(f"/items/{ref}")).text
    for path in (f"/items/{ref}", f"/items/{ref}/print", "/admin/mail/1"):
        assert english_in(await chief.get(path)) == [], path
    spoken = await chief.get(f"/items/{ref}?lang=en")
    assert "a coordinator decides." in spoken.text


async def test_why_somebody_is_not_reached_is_told_in_the_readers_language(
    chief: httpx.AsyncClient, office: Office
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    why = "responsible: The mail came back: 5.1.1 unknown."
    act(office.engine, ref, LoseContact(reason=why), SYSTEM, MONDAY)
    with writing(office.engine) as connection:
        connection.execute(
            text("UPDATE person SET undeliverable_since = :at, undeliverable_why = :why"
                 " WHERE code = 'responsible'"),
            {"at": wall().isoformat(), "why": why.partition(": ")[2]},
        )  # fmt: skip
    for path in (f"/items/{ref}", "/admin/people/responsible", "/admin/mail/unreachable"):
        page = await chief.get(path)
        assert english_in(page) == [], path
        assert "邮件被退回" in page.text, path


async def test_webhooks_and_deeds_that_failed_say_why_in_the_readers_language(
    chief: httpx.AsyncClient, office: Office
) -> None:
    with writing(office.engine) as connection:
        webhooks.add(connection, "north", "https://north.example.org/", (), wall(),
                     allow_private=False)  # fmt: skip
        hook = webhooks.by_name(connection, "north")
        assert hook is not None
        gone = "The receiver wants no more calls: it answered 410."
        webhooks.switch(connection, hook.id, active=False, reason=gone)
    answer = await chief.post("/admin/hooks/north/test")
    assert "接收方不再接收推送" in answer.text
    assert english_in(answer) == []
    assert english_in(await chief.post("/admin/hooks/south/replay")) == []
    assert english_in(await chief.get("/admin/log")) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("台账.csv", b"", "文件是空的"),
        ("台账.pdf", b"%PDF-1.7 x", "PDF"),
        ("台账.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧格式工作簿"),
        ("台账.xlsx", b"PK\x03\x04" + bytes(60), "工作簿已损坏"),
        ("页面.csv", b"<html><body>x</body></html>", "网页"),
    ],
)
async def test_a_file_that_is_no_ledger_is_told_in_the_readers_language(
    hall: Hall, name: str, content: bytes, said: str
) -> None:
    browser = hall.of("coordinator", "zh-CN")
    answer = await hall.upload(content, name)
    if answer.status_code == 303:
        answer = await browser.get(at(answer), follow_redirects=True)
    assert said in answer.text
    assert english_in(answer) == []
    assert str(hall.office.settings.home) not in answer.text


async def test_a_job_that_failed_says_why_in_the_language_of_whoever_looks(hall: Hall) -> None:
    browser = hall.of("coordinator", "zh-CN")
    place = at(await hall.upload("编号,问题标题\n1,推诿\n".encode()))
    path = place.removesuffix("/map")
    failures = [
        ({"error": 'The column "甲" is not known. Known are: 乙. Correct or remove it.',
          "rule": "", "where": "row 3"}, "不认识“甲”列。可用的列：乙。请更正或删去。 (第 3 行)"),
        ({"error": "E1 may not bring ledgers. It takes a coordinator.", "rule": "HoldTheDuty",
          "where": ""}, "您的身份不能办理此事。"),
        ({"error": "/srv/zg/rectiflow.db cannot grow: the disk is full. Free some space; nothing "
          "was lost.", "rule": "", "where": ""}, "磁盘已满，数据库无法写入。"),
    ]  # fmt: skip
    for report, said in failures:
        with writing(hall.office.engine) as connection:
            connection.execute(
                text("UPDATE job SET state = 'failed', report = :report"),
                {"report": json.dumps(report)},
            )
        page = await browser.get(path)
        assert said in page.text
        assert english_in(page) == []
        spoken = await browser.get(f"{path}?lang=en")
        assert "/srv/zg" not in spoken.text
        assert said not in spoken.text


async def test_what_administrators_type_wrongly_is_told_in_their_language(
    chief: httpx.AsyncClient,
) -> None:
    wrong = [
        ("/admin/units", {"parent": "nowhere", "code": "b 1", "name": "某局"}),
        ("/admin/units", {"parent": "nowhere", "code": "b1", "name": "某局"}),
        ("/admin/units", {"parent": "county", "code": "bureau", "name": "某局"}),
        ("/admin/units/bureau/move", {"parent": "nowhere"}),
        ("/admin/people/new", {"code": "responsible", "name": "乙", "unit": "bureau"}),
        ("/admin/people/new", {"code": "new", "name": "乙", "unit": "bureau", "email": "a@@b"}),
        ("/admin/people/new", {"code": "new", "name": "乙", "unit": "bureau", "role": "king"}),
        ("/admin/people/new", {"code": "new", "name": "", "unit": "bureau", "lang": "fr"}),
        ("/admin/mail/replay", {}),
        ("/admin/mail/discard", {"reason": ""}),
        ("/admin/mail/release", {}),
        ("/admin/policies/import", {"text": "name: x", "campaign": "ZG"}),
    ]
    for path, form in wrong:
        answer = await chief.post(path, data=form)
        assert answer.status_code in (400, 404, 409), (path, answer.status_code)
        assert english_in(answer) == [], (path, form)
    answer = await chief.post("/admin/roster", files={"units": ("x.csv", b"code,name\nb1,\n")})
    assert english_in(answer) == []
    answer = await chief.post("/admin/roster", files={"units": ("x.csv", b"code,odd\nb1,2\n")})
    assert english_in(answer) == []


async def test_mistakes_of_a_policy_are_told_in_the_readers_language(
    chief: httpx.AsyncClient,
) -> None:
    audit = (Path(__file__).parents[2] / "config/profiles/audit.yaml").read_text(encoding="utf-8")
    mistaken = audit.replace("zone: Asia/Shanghai", "zone: Asia/Nowhere")
    texts = [
        "name: x\nversion: many\nladder: no\nmisspelt: 1\ncategories: {a: b}\n",
        "a: [b\n", "- list", "a:\n\t- b", mistaken, "x" * 250_000,
    ]  # fmt: skip
    for each in texts:
        answer = await chief.post("/admin/policies/check", data={"text": each})
        assert english_in(answer) == [], each[:60]


async def test_the_state_of_the_machinery_is_told_in_the_readers_language(
    chief: httpx.AsyncClient, office: Office
) -> None:
    with writing(office.engine) as connection:
        heartbeats.beat(connection, "clock", wall(), "x", "no prefect")
        heartbeats.beat(connection, "sweep", MONDAY, "x")
        trouble = "The mail server mx.example.org:25 did not answer within 30 s."
        heartbeats.trouble(connection, heartbeats.MAIL_CLOSED, MONDAY, "x", trouble)
    page = await chief.get("/admin/health")
    assert english_in(page) == []
    assert "Prefect 未连接" in page.text


async def test_templates_are_explained_in_the_readers_language(
    chief: httpx.AsyncClient, office: Office
) -> None:
    folder = office.settings.home / "papers"
    folder.mkdir()
    (folder / "letter.zh-CN.docx").write_bytes(b"no docx")
    (folder / "other.docx").write_bytes(b"")
    page = await chief.get("/admin/templates")
    assert "不是 .docx 文件" in page.text
    assert english_in(page) == []


async def test_fields_of_commands_that_cannot_be_read_are_told_in_the_readers_language(
    hall: Hall,
) -> None:
    ref = item_in(hall.office.engine, Stage.DEADLINE)
    browser = hall.of("responsible", "zh-CN")
    form = dict(re.findall(r'name="(key|version|csrf)" value="([^"]+)"',
                           (await browser.get(f"/items/{ref}")).text))  # fmt: skip
    for fields in ({"f.percent": "viel"}, {"f.percent": "900"}, {}, {"f.percent": "5", "f.x": "1"}):
        answer = await browser.post(f"/items/{ref}/do/report_progress", data={**form, **fields})
        assert (answer.status_code, english_in(answer)) == (409, []), fields


async def test_no_page_of_administration_says_a_sentence_in_the_other_language(
    chief: httpx.AsyncClient, office: Office
) -> None:
    ref = item_in(office.engine, Stage.CLOSURE)
    # A notice in English is previewed in English.
    paths = [filled(path) for path in routes("GET") if "/notices/" not in path]
    for path in (*paths, "/mine", "/board", f"/items/{ref}", f"/approvals/{ref}", "/me/tokens"):
        page = await chief.get(path)
        if page.headers.get("content-type", "").startswith("text/html"):
            assert english_in(page) == [], path


async def test_programs_hear_in_the_language_that_they_ask_for(office: Office) -> None:
    error = InputError("There is no unit with the code 'B9'.", "See the units.", "unit")
    assert told(error, "zh-CN") == "没有代码为“B9”的单位。请在单位列表中查看。"
    assert told(error, "en") == "There is no unit with the code 'B9'. See the units."
    assert (
        told(error, "zh-CN", "单位") == "“单位”填写有误：没有代码为“B9”的单位。请在单位列表中查看。"
    )


async def test_rows_that_were_refused_are_told_in_the_language_of_whoever_looks(hall: Hall) -> None:
    browser = hall.of("coordinator", "zh-CN")
    ledger = "编号,问题标题,程度,整改期限\n1,,特急,2026-13-40\n".encode()
    place = at(await hall.upload(ledger))
    page = await browser.get(place)
    form = dict(re.findall(r'name="(c\.\d+|sheet|row)" value="([^"]*)"', page.text))
    chosen = {f"c.{n}": field for n, field in enumerate(("number", "title", "severity", "due"))}
    job = at(await hall.send("coordinator", place, place, **(form | chosen)))
    shown = await browser.get(job)
    assert "不认识“特急”，可填：一般、较重、重大" in shown.text
    assert english_in(shown) == []
    spoken = await browser.get(f"{job}?lang=en")
    assert "&#34;特急&#34; is not known here; use one of: General, Serious, Major" in spoken.text
    assert "“2026-13-40”不是有效日期" not in spoken.text
    # The language of the last look is the one that was chosen.
    file = await browser.get(f"{job}/refused.csv?lang=en")
    assert '程度: ""特急"" is not known here' in file.text
    assert "程度：不认识“特急”" in (await browser.get(f"{job}/refused.csv?lang=zh-CN")).text
