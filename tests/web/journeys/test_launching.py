"""In a real Chromium: a ledger is uploaded, mapped, tried, taken over, and found; then edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect

from tasks.office import Office
from tests.web.journeys.conftest import enter

LINES = """序号,问题,单位,程度,期限
A-1,窗口推诿,city,一般,2026-12-01
A-2,台账不全,bureau,要紧,2026-12-11
A-3,,bureau,一般,
"""


def test_a_ledger_is_uploaded_mapped_tried_and_taken_over(
    page: Any, served: str, office: Office, tmp_path: Path
) -> None:
    ledger = tmp_path / "巡查台账.csv"
    ledger.write_text(LINES, encoding="utf-8")
    enter(page, served, "coordinator")
    page.click('nav a[href="/launch"]')
    page.click('a[href="/launch/ledger"]')
    page.set_input_files("#file", str(ledger))
    page.click('form[action="/launch/upload"] button')
    page.wait_for_url("**/map")
    for name, field in (("序号", "number"), ("问题", "title"), ("单位", "unit"),
                        ("程度", "severity"), ("期限", "due")):  # fmt: skip
        page.get_by_label(name, exact=True).select_option(field)
    page.click('form[action$="/map"] button.btn-primary')
    page.wait_for_selector(".counts")
    expect(page.locator(".count-refused_rows dd")).to_have_text("2")
    page.click('a[href$="/words"]')
    page.get_by_label("要紧").select_option("major")
    page.click("button.btn-primary")
    page.wait_for_selector(".counts")
    expect(page.locator(".count-created dd")).to_have_text("2")
    page.dblclick('form[action$="/go"] button')
    page.wait_for_selector(".alert-success")
    expect(page.locator(".alert-success")).to_contain_text("新增 2 项")
    page.goto(f"{served}/find?q=ZG-00001")
    expect(page.locator("h1")).to_contain_text("窗口推诿")
    assert page.faults == []


@pytest.mark.parametrize("width", [390, 1360])
def test_a_ledger_is_edited_offline_and_its_differences_are_applied(
    page: Any, served: str, office: Office, tmp_path: Path, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    enter(page, served, "coordinator")
    page.goto(f"{served}/launch/item")
    page.fill("#f-title", "窗口推诿")
    page.click("button.btn-primary")
    page.wait_for_url("**/items/**")
    page.goto(f"{served}/launch/roundtrip")
    with page.expect_download() as waiting:
        page.click('form[action$="/export"] button')
    left = tmp_path / "left.xlsx"
    waiting.value.save_as(left)
    book = openpyxl.load_workbook(left)
    sheet: Any = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["问题标题"]).value = "窗口推诿扯皮"
    book.save(left)
    page.set_input_files("#file", str(left))
    page.click('form[action="/launch/upload"] button')
    page.wait_for_selector(".difference")
    expect(page.locator(".difference ins")).to_have_text("窗口推诿扯皮")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click('form[action$="/go"] button')
    page.wait_for_selector(".alert-success")
    page.click(".difference a")
    page.wait_for_url("**/items/**")
    expect(page.locator("h1")).to_contain_text("窗口推诿扯皮")
    assert page.faults == []
