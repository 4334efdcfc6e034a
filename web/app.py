"""The web application of one installation: routes, pages and their guard."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from config.clock import wall
from rules.errors import NotFound, RectiflowError, Refused, Unavailable
from tasks.admin.rulebook import LONGEST
from tasks.office import Office
from tasks.paper_templates import MOST_BYTES
from tasks.works import runner_for
from web.api import problems
from web.api.app import create_api
from web.assets import Assets
from web.guard import Guard, Larger
from web.live import Live
from web.pages import page_above, problem
from web.routes import (
    admin,
    approvals,
    board,
    bulk,
    bulk_jobs,
    feeds,
    files,
    health,
    home,
    item,
    launch,
    links,
    live,
    me,
    my_notices,
    openid,
    overview,
    signing,
    work,
)
from web.throttle import Throttle
from web.viewer import SEE_OTHER, NotOurForm, SignInFirst

FORGED_AT_MOST = 20
FORGED_SECONDS = 600.0
"""Whoever has mistyped a link does so a few times; whoever guesses does nothing else."""

LOOKS_AT_ONCE = 3
"""Files of evidence that are looked into at the same time: each is a process for some seconds."""

FILES_AT_ONCE = 10
"""As many files of the largest size as one form may bring; each has its own bound besides."""

MOST_LEDGER = 64_000_000
"""Octets of a ledger that is uploaded: some hundred thousand rows."""

MOST_SELECTION = 256 * 1024
"""Octets of a selection of items with what is said of them all."""

MOST_ROSTER = 16_000_000
"""Octets of a table of units and one of people."""

UNTOLD: Any = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False,
    "auto_configure": False,
}  # fmt: skip
"""Spans bear the addresses of requests, and some addresses are secrets of their readers."""

ATTEMPTS_AT_MOST = 30
ATTEMPTS_SECONDS = 300.0
"""Attempts to sign in from one address: an office may sit behind one."""

ROUTERS = (
    *(home.router, health.router, links.router, feeds.router),
    *(signing.router, openid.router, me.router, my_notices.router, work.router),
    *(board.router, bulk.router, bulk_jobs.router, launch.router, approvals.router),
    # Before the item's own page, whose address takes any reference.
    *(files.router, live.router, item.router),
    *(overview.router, admin.router),
)


class Tryout(NamedTuple):
    """One kind of user whom a demonstration lets everybody be with one click."""

    code: str
    name: str
    role: str
    icon: str


_STATUS: tuple[tuple[type[RectiflowError], int], ...] = (
    (NotFound, 404),
    (Unavailable, 503),
    (Refused, 409),
    (RectiflowError, 400),
)


def create_app(office: Office, demo: Sequence[Tryout] = ()) -> FastAPI:
    """The application for this installation; nothing is connected yet.

    ``demo`` is given by the demonstration alone, and by no setting: these people are signed in
    without a password.
    """
    app = FastAPI(
        title="Rectiflow", docs_url=None, redoc_url=None, openapi_url=None, telemetry=UNTOLD
    )
    app.state.office = office
    app.state.demo = demo
    app.state.wall = wall
    app.state.jobs = runner_for(office, wall)
    app.state.secure = office.settings.public_url.startswith("https://")
    app.state.attempts = Throttle(ATTEMPTS_AT_MOST, ATTEMPTS_SECONDS)
    app.state.forged = Throttle(FORGED_AT_MOST, FORGED_SECONDS)
    app.state.live = Live(office)
    app.state.looks = asyncio.Semaphore(LOOKS_AT_ONCE)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Assets(), name="static")
    app.mount("/api/v1", create_api(app.state, UNTOLD))
    app.add_exception_handler(HTTPException, _answered)
    app.add_exception_handler(RequestValidationError, _misunderstood)
    app.add_exception_handler(RectiflowError, _explained)
    app.add_exception_handler(SignInFirst, _sent_to_sign_in)
    app.add_exception_handler(NotOurForm, _not_ours)
    app.add_middleware(Guard, secure=app.state.secure, larger=_larger(office))
    return app


def _larger(office: Office) -> Larger:
    """Which addresses take files, and how large ones."""
    around = 64 * 1024
    evidence = office.settings.evidence_megabytes * 1_000_000 + around
    return {
        r"/items/[^/]+/evidence": evidence * FILES_AT_ONCE,
        r"/api/v1/items/[^/]+/evidence": evidence,
        r"/bulk(/preview|/do)?": MOST_SELECTION,
        r"/admin/roster": MOST_ROSTER + around,
        r"/admin/templates/papers/[^/]+": MOST_BYTES + around,
        r"/admin/policies/(check|import)": 8 * LONGEST + around,
        r"/launch/(upload|ledger)": MOST_LEDGER + around,
        r"/api/v1/(ledgers|imports)": MOST_LEDGER + around,
    }


async def _answered(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(f"{problems.PREFIX}/"):
        # An address with a line end in it comes to no mounted application.
        return await problems.of_framework(request, error)
    if error.status_code == 405 and request.method == "GET":
        return RedirectResponse(page_above(request), SEE_OTHER)
    answer = problem(request, error.status_code)
    for name, value in (error.headers or {}).items():
        answer.headers.setdefault(name, value)
    return answer


async def _sent_to_sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    if "hx-request" in request.headers:
        # A part of a page: the whole of it goes to sign in.
        return Response(status_code=401, headers={"hx-redirect": error.where})
    return RedirectResponse(error.where, SEE_OTHER)


async def _not_ours(request: Request, _error: Exception) -> Response:
    return problem(request, 403, "form_old")


async def _misunderstood(request: Request, _error: Exception) -> Response:
    return problem(request, 400)


async def _explained(request: Request, error: Exception) -> Response:
    status = next(code for kind, code in _STATUS if isinstance(error, kind))
    return problem(request, status)
