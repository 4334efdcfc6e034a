"""How the API says that something cannot be done: problem documents (RFC 9457).

Every error under /api/v1 is one of ``KINDS``; what a rule or an input says is in ``detail``, in
``hint`` what to do about it, and in ``rule`` or ``where`` what a program can go by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from rules.errors import (
    Conflict,
    InputError,
    KeyReused,
    NotFound,
    RectiflowError,
    Refused,
    Unavailable,
)
from rules.worded import worded
from web.api.kinds import KINDS
from web.pages import accepted, known_language
from web.phrases.refusals import reason_of

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/v1"
SOON = 5
"""Seconds after which what is not available may be asked for again."""


_BY_STATUS = {400: "malformed", 404: "not-found", 405: "method", 413: "too-large",
              415: "media-type", 422: "invalid", 429: "throttled", 503: "unavailable"}  # fmt: skip

_OF_RULE = {"LimitEvidenceSize": "too-large", "AllowEvidenceKind": "media-type",
            "RequireContent": "invalid", "RefuseActiveContent": "invalid",
            "HoldTheDuty": "not-allowed", "RequireDecider": "not-allowed"}  # fmt: skip
"""Rules that are about who asks, or about what was sent; the others about the item."""


class Problem(Exception):
    """An answer that is one of ``KINDS``, from a route of the API."""

    def __init__(
        self, kind: str, detail: str = "", hint: str = "", *, where: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(detail or kind)
        self.kind, self.detail, self.hint, self.where = kind, detail, hint, where
        self.headers = headers


def spoken(request: Request) -> str:
    """The language of sentences: what is accepted, else English."""
    found = (known_language(tag) for tag in accepted(request))
    return next((lang for lang in found if lang), "en")


def answer(
    request: Request, kind: str, detail: str = "", hint: str = "", *,
    headers: Mapping[str, str] | None = None, errors: Sequence[Mapping[str, str]] = (),
    **more: str | None,
) -> Response:  # fmt: skip
    """The problem document; ``more`` are ``rule`` and ``where``, where there are any."""
    known, lang = KINDS[kind], spoken(request)
    title = known.zh if lang.startswith("zh") else known.en
    document: dict[str, Any] = {
        "type": f"{PREFIX}/docs#problem-{kind}", "title": title, "status": known.status,
        "detail": detail or f"{title}.", "instance": request.url.path,
    }  # fmt: skip
    document |= {name: value for name, value in {"hint": hint, **more}.items() if value}
    if (ref := request.path_params.get("ref")) is not None:
        document["ref"] = ref
    if errors:
        document["errors"] = list(errors)
    told = {"content-language": lang, "vary": "Accept-Language", **(headers or {})}
    return JSONResponse(document, known.status, told, MEDIA_TYPE)


KEY_REUSED = Problem(
    "key-reused", "This Idempotency-Key was sent with another request before.",
    "Use a new key for a new request.", where="Idempotency-Key",
)  # fmt: skip
"""The key of the event is ours: it says nothing to whoever has sent another."""


async def of_ours(request: Request, error: Exception) -> Response:
    """A problem that a route has told."""
    assert isinstance(error, Problem)
    detail, hint = worded(error.detail, spoken(request)), worded(error.hint, spoken(request))
    return answer(request, error.kind, detail, hint, headers=error.headers, where=error.where)


async def of_rules(request: Request, error: Exception) -> Response:
    """What rules and tasks say on purpose."""
    assert isinstance(error, RectiflowError)
    if isinstance(error, KeyReused):
        return await of_ours(request, KEY_REUSED)
    kind = kind_of(error)
    if isinstance(error, Conflict) and "if-match" in request.headers:
        kind = "stale"
    detail, hint = error.message, error.hint
    if isinstance(error, Refused) and spoken(request).startswith("zh"):
        detail, hint = reason_of(error.refusal, "zh-CN"), ""
    elif spoken(request).startswith("zh"):
        detail, hint = worded(detail, "zh-CN"), worded(hint, "zh-CN")
    return answer(
        request, kind, detail, hint,
        headers={"retry-after": str(SOON)} if kind == "unavailable" else None,
        rule=error.rule if isinstance(error, Refused) else None,
        where=error.where if isinstance(error, InputError) else None,
    )  # fmt: skip


def kind_of(error: RectiflowError) -> str:
    """Which of ``KINDS`` an error is."""
    if isinstance(error, Conflict):
        return "changed"
    if isinstance(error, Refused):
        about_them = "not-allowed" if error.rule.startswith("Forbid") else "refused"
        return _OF_RULE.get(error.rule, about_them)
    if isinstance(error, NotFound):
        return "not-found"
    return "unavailable" if isinstance(error, Unavailable) else "invalid"


async def of_framework(request: Request, error: Exception) -> Response:
    """What the framework says: no such address, no such method, too much."""
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, "fault" if error.status_code >= 500 else "malformed")
    return answer(request, kind, headers=error.headers)


async def of_input(request: Request, error: Exception) -> Response:
    """A body or a parameter that is not as it is described."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return answer(request, "malformed", "The body is no JSON.")
    errors = [{"where": _place(each["loc"]), "detail": str(each["msg"])} for each in found]
    first = errors[0]
    return answer(
        request, "invalid", f"{first['where']}: {first['detail']}.", where=first["where"],
        errors=errors,
    )  # fmt: skip


async def of_fault(request: Request, error: Exception) -> Response:
    """A fault of ours, which whoever stands around logs."""
    return answer(request, "fault")


def _place(loc: Sequence[Any]) -> str:
    """The field that is meant, without where it stood."""
    parts = [str(part) for part in loc[1:]] or [str(part) for part in loc]
    return ".".join(parts)
