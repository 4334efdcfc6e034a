"""The API as an application of its own, mounted at /api/v1: every error in it is a problem."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from rules.errors import RectiflowError
from web.api import (
    commands,
    directory,
    files,
    imports,
    items,
    lists,
    problems,
    reference,
    webhooks,
)
from web.api.calling import (
    CALLS_AT_MOST,
    CALLS_SECONDS,
    FAILURES_AT_MOST,
    FAILURES_SECONDS,
    Gate,
)
from web.pages import program_version
from web.throttle import Throttle

ROUTERS = (
    *(lists.router, items.router, commands.router, files.router, directory.router, imports.router),
    *(webhooks.router, reference.router),
)

DESCRIPTION = """\
What the console can do, for programs that act for a person. A token does what its person may do,
within its scope, and sees what they may see: an item that they may not see is told as one that is
not there. Errors are problem documents (RFC 9457). Instants are UTC, days are the campaign's.
"""


def create_api(state: State, untold: Any) -> FastAPI:
    """The API over the same installation as the pages."""
    api = FastAPI(
        title="Rectiflow", version=program_version(), description=DESCRIPTION,
        docs_url=None, redoc_url=None, openapi_url=None, telemetry=untold,
        redirect_slashes=False, servers=[{"url": problems.PREFIX}], root_path_in_servers=False,
    )  # fmt: skip
    api.state = state
    state.api_calls = Throttle(CALLS_AT_MOST, CALLS_SECONDS)
    state.api_failures = Throttle(FAILURES_AT_MOST, FAILURES_SECONDS)
    for router in ROUTERS:
        api.include_router(router)
    api.add_exception_handler(problems.Problem, problems.of_ours)
    api.add_exception_handler(RectiflowError, problems.of_rules)
    api.add_exception_handler(HTTPException, problems.of_framework)
    api.add_exception_handler(RequestValidationError, problems.of_input)
    api.add_exception_handler(Exception, problems.of_fault)
    api.add_middleware(Gate)
    return api
