"""Open items moved onto another policy: what would change is shown first, then item by item."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from models import items, pinned
from models.engine import reading
from models.jobs import JobRow
from rules.agenda import Step
from rules.duties import may_see
from rules.policy import Policy
from tasks import jobs
from tasks.admin import rulebook
from tasks.moving_jobs import MOVING, refusal_in, step_in
from web.admin_desk import Administering, Changing, Desk
from web.bringing import failure
from web.long_work import back_to, followed, ordered, place_of, runner_of, taken_up
from web.phrases.refusals import reason_of
from web.viewer import Viewer

router = APIRouter(prefix="/admin/policies")

SHOWN = 100
"""Items that were kept or not reached, on a page."""

Text = Annotated[str, Form(max_length=100)]


class Line(NamedTuple):
    """One item: what comes next for it now, and then; nothing of it for who may not see it."""

    ref: str
    seen: bool
    stage: str
    due: date | None
    before: Step | None
    under: Policy
    after: Step | None
    at_once: Step | None


@router.post("/move")
def ask(desk: Changing, to: Text = "", campaign: Text = "") -> Response:
    """Have it worked out what would become of the campaign's open items."""
    job = rulebook.look_ahead(desk.admin, desk.office, to, campaign, desk.lang)
    runner_of(desk.request).nudge()
    return back_to(job)


def _job_of(desk: Administering, token: str) -> JobRow:
    return jobs.find(desk.office.engine, token, desk.viewer.person, desk.admin.at, (MOVING,))


def _reader(desk: Administering) -> Viewer:
    return desk.viewer


OfJob = Annotated[JobRow, Depends(_job_of)]
"""The job of the address: the reader's own."""

followed(router, "/jobs/{token}", _reader, _job_of)


@router.api_route("/jobs/{token}", methods=["GET", "HEAD"])
def show(desk: Administering, job: OfJob) -> Response:
    """How it stands: what would change, how far it is, what has become of each item."""
    taken_up(desk.request, job)
    report = job.told
    with reading(desk.office.engine) as connection:
        _, goal = pinned.version(connection, job.asked["to"])
    kept = [refusal_in(one) for one in report.get("failed", report.get("refused", []))[:SHOWN]]
    return desk.page(
        "moves.html", "policies", job=job, place=place_of(job), report=report, goal=goal,
        begun="seen" in job.asked, lines=_lines(desk, report.get("shown", [])),
        kept=[(ref, reason_of(refusal, desk.lang)) for ref, refusal in kept],
        error=failure(report, desk.lang) if job.state == "failed" else "",
    )  # fmt: skip


@router.post("/jobs/{token}/{what}")
def order(desk: Changing, request: Request, job: OfJob, what: str) -> Response:
    """Go, look ahead again, stop, or give up: each once, however often it is pressed."""
    return ordered(request, desk.office, job, what, {
        "go": lambda: rulebook.migrate(desk.admin, desk.office, job),
        "rehearse": lambda: jobs.look_again(desk.office.engine, job, desk.admin.at),
    })  # fmt: skip


def _lines(desk: Desk, told: list[dict[str, Any]]) -> list[Line]:
    """The items that are shown in detail: their particulars for who may see them alone."""
    found: list[Line] = []
    with reading(desk.office.engine) as connection:
        left = {one["left"]: pinned.version(connection, one["left"])[1] for one in told}
        for one in told:
            loaded = items.by_ref(connection, one["ref"])
            seen = loaded is not None and may_see(desk.viewer.person, loaded.item)
            due = date.fromisoformat(one["due"]) if one["due"] else None
            steps = (step_in(one["before"]), left[one["left"]], step_in(one["after"]))
            made = Line(one["ref"], seen, one["stage"], due, *steps, step_in(one["at_once"]))
            found.append(made)
    return found
