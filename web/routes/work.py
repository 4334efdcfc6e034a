"""My work: the page that somebody begins the day with."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.engine import reading
from rules.digest import Part
from tasks.mywork import desk_of
from tasks.sheet import ref_like
from web.at_hand import InOffice
from web.frame import framed
from web.viewer import SEE_OTHER, Viewing

router = APIRouter()


@router.api_route("/mine", methods=["GET", "HEAD"])
def work(request: Request, viewer: Viewing, office: InOffice) -> Response:
    """What I must do, approve and watch, the most pressing first."""
    with reading(office.engine) as connection:
        desk = desk_of(connection, viewer.person, office.clock.now())
    parts = [(part, desk.parts[part], part in desk.more) for part in Part]
    return framed(request, viewer, "work.html", "work", parts=parts)


@router.api_route("/find", methods=["GET", "HEAD"])
def find(request: Request, viewer: Viewing, office: InOffice, q: str = "") -> Response:
    """The item of this reference; other words are searched for on the board."""
    words = q[:64]
    with reading(office.engine) as connection:
        ref = ref_like(connection, words, viewer.person)
    if ref is not None:
        return RedirectResponse(f"/items/{ref}", SEE_OTHER)
    if words.strip():
        return RedirectResponse(f"/board?{urlencode({'scope': 'all', 'q': words})}", SEE_OTHER)
    return framed(request, viewer, "nothing.html", "find", status=404, words=words)
