"""My API tokens: by which programs do for me what I may do, and no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from models import accounts as rows
from models import policies
from models.engine import reading
from rules.errors import RectiflowError
from tasks import api_tokens
from tasks.api_tokens import Scope
from web.admin_desk import EMPTY, status_of, wrong
from web.admin_desk import Form as Typed
from web.at_hand import InOffice
from web.frame import framed
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing

router = APIRouter(prefix="/me/tokens")

OWN = (Scope.READ, Scope.ACT)
"""What people give their own programs; administering is given by administrators alone."""

Text = Annotated[str, Form(max_length=200)]


@router.api_route("", methods=["GET", "HEAD"])
def listed(request: Request, viewer: Viewing, office: InOffice, done: str = "") -> Response:
    """The tokens that there are, and a form for a new one."""
    return _page(request, viewer, office, done=bool(done))


@router.post("")
def new(
    request: Request, viewer: Acting, office: InOffice, name: Text = "", scope: Text = "read",
    days: Annotated[int, Form(ge=1, le=366)] = 90,
) -> Response:  # fmt: skip
    """A new token, shown this once."""
    if scope not in OWN:
        raise HTTPException(400)
    login, now = viewer.here.account.login, request.app.state.wall()
    try:
        made = api_tokens.new(office.engine, login, name, [Scope(scope)], now, timedelta(days=days))
    except RectiflowError as error:
        typed = {"token_name": name, "scope": scope, "days": str(days)}
        form = wrong(error, typed, viewer.lang)
        return _page(request, viewer, office, form=form, status=status_of(error))
    return _page(request, viewer, office, token=made)


@router.post("/revoke")
def revoke(
    request: Request, viewer: Acting, office: InOffice, token: Annotated[int, Form()] = 0
) -> Response:
    """Let one of mine be good no more."""
    now = request.app.state.wall()
    api_tokens.revoke(office.engine, viewer.here.account.login, token, now)
    return RedirectResponse("/me/tokens?done=1", SEE_OTHER)


def _page(
    request: Request, viewer: Viewer, office: InOffice, *, form: Typed = EMPTY, token: str = "",
    done: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    with reading(office.engine) as connection:
        tokens = rows.tokens(connection, viewer.here.account.id)
        zone = policies.policy(connection, policies.campaign(connection).policy_id).zone
    return framed(
        request, viewer, "admin/my_tokens.html", "me", status=status, tokens=tokens, zone=zone,
        form=form, token=token, now=request.app.state.wall(), scopes=OWN, revoked=done,
    )  # fmt: skip
