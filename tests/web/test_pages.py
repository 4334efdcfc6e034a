"""Every answer is guarded: headers, bounds, sentences instead of traces, nothing from outside."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, Request
from fastapi.responses import Response

from rules.errors import Unavailable
from tasks.office import Office
from tests.web.conftest import PUBLIC
from web.app import create_app
from web.assets import FOLDER as STATIC
from web.guard import HEADERS, MOST_BODY
from web.pages import FOLDER
from web.throttle import Throttle
from web.words import WORDS

PATHS = (
    *("/", "/healthz", "/readyz", "/l/x", "/calendar/x.ics", "/nowhere", "/static/none.css"),
    *("/static/rectiflow.css", "/static/../app.py", "/static/%2e%2e/app.py", "//evil.example/"),
)


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_bears_the_guarding_headers(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(path)
    assert answer.status_code < 500 or path == "/readyz"
    for name, value in HEADERS.items():
        if name != "cache-control":
            assert answer.headers[name] == value
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "def create_app" not in answer.text


@pytest.mark.parametrize("path", ["/", "/l/x", "/nowhere", "/healthz"])
async def test_pages_are_kept_nowhere(browser: httpx.AsyncClient, path: str) -> None:
    assert "no-store" in (await browser.get(path)).headers["cache-control"]


async def test_style_is_kept_by_browsers_until_it_changes(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/login")).text
    style = re.findall(r'href="(/static/console.css[^"]*)"', page)[0]
    assert "immutable" in (await browser.get(style)).headers["cache-control"]
    bare = await browser.get("/static/rectiflow.css")
    assert bare.headers["cache-control"] == "public, max-age=300"


async def test_what_is_not_there_or_not_possible_is_said_in_a_sentence(
    browser: httpx.AsyncClient,
) -> None:
    missing = await browser.get("/nowhere")
    assert (missing.status_code, "没有这个页面" in missing.text) == (404, True)
    english = await browser.get("/nowhere?lang=en")
    assert "There is no such page" in english.text
    wrong = await browser.post("/")
    assert (wrong.status_code, "GET" in wrong.headers["allow"]) == (405, True)


async def test_the_address_of_a_form_leads_as_a_page_to_the_page_above_it(
    browser: httpx.AsyncClient,
) -> None:
    for asked, page in (
        ("/items/QC-00001/do/submit?lang=en", "/items/QC-00001"),
        ("/approvals/QC-00001/do/approve", "/approvals/QC-00001"),
        ("/me/lang", "/"),
    ):
        answer = await browser.get(asked)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert (await browser.put("/items/QC-00001/do/submit")).status_code == 405


async def test_too_much_is_refused_before_it_is_kept(browser: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10_000):
            yield b"a" * 8192

    form = {"content-type": "application/x-www-form-urlencoded"}
    said = await browser.post("/l/x", content=b"form=" + b"a" * MOST_BODY, headers=form)
    parts = {"content-type": "multipart/form-data; boundary=x"}
    streamed = await browser.post("/l/x", content=endless(), headers=parts)
    assert (said.status_code, "内容过大" in said.text) == (413, True)
    assert streamed.status_code in (400, 413)


async def test_a_fault_of_ours_is_a_page_and_its_trace_stands_in_the_log_without_the_address(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    router = APIRouter()

    @router.get("/broken/{secret}")
    def broken(request: Request, secret: str) -> Response:
        raise ZeroDivisionError("secret words")

    @router.get("/away")
    def away(request: Request) -> Response:
        raise Unavailable("The database postgresql://ada@h is away.")

    app = create_app(office)
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC) as client:
        with caplog.at_level(logging.ERROR, logger="rectiflow.web"):
            failed = await client.get("/broken/token-of-somebody")
        waiting = await client.get("/away")
    assert (failed.status_code, "程序出错了" in failed.text) == (500, True)
    assert "secret words" not in failed.text
    assert failed.headers["x-frame-options"] == "DENY"
    assert "/broken/{secret}" in caplog.text
    assert "token-of-somebody" not in caplog.text
    assert (waiting.status_code, "postgresql" in waiting.text) == (503, False)


async def test_pages_are_whole_for_readers_of_every_kind(browser: httpx.AsyncClient) -> None:
    text = (await browser.get("/login?lang=en")).text
    for needed in ('<html lang="en" ', 'name="viewport"', "<main", "<h1", 'class="skip"',
                   "color-scheme"):  # fmt: skip
        assert needed in text


def test_nothing_is_loaded_from_another_place() -> None:
    own = [*(FOLDER / "templates").rglob("*.html"), *STATIC.glob("*.*")]
    for file in own:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        text = text.replace('<script src="{{ asset(', "")
        assert not re.search(r"(https?:)?//[\w.-]+\.\w+|@import|style=|<script|onclick", text), file


def test_every_sentence_is_there_in_both_languages_with_the_same_gaps() -> None:
    for key, (zh, en) in WORDS.items():
        assert zh, key
        assert en, key
        assert set(re.findall(r"{\w+}", zh)) == set(re.findall(r"{\w+}", en)), key


def test_both_colour_schemes_name_the_same_colours_and_can_be_read() -> None:
    css = (STATIC / "rectiflow.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root {(.*?)}", css, re.DOTALL)
    schemes = [dict(re.findall(r"--([\w-]+): (#\w{6})", scheme)) for scheme in (light, dark)]
    assert schemes[0].keys() == schemes[1].keys()
    for colours in schemes:
        for ground in ("ground", "raised"):
            for ink in ("text", "quiet", "accent", "good"):
                assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        assert _contrast(colours["on-accent"], colours["accent"]) >= 4.5


def _contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminances (WCAG 2.2, relative luminance)."""
    lights = []
    for colour in (one, other):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_a_throttle_counts_within_its_span_and_forgets_who_was_not_heard_of() -> None:
    now = [0.0]
    throttle = Throttle(2, 10.0, callers=2, clock=lambda: now[0])
    assert [throttle.may_try("a") for _ in range(3)] == [True, True, False]
    assert throttle.may_try("b")
    now[0] = 9.9
    assert not throttle.may_try("a")
    now[0] = 10.0
    assert throttle.may_try("a")
    for caller in ("c", "d"):
        throttle.may_try(caller)
    assert len(throttle._tries) == 2


def test_templates_and_style_are_shipped_with_the_package() -> None:
    assert Path(FOLDER / "templates" / "base.html").is_file()
    assert Path(STATIC / "rectiflow.css").is_file()
