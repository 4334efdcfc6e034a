"""In a real Chromium: the overview's pictures are drawn, lead on, are printed, are not needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from rules.vocabulary import Stage
from tasks import overview_parts
from tasks.office import Office
from tests.tasks.staff import entered, item_in
from tests.web.journeys.conftest import enter

PAINTED = """canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3]) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  return seen.size;
}"""
"""How many colours a canvas holds."""


@pytest.fixture
def stocked(office: Office) -> Office:
    """Items in every stage, some of them late."""
    for stage in (Stage.INTAKE, Stage.VERIFICATION, Stage.CLOSED):
        item_in(office.engine, stage)
    entered(office.engine, 14)
    office.clock.advance(timedelta(days=60))  # type: ignore[attr-defined]
    return office


def test_pictures_are_drawn_beside_their_tables(stocked: Office, page: Any, served: str) -> None:
    enter(page, served, "coordinator")
    page.click('nav a[href="/overview"]')
    page.wait_for_selector(".ov-chart canvas")
    charts = page.locator(".ov-chart:not([hidden]) canvas")
    expect(charts).to_have_count(5)
    for place in range(charts.count()):
        while charts.nth(place).evaluate(PAINTED) <= 3:  # drawn when it comes into view
            page.wait_for_timeout(50)
    expect(page.locator(".ov-tile-overdue strong")).to_have_text("15")
    page.select_option("#ov-unit", "city")
    page.click(".ov-choice button")
    page.wait_for_url("**unit=city**")
    page.locator("#table-units th a", has_text="county").first.click()
    page.wait_for_url("**unit=county**")
    assert page.faults == []


@pytest.mark.parametrize("width", [390, 1360])
def test_a_page_is_no_wider_than_its_screen(
    stocked: Office, page: Any, served: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    enter(page, served, "leader")
    page.goto(f"{served}/overview")
    page.wait_for_selector(".ov-chart canvas")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_printed_on_white_paper_in_the_dark(
    stocked: Office, chromium: Any, served: str
) -> None:
    page = chromium.new_page(color_scheme="dark", locale="en")
    enter(page, served, "supervisor")
    page.goto(f"{served}/overview")
    page.wait_for_selector(".ov-chart canvas")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert 2 <= paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") <= 12
    page.emulate_media(media="print")
    expect(page.locator(".ov-choice")).to_be_hidden()
    expect(page.locator(".ov-when")).to_be_visible()
    page.context.close()


def test_without_scripts_the_tables_say_everything(
    stocked: Office, chromium: Any, served: str
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    enter(page, served, "coordinator")
    page.goto(f"{served}/overview?lang=en")
    expect(page.locator(".ov-chart:not([hidden])")).to_have_count(0)
    expect(page.locator("[data-print]")).to_be_hidden()
    for key in ("units", "categories", "months", "ages", "scores", "outcomes", "longest"):
        expect(page.locator(f"#table-{key}")).to_be_visible()
    expect(page.locator("svg.ov-bar").nth(1)).to_be_attached()
    page.select_option("#ov-period", "quarter")
    page.click(".ov-choice button")
    page.wait_for_url("**period=quarter**")
    context.close()


def test_the_first_count_appears_by_itself(
    stocked: Office, page: Any, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_parts, "SMALL", 0)
    enter(page, served, "coordinator")
    page.goto(f"{served}/overview")
    page.wait_for_selector(".ov-tile-open strong", timeout=20_000)
    expect(page.locator(".ov-tile-open strong")).to_have_text("16")
    assert page.faults == []
