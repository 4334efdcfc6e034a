"""The wording of a notice is changed in the browser: tried, kept, taken back; mails leave."""

from __future__ import annotations

import httpx
import pytest

from models import directory, wordings
from models.engine import reading, writing
from notifications.own_words import Wording
from notifications.preview import preview_notice
from tasks.health import look
from tasks.letters import worded
from tasks.office import Office
from tasks.own_words import telling, words_of
from tests.conftest import MONDAY
from tests.web.test_admin_pages import noted

WHERE = "/admin/templates/notices/assigned/zh-CN/wording"
GOOD = {
    "subject": "请办理 {{ ref }}",
    "text": '{% extends "base.zh-CN/body.txt" %}\r\n{% block what %}交办给您。{% endblock %}',
    "html": "<p>交办给您 {{ title }}</p>",
}


async def test_the_editor_begins_with_the_built_in_wording(chief: httpx.AsyncClient) -> None:
    page = await chief.get(WHERE)
    assert "整改事项交办" in page.text
    assert "{% block what %}" in page.text
    assert "恢复内置措辞" not in page.text


async def test_a_wording_is_tried_in_all_formats_and_nothing_is_kept(
    chief: httpx.AsyncClient, office: Office
) -> None:
    page = await chief.post(f"{WHERE}/try", data=GOOD)
    assert page.status_code == 200
    assert "请办理 EX-0042" in page.text
    assert page.text.count("交办给您。") >= 3, "typed, as a mail, and as a chat has it"
    frame = await chief.post(f"{WHERE}/frame", data=GOOD)
    assert frame.text == "<p>交办给您 窗口单位群众意见答复不及时</p>"
    assert "sandbox" in frame.headers["content-security-policy"]
    assert words_of(office).stored == ()


@pytest.mark.parametrize(
    ("part", "source", "line"),
    [
        ("text", "a\nb\n{{ complainant }}", 3),
        ("html", "{{ ref", 1),
        ("subject", "{{ due.year }}", 0),
        ("text", "{{ ''.__class__ }}", 1),
        ("subject", "", 1),
        ("html", "<script>{{ x }}</script>", 1),
    ],
)
async def test_a_wording_that_cannot_be_used_is_refused_with_the_line(
    chief: httpx.AsyncClient, office: Office, part: str, source: str, line: int
) -> None:
    for path in ("", "/try"):
        page = await chief.post(WHERE + path, data={**GOOD, part: source})
        assert page.status_code == 400
        assert not line or f"第 {line} 行" in page.text
        assert "<script>{{ x }}" not in page.text
    assert (await chief.post(f"{WHERE}/frame", data={**GOOD, part: source})).status_code == 400
    assert words_of(office).stored == ()


async def test_it_is_kept_with_who_and_when_used_and_taken_back(
    chief: httpx.AsyncClient, office: Office
) -> None:
    put = await chief.post(WHERE, data=GOOD)
    assert put.headers["location"].endswith("/notices/assigned/zh-CN?done=worded")
    notice = preview_notice("assigned", "zh-CN")
    assert worded(notice, words_of(office)).subject == "请办理 EX-0042"
    assert "请办理 EX-0042" in (await chief.get(WHERE.removesuffix("/wording"))).text
    await chief.post(WHERE, data={**GOOD, "subject": "第二版"})
    with reading(office.engine) as connection:
        second, first = wordings.versions(connection, "assigned", "zh-CN")
    assert (second.subject, first.subject) == ("第二版", "请办理 {{ ref }}")
    assert first.by == "second-supervisor"
    earlier = await chief.get(WHERE, params={"version": first.id})
    assert "请办理 {{ ref }}" in earlier.text
    assert "\r" not in first.text
    dropped = await chief.post(f"{WHERE}/drop")
    assert dropped.headers["location"].endswith("done=unworded")
    assert words_of(office).stored == ()
    assert "整改事项交办" in (await chief.get(WHERE)).text
    assert noted(office)[:3] == [
        ("wording.drop", "done"), ("wording.put", "done"), ("wording.put", "done"),
    ]  # fmt: skip


async def test_what_fails_at_a_mail_falls_back_and_is_told_in_health(
    chief: httpx.AsyncClient, office: Office
) -> None:
    with writing(office.engine) as connection:
        who = directory.person(connection, "coordinator").id
        faulty = Wording("{{ no_such_value }}", "x", "x")
        wordings.keep(connection, "assigned", "zh-CN", faulty, who, MONDAY)
    notice = preview_notice("assigned", "zh-CN")
    with telling(office, MONDAY) as words:
        assert worded(notice, words) == worded(notice, None)
    found = look(office).of("wording")
    assert found is not None
    assert "assigned.zh-CN" in found.en
    page = await chief.get(WHERE.removesuffix("/wording"))
    assert "自定义的措辞无法使用" in page.text
    await chief.post(f"{WHERE}/drop")
    assert look(office).of("wording") is None


async def test_there_is_no_wording_of_a_notice_that_there_is_not(
    chief: httpx.AsyncClient,
) -> None:
    for where in (WHERE.replace("assigned", "base"), WHERE.replace("zh-CN", "fr")):
        assert (await chief.get(where)).status_code == 404
        assert (await chief.post(where, data=GOOD)).status_code == 404
        assert (await chief.post(f"{where}/drop")).status_code == 404
