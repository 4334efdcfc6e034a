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
from tasks import visible
from tasks.office import Office
from tasks.roundtrip import export_for_editing, note_readings
from web.at_hand import InOffice
from web.bringing import Bringing, Looking
from web.frame import framed
from web.phrases.refusals import told
from web.viewer import Viewer

router = APIRouter(prefix="/launch/roundtrip")

Word = Annotated[str, Form()]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    """A ledger to be edited; what is protected in it is noted as read."""
    stages = [Stage(one) for one in stage or () if one in set(Stage)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        try:
            left = export_for_editing(
                office, viewer.person, path, campaign=campaign, unit=unit.strip(), stages=stages,
                confidential=bool(confidential), lang=viewer.lang,
            )  # fmt: skip
        except InputError as error:
            return asked(request, viewer, office, told(error, viewer.lang), "export")
        content = path.read_bytes()
    at = request.app.state.wall()
    note_readings(office, viewer.person, left.confidential, visible.CONFIDENTIAL, at)
    note_readings(office, viewer.person, left.complainants, visible.COMPLAINANT, at)
    day = f"{office.clock.now():%Y%m%d}"
    headers = {"content-disposition": f'attachment; filename="ledger-to-edit-{day}.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)
