"""The web application of one installation: routes, pages and their guard."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rules.errors import NotFound, RectiflowError, Refused, Unavailable
from tasks.office import Office
from web.assets import Assets
from web.guard import Guard
from web.pages import problem
from web.routes import feeds, health, home, links
from web.throttle import Throttle

FORGED_AT_MOST = 20
FORGED_SECONDS = 600.0
"""Whoever has mistyped a link does so a few times; whoever guesses does nothing else."""

UNTOLD: Any = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False,
    "auto_configure": False,
}  # fmt: skip
"""Spans bear the addresses of requests, and some addresses are secrets of their readers."""

ROUTERS = (home.router, health.router, links.router, feeds.router)

_STATUS: tuple[tuple[type[RectiflowError], int], ...] = (
    (NotFound, 404),
    (Unavailable, 503),
    (Refused, 409),
    (RectiflowError, 400),
)


def create_app(office: Office) -> FastAPI:
    """The application for this installation; nothing is connected yet."""
    app = FastAPI(
        title="Rectiflow", docs_url=None, redoc_url=None, openapi_url=None, telemetry=UNTOLD
    )
    app.state.office = office
    app.state.forged = Throttle(FORGED_AT_MOST, FORGED_SECONDS)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Assets(), name="static")
    app.add_exception_handler(HTTPException, _answered)
    app.add_exception_handler(RequestValidationError, _misunderstood)
    app.add_exception_handler(RectiflowError, _explained)
    app.add_middleware(Guard, secure=office.settings.public_url.startswith("https://"))
    return app


async def _answered(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = problem(request, error.status_code)
    for name, value in (error.headers or {}).items():
        answer.headers.setdefault(name, value)
    return answer


async def _misunderstood(request: Request, _error: Exception) -> Response:
    return problem(request, 400)


async def _explained(request: Request, error: Exception) -> Response:
    status = next(code for kind, code in _STATUS if isinstance(error, kind))
    return problem(request, status)
