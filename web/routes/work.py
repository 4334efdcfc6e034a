"""My work: the page that somebody begins the day with."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models import jobs
from models.engine import reading
from rules.digest import Part
from tasks.bulk_jobs import BULK
from tasks.leaving_jobs import LEAVING
from tasks.mywork import desk_of
from tasks.sheet import ref_like
from web.at_hand import InOffice
from web.bringing import UPLOADS, brings
from web.frame import framed
from web.long_work import place_of
from web.viewer import SEE_OTHER, Viewer, Viewing

router = APIRouter()

FRESH = timedelta(days=1)
"""How long long work that has ended is shown among what is at hand."""

SHOWN = 3
"""Pieces of long work that are shown; the lists of them tell all."""


@router.api_route("/mine", methods=["GET", "HEAD"])
def work(request: Request, viewer: Viewing, office: InOffice) -> Response:
    """What I must do, approve and watch, the most pressing first."""
    with reading(office.engine) as connection:
        desk = desk_of(connection, viewer.person, office.clock.now())
        at_hand = jobs.at_hand(
            connection, viewer.person.id, _kinds(viewer), request.app.state.wall() - FRESH, SHOWN
        )
    parts = [(part, desk.parts[part], part in desk.more) for part in Part]
    return framed(
        request, viewer, "work.html", "work", parts=parts, at_hand=at_hand, place_of=place_of
    )


def _kinds(viewer: Viewer) -> tuple[str, ...]:
    """Kinds of long work whose pages the reader may see."""
    return (BULK, *UPLOADS, LEAVING) if brings(viewer) else (BULK,)


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
