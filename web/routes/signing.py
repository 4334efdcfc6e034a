"""Signing in and out, the second factor at the door, and links by which passwords are chosen."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from config.openid import only_administrators_have_passwords
from models import accounts as rows
from models import directory
from models.engine import reading
from rules.errors import NotFound, Refused
from tasks import accounts, signing_in
from web.at_hand import InOffice, caller_of
from web.frame import LANG_COOKIE, YEAR, lean
from web.pages import language, problem
from web.phrases.refusals import told
from web.viewer import (
    SEE_OTHER,
    Viewing,
    acting_of,
    begun,
    came_from,
    comes_from_elsewhere,
    cookie_name,
    ended,
    local_path,
    same,
    token_of,
)
from web.words import say

router = APIRouter()

TROUBLES = ("away", "over", "denied", "unsound", "unknown", "closed", "passwords")
"""What may have gone wrong on the way from the issuer, as the sign-in page tells it."""

DOOR = "rectiflow-door"
"""Cookie that a form of the sign-in page has to match: nobody is signed in by another site."""

Text = Annotated[str, Form()]


@router.api_route("/login", methods=["GET", "HEAD"])
def login(
    request: Request,
    office: InOffice,
    next: str = "",  # noqa: A002
    out: str = "",
    trouble: str = "",
) -> Response:
    """The sign-in page; whoever is signed in goes on."""
    where = local_path(next)
    if signing_in.present(office.engine, token_of(request), request.app.state.wall()):
        return RedirectResponse(where, SEE_OTHER)
    known = trouble if trouble in TROUBLES else ""
    return _door(request, "signing/login.html", where=where, out=bool(out), trouble=known)


@router.post("/login")
def sign_in(
    request: Request, office: InOffice, login: Text = "", password: Text = "",
    door: Text = "", next: Text = "",  # noqa: A002
) -> Response:  # fmt: skip
    """Let in who knows the password."""
    if refused := _unwelcome(request, door):
        return refused
    now = request.app.state.wall()
    signed = signing_in.sign_in(
        office.engine, login, password, now, came_from(request),
        administrators=only_administrators_have_passwords(office.settings),
    )  # fmt: skip
    where = local_path(next)
    if signed is None:
        return _door(request, "signing/login.html", 401, where=where, wrong=True, login=login[:64])
    end_old(request, office)
    return begun(request, signed, where)


@router.post("/login/demo")
def sign_in_to_demo(
    request: Request, office: InOffice, who: Text = "", door: Text = ""
) -> Response:
    """One click, in a demonstration only."""
    if who not in {each.code for each in request.app.state.demo}:
        raise HTTPException(404)
    if refused := _unwelcome(request, door):
        return refused
    now = request.app.state.wall()
    with reading(office.engine) as connection:
        account = rows.by_person(connection, directory.person(connection, who).id)
    signed = account and signing_in.enter(office.engine, account.id, now, came_from(request))
    if not signed:
        raise HTTPException(404)
    end_old(request, office)
    answer = begun(request, signed, local_path(""))
    # Whoever tries it goes on in the language of the page that they came from.
    answer.set_cookie(LANG_COOKIE, language(request), max_age=YEAR, samesite="lax",
                      secure=request.app.state.secure, path="/")  # fmt: skip
    return answer


@router.api_route("/login/factor", methods=["GET", "HEAD"])
def factor(request: Request, office: InOffice, next: str = "") -> Response:  # noqa: A002
    """Ask for the second factor."""
    now = request.app.state.wall()
    if signing_in.present(office.engine, token_of(request), now, half=True) is None:
        return RedirectResponse("/login", SEE_OTHER)
    return _door(request, "signing/factor.html", where=local_path(next))


@router.post("/login/factor")
def show_factor(
    request: Request,
    office: InOffice,
    code: Text = "",
    door: Text = "",
    next: Text = "",  # noqa: A002
) -> Response:
    """Let in who shows the second factor as well."""
    if refused := _unwelcome(request, door):
        return refused
    where = local_path(next)
    signed = signing_in.finish(
        office.engine, office.settings, token_of(request), code[:40], request.app.state.wall(),
        came_from(request),
    )  # fmt: skip
    if signed is None:
        return _door(request, "signing/factor.html", 401, where=where, wrong=True)
    return begun(request, signed, where)


@router.post("/logout")
async def logout(request: Request, viewer: Viewing, office: InOffice) -> Response:
    """End this session."""
    await acting_of(request, viewer)
    signing_in.sign_out(office.engine, viewer.here, request.app.state.wall())
    return ended(request, "/login?out=1")


@router.api_route("/welcome/{token}", methods=["GET", "HEAD"])
def welcome(request: Request, office: InOffice, token: str) -> Response:
    """Where an invitation leads: choose a password. Looking changes nothing."""
    found = accounts.invited(office.engine, token, request.app.state.wall())
    if found is None:
        return _gone(request)
    if _signs_in_elsewhere(office, found):
        return RedirectResponse("/login?trouble=passwords", SEE_OTHER)
    return _door(request, "signing/welcome.html", found=found)


@router.post("/welcome/{token}")
def choose(
    request: Request, office: InOffice, token: str, password: Text = "", again: Text = "",
    who: Text = "", door: Text = "",
) -> Response:  # fmt: skip
    """Choose the password, once, and sign in."""
    if refused := _unwelcome(request, door):
        return refused
    now = request.app.state.wall()
    found = accounts.invited(office.engine, token, now)
    if found is None:
        return _gone(request)
    if _signs_in_elsewhere(office, found):
        return RedirectResponse("/login?trouble=passwords", SEE_OTHER)
    if password != again:
        return _door(request, "signing/welcome.html", 400, found=found, why="password.differ")
    try:
        login = accounts.accept(office.engine, token, password, now, who=who)
    except Refused as error:
        return _door(request, "signing/welcome.html", 409, found=found, error=error)
    except NotFound:
        return _gone(request)
    with reading(office.engine) as connection:
        account = accounts.named(connection, login)
    signed = signing_in.enter(office.engine, account.id, now, came_from(request))
    return begun(request, signed, local_path("")) if signed else _gone(request)


def _door(request: Request, template: str, status: int = 200, **values: object) -> Response:
    """A page with a form for who is not signed in yet."""
    door = request.cookies.get(DOOR, "")
    door = door if len(door) == 43 and door.isascii() else secrets.token_urlsafe(32)
    lang = values.pop("lang", "")
    error, why = values.pop("error", None), str(values.pop("why", ""))
    settings = request.app.state.office.settings
    shown = {
        "field": "password", "wrong": False, "out": False, "login": "", "trouble": "",
        "issuer": settings.openid_issuer and (settings.openid_name or "-"),
        "only_administrators": only_administrators_have_passwords(settings), **values,
    }  # fmt: skip
    answer = lean(
        request, template, lang=str(lang), status=status, door=door, demo=request.app.state.demo,
        complaint=lambda lang: told(error, lang) if isinstance(error, Refused)
        else say(lang, why) if why else "",
        **shown,
    )  # fmt: skip
    secure = request.app.state.secure
    answer.set_cookie(DOOR, door, httponly=True, samesite="strict", secure=secure, path="/")
    return answer


def _unwelcome(request: Request, door: str) -> Response | None:
    """What is answered to a form that is not ours, or to who tries too often."""
    expected = request.cookies.get(DOOR, "")
    if comes_from_elsewhere(request) or not expected or not same(door, expected):
        return problem(request, 403, "form_old")
    if not request.app.state.attempts.may_try(caller_of(request)):
        return problem(request, 429, "many")
    return None


def _signs_in_elsewhere(office: InOffice, found: accounts.Invited) -> bool:
    """Whether a password would open nothing: those of others than administrators are off."""
    administers = found.account is None or found.account.administrator
    return only_administrators_have_passwords(office.settings) and not administers


def _gone(request: Request) -> Response:
    if not request.app.state.forged.may_try(caller_of(request)):
        return problem(request, 429, "many")
    return problem(request, 410, "welcome.gone")


def end_old(request: Request, office: InOffice) -> None:
    """Whoever signs in as somebody else leaves nothing behind in this browser."""
    now = request.app.state.wall()
    token = request.cookies.get(cookie_name(request), "")
    if (old := signing_in.present(office.engine, token, now)) is not None:
        signing_in.sign_out(office.engine, old, now)
