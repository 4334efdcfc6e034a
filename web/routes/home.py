"""The front door: to the page that one begins with, or to the sign-in page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from tasks import signing_in
from web.at_hand import InOffice
from web.landing import front_of
from web.viewer import SEE_OTHER, token_of

router = APIRouter()


@router.api_route("/", methods=["GET", "HEAD"])
def home(request: Request, office: InOffice) -> Response:
    """Where whoever comes has to go."""
    here = signing_in.present(office.engine, token_of(request), request.app.state.wall())
    if here is not None:
        return RedirectResponse(front_of(here.person), SEE_OTHER)
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login{asked}", SEE_OTHER)
