"""In a real Chromium: a supervisor decides by the keyboard alone, and on a phone by touch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from rules.vocabulary import Severity, Stage
from tasks.office import Office
from tests.tasks.staff import history, item_in, kinds, state, told
from tests.web.deciding import strict
from tests.web.journeys.conftest import enter


@pytest.fixture
def office(office: Office) -> Iterator[Office]:
    made = strict(office)
    yield made
    made.engine.dispose()


def test_a_supervisor_works_through_the_queue_by_the_keyboard(
    served: str, office: Office, page: Any
) -> None:
    refs = [item_in(office.engine, Stage.CLOSURE, title=f"第 {n} 项") for n in range(3)]
    enter(page, served, "supervisor")
    expect(page.locator(".nav-count").first).to_have_text(re.compile("^3"))
    page.goto(f"{served}/approvals")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/approvals/{refs[0]}")
    page.keyboard.press("j")
    page.wait_for_url(f"**/approvals/{refs[1]}")
    page.keyboard.press("k")
    page.wait_for_url(f"**/approvals/{refs[0]}")
    page.keyboard.press("e")
    expect(page.locator(".exhibit-name:focus")).to_have_count(1)
    page.keyboard.press("a")
    expect(page.locator("input[value=seen]"), "first the lines are ticked").to_be_focused()
    expect(page.locator("form[data-yes] button")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("1")
    page.keyboard.press("2")
    expect(page.locator("form[data-yes] button")).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("a")
    page.wait_for_url(f"**/approvals/{refs[1]}?done=approve**")
    assert told(history(office.engine, refs[0])[-1])["checked"] == ["seen", "kept"]
    page.keyboard.press("?")
    expect(page.locator("#keys").get_by_text("勾选清单")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("#keys", state="hidden")
    for _ in range(50):  # a closed dialog keeps the keys for a moment
        page.keyboard.press("r")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
        page.wait_for_timeout(100)
    page.keyboard.type("a j k 材料不全")
    page.locator("form[action$='/do/deny'] button").press("Enter")
    page.wait_for_url(f"**/approvals/{refs[2]}?done=deny**")
    assert told(history(office.engine, refs[1])[-1])["reason"] == "a j k 材料不全"
    page.keyboard.press("u")
    page.wait_for_url("**/approvals")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert page.faults == []


def test_small_matters_are_approved_together_from_the_queue(
    served: str, office: Office, page: Any
) -> None:
    small = [item_in(office.engine, Stage.CLOSURE) for _ in range(2)]
    great = item_in(office.engine, Stage.CLOSURE, severity=Severity.MAJOR)
    enter(page, served, "supervisor")
    page.goto(f"{served}/approvals")
    for _ in small:
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("input[name=ref]:checked")).to_have_count(2)
    expect(page.locator(f"input[value='{great}']")).to_have_count(0)
    page.click("form[action='/bulk'] button")
    page.wait_for_url("**/bulk")
    for tick in page.locator("details[open] input[type=checkbox]").all():
        tick.check()
    page.click("details[open] form button")
    page.wait_for_url("**/bulk/preview")
    page.click("button[form=deed]")
    page.wait_for_url("**/bulk/do")
    expect(page.locator("[data-said]")).to_contain_text("已办理 2 项")
    assert [state(office.engine, ref).stage for ref in small] == [Stage.CLOSED] * 2
    assert page.faults == []


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_it_goes_by_touch_and_without_scripts(
    served: str, office: Office, chromium: Any, scripts: bool
) -> None:
    ref = item_in(office.engine, Stage.CLOSURE)
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, java_script_enabled=scripts,
        locale="en",
    )  # fmt: skip
    page = context.new_page()
    enter(page, served, "supervisor")
    page.goto(f"{served}/approvals/{ref}")
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for tick in page.locator("form[action$='/do/approve'] input[type=checkbox]").all():
        tick.tap()
    page.locator("form[action$='/do/approve'] button").tap()
    page.wait_for_url("**/approvals?done=approve**")
    assert kinds(office.engine, ref)[-1] == "approved"
    context.close()
