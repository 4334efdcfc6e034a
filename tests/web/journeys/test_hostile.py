"""Pages full of hostile words in a real Chromium: none of them is ever carried out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.hostile import MARK, spoil
from tests.web.journeys.test_accessible import (
    LOOKS,
    Console,
    Windows,
    address,
    console_over,
    is_page,
    pages,
)
from tests.web.permits.prepared import prepared


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console over a store in which everything that people write is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    with prepared(folder, spoil) as scene, console_over(scene) as made:
        yield made


def test_no_page_runs_what_somebody_has_written(chromium: Any, console: Console) -> None:
    windows = Windows(chromium, console)
    ran: list[str] = []
    watched: set[str] = set()
    seen = 0
    for asked in pages():
        viewer, path = address(console, asked)
        page = windows.of(LOOKS[0], viewer)
        if not is_page(page.request.get(f"{console.url}{path}")):
            continue
        if viewer not in watched:
            watched.add(viewer)
            _watch(page, ran)
        page.goto(f"{console.url}{path}", wait_until="load")
        seen += MARK in page.content()
        page.keyboard.press("Tab")
        for height in range(150, 850, 100):
            page.mouse.move(600, height)
    windows.close()
    assert ran == []
    assert seen > 10


def _watch(page: Any, ran: list[str]) -> None:
    page.expose_function(MARK, lambda: ran.append(page.url))
    page.on("dialog", lambda dialog: (ran.append(page.url), dialog.dismiss()))


def test_what_is_carried_out_would_be_noticed(chromium: Any) -> None:
    ran: list[bool] = []
    page = chromium.new_page()
    page.expose_function(MARK, lambda: ran.append(True))
    page.set_content(f"<img src=x onerror='{MARK}().then(() => document.title = 1)'>")
    expect(page).to_have_title("1")
    page.close()
    assert ran == [True]
