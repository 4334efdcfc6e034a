"""Many items at once, where they are more than a handful: as a job, with its look ahead, its
progress and its end on one page."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from models import policies
from models.engine import reading
from models.jobs import JobRow
from rules.bulk import IN_BULK
from rules.errors import InputError, Refusal
from rules.policy import Policy
from tasks import bulk, bulk_jobs, jobs
from tasks.bulk import Foreseen
from tasks.bulk_jobs import BULK, refusal_in
from tasks.office import Office
from web.at_hand import InOffice
from web.bringing import failure
from web.bulk_choice import Choice, choosing
from web.bulk_forms import recap
from web.deeds import form_of, values_in, why_not
from web.frame import framed
from web.item_forms import Tried
from web.long_work import back_to, followed, ordered, place_of, runner_of, taken_up
from web.phrases.refusals import reason_of
from web.viewer import Acting, Viewer, Viewing, viewer_of
from web.words import say

router = APIRouter(prefix="/bulk/jobs/{token}")

SHOWN = 100
"""Items on a page."""

LISTS = {"rehearsed": ("will", "refused", "left"), "over": ("done", "failed", "refused", "left")}
"""Lists of a report, before and after the deed was begun; the first that has items is shown."""


class Line(NamedTuple):
    """One item of a list, and why not."""

    ref: str
    refusal: Refusal | None
    title: str
    confidential: bool


def _job_of(request: Request, viewer: Viewing, office: InOffice, token: str) -> JobRow:
    return jobs.find(office.engine, token, viewer.person, request.app.state.wall(), (BULK,))


OfJob = Annotated[JobRow, Depends(_job_of)]
"""The job of the address: the reader's own."""

followed(router, "", viewer_of, _job_of)


@router.api_route("", methods=["GET", "HEAD"])
def show(
    request: Request, viewer: Viewing, office: InOffice, job: OfJob,
    part: str = "", after: int = 0, choose: bool = False,
) -> Response:  # fmt: skip
    """How the job stands: what is to be chosen, what would be done, how far it is, what was done.
    ``part`` is one of the lists, ``after`` how many of its items were shown before."""
    chosen = job.asked
    if not job.at_work and "seen" not in chosen and (choose or "command" not in chosen):
        return _choose(request, viewer, office, job)
    taken_up(request, job)
    report = job.told
    lists = LISTS["over" if "done" in report else "rehearsed"] if "will" in report else ()
    counts = {name: len(report[name]) for name in lists}
    part = part if part in counts else next((one for one in lists if counts[one]), "")
    after = max(0, min(after, counts.get(part, 0)))
    with reading(office.engine) as connection:
        under = [policies.policy(connection, one) for one in chosen["policies"]]
    lines = _lines(office, viewer, report.get(part, [])[after : after + SHOWN])
    return framed(
        request, viewer, "bulk/job.html", "bulk", job=job, place=place_of(job), sizes=counts,
        part=part, after=after, shown=SHOWN, lines=lines, reason_of=reason_of,
        begun="seen" in chosen, open=_open(chosen, counts), told=_recap(chosen, under, viewer.lang),
        error=failure(report, viewer.lang) if job.state == "failed" else "",
        again=" ".join(refusal_in(one)[0] for one in report.get("failed", ())),
        command=chosen.get("command", ""),
    )  # fmt: skip


def _open(chosen: dict[str, Any], counts: dict[str, int]) -> int:
    """How many items have not been looked at since the deed was begun."""
    return len(chosen.get("seen", ())) - counts.get("done", 0) - counts.get("failed", 0)


def _recap(chosen: dict[str, Any], under: list[Policy], lang: str) -> list[tuple[str, str]]:
    if "command" not in chosen:
        return []
    return recap(chosen["command"], chosen["values"], under, lang)


def _lines(office: Office, viewer: Viewer, some: list[list[str] | str]) -> list[Line]:
    told = [_told(one) for one in some]
    with reading(office.engine) as connection:
        offer = bulk.offer(
            connection, viewer.person, [ref for ref, _ in told], office.clock.now(), ask=False
        )
    known: dict[str, Foreseen] = {one.ref: one for one in offer.items}
    return [Line(ref, no, known[ref].title, known[ref].confidential) for ref, no in told]


def _told(one: list[str] | str) -> tuple[str, Refusal | None]:
    if isinstance(one, str):
        return one, None
    return refusal_in(one) if len(one) > 2 else (one[0], None)


def _choose(
    request: Request, viewer: Viewer, office: Office, job: JobRow, tried: Tried | None = None
) -> Response:
    chosen = job.asked
    with reading(office.engine) as connection:
        offer = bulk.offer(
            connection, viewer.person, chosen["refs"][:SHOWN], office.clock.now(), ask=False
        )
        under = [policies.policy(connection, one) for one in chosen["policies"]]
    choice = Choice(
        offer, dict.fromkeys(chosen["commands"], 0), under,
        tried.command if tried else chosen.get("command", ""), len(chosen["refs"]),
        chosen["unseen"], more=chosen["more"], to=f"{place_of(job)}/preview",
    )  # fmt: skip
    return choosing(request, viewer, office, choice, tried)


@router.post("/{what}")
async def order(
    request: Request, viewer: Acting, office: InOffice, job: OfJob, what: str
) -> Response:
    """Look ahead, leave some out, go, stop, or give up: each once, however often it is pressed."""
    sent = await form_of(request)
    return await run_in_threadpool(_order, request, viewer, office, job, what, sent)


def _order(
    request: Request, viewer: Viewer, office: Office, job: JobRow, what: str, sent: dict[str, str]
) -> Response:
    at = request.app.state.wall()
    if what == "preview":
        return _settle(request, viewer, office, job, sent)
    return ordered(request, office, job, what, {
        "leave": lambda: bulk_jobs.leave_out(office, job, sent.get("out", "").split(",")),
        "rehearse": lambda: bulk_jobs.again(office, job, at),
        "go": lambda: jobs.go(office.engine, job, at),
    })  # fmt: skip


def _settle(
    request: Request, viewer: Viewer, office: Office, job: JobRow, sent: dict[str, str]
) -> Response:
    command, values = sent.get("command", ""), values_in(sent)
    if command not in IN_BULK:
        raise HTTPException(404)
    count = f"{len(job.asked['refs']):,}"
    title = say(viewer.lang, "bulk.job.what", what=say(viewer.lang, f"do.{command}"), count=count)
    try:
        bulk_jobs.settle(office, job, command, values, title, request.app.state.wall())
    except InputError as error:
        tried = Tried(command, values, why_not(error, viewer.lang))
        return _choose(request, viewer, office, job, tried)
    runner_of(request).nudge()
    return back_to(job)
