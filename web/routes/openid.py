"""Signing in with OpenID Connect: to the issuer, back from it, and out there."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from config.logging import log_context
from rules.errors import RectiflowError, Refused, Unavailable
from tasks import signing_in
from web.at_hand import InOffice, caller_of
from web.pages import problem
from web.routes.signing import end_old
from web.viewer import SEE_OTHER, begun, came_from, local_path, token_of

if TYPE_CHECKING:
    from tasks.openid.issuer import Issuer

log = logging.getLogger("rectiflow.accounts")

router = APIRouter(prefix="/login/openid")

_TOLD = {
    "RequireOwnWay": "over", "RequireConsent": "denied", "RequireSoundToken": "unsound",
    "RequireOpenAccount": "closed",
}  # fmt: skip
"""What the sign-in page says of a refusal; of any other, that the person is not known."""


@router.get("")
def go(request: Request, office: InOffice, next: str = "") -> Response:  # noqa: A002
    """Send the browser to the issuer. A link and no form: browsers let a form of ours lead to no
    other site (form-action)."""
    from tasks.openid import journey

    issuer, where = _issuer(request), local_path(next)
    now = request.app.state.wall()
    if signing_in.present(office.engine, token_of(request), now):
        return RedirectResponse(where, SEE_OTHER)
    if not request.app.state.attempts.may_try(caller_of(request)):
        return problem(request, 429, "many")
    browser = _browser(request) or secrets.token_urlsafe(32)
    try:
        address = journey.sent(office.engine, issuer, browser, where, now)
    except RectiflowError as error:
        return _not_in(error, where)
    answer = RedirectResponse(address, SEE_OTHER)
    answer.set_cookie(
        _cookie(request), browser, max_age=int(journey.LASTS.total_seconds()), httponly=True,
        # Lax: the issuer's page leads back here, which is another site's doing.
        samesite="lax", secure=request.app.state.secure, path="/",
    )  # fmt: skip
    return answer


@router.get("/back")
def back(request: Request, office: InOffice) -> Response:
    """Let in whom the issuer vouches for, if they set out from this browser."""
    from tasks.openid import arriving, journey

    issuer, where = _issuer(request), ""
    now = request.app.state.wall()
    if not request.app.state.attempts.may_try(caller_of(request)):
        return problem(request, 429, "many")
    query = dict(request.query_params)
    try:
        come = journey.arrived(office.engine, issuer, _browser(request), query, now)
        where = come.where
        account = arriving.recognised(office.engine, office.settings, come.claims, now)
    except RectiflowError as error:
        return _forgotten(request, _not_in(error, where))
    signed = signing_in.enter(office.engine, account, now, came_from(request))
    if signed is None:
        return _forgotten(request, RedirectResponse("/login?trouble=closed", SEE_OTHER))
    end_old(request, office)
    return _forgotten(request, begun(request, signed, local_path(where)))


@router.get("/out")
def out(request: Request) -> Response:
    """Lead to the issuer's own page for signing out, where it has one."""
    issuer = _issuer(request)
    try:
        address = issuer.described().get("end_session_endpoint")
    except RectiflowError as error:
        return _not_in(error, "")
    if not address:
        return RedirectResponse("/login?out=1", SEE_OTHER)
    base = issuer.settings.public_url.rstrip("/")
    query = urlencode(
        {"client_id": issuer.settings.openid_client, "post_logout_redirect_uri": f"{base}/login"}
    )
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{query}", SEE_OTHER)


def _issuer(request: Request) -> Issuer:
    """The issuer, made when it is first asked for: what it needs takes a while to load."""
    from tasks.openid.issuer import Issuer

    settings = request.app.state.office.settings
    if not settings.openid_issuer:
        raise HTTPException(404)
    known: Issuer | None = getattr(request.app.state, "issuer", None)
    if known is None:
        known = request.app.state.issuer = Issuer(settings, lambda: request.app.state.wall())
    return known


def _not_in(error: RectiflowError, where: str) -> Response:
    """Back to the sign-in page, which says why in words of ours; the log says it exactly."""
    rule = error.rule if isinstance(error, Refused) else type(error).__name__
    told = _TOLD.get(rule, "unknown") if isinstance(error, Refused) else "away"
    level = logging.WARNING if isinstance(error, Refused | Unavailable) else logging.ERROR
    log.log(level, "Nobody was let in by OpenID Connect. %s", log_context("openid", why=str(error)))
    after = f"&next={quote(where, safe='/')}" if where else ""
    return RedirectResponse(f"/login?trouble={told}{after}", SEE_OTHER)


def _cookie(request: Request) -> str:
    return "__Host-rectiflow-way" if request.app.state.secure else "rectiflow-way"


def _browser(request: Request) -> str:
    """The token that this browser set out with."""
    brought = request.cookies.get(_cookie(request), "")
    return brought if len(brought) == 43 and brought.isascii() else ""


def _forgotten(request: Request, answer: Response) -> Response:
    secure = request.app.state.secure
    answer.delete_cookie(_cookie(request), httponly=True, samesite="lax", secure=secure, path="/")
    return answer
