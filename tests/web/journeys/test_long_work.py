"""In a real Chromium: everything that a filter finds is done in the background, stopped, gone on
with, and told item by item."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rules.vocabulary import Stage
from tasks import bulk, bulk_jobs
from tasks.office import Office
from tests.tasks.staff import item_in, kinds
from tests.web.journeys.conftest import enter
from tests.web.journeys.test_accessible import RULES
from tests.web.test_launch import halting


def test_many_items_are_done_in_the_background_and_stopped_by_a_button(
    served: str, office: Office, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_jobs, "PIECE", 1)
    halting(monkeypatch)
    refs = [item_in(office.engine, Stage.DEADLINE) for _ in range(3)]
    enter(page, served, "coordinator")
    page.goto(f"{served}/board")
    page.get_by_role("button", name="批量办理全部符合条件的").click()
    page.wait_for_url("**/bulk/jobs/*")
    expect(page.locator("h1 + p")).to_contain_text("已选 3 项")
    page.locator("details:has(input[value=comment]) summary").click()
    page.locator("#comment-text").fill("抓紧")
    page.locator("form:has(input[value=comment]) button").click()
    page.get_by_role("button", name="确认办理 3 项").click()
    expect(page.locator(".progressing")).to_contain_text("已处理 1 项，共 3 项")
    clean(page)
    halt = page.get_by_role("link", name="停止")
    halt.focus()
    for _ in range(2):  # the second answer comes when the first one is shown
        page.wait_for_event("response", lambda answer: answer.url.endswith("/part"))
    expect(halt).to_be_focused()
    halt.press("Enter")
    clean(page)
    page.get_by_role("button", name="确认停止").click()
    expect(page.locator("[data-said]")).to_contain_text("已办理的 1 项不会撤销，余下 2 项未动")
    clean(page)
    page.get_by_role("button", name="继续办理").click()
    expect(page.locator("[data-said]")).to_have_text(re.compile("已办理 3 项"))
    assert [kinds(office.engine, ref).count("commented") for ref in refs] == [1, 1, 1]
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    clean(page)
    page.get_by_role("link", name="我的批量办理").click()
    expect(page.locator(".row-title")).to_contain_text("3 项")
    assert page.faults == []


def clean(page: Any) -> None:
    """Nothing on the page stands against the rules of axe-core."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
