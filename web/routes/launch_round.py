"""A ledger that leaves to be edited and comes back; the upload itself is like any other."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from models import policies, suggestions
from models.engine import reading
from rules.errors import InputError
from rules.vocabulary import Stage
from tasks import leaving_jobs, visible
from tasks.office import Office
from tasks.roundtrip import Asked, export_for_editing, note_readings, size_of
from web.at_hand import InOffice
from web.bringing import Bringing, Looking
from web.frame import framed
from web.handing_out import XLSX, disposition
from web.long_work import back_to, runner_of
from web.phrases.refusals import told
from web.viewer import Viewer
from web.words import say

router = APIRouter(prefix="/launch/roundtrip")

Word = Annotated[str, Form()]


@router.api_route("", methods=["GET", "HEAD"])
def ask(request: Request, viewer: Looking, office: InOffice) -> Response:
    """What shall leave, or what comes back?"""
    return asked(request, viewer, office)


def asked(
    request: Request, viewer: Viewer, office: Office, said: str = "", about: str = ""
) -> Response:
    """The page; with what went wrong when leaving (``about`` "export") or coming back."""
    with reading(office.engine) as connection:
        known = policies.campaigns(connection)
        units = suggestions.units(connection)
    return framed(
        request, viewer, "launch/edited.html", "launch", status=400 if said else 200,
        campaigns=known, units=units, stages=list(Stage), said=said, about=about,
    )  # fmt: skip


@router.post("/export")
def export(
    request: Request, viewer: Bringing, office: InOffice,
    campaign: Word = "", unit: Word = "", confidential: Word = "",
    stage: Annotated[list[str] | None, Form()] = None,
) -> Response:  # fmt: skip
    """A ledger to be edited: a small one at once, a larger one when it is written."""
    stages = tuple(Stage(one) for one in stage or () if one in set(Stage))
    wish = Asked(campaign, unit.strip(), stages, bool(confidential), viewer.lang)
    try:
        size = size_of(office, viewer.person, wish)
        if size > leaving_jobs.AT_ONCE:
            return _later(request, viewer, office, wish, size)
        return _at_once(request, viewer, office, wish)
    except InputError as error:
        return asked(request, viewer, office, told(error, viewer.lang), "export")


def _at_once(request: Request, viewer: Viewer, office: Office, wish: Asked) -> Response:
    """The file; what is protected in it is noted as read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        left = export_for_editing(office, viewer.person, path, wish)
        content = path.read_bytes()
    at = request.app.state.wall()
    note_readings(office, viewer.person, left.confidential, visible.CONFIDENTIAL, at)
    note_readings(office, viewer.person, left.complainants, visible.COMPLAINANT, at)
    day = f"{office.clock.now():%Y%m%d}"
    headers = {"content-disposition": disposition(f"ledger-to-edit-{day}.xlsx")}
    return Response(content, media_type=XLSX, headers=headers)


def _later(request: Request, viewer: Viewer, office: Office, wish: Asked, size: int) -> Response:
    title = say(viewer.lang, "launch.left.title", count=f"{size:,}")
    at = request.app.state.wall()
    job = leaving_jobs.wished(office, viewer.person, wish, title, at)
    runner_of(request).nudge()
    return back_to(job)
