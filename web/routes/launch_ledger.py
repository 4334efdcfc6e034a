"""A ledger by upload: received, rehearsed, taken over, and told of."""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from ledgers.refused_rows import write_refused
from ledgers.sentences import retold
from models import policies
from models.engine import reading
from models.jobs import AGAIN, JobRow
from rules.errors import InputError, Refused, Unavailable
from rules.worded import worded
from tasks import jobs
from tasks.ledger_jobs import reasons_of
from tasks.office import Office
from tasks.roundtrip_jobs import changes_on
from tasks.uploading import EDITED, LEDGER, file_of, give_up, mapping_of, receive
from web.at_hand import InOffice
from web.bringing import Bringing, Looking, OfJob, bringer, failure, job_of
from web.difference_words import said_of, why_of
from web.frame import framed
from web.handing_out import XLSX
from web.long_work import back_to, followed, ordered, place_of, runner_of, taken_up
from web.phrases.refusals import told
from web.routes import launch_round
from web.viewer import SEE_OTHER, Viewer

router = APIRouter(prefix="/launch")

followed(router, "/jobs/{token}", bringer, job_of)


@router.api_route("/ledger", methods=["GET", "HEAD"])
def ask(request: Request, viewer: Looking, office: InOffice) -> Response:
    """Which file?"""
    return _asked(request, viewer, office, LEDGER)


def _asked(
    request: Request, viewer: Viewer, office: Office, kind: str, said: str = "", status: int = 200
) -> Response:
    if kind == EDITED:
        return launch_round.asked(request, viewer, office, said)
    with reading(office.engine) as connection:
        known = policies.campaigns(connection)
    return framed(
        request, viewer, "launch/ledger.html", "launch", status=status, campaigns=known, said=said
    )


@router.post("/upload")
async def upload(request: Request, viewer: Bringing, office: InOffice) -> Response:
    """Keep the file and look into it."""
    form = await request.form()
    file, kind = form.get("file"), str(form.get("kind", LEDGER))
    if kind not in (LEDGER, EDITED):
        raise HTTPException(400)
    campaign = str(form.get("campaign", ""))
    if not isinstance(file, UploadFile) or not file.filename:
        said = worded("The file is empty.", viewer.lang)
        return await run_in_threadpool(_asked, request, viewer, office, kind, said, 400)
    return await run_in_threadpool(_upload, request, viewer, office, file, kind, campaign)


def _upload(
    request: Request, viewer: Viewer, office: Office, file: UploadFile, kind: str, campaign: str
) -> Response:
    at = request.app.state.wall()
    try:
        job = receive(
            office, viewer.person, file.filename or "", file.file, at, kind=kind,
            campaign=campaign, lang=viewer.lang,
        )  # fmt: skip
    except (InputError, Refused, Unavailable) as error:
        return _asked(request, viewer, office, kind, told(error, viewer.lang), 400)
    if kind == EDITED:
        jobs.ask(office.engine, job, "rehearsing", ("uploaded",), at)
        runner_of(request).nudge()
        return back_to(job)
    return RedirectResponse(f"{place_of(job)}/map", SEE_OTHER)


@router.api_route("/jobs/{token}", methods=["GET", "HEAD"])
def show(
    request: Request, viewer: Looking, office: InOffice, job: OfJob, page: int = 1
) -> Response:
    """How the job stands; of the differences in an edited ledger one page."""
    if job.kind == LEDGER and job.state == "uploaded":
        return RedirectResponse(f"{place_of(job)}/map", SEE_OTHER)
    taken_up(request, job)
    template = "launch/job.html" if job.kind == LEDGER else "launch/difference.html"
    report, upload = report_of(job, viewer.lang), file_of(office.settings, job)
    changes = changes_on(upload, report.get("pages", ()), page)
    return framed(
        request, viewer, template, "launch", job=job, report=report, changes=changes, page=page,
        here_still=upload.exists(), said_of=partial(said_of, viewer.lang),
        why=partial(why_of, viewer.lang), place=place_of(job),
    )  # fmt: skip


@router.post("/jobs/{token}/{what}")
def order(request: Request, viewer: Bringing, office: InOffice, job: OfJob, what: str) -> Response:
    """Rehearse, go, stop, or give up: each once, however often the button is pressed."""
    at = request.app.state.wall()
    return ordered(request, office, job, what, {
        "rehearse": lambda: _rehearse(office, job, at),
        "go": lambda: jobs.ask(office.engine, job, "running", _may_go(job), at),
        "cancel": lambda: give_up(office, job, at),
    })  # fmt: skip


def _rehearse(office: Office, job: JobRow, at: datetime) -> None:
    if job.mapping or job.kind == EDITED:
        states = ("mapped", "rehearsed", *AGAIN)
        jobs.ask(office.engine, job, "rehearsing", states, at, report="")


def _may_go(job: JobRow) -> tuple[str, ...]:
    """From where the real work may begin: after a dry run, or where it broke off."""
    return ("rehearsed", "interrupted", "stopped") if job.report else ("rehearsed",)


@router.get("/jobs/{token}/refused.{kind}")
def refused(viewer: Looking, office: InOffice, job: OfJob, kind: str) -> Response:
    """The rows that were refused, as a ledger with the reasons."""
    upload, mapping = file_of(office.settings, job), mapping_of(job)
    reasons = reasons_of(upload, viewer.lang)
    if kind not in ("xlsx", "csv") or mapping is None or not reasons or not upload.exists():
        raise HTTPException(404)
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / f"refused.{kind}"
        write_refused(upload, mapping, reasons, to, viewer.lang)
        content = to.read_bytes()
    headers = {"content-disposition": f'attachment; filename="refused-rows.{kind}"'}
    return Response(content, media_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8",
                    headers=headers)  # fmt: skip


def report_of(job: JobRow, lang: str) -> dict[str, Any]:
    """What the job has told; an error in the reader's language."""
    report = job.told
    if report.get("error"):
        report["error"] = failure(report, lang)
    for cells in (report.get(key, ()) for key in ("refused", "warnings", "problems")):
        for one in cells:
            one["reason"] = retold(one.get("code", ""), one["reason"], lang)
    return report
