"""In a real Chromium: an item's whole life, each step by who it is for, in Chinese and in English.

Launched by upload, assigned, acknowledged, reported on with a photo, given more time, submitted,
sent back, submitted again, verified, approved, closed, and opened again by a look-back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from rules.vocabulary import Stage
from tasks.office import Office
from tests.conftest import MONDAY
from tests.tasks.exhibits import photo
from tests.tasks.staff import kinds, require_sound_history, state
from tests.web.journeys.conftest import enter

LEDGER = "编号,问题标题,程度\n1,窗口推诿扯皮,一般\n"

FIRST = "ZG-00001"
"""The first item of a campaign."""

LIFE = (
    "registered", "accepted", "assigned", "acknowledged", "progress_reported",
    "evidence_attached", "extension_requested", "extension_granted", "submitted", "failed",
    "evidence_attached", "submitted", "passed", "approved", "reopened",
)  # fmt: skip
"""What the history says in the end; what the program notes by itself stands between."""

Window = Callable[[str], Any]


@pytest.fixture(params=["zh-CN", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    """The language in which everybody reads."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def window(chromium: Any, served: str, lang: str) -> Iterator[Window]:
    """A window for each of the cast, signed in by one click when it is first looked at."""
    opened: dict[str, Any] = {}
    faults: list[str] = []

    def of(who: str) -> Any:
        if who not in opened:
            context = chromium.new_context(viewport={"width": 1360, "height": 900}, locale=lang)
            context.add_cookies([{"name": "rectiflow-lang", "value": lang, "url": served}])
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(f"{who}: {error}"))
            page.on("console", lambda said: _hear(who, said, faults))
            page.on("dialog", lambda dialog: dialog.accept())
            enter(page, served, who)
            expect(page.locator("html")).to_have_attribute("lang", lang)
            opened[who] = page
        return opened[who]

    yield of
    for page in opened.values():
        page.context.close()
    assert faults == []


def _hear(who: str, said: Any, faults: list[str]) -> None:
    if said.type == "error":
        faults.append(f"{who}: {said.text}")


def do(page: Any, served: str, ref: str, command: str, **fields: str) -> None:
    """Give a command by its form on the item's page."""
    page.goto(f"{served}/items/{ref}")
    form = page.locator(f'form[action$="/do/{command}"]').first
    unfold(form)
    for name, value in fields.items():
        field = form.locator(f'[name="f.{name}"]').first
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button").last.click()
    page.wait_for_url(f"**done={command}*")
    expect(page.locator("[data-said]")).to_be_visible()


def unfold(inside: Any) -> None:
    """Open what something is folded into, the outermost first, as a reader does."""
    for around in inside.locator("xpath=ancestor::details").all():
        if around.get_attribute("open") is None:
            around.locator("> summary").click()


def bring(page: Any, served: str, ref: str, file: Path) -> None:
    """Attach a photo."""
    page.goto(f"{served}/items/{ref}")
    form = page.locator("form[data-upload]")
    unfold(form)
    form.locator("#files").set_input_files(str(file))
    form.locator("button.btn-primary").click()
    page.wait_for_url("**done=attach_evidence*")


def launch(page: Any, served: str, file: Path) -> str:
    """Bring a ledger of one finding; the item's reference."""
    page.goto(f"{served}/launch/ledger")
    page.set_input_files("#file", str(file))
    page.click('form[action="/launch/upload"] button')
    page.wait_for_url("**/map")
    page.click('form[action$="/map"][method=post] button')
    page.wait_for_selector('form[action$="/go"] button', timeout=30_000)
    page.click('form[action$="/go"] button')
    page.wait_for_selector(".alert-success", timeout=30_000)
    return FIRST


def test_an_item_lives_its_whole_life_in_the_browser(
    window: Window, served: str, office: Office, tmp_path: Path
) -> None:
    ledger = tmp_path / "台账.csv"
    ledger.write_text(LEDGER, encoding="utf-8")
    ref = launch(window("coordinator"), served, ledger)
    do(window("coordinator"), served, ref, "accept", category="conduct")
    do(window("coordinator"), served, ref, "assign", unit="bureau", responsible="responsible",
       leader="leader")  # fmt: skip
    do(window("responsible"), served, ref, "acknowledge")
    do(window("responsible"), served, ref, "report_progress", text="已约谈当事人")
    for number, day in enumerate(("2026:11:03 10:00:00", "2026:11:04 10:00:00")):
        (tmp_path / f"{number}.jpg").write_bytes(photo(day) + bytes(number))
    bring(window("responsible"), served, ref, tmp_path / "0.jpg")
    due = state(office.engine, ref).due
    assert due is not None
    later = (due + timedelta(days=7)).isoformat()
    do(window("responsible"), served, ref, "request_extension", due=later, reason="等待材料")
    do(window("coordinator"), served, ref, "grant_extension")
    do(window("responsible"), served, ref, "submit", summary="已整改到位")
    do(window("verifier"), served, ref, "fail", reason="照片看不清")
    assert state(office.engine, ref).stage is Stage.DEADLINE
    bring(window("responsible"), served, ref, tmp_path / "1.jpg")
    do(window("responsible"), served, ref, "submit", summary="补充了照片")
    do(window("verifier"), served, ref, "pass", finding="现场核实属实")
    do(window("supervisor"), served, ref, "approve")
    assert state(office.engine, ref).stage is Stage.CLOSED
    do(window("coordinator"), served, ref, "reopen", reason="回头看发现反弹")
    assert state(office.engine, ref).stage is not Stage.CLOSED
    told = kinds(office.engine, ref)
    remaining = iter(told)
    assert all(kind in remaining for kind in LIFE), told
    require_sound_history(office.engine, ref)
    assert office.clock.now() == MONDAY
