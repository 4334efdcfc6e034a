"""Accounts: who may sign in, by which link they begin, and who no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from models import accounts as rows
from models import admin_accounts
from models.admin_accounts import PAGE
from models.engine import reading
from rules.errors import NotFound, RectiflowError
from tasks import accounts
from tasks.admin import ways_in
from tasks.api_tokens import Scope
from web.admin_desk import EMPTY, Administering, Changing, Desk, go, status_of, wrong
from web.admin_desk import Form as Typed
from web.own_address import own_address

router = APIRouter(prefix="/admin/accounts")

Text = Annotated[str, Form(max_length=400)]
Days = Annotated[int, Form(ge=1, le=366)]

PLAIN = {
    "disable": ways_in.disable,
    "enable": ways_in.enable,
    "signout": ways_in.sign_out,
    "factor": ways_in.drop_factor,
}
"""Deeds that need nothing but the account."""


@router.api_route("", methods=["GET", "HEAD"])
def listed(desk: Administering, q: str = "", after: str = "", person: str = "") -> Response:
    """The accounts by login, or those with these words in login or name."""
    return _list(desk, q.strip()[:100], after[:64], Typed({"person": person[:64]}))


@router.post("")
def add(desk: Changing, person: Text = "", login: Text = "", administrator: Text = "") -> Response:
    """Give a person an account; the link by which they begin is shown this once."""
    typed = {"person": person, "login": login, "administrator": administrator}
    try:
        base = own_address(desk.request)
        made = ways_in.add(desk.admin, person.strip(), login, administrator=administrator == "yes")
        token = ways_in.invite(desk.admin, made)
    except RectiflowError as error:
        return _list(desk, "", "", wrong(error, typed, desk.lang), status_of(error))
    return _sheet(desk, made, link=f"{base}/welcome/{token}")


@router.api_route("/{login}", methods=["GET", "HEAD"])
def show(desk: Administering, login: str) -> Response:
    """One account: its sessions and tokens."""
    return _sheet(desk, login)


@router.post("/{login}/invite")
def invite(desk: Changing, login: str) -> Response:
    """A new link by which the password is chosen, shown this once; earlier ones are void."""
    try:
        base = own_address(desk.request)
        token = ways_in.invite(desk.admin, login)
    except RectiflowError as error:
        return _sheet(desk, login, wrong(error, {}, desk.lang), status_of(error))
    return _sheet(desk, login, link=f"{base}/welcome/{token}")


@router.post("/{login}/token")
def new_token(
    desk: Changing, login: str, name: Text = "", scope: Text = "read", days: Days = 90
) -> Response:
    """A new API token, shown this once."""
    typed = {"token_name": name, "scope": scope, "days": str(days)}
    if scope not in tuple(Scope):
        raise HTTPException(400)
    try:
        made = ways_in.new_token(desk.admin, login, name, [Scope(scope)], timedelta(days=days))
    except RectiflowError as error:
        return _sheet(desk, login, wrong(error, typed, desk.lang), status_of(error))
    return _sheet(desk, login, token=made)


@router.post("/{login}/{deed}")
def do(
    desk: Changing, login: str, deed: str, may: Text = "", token: Annotated[int, Form()] = 0
) -> Response:
    """Close or open it, sign out everywhere, let it administer or no more, revoke a token."""
    try:
        match deed:
            case "admin":
                ways_in.administer(desk.admin, login, may == "yes")
            case "revoke":
                ways_in.revoke_token(desk.admin, login, token)
            case known if known in PLAIN:
                PLAIN[known](desk.admin, login)
            case _:
                raise HTTPException(404)
    except RectiflowError as error:
        return _sheet(desk, login, wrong(error, {}, desk.lang), status_of(error))
    return go(f"/admin/accounts/{quote(login, safe='')}", deed)


def _list(desk: Desk, words: str, after: str, form: Typed, status: int = 200) -> Response:
    with reading(desk.office.engine) as connection:
        found = admin_accounts.page(connection, words, after, desk.admin.at)
    more = ""
    if len(found) > PAGE:
        more = f"/admin/accounts?{urlencode({'q': words, 'after': found[PAGE - 1].login})}"
    return desk.page(
        "accounts.html", "accounts", status=status, lines=found[:PAGE], words=words,
        more_page=more, form=form,
    )  # fmt: skip


def _sheet(
    desk: Desk, login: str, form: Typed = EMPTY, status: int = 200, *, link: str = "",
    token: str = "",
) -> Response:  # fmt: skip
    try:
        with reading(desk.office.engine) as connection:
            account = accounts.named(connection, login)
            sessions = rows.sessions(connection, account.id, desk.admin.at)
            tokens = rows.tokens(connection, account.id)
    except NotFound:
        raise HTTPException(404) from None
    return desk.page(
        "account.html", "accounts", status=status, account=account, sessions=sessions,
        tokens=tokens, form=form, link=link, token=token, scopes=tuple(Scope), now=desk.admin.at,
        mine=account.person_id == desk.viewer.person.id, invited_for=accounts.INVITED_FOR.days,
    )  # fmt: skip
