"""Who is looking? The signed-in person of a request, and what keeps others from acting as them.

A route that is for people takes ``Viewing``: whoever is not signed in is led to the sign-in page
and back. A route that changes anything takes ``Acting``, which also wants the form to be of this
session. OpenID Connect will begin the same sessions: ``begun`` is where it comes in.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from typing import Annotated, NamedTuple
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from rules.item import PersonFact
from tasks import signing_in
from tasks.signing_in import From, Present, SignedIn
from web.at_hand import InOffice, caller_of
from web.pages import language

SEE_OTHER = 303

PASSWORD_PAGE = "/me/password"

LONGEST_NEXT = 500


class Viewer(NamedTuple):
    """The signed-in person, as pages and routes need them."""

    here: Present
    lang: str
    csrf: str

    @property
    def person(self) -> PersonFact:
        """As the rules see them."""
        return self.here.person

    @property
    def name(self) -> str:
        """What people call them."""
        return self.here.account.name

    @property
    def administrator(self) -> bool:
        """Whether they administer the console."""
        return self.here.account.administrator


class SignInFirst(Exception):
    """Nobody is signed in, or they have to do something else before."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class NotOurForm(Exception):
    """What was sent does not come from a page of this session."""


def cookie_name(request: Request) -> str:
    """The session's cookie: bound to this very host where pages come by https."""
    return "__Host-rectiflow" if _by_https(request) else "rectiflow"


def token_of(request: Request) -> str:
    """The session's token that the browser brought; empty without one."""
    return request.cookies.get(cookie_name(request), "")


def viewer_of(request: Request, office: InOffice) -> Viewer:
    """Who is looking.

    Raises:
        SignInFirst: nobody, or they have to change their password before.
    """
    token = token_of(request)
    here = signing_in.present(office.engine, token, request.app.state.wall())
    if here is None:
        raise SignInFirst(f"/login?next={quote(_asked(request), safe='/')}")
    if here.account.must_change and request.url.path not in (PASSWORD_PAGE, "/logout"):
        raise SignInFirst(PASSWORD_PAGE)
    lang = language(request, here.account.lang, first=True)
    return Viewer(here, lang, signing_in.csrf(token))


Viewing = Annotated[Viewer, Depends(viewer_of)]


async def acting_of(request: Request, viewer: Viewing) -> Viewer:
    """Who is acting, by a form of their own session.

    Raises:
        SignInFirst: nobody is signed in.
        NotOurForm: the form is not one of this session's.
    """
    brought = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
    if comes_from_elsewhere(request) or not same(brought, viewer.csrf):
        raise NotOurForm
    return viewer


async def _acting(request: Request, viewer: Viewing) -> AsyncIterator[Viewer]:
    try:
        yield await acting_of(request, viewer)
    finally:
        # Files that came with the form lie in temporary files until they are closed.
        await request.close()


Acting = Annotated[Viewer, Depends(_acting)]


def comes_from_elsewhere(request: Request) -> bool:
    """Whether another site's page has sent this, as far as the browser tells (Fetch Metadata)."""
    return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


def same(brought: str, ours: str) -> bool:
    """Whether two secrets are the same, without telling how much of them is."""
    return hmac.compare_digest(brought.encode("utf-8", "replace"), ours.encode())


def came_from(request: Request) -> From:
    """Where somebody signs in from."""
    return From(request.headers.get("user-agent", ""), caller_of(request))


def begun(request: Request, signed: SignedIn, where: str) -> Response:
    """The browser gets its new session, and goes on; a second factor comes before ``where``."""
    after = where if signed.whole else f"/login/factor?next={quote(where, safe='/')}"
    answer = RedirectResponse(after, SEE_OTHER)
    secure = _by_https(request)
    answer.set_cookie(
        cookie_name(request), signed.token, httponly=True, samesite="lax", secure=secure, path="/"
    )
    return answer


def ended(request: Request, where: str) -> Response:
    """The browser forgets its session."""
    answer = RedirectResponse(where, SEE_OTHER)
    answer.delete_cookie(
        cookie_name(request), httponly=True, samesite="lax", secure=_by_https(request), path="/"
    )
    return answer


def local_path(text: str, otherwise: str = "/") -> str:
    """Where to go on: a path of ours, never another site, whatever the text says."""
    # Browsers take "\" for "/", and pass over tabs and line ends.
    odd = any(char < " " or char in "\\\x7f" for char in text)
    if odd or not text.startswith("/") or text.startswith("//") or len(text) > LONGEST_NEXT:
        return otherwise
    parts = urlsplit(text)
    return otherwise if parts.scheme or parts.netloc else text


def _asked(request: Request) -> str:
    """The page that was wanted; after a form, the front door."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return local_path(f"{request.url.path}{query}")


def _by_https(request: Request) -> bool:
    secure: bool = request.app.state.secure
    return secure
