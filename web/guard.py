"""What stands before every page: strict headers, a bound on what is sent, faults told as pages."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.logging import log_context
from web.pages import problem

log = logging.getLogger("rectiflow.web")

MOST_BODY = 64 * 1024
"""Octets that a request may bring. Forms are small; whoever takes files says so in ``Larger``."""

Larger = Mapping[str, int]
"""Octets that requests may bring to addresses that match these patterns wholly."""

HEADERS = {
    # No script, style, frame or picture from anywhere else, and none written into a page; the
    # design system draws its arrows and ticks from pictures in its style (data:).
    "content-security-policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # The address of a link is a secret of its reader's.
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""Sent with every answer that does not say otherwise."""

YEAR = 365 * 24 * 3600


class Guard:
    """Wraps the application. ``secure`` says that people reach it by https only."""

    def __init__(self, app: ASGIApp, *, secure: bool = False, larger: Larger | None = None) -> None:
        self._app = app
        self._larger = {re.compile(each): most for each, most in (larger or {}).items()}
        self._headers = dict(HEADERS)
        if secure:
            self._headers["strict-transport-security"] = f"max-age={YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, _bounded(receive, self._most(scope)), guarded)
        except Exception:
            # The address is not logged: it may be a link.
            route = getattr(scope.get("route"), "path", "")
            log.exception("A page failed. %s", log_context("web", route=route or None))
            if not begun:
                await problem(Request(scope), 500)(scope, receive, guarded)

    def _most(self, scope: Scope) -> int:
        """How much this request may bring."""
        path = scope["path"]
        found = (most for pattern, most in self._larger.items() if pattern.fullmatch(path))
        return max(found, default=MOST_BODY)


def _bounded(receive: Receive, most: int) -> Receive:
    """The request's body, until there is too much of it."""
    brought = 0

    async def counted() -> Message:
        nonlocal brought
        message = await receive()
        brought += len(message.get("body", b""))
        if brought > most:
            raise HTTPException(413)
        return message

    return counted
