"""In a real Chromium: a report with a photo from a phone, a page that hears of others, paper."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import expect

from rules.vocabulary import Stage
from tasks.office import Office
from tests.tasks import exhibits as made
from tests.tasks.staff import give, item_in, kinds, state
from tests.web.journeys.conftest import enter


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    """A photo, a scan, and something that is no evidence."""
    contents = {"现场.jpg": made.photo("2020:01:02 03:04:05"), "scan.pdf": made.pdf(),
                "page.html": b"<html><script>alert(1)</script></html>"}  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in contents]


def test_somebody_reports_with_photos_from_a_phone(
    served: str, office: Office, chromium: Any, photos: list[str]
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="zh-CN"
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    enter(page, served, "responsible")
    page.goto(f"{served}/items/{ref}")
    page.click(".upload > summary")
    expect(page.locator("[data-camera] label")).to_be_visible()
    expect(page.locator("#camera")).to_have_attribute("capture", "environment")
    page.set_input_files("#files", photos[0])
    page.set_input_files("#camera", photos[1])
    page.fill("#files-note", "整改后")
    page.click("[data-upload] button.btn-primary")
    page.wait_for_url("**done=attach_evidence**")
    expect(page.locator(".exhibit")).to_have_count(2)
    expect(page.locator(".exhibit img").first).not_to_have_js_property("naturalWidth", 0)
    expect(page.locator(".notices")).to_contain_text("早于交办")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click(".upload > summary")
    page.set_input_files("#files", [photos[2], photos[0]])
    page.click("[data-upload] button.btn-primary")
    page.wait_for_selector("[data-told] a")
    expect(page.locator(".told-bad")).to_contain_text("网页")
    expect(page.locator(".told-good")).to_have_text("现场.jpg：已附上。")
    page.click("[data-told] a")
    page.wait_for_url("**done=attach_evidence**")
    expect(page.locator(".exhibit")).to_have_count(3)
    assert faults == []
    context.close()
    assert kinds(office.engine, ref).count("evidence_attached") == 3


def test_files_are_sent_without_scripts_and_told_on_the_page(
    served: str, office: Office, chromium: Any, photos: list[str]
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    enter(page, served, "responsible")
    page.goto(f"{served}/items/{ref}")
    page.click(".upload > summary")
    page.set_input_files("#files", photos)
    page.click("[data-upload] button.btn-primary")
    page.wait_for_selector(".told")
    assert page.inner_text(".told").count("已附上") == 2
    expect(page.locator(".told")).to_contain_text("page.html")
    context.close()


def test_a_page_says_that_somebody_else_has_acted_and_keeps_what_is_being_typed(
    served: str, office: Office, page: Any
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    enter(page, served, "responsible")
    with page.expect_response(lambda answer: "/live?" in answer.url):
        page.goto(f"{served}/items/{ref}")
    form = page.locator('details:has(> .action-body form[action$="/do/report_progress"])')
    form.locator("summary").click()
    form.locator("textarea").fill("half of it")
    give(office.engine, ref, "comment", "coordinator", text="meanwhile")
    page.wait_for_selector("#live-bar:not([hidden])")
    expect(form.locator("textarea")).to_have_value("half of it")
    expect(page.locator("#live-bar")).to_contain_text("新进展")
    page.click("#live-bar button")
    page.wait_for_selector("text=meanwhile")
    expect(page.locator("#live-bar")).to_be_hidden()
    assert page.faults == []


def test_my_work_is_fetched_anew_unless_somebody_is_typing(
    served: str, office: Office, page: Any
) -> None:
    first = item_in(office.engine, Stage.INTAKE, title="先登记的")
    with page.expect_response(lambda answer: "/live?" in answer.url):
        enter(page, served, "coordinator")
    page.keyboard.press("j")
    page.wait_for_selector("[data-row]:focus")
    second = item_in(office.engine, Stage.INTAKE, title="后登记的")
    page.wait_for_selector(f'[data-row][href="/items/{second}"]')
    expect(page.locator("[data-row]:focus")).to_have_attribute("href", f"/items/{first}")
    page.keyboard.press("/")
    item_in(office.engine, Stage.INTAKE, title="又登记的")
    page.wait_for_selector("#live-bar:not([hidden])")
    expect(page.locator("text=又登记的")).to_be_hidden()
    assert page.faults == []


def test_the_item_prints_on_a4_with_nothing_to_press(
    served: str, office: Office, page: Any
) -> None:
    ref = item_in(office.engine, Stage.CLOSED)
    enter(page, served, "supervisor")
    page.goto(f"{served}/items/{ref}")
    page.click('a[href$="/print"]')
    page.wait_for_url("**/print")
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    width, height = (float(side) for side in printed.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)
    words = "".join(each.extract_text() for each in printed.pages)
    head = state(office.engine, ref).head
    assert head in words.replace("\n", "")
    assert "打印此页" not in words
    assert page.faults == []
