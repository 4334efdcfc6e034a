"""A real Chromium and the console on a real port. Where no Chromium is found journeys are skipped,
but for a run that requires one (``REQUIRE_CHROMIUM=1`` in the environment).

What a page shows is asked with ``expect``, which waits for it. ``wait_for_function`` cannot be
used: it evaluates a string in the page, which the console's Content-Security-Policy forbids."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from config.clock import wall
from tasks import accounts
from tasks.office import Office
from web.app import Tryout
from web.server import WebServer

expect.set_options(timeout=30_000)

CAST = ("responsible", "coordinator", "leader", "supervisor", "verifier")
"""Who may be signed in with one click."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser; for a module, as its loop must not outlive the tests that know of it."""
    known = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, known)), None)
    if found is None:
        if os.environ.get("REQUIRE_CHROMIUM") == "1":
            pytest.fail("A Chromium is required, and none is found.")
        pytest.skip("no Chromium is found here")
    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync"]  # fmt: skip
        started = playwright.chromium.launch(executable_path=found, args=quiet)
        yield started
        started.close()


@pytest.fixture
def served(office: Office) -> Iterator[str]:
    """The console over the cast's store, at an address of this machine."""
    web = WebServer("127.0.0.1", 0)
    settings = office.settings
    here = type(settings)(home=settings.home, secret_key="s" * 40, public_url=web.url)
    for who in CAST:
        accounts.add(office.engine, who, wall())
    web.start(office._replace(settings=here), [Tryout(who, who, who, "user") for who in CAST])
    yield web.url
    web.stop()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A desktop page in Chinese, with ``page.faults``: what its scripts complained of."""
    context = chromium.new_context(viewport={"width": 1360, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    faults: list[str] = []
    opened.faults = faults
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()


def enter(page: Any, served: str, who: str) -> None:
    """Sign in as one of the cast, with one click."""
    page.goto(f"{served}/login")
    page.click(f'form:has(input[value="{who}"]) button')
    page.wait_for_url(lambda url: "/login" not in url)
