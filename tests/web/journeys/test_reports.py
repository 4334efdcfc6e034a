"""In a real Chromium: a report with a photo from a phone, a page that hears of others, paper."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdf
import pytest

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
    assert page.is_visible("[data-camera] label")
    assert page.get_attribute("#camera", "capture") == "environment"
    page.set_input_files("#files", photos[0])
    page.set_input_files("#camera", photos[1])
    page.fill("#files-note", "整改后")
    page.click("[data-upload] button.btn-primary")
    page.wait_for_url("**done=attach_evidence**")
    assert page.locator(".exhibit").count() == 2
    page.wait_for_function("document.querySelector('.exhibit img').naturalWidth > 0")
    assert "早于交办" in page.inner_text(".notices")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click(".upload > summary")
    page.set_input_files("#files", [photos[2], photos[0]])
    page.click("[data-upload] button.btn-primary")
    page.wait_for_selector("[data-told] a")
    assert "网页" in page.inner_text(".told-bad")
    assert page.inner_text(".told-good") == "现场.jpg：已附上。"
    page.click("[data-told] a")
    page.wait_for_url("**done=attach_evidence**")
    assert page.locator(".exhibit").count() == 3
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
    assert "page.html" in page.inner_text(".told")
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
    assert form.locator("textarea").input_value() == "half of it"
    assert "新进展" in page.inner_text("#live-bar")
    page.click("#live-bar button")
    page.wait_for_selector("text=meanwhile")
    assert page.is_hidden("#live-bar")
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
    assert page.locator("[data-row]:focus").get_attribute("href") == f"/items/{first}"
    page.keyboard.press("/")
    item_in(office.engine, Stage.INTAKE, title="又登记的")
    page.wait_for_selector("#live-bar:not([hidden])")
    assert not page.is_visible("text=又登记的")
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
