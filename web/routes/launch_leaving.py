"""A large ledger that leaves to be edited: written in the background, then fetched by whoever has
asked for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response

from models.jobs import JobRow
from tasks import jobs, leaving_jobs
from tasks.leaving_jobs import LEAVING, duties_as_then, workbook_of
from tasks.uploading import give_up
from web.at_hand import InOffice
from web.bringing import Bringing, Looking, bringer, failure
from web.frame import framed
from web.handing_out import XLSX, disposition
from web.long_work import followed, ordered, place_of, taken_up

router = APIRouter(prefix="/launch/roundtrip/jobs/{token}")


def _job_of(request: Request, viewer: Looking, office: InOffice, token: str) -> JobRow:
    at = request.app.state.wall()
    return jobs.find(office.engine, token, viewer.person, at, (LEAVING,))


OfJob = Annotated[JobRow, Depends(_job_of)]
"""The job of the address: the reader's own."""

followed(router, "", bringer, _job_of)


@router.api_route("", methods=["GET", "HEAD"])
def show(request: Request, viewer: Looking, office: InOffice, job: OfJob) -> Response:
    """How far it is, and then the file."""
    taken_up(request, job)
    report = job.told
    return framed(
        request, viewer, "launch/leaving.html", "launch", job=job, place=place_of(job),
        report=report, here_still=workbook_of(office, job).exists(),
        as_then=duties_as_then(viewer.person, job),
        error=failure(report, viewer.lang) if job.state == "failed" else "",
    )  # fmt: skip


@router.post("/{what}")
def order(request: Request, viewer: Bringing, office: InOffice, job: OfJob, what: str) -> Response:
    """Write it anew, stop, or give up: each once, however often it is pressed."""
    at = request.app.state.wall()
    return ordered(request, office, job, what, {
        "again": lambda: leaving_jobs.again(office, job, at),
        "cancel": lambda: give_up(office, job, at),
    })  # fmt: skip


@router.get("/ledger.xlsx")
def fetch(viewer: Looking, office: InOffice, job: OfJob) -> Response:
    """The file."""
    path = leaving_jobs.to_be_fetched(office, viewer.person, job)
    name = f"ledger-to-edit-{job.created_at:%Y%m%d}.xlsx"
    return FileResponse(path, media_type=XLSX, headers={"content-disposition": disposition(name)})
