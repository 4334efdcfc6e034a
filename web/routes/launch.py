"""Launch: one item by form, a ledger by upload, or an exported one that was edited."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from config.calendars import calendar_for
from ledgers.writer import write
from models import jobs, policies
from models.engine import reading
from tasks.leaving_jobs import LEAVING
from web.at_hand import InOffice
from web.bringing import UPLOADS, Looking
from web.frame import framed
from web.handing_out import XLSX
from web.long_work import place_of
from web.routes import launch_item, launch_leaving, launch_ledger, launch_map, launch_round

router = APIRouter()

SHOWN = 15
"""Uploads and exports on a page."""

LISTED = (*UPLOADS, LEAVING)

KINDS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


@router.api_route("/launch", methods=["GET", "HEAD"])
def begin(request: Request, viewer: Looking, office: InOffice, before: int = 0) -> Response:
    """Where to begin; and what the reader has uploaded and exported before."""
    with reading(office.engine) as connection:
        found = jobs.of_person(connection, viewer.person.id, LISTED, before or None, SHOWN + 1)
        zone = policies.policy(connection, policies.campaigns(connection)[-1].policy_id).zone
    more = found[SHOWN - 1].id if len(found) > SHOWN else 0
    return framed(
        request, viewer, "launch/begin.html", "launch", jobs=found[:SHOWN], more=more, zone=zone,
        before=before, place_of=place_of,
    )  # fmt: skip


@router.get("/launch/template.{kind}")
def template(request: Request, viewer: Looking, office: InOffice, kind: str) -> Response:
    """An empty ledger in our own layout, to fill in."""
    kind = kind if kind in KINDS else "xlsx"
    with reading(office.engine) as connection:
        policy = policies.policy(connection, policies.campaigns(connection)[-1].policy_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"ledger.{kind}"
        write(path, (), viewer.lang, zone=calendar_for(policy).zone, extras=())
        content = path.read_bytes()
    name = "ledger-template" if viewer.lang == "en" else "taizhang-moban"
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=KINDS[kind], headers=headers)


for _family in (launch_item, launch_map, launch_ledger, launch_round, launch_leaving):
    router.include_router(_family.router)
