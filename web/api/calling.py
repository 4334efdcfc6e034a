"""Who calls? The token of a request, what it is for, and how often it may call.

Who has no token is told so before anything of the request is read: nobody makes the server take
in a file, or learns which addresses there are, without one.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer, SecurityScopes
from starlette.types import ASGIApp, Receive, Scope, Send

from rules.errors import Unavailable
from tasks import api_tokens
from tasks.api_tokens import Bearer
from web.api import problems
from web.api.problems import Problem
from web.at_hand import caller_of
from web.throttle import Throttle

CALLS_AT_MOST = 1200
CALLS_SECONDS = 60.0
"""Calls of one token: twenty a second, for a minute."""

FAILURES_AT_MOST = 30
FAILURES_SECONDS = 300.0
"""Calls without a good token from one address, before it is told to wait."""

OPEN = frozenset({"/openapi.json", "/docs"})
"""What says nothing but what the program is, to anybody."""

REALM = 'Bearer realm="rectiflow"'

SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    bearerFormat="rf_...",
    description="An API token: `rectiflow user token LOGIN --name WHAT_FOR --scope read|act|admin`."
    " Each scope allows what stands before it.",
)


class Gate:
    """Stands before the API: lets in whoever has a good token, not too often."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or path in OPEN:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            # No database keeps it, and nothing that is here is called so.
            if "\0" in path or b"%00" in scope["query_string"]:
                raise Problem("malformed", "The address holds a character that is no text.")
            scope.setdefault("state", {})["bearer"] = await self._bearer(request)
        except Problem as problem:
            said = await problems.of_ours(request, problem)
            await said(scope, receive, send)
            return
        except Unavailable as error:
            said = await problems.of_rules(request, error)
            await said(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _bearer(self, request: Request) -> Bearer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        state = request.app.state
        found = None
        if scheme.lower() == "bearer" and token:
            engine, now = state.office.engine, state.wall()
            found = await run_in_threadpool(api_tokens.bearer, engine, token, now)
        if found is None:
            _pass(state.api_failures, caller_of(request))
            said = f'{REALM}, error="invalid_token"' if token else REALM
            raise Problem(
                "unauthorized", "Send a good token as: Authorization: Bearer rf_....",
                headers={"www-authenticate": said},
            )  # fmt: skip
        _pass(state.api_calls, hashlib.sha256(token.encode()).hexdigest())
        return found


def _pass(throttle: Throttle, who: str) -> None:
    if not throttle.may_try(who):
        seconds = str(throttle.seconds_left(who))
        raise Problem("throttled", headers={"retry-after": seconds})


def caller(
    request: Request, scopes: SecurityScopes, _shown: Annotated[Any, Depends(SCHEME)]
) -> Bearer:
    """For whom the request is made.

    Raises:
        Problem: the token is not for this.
    """
    bearer: Bearer = request.state.bearer
    missing = [scope for scope in scopes.scopes if scope not in bearer.scopes]
    if missing:
        header = f'{REALM}, error="insufficient_scope", scope="{missing[0]}"'
        raise Problem(
            "scope", f"This takes a token with the scope {missing[0]!r}.",
            "Make one: rectiflow user token LOGIN --name ... --scope ...",
            headers={"www-authenticate": header},
        )  # fmt: skip
    return bearer


Reads = Annotated[Bearer, Security(caller, scopes=["read"])]
Acts = Annotated[Bearer, Security(caller, scopes=["act"])]
Administers = Annotated[Bearer, Security(caller, scopes=["admin"])]
