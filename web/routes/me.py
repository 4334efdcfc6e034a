"""What is mine: password, sessions, second factor, language and appearance."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import segno
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from models import accounts as rows
from models import policies
from models.engine import reading
from rules.errors import Refused
from tasks import accounts, second_factor, signing_in
from web.at_hand import InOffice
from web.frame import LANG_COOKIE, YEAR, framed
from web.pages import THEME_COOKIE, THEMES, known_language
from web.phrases.refusals import told
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing, local_path
from web.words import say

router = APIRouter(prefix="/me")

Text = Annotated[str, Form()]


@router.api_route("/password", methods=["GET", "HEAD"])
def password(request: Request, viewer: Viewing, done: str = "") -> Response:
    """Change my password; at the first sign-in I have to."""
    return framed(
        request, viewer, "signing/password.html", "me", field="new", done=bool(done), complaint=""
    )


@router.post("/password")
def change_password(
    request: Request, viewer: Acting, office: InOffice, old: Text = "", new: Text = "",
    again: Text = "",
) -> Response:  # fmt: skip
    """Change it; other browsers are signed out."""
    if new != again:
        return _not_changed(request, viewer, say(viewer.lang, "password.differ"))
    here, now = viewer.here, request.app.state.wall()
    try:
        accounts.change_password(office.engine, here.account.id, old, new, here.session.id, now)
    except Refused as error:
        return _not_changed(request, viewer, told(error, viewer.lang))
    first = here.account.must_change
    return RedirectResponse("/mine" if first else "/me/password?done=1", SEE_OTHER)


@router.api_route("/sessions", methods=["GET", "HEAD"])
def sessions(request: Request, viewer: Viewing, office: InOffice, done: str = "") -> Response:
    """Where I am signed in."""
    with reading(office.engine) as connection:
        found = rows.sessions(connection, viewer.here.account.id, request.app.state.wall())
        zone = policies.policy(connection, policies.campaign(connection).policy_id).zone
    return framed(
        request, viewer, "signing/sessions.html", "me", sessions=found, zone=zone,
        mine=viewer.here.session.id, done=bool(done),
    )  # fmt: skip


@router.post("/sessions")
def end_sessions(
    request: Request, viewer: Acting, office: InOffice, session: Annotated[int, Form()] = 0
) -> Response:
    """Sign out elsewhere: in one browser, or in all others."""
    now = request.app.state.wall()
    with reading(office.engine) as connection:
        found = rows.sessions(connection, viewer.here.account.id, now)
    others = [one.id for one in found if one.id != viewer.here.session.id]
    signing_in.sign_out(office.engine, viewer.here, now, [session] if session else others)
    return RedirectResponse("/me/sessions?done=1", SEE_OTHER)


@router.api_route("/factor", methods=["GET", "HEAD"])
def factor(request: Request, viewer: Viewing, office: InOffice, off: str = "") -> Response:
    """My second factor: turn it on or off."""
    return _factor(request, viewer, office, off=bool(off))


@router.post("/factor")
def turn_factor(
    request: Request, viewer: Acting, office: InOffice, code: Text = "", password: Text = ""
) -> Response:
    """Turn it on with a code that it shows, or off with the password."""
    account = viewer.here.account
    try:
        if account.totp_on:
            second_factor.turn_off(office.engine, account.id, password)
            return RedirectResponse("/me/factor?off=1", SEE_OTHER)
        now = request.app.state.wall()
        codes = second_factor.confirm(office.engine, office.settings, account.id, code[:10], now)
    except Refused as error:
        return _factor(request, viewer, office, 409, told(error, viewer.lang))
    return framed(request, viewer, "signing/codes.html", "me", codes=codes)


@router.post("/lang")
def choose_language(
    request: Request,
    lang: Text = "",
    next: Text = "",  # noqa: A002
) -> Response:
    """Read pages in this language from now on; changes nothing else, so anybody may ask."""
    if (known := known_language(lang)) is None:
        raise HTTPException(400)
    return _remember(request, LANG_COOKIE, known, next)


@router.post("/theme")
def choose_theme(request: Request, theme: Text = "", next: Text = "") -> Response:  # noqa: A002
    """See pages light or dark from now on."""
    if theme not in THEMES:
        raise HTTPException(400)
    return _remember(request, THEME_COOKIE, theme, next)


def _remember(request: Request, cookie: str, value: str, where: str) -> Response:
    answer = RedirectResponse(local_path(where, "/"), SEE_OTHER)
    secure = request.app.state.secure
    answer.set_cookie(cookie, value, max_age=YEAR, samesite="lax", secure=secure, path="/")
    return answer


def _not_changed(request: Request, viewer: Viewer, why: str) -> Response:
    return framed(
        request,
        viewer,
        "signing/password.html",
        "me",
        field="new",
        status=409,
        done=False,
        complaint=why,
    )


def _factor(
    request: Request, viewer: Viewer, office: InOffice, status: int = 200, why: str = "",
    *, off: bool = False,
) -> Response:  # fmt: skip
    account = viewer.here.account
    picture, secret = Markup(""), ""
    if not account.totp_on:
        issuer = say(viewer.lang, "product")
        uri = second_factor.enrol(office.engine, office.settings, account.id, issuer)
        # Drawn into the page: no address of ours ever holds the secret.
        drawn = segno.make(uri, error="m").svg_inline(
            scale=5, border=2, svgclass="qr", lineclass=None
        )
        picture, secret = Markup(drawn), parse_qs(urlsplit(uri).query)["secret"][0]
    return framed(
        request, viewer, "signing/second.html", "me", status=status, on=account.totp_on,
        picture=picture, secret=secret, complaint=why, off=off,
    )  # fmt: skip
