"""How a page is made: its language, its template, and what it says when something cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.routing import Match

from rules.notice_names import kind_name
from rules.vocabulary import name
from rules.worded import worded
from rules.wording import step_sentence
from web.assets import asset
from web.words import LANGUAGES, WORDS, say

FOLDER = Path(__file__).parent

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "rectiflow-theme"


@cache
def program_version() -> str:
    """The version of the program."""
    return version("rectiflow")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def language(request: Request, spoken: str = "", *, first: bool = False) -> str:
    """The language of a page: asked for by ``?lang`` or chosen before, else the browser's, else
    the person's own, or the other way round where that comes ``first``."""
    chosen = (request.query_params.get("lang", ""), request.cookies.get("rectiflow-lang", ""))
    others = (spoken, *accepted(request)) if first else (*accepted(request), spoken)
    for asked in (*chosen, *others):
        if (found := known_language(asked)) is not None:
            return found
    return LANGUAGES[0]


def page(
    request: Request,
    template: str,
    *,
    lang: str = "",
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """A page from its template. ``t`` speaks its language, ``word`` names stored values, ``worded``
    tells reasons, ``local`` an instant in a zone; ``asset`` is the address of a static file."""
    spoken = lang or language(request)
    text = (
        _environment()
        .get_template(template)
        .render(
            lang=spoken,
            other="en" if spoken.startswith("zh") else "zh-CN",
            asset=asset,
            t=partial(say, spoken),
            word=partial(name, lang=spoken),
            local=_local,
            icon=icon,
            kind_name=kind_name,
            step_sentence=step_sentence,
            worded=partial(worded, lang=spoken),
            **values,
        )
    )
    return HTMLResponse(text, status, dict(headers or {}))


def theme_of(request: Request) -> str:
    """How the reader wants pages: light, dark, or as their system is."""
    wanted = request.cookies.get(THEME_COOKIE, THEMES[0])
    return wanted if wanted in THEMES else THEMES[0]


def icon(name: str) -> Markup:
    """A picture beside words, told to nobody who listens to the page."""
    address = f"{asset('vendor/@tabler/icons/sprite.svg')}#{name}"
    drawn = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>'
    return Markup(drawn).format(address)


def problem(
    request: Request, status: int, key: str = "", *, lang: str = "", **values: object
) -> HTMLResponse:
    """A page that says in a sentence what is not possible, and what to do."""
    spoken = lang or language(request)
    known = key or (str(int(status)) if str(int(status)) in WORDS else _nearest(status))
    path = request.url.path
    if known == "404" and path.startswith(("/items/", "/approvals/")):
        known = "no_item"
    return page(
        request,
        "problem.html",
        lang=spoken,
        status=status,
        theme=theme_of(request),
        here=path if request.method == "GET" else "/",
        title=say(spoken, f"{known}.title"),
        sentence=say(spoken, known, **values),
    )


def page_above(request: Request) -> str:
    """The nearest page above an address that only takes forms; at last the start page.

    Such an address stands in the browser after a refused form: by typing Enter there, or by
    choosing another language, it is asked for as a page.
    """
    asked = request.url.path
    while (asked := asked.rpartition("/")[0]) and not asked.startswith("//"):
        scope = {**request.scope, "path": asked, "method": "GET"}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            return quote(asked)
    return "/"


def _local(instant: datetime, zone: str) -> str:
    """An instant as a clock in this zone shows it."""
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _nearest(status: int) -> str:
    return "500" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "400"


def known_language(asked: str) -> str | None:
    """The language of ours that is meant: by its first part, as ``en-GB`` means English."""
    first = asked.strip().lower().partition("-")[0]
    return next((known for known in LANGUAGES if known.partition("-")[0] == first), None)


def accepted(request: Request) -> list[str]:
    """The languages that the browser accepts, the most wanted first (RFC 9110 12.5.4)."""
    found: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "")[:200].split(","):
        tag, _, quality = part.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0.0
        if weight > 0:
            found.append((-weight, tag))
    return [tag for _, tag in sorted(found, key=lambda each: each[0])]
