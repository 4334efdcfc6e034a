"""Every page in a real Chromium, as somebody sees it who may: held to the rules of axe-core (WCAG
2.2 AA), no wider than a phone, and without a complaint in the console.

Pages are taken from the routes of the application, so that a new one is looked at without being
named here. Languages, appearances and widths are paired, so that each meets each of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe

from config.settings import Settings
from tests.web.permits.asking import filled
from tests.web.permits.prepared import prepared
from tests.web.permits.routes import Route
from tests.web.permits.scene import VIEWERS, Ask, Scene
from tests.web.test_permissions import ASKS, GOLDEN, ROUTES
from web.server import WebServer

SEEN = ["color-contrast", "target-size", "link-in-text-block"]
"""Rules about what is seen, which appearance and width may change; the others hold for both
languages once a page was looked at in each."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SEEN_BY = ("office", "admin", "superv", "coord", "resp", "verif", "plain", "nobody")
"""Who looks at a page: the first of these who may."""

NO_PAGES = ("/api/v1/", "/healthz", "/readyz", "/live", "/calendar/")
"""Addresses that are for programs."""


class Look(NamedTuple):
    """How somebody looks at pages."""

    lang: str
    scheme: str
    width: int
    height: int


LOOKS = (
    Look("zh-CN", "light", 1360, 900),
    Look("en", "dark", 1360, 900),
    Look("zh-CN", "dark", 390, 844),
    Look("en", "light", 390, 844),
)

AGAIN = LOOKS[1:3]
"""Where only what is seen is looked at."""

UNFOLD = "document.querySelectorAll('details').forEach(fold => { fold.open = true })"
"""Most forms lie in folds, and what is folded is not looked at."""

BESIDE = (
    "office /items/{intake}", "verif /items/{submitted}", "superv /items/{passed}",
    "office /items/{closed}", "resp /items/{ordinary}", "office /items/NO-2026-0001",
    "nobody /login?trouble=unknown", "resp /launch", "resp /items/{ordinary}?done=comment",
    "office /mine?lang=en",
)  # fmt: skip
"""What a route shows in other circumstances: items in other stages, refusals, what is missing."""


def pages() -> list[str]:
    """Viewer and route of everything that shows a page."""
    found = []
    for route in ROUTES:
        name = str(route)
        if route.method != "GET" or route.path.startswith(NO_PAGES) or name not in GOLDEN:
            continue
        cells = next(iter(GOLDEN[name].values()))
        may = dict(zip(VIEWERS, cells, strict=True))
        viewer = next((each for each in SEEN_BY if may[each] == "ok"), None)
        if viewer:
            found.append(f"{viewer} {route.path}")
    return [*found, *BESIDE]


class Console(NamedTuple):
    """The console on a port, with everybody signed in."""

    url: str
    scene: Scene


@contextmanager
def console_over(scene: Scene) -> Iterator[Console]:
    """The scene on a port of this machine."""
    web = WebServer("127.0.0.1", 0)
    given = Settings(home=scene.folder, secret_key="s" * 40, public_url=web.url)
    web.start(scene.office._replace(settings=given))
    yield Console(web.url, scene)
    web.stop()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console over the scene of the permissions."""
    with prepared(tmp_path_factory.mktemp("accessible")) as scene, console_over(scene) as made:
        yield made


class Windows:
    """Windows by how they look and whose they are, opened when they are first asked for and kept:
    opening one takes as long as a page."""

    def __init__(self, chromium: Any, console: Console) -> None:
        self._chromium, self._console = chromium, console
        self._open: dict[tuple[Look, str], Any] = {}

    def of(self, look: Look, viewer: str) -> Any:
        """This viewer's window, with ``faults``: what its scripts have complained of."""
        if (look, viewer) not in self._open:
            self._open[look, viewer] = page = self._context(look, viewer).new_page()
            page.faults = []
            page.on("pageerror", lambda error: page.faults.append(str(error)))
            page.on("console", lambda said: _hear(said, page.faults))
        return self._open[look, viewer]

    def close(self) -> None:
        """Shut them all."""
        for page in self._open.values():
            page.context.close()

    def _context(self, look: Look, viewer: str) -> Any:
        context = self._chromium.new_context(
            viewport={"width": look.width, "height": look.height}, locale=look.lang,
            color_scheme=look.scheme, reduced_motion="reduce",
        )  # fmt: skip
        cookies = {"rectiflow-lang": look.lang}
        if viewer != "nobody":
            cookies["rectiflow"] = self._console.scene.tokens[viewer]
        url = self._console.url
        context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
        )
        return context


@pytest.fixture(scope="module")
def windows(chromium: Any, console: Console) -> Iterator[Windows]:
    """Everybody's windows."""
    opened = Windows(chromium, console)
    yield opened
    opened.close()


def address(console: Console, asked: str) -> tuple[str, str]:
    """Whose window, and which address, of a line of :func:`pages`."""
    viewer, _, path = asked.partition(" ")
    ask = ASKS.get(f"GET {path}", Ask())
    scene = console.scene
    if asked in BESIDE:
        return viewer, path.format_map(scene.refs)
    row = next(iter(GOLDEN[f"GET {path}"]))
    path, ask = filled(Route("GET", path).path, ask, scene, row)
    query = "&".join(f"{name}={value}" for name, value in ask.query.items())
    return viewer, f"{path}?{query}" if query else path


@pytest.mark.parametrize("asked", pages())
def test_a_page_can_be_read_and_used_by_everybody(
    console: Console, windows: Windows, asked: str
) -> None:
    viewer, path = address(console, asked)
    if not is_page(windows.of(LOOKS[0], viewer).request.get(f"{console.url}{path}")):
        return
    for look in LOOKS:
        page = windows.of(look, viewer)
        page.faults.clear()
        page.goto(f"{console.url}{path}", wait_until="load")
        if look not in AGAIN:
            page.evaluate(UNFOLD)
        only = {"type": "rule", "values": SEEN} if look in AGAIN else RULES
        found = Axe().run(page, options={"runOnly": only, "resultTypes": ["violations"]})
        told = [
            f"{one['id']}: {node['target']} {node['html'][:160]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth")
        lang = page.get_attribute("html", "lang")
        page.goto("about:blank")  # an open page goes on asking for what is new
        assert told == [], look
        assert wide <= look.width, f"{look}: {wide} wide"
        assert page.faults == [], look
        assert lang == ("en" if "lang=en" in path else look.lang)


def is_page(answer: Any) -> bool:
    """Whether this is a whole page: no file, and nothing that is put into one. Mails are shown in
    a frame where no script runs, also none that would look for faults."""
    kind = answer.headers.get("content-type", "")
    caged = answer.headers.get("content-security-policy", "").startswith("sandbox")
    return kind.startswith("text/html") and not caged and "<html" in answer.text()


def _hear(said: Any, faults: list[str]) -> None:
    # That a page answers 404 or 403 is what some of these pages are about.
    if said.type == "error" and "the server responded with a status of 40" not in said.text:
        faults.append(said.text)


def test_a_page_with_faults_would_be_noticed(chromium: Any) -> None:
    page = chromium.new_page()
    page.set_content("<p style='color:#aaa;background:#fff'>pale</p><img src=x><input>")
    found = {one["id"] for one in Axe().run(page).response["violations"]}
    page.close()
    assert {"color-contrast", "image-alt", "label", "html-has-lang"} <= found
