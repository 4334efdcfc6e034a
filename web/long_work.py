"""What the pages of long work share, whatever is done: how far it is, and whether to stop it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from models.jobs import JobRow
from tasks import jobs
from tasks.bulk_jobs import BULK
from tasks.jobs import Runner
from tasks.leaving_jobs import LEAVING
from tasks.moving_jobs import MOVING
from tasks.office import Office
from web.frame import framed
from web.pages import page
from web.viewer import SEE_OTHER, Viewer

FAMILIES = {BULK: "bulk", MOVING: "admin/policies", LEAVING: "launch/roundtrip"}
"""Kind of job -> the family of pages that shows it; the others are those of launching."""


def runner_of(request: Request) -> Runner:
    """Who does long work in this process."""
    runner: Runner = request.app.state.jobs
    return runner


def place_of(job: JobRow) -> str:
    """The address of the job's page."""
    return f"/{FAMILIES.get(job.kind, 'launch')}/jobs/{job.token}"


def back_to(job: JobRow) -> Response:
    """On to the job's page."""
    return RedirectResponse(place_of(job), SEE_OTHER)


def followed(
    router: APIRouter, place: str, reader: Callable[..., Viewer], known: Callable[..., JobRow]
) -> None:
    """Let the jobs that are ``known`` to a ``reader`` be followed below ``place``: how far they
    are, and whether to stop them."""
    who, which = Depends(reader), Depends(known)

    @router.api_route(f"{place}/part", methods=["GET", "HEAD"])
    def part(request: Request, viewer: Viewer = who, job: JobRow = which) -> Response:
        """The progress alone; when the work is over the whole page is wanted."""
        return _progress(request, viewer, job)

    @router.api_route(f"{place}/stop", methods=["GET", "HEAD"])
    def shall_it_stop(request: Request, viewer: Viewer = who, job: JobRow = which) -> Response:
        """Shall it really stop?"""
        return _asked_to_stop(request, viewer, job)


def taken_up(request: Request, job: JobRow) -> None:
    """See that somebody is at it: whoever was may be gone with a process that has ended."""
    if job.at_work:
        runner_of(request).nudge()


def _progress(request: Request, viewer: Viewer, job: JobRow) -> Response:
    headers = {} if job.at_work else {"hx-redirect": place_of(job)}
    return page(
        request, "launch/progress.html", lang=viewer.lang, headers=headers, job=job,
        csrf=viewer.csrf, place=place_of(job),
    )  # fmt: skip


def _asked_to_stop(request: Request, viewer: Viewer, job: JobRow) -> Response:
    if not job.at_work or job.stopping:
        return back_to(job)
    section = FAMILIES.get(job.kind, "launch").partition("/")[0]
    return framed(request, viewer, "launch/stop.html", section, job=job, place=place_of(job))


def ordered(
    request: Request, office: Office, job: JobRow, what: str,
    deeds: Mapping[str, Callable[[], object]],
) -> Response:  # fmt: skip
    """Do what a button of the job's page asks for, and lead back there: one of these deeds, or
    what holds for all jobs, to have it stop at its next piece or to give it up.

    Raises:
        HTTPException: there is no such button (404).
    """
    at = request.app.state.wall()
    known: Mapping[str, Callable[[], object]] = {
        "stop": lambda: jobs.stop(office.engine, job, at),
        "cancel": lambda: jobs.cancel(office.engine, job, at),
        **deeds,
    }
    if what not in known:
        raise HTTPException(404)
    known[what]()
    runner_of(request).nudge()
    return back_to(job)
