"""The front door: to my work, or to the sign-in page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from tasks import signing_in
from web.at_hand import InOffice
from web.viewer import SEE_OTHER, token_of

router = APIRouter()


@router.api_route("/", methods=["GET", "HEAD"])
def home(request: Request, office: InOffice) -> Response:
    """Where whoever comes has to go."""
    here = signing_in.present(office.engine, token_of(request), request.app.state.wall())
    asked = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse("/mine" if here else f"/login{asked}", SEE_OTHER)
