"""In a real Chromium: sign in, walk by the keyboard, act, be refused; on a phone, in the dark."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from rules.vocabulary import Stage
from tasks.office import Office
from tests.tasks.staff import item_in, kinds


@pytest.mark.parametrize(
    ("lang", "scheme", "width"), [("zh-CN", "light", 1360), ("en", "dark", 390)]
)
def test_somebody_signs_in_finds_their_work_and_reports(
    served: str, office: Office, chromium: Any, lang: str, scheme: str, width: int
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    size = {"width": width, "height": 844}
    page = chromium.new_page(viewport=size, color_scheme=scheme, locale=lang)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(served)
    if lang == "en":
        # Before anybody is known the browser's language holds; then the person's own (Chinese),
        # unless they have chosen.
        for _ in range(2):
            page.click('form[action="/me/lang"] button')
    page.click('form:has(input[value="responsible"]) button')
    page.wait_for_url("**/mine")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
    expect(page.locator("html")).to_have_attribute("lang", lang)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("#keys", state="hidden")
    for _ in range(50):  # a closed dialog keeps the keys for a moment
        page.keyboard.press("j")
        if page.locator("[data-row]:focus").count():
            break
        page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/items/{ref}")
    form = page.locator('details:has(> .action-body form[action$="/do/report_progress"])')
    form.locator("summary").click()
    form.locator("textarea").fill("half of it")
    form.locator("button").click()
    page.wait_for_url("**done=report_progress")
    expect(page.locator("[data-said]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("/")
    page.keyboard.type(f"{ref.lower()}\n")
    page.wait_for_url(f"**/items/{ref}")
    assert faults == []
    assert kinds(office.engine, ref)[-1] == "progress_reported"
