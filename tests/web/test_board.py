"""The board's page: what it shows, where it leads, whose views are whose."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest

from rules.vocabulary import Stage
from tests.tasks.staff import entered, item_in
from tests.web.desks import Desk


def refs(page: httpx.Response) -> list[str]:
    """The references of the rows, in their order."""
    return re.findall(r'name="ref" value="([^"]+)"', page.text)


def link(page: httpx.Response, rel: str) -> str | None:
    """Where this link of the page leads."""
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page.text)
    return unescape(found[1]) if found else None


async def send(desk: Desk, who: str, path: str, **fields: Any) -> httpx.Response:
    """Send a form of the board."""
    browser = desk.of(who)
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await browser.get("/board?scope=all")).text)
    assert csrf
    return await browser.post(path, data={"csrf": csrf[1], **fields})


async def test_a_board_shows_rows_and_leads_to_the_items(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE, title="窗口推诿扯皮")
    page = await desk.of("coordinator").get("/board", params={"q": "推诿"})
    assert (page.status_code, refs(page)) == (200, [ref])
    assert f'data-row href="/items/{ref}"' in page.text
    assert "1 item" in page.text
    assert refs(await desk.of("coordinator").get("/board", params={"q": "没有的"})) == []


async def test_pages_lead_on_and_back(desk: Desk) -> None:
    entered(desk.office.engine, 120)
    browser = desk.of("coordinator")
    pages = [await browser.get("/board?scope=all")]
    while (after := link(pages[-1], "next")) is not None:
        pages.append(await browser.get(after))
    assert [len(refs(page)) for page in pages] == [50, 50, 20]
    assert len({ref for page in pages for ref in refs(page)}) == 120
    back = await browser.get(link(pages[-1], "prev") or "")
    assert refs(back) == refs(pages[1])


async def test_a_place_that_is_none_leads_to_the_first_page(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE)
    page = await desk.of("coordinator").get("/board?after=nonsense")
    assert (page.status_code, refs(page)) == (200, [ref])
    assert "no longer there" in page.text


async def test_what_is_not_understood_is_told_and_nothing_is_shown(desk: Desk) -> None:
    item_in(desk.office.engine, Stage.DEADLINE)
    page = await desk.of("coordinator").get("/board?unit=nowhere")
    assert refs(page) == []
    assert "This is not understood: Unit and below" in page.text


async def test_filters_are_chips_that_can_be_taken_away(desk: Desk) -> None:
    item_in(desk.office.engine, Stage.DEADLINE)
    page = await desk.of("coordinator").get("/board?stage=deadline&level=0")
    chips = [unescape(one) for one in re.findall(r'class="chip" href="([^"]+)"', page.text)]
    assert chips == ["/board?level=0", "/board?stage=deadline"]


async def test_the_title_of_a_confidential_item_is_not_on_the_board(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE, confidential=True, title="SECRET MATTER")
    seen = await desk.of("coordinator").get("/board")
    assert refs(seen) == [ref]
    assert "SECRET MATTER" not in seen.text
    for query in ("", "?q=secret", f"?q={ref}", "?confidential=yes"):
        assert refs(await desk.of("viewer").get(f"/board{query}")) == []


async def test_words_in_the_top_bar_are_searched_for_on_the_board(desk: Desk) -> None:
    found = await desk.of("coordinator").get("/find", params={"q": "窗口 推诿"})
    where = "/board?scope=all&q=%E7%AA%97%E5%8F%A3+%E6%8E%A8%E8%AF%BF"
    assert (found.status_code, found.headers["location"]) == (303, where)


async def test_columns_are_remembered_for_the_account(desk: Desk) -> None:
    item_in(desk.office.engine, Stage.DEADLINE)
    chosen = ["severity", "nonsense"]
    kept = await send(desk, "coordinator", "/board/columns", column=chosen, query="stage=deadline")
    assert kept.headers["location"] == "/board?stage=deadline"
    own = (await desk.of("coordinator").get("/board")).text
    assert re.findall(r'<th scope="col" class="c-(\w+)"', own) == ["ref", "title", "severity"]
    assert 'class="c-due"' in (await desk.of("supervisor").get("/board")).text


async def test_a_saved_view_belongs_to_its_owner(desk: Desk) -> None:
    saved = await send(desk, "viewer", "/board/views", name="mine", query="stage=closure")
    view = saved.headers["location"].rpartition("=")[2]
    assert "mine" in (await desk.of("viewer").get("/board/views")).text
    for who in ("coordinator", "supervisor", "auditor"):
        assert ">mine<" not in (await desk.of(who).get("/board/views")).text
        for deed in ("", "/delete", "/open"):
            tried = await send(desk, who, f"/board/views/{view}{deed}", name="theirs")
            assert tried.status_code == 404, (who, deed)
    renamed = await send(desk, "viewer", f"/board/views/{view}", name="renamed")
    assert renamed.status_code == 303
    await send(desk, "viewer", f"/board/views/{view}/delete")
    assert "renamed" not in (await desk.of("viewer").get("/board/views")).text


async def test_the_office_shares_views_and_others_do_not(desk: Desk) -> None:
    await send(desk, "coordinator", "/board/views", name="late ones", query="overdue=original",
               shared="on")  # fmt: skip
    await send(desk, "viewer", "/board/views", name="not shared", query="", shared="on")
    assert "late ones" in (await desk.of("supervisor").get("/board")).text
    assert "late ones" not in (await desk.of("viewer").get("/board")).text
    assert "not shared" not in (await desk.of("supervisor").get("/board")).text


async def test_the_board_opens_on_the_view_that_was_chosen(desk: Desk) -> None:
    await send(desk, "coordinator", "/board/views", name="red", query="light=red", opens="on")
    opened = await desk.of("coordinator").get("/board")
    assert opened.headers["location"].startswith("/board?light=red&view=")
    cleared = await desk.of("coordinator").get("/board?scope=open")
    assert cleared.status_code == 200
    view = opened.headers["location"].rpartition("=")[2]
    await send(desk, "coordinator", f"/board/views/{view}/delete")
    assert (await desk.of("coordinator").get("/board")).status_code == 200


@pytest.mark.parametrize("fields", [{"name": "  "}, {"name": "twice"}])
async def test_a_view_without_a_name_of_its_own_is_refused(
    desk: Desk, fields: dict[str, str]
) -> None:
    await send(desk, "coordinator", "/board/views", name="twice", query="")
    second = await send(desk, "coordinator", "/board/views", name="other", query="")
    view = second.headers["location"].rpartition("=")[2]
    refused = await send(desk, "coordinator", f"/board/views/{view}", **fields)
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text


async def test_a_view_holds_nothing_but_a_query_of_the_board(desk: Desk) -> None:
    evil = "next=//evil.example&stage=deadline&q=%22%3E%3Cscript%3E&after=1"
    saved = await send(desk, "coordinator", "/board/views", name="<b>", query=evil)
    assert saved.headers["location"].startswith("/board?q=%22%3E%3Cscript%3E&stage=deadline&view=")
    page = await desk.of("coordinator").get(saved.headers["location"])
    assert '"><script>' not in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize(("suffix", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")])
async def test_the_board_is_taken_along_as_a_file(desk: Desk, suffix: str, begins: bytes) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE)
    file = await desk.of("coordinator").get(f"/board/export.{suffix}?scope=all")
    assert (file.status_code, file.content[: len(begins)]) == (200, begins)
    assert "attachment" in file.headers["content-disposition"]
    assert suffix == "xlsx" or ref in file.text
    assert (await desk.of("coordinator").get("/board/export.exe")).status_code == 404


async def test_nobody_sees_a_board_without_signing_in(browser: httpx.AsyncClient) -> None:
    for path in ("/board", "/board/views", "/board/export.csv"):
        assert (await browser.get(path)).headers["location"].startswith("/login")
    for path in ("/board/columns", "/board/views", "/board/views/1/delete"):
        assert (await browser.post(path)).status_code == 303


async def test_a_form_that_is_not_ours_changes_nothing(desk: Desk) -> None:
    forged = await desk.of("coordinator").post("/board/views", data={"name": "x", "csrf": "y"})
    assert forged.status_code == 403
