"""The frame of the console's pages: navigation, who is looking, and how they want to see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from rules.duties import may_register
from rules.overview import led_by
from rules.vocabulary import name
from tasks.admin.desk import steers_everything
from web.pages import page, theme_of
from web.prefect_pages import prefect_pages
from web.viewer import LONGEST_NEXT, Viewer
from web.waiting import as_what, decides, waiting
from web.words import say

LANG_COOKIE = "rectiflow-lang"
YEAR = 365 * 24 * 3600


class Entry(NamedTuple):
    """One entry of the navigation. ``label`` is a key of the words."""

    key: str
    path: str
    icon: str
    label: str
    shown: Callable[[Viewer], bool] = lambda _viewer: True
    tally: Callable[[Request, Viewer], str] = lambda _request, _viewer: ""
    """What waits behind it, in a word or none; ``<label>_count`` says of what for those who
    listen to the page."""
    variant: Callable[[Viewer], str] = lambda _viewer: ""
    """What is added to the label for this reader: who verifies is not told of approvals."""


NAVIGATION: tuple[Entry, ...] = (
    Entry("work", "/mine", "checklist", "nav.work"),
    Entry("board", "/board", "list", "board.nav"),
    Entry(
        "approvals",
        "/approvals",
        "rubber-stamp",
        "approvals.nav",
        decides,
        waiting,
        lambda v: as_what(v.person),
    ),
    Entry("launch", "/launch", "rocket", "nav.launch", lambda v: may_register(v.person)),
    Entry("overview", "/overview", "chart-bar", "overview.nav", lambda v: bool(led_by(v.person))),
    Entry(
        "admin",
        "/admin",
        "settings",
        "admin.nav",
        lambda v: v.administrator or steers_everything(v.person),
    ),
)
"""What there is, in the order of the sidebar. A new family of pages adds its line here."""


def framed(
    request: Request,
    viewer: Viewer,
    template: str,
    section: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """A page of the console. ``section`` is the entry of the navigation that it belongs to."""
    entries = [
        entry._replace(label=entry.label + entry.variant(viewer))
        for entry in NAVIGATION if entry.shown(viewer)
    ]  # fmt: skip
    return page(
        request, template, lang=viewer.lang, status=status, headers=headers, viewer=viewer,
        csrf=viewer.csrf, section=section, theme=theme_of(request), here=_here(request),
        entries=entries, counts={entry.key: entry.tally(request, viewer) for entry in entries},
        demo=bool(request.app.state.demo), roles=_roles(viewer),
        prefect_pages=_prefect_pages(request), **values,
    )  # fmt: skip


def lean(
    request: Request, template: str, *, lang: str = "", status: int = 200, **values: object
) -> HTMLResponse:
    """A page without navigation, for who is not signed in, or not wholly."""
    return page(
        request, template, lang=lang, status=status, theme=theme_of(request),
        headers=None, here=_here(request), **values,
    )  # fmt: skip


def _here(request: Request) -> str:
    """The address to come back to when language or colours have been chosen: with its filters,
    without what was said of the last deed."""
    kept = [(key, value) for key, value in request.query_params.multi_items()
            if key not in ("lang", "done")]  # fmt: skip
    whole = f"{request.url.path}?{urlencode(kept)}"
    return whole if kept and len(whole) <= LONGEST_NEXT else request.url.path


def _roles(viewer: Viewer) -> str:
    """What the reader is, in words."""
    held = dict.fromkeys(name(role, viewer.lang) for role, _ in viewer.person.roles)
    administers = [say(viewer.lang, "administrator")] if viewer.administrator else []
    return " · ".join([*held, *administers])


def _prefect_pages(request: Request) -> str:
    """Where a demonstration shows its flow runs to everybody."""
    state = request.app.state
    return prefect_pages(request, state.office) if state.demo else ""
