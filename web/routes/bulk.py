"""One command on many items: first what would become of each, then the deed.

A handful is done while somebody waits: the selection travels in the forms and nowhere else. What
is more is a job (:mod:`web.routes.bulk_jobs`). Either way nobody ever gets another's selection,
and it is asked anew at each step what of it the reader may see.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlalchemy import Connection

from models import jobs as rows
from models import policies
from models.engine import reading
from rules.errors import InputError
from tasks import board, bulk, bulk_jobs
from web.at_hand import InOffice
from web.bulk_choice import Choice, choosing
from web.bulk_forms import recap
from web.bulk_sent import Sent, command_in, sent_in
from web.deeds import KEY, why_not
from web.frame import framed
from web.item_forms import Tried
from web.long_work import back_to, place_of
from web.phrases.refusals import reason_of
from web.viewer import Acting, Viewer, Viewing
from web.words import say

router = APIRouter(prefix="/bulk")

SHOWN = 15
"""Jobs on a page."""


@router.api_route("", methods=["GET", "HEAD"])
def nothing(request: Request, viewer: Viewing, office: InOffice, before: int = 0) -> Response:
    """Whoever comes here without a selection is told how to make one, and what they have done
    with larger ones."""
    return _nothing(request, viewer, office, before)


def _nothing(request: Request, viewer: Viewer, office: InOffice, before: int = 0) -> Response:
    with reading(office.engine) as connection:
        found = rows.of_person(
            connection, viewer.person.id, (bulk_jobs.BULK,), before or None, SHOWN + 1
        )
        zone = policies.policy(connection, policies.campaigns(connection)[-1].policy_id).zone
    more = found[SHOWN - 1].id if len(found) > SHOWN else 0
    return framed(
        request, viewer, "bulk/nothing.html", "bulk", jobs=found[:SHOWN], more=more, zone=zone,
        before=before, place_of=place_of,
    )  # fmt: skip


@router.post("")
async def choose(request: Request, viewer: Acting, office: InOffice) -> Response:
    """The selection, and what may be done with it."""
    sent = sent_in(await request.form())
    return await run_in_threadpool(_choose, request, viewer, office, sent)


@router.post("/preview")
async def preview(request: Request, viewer: Acting, office: InOffice) -> Response:
    """What would become of each item; nothing is written."""
    sent = sent_in(await request.form())
    return await run_in_threadpool(_preview, request, viewer, office, sent)


@router.post("/do")
async def do(request: Request, viewer: Acting, office: InOffice) -> Response:
    """The deed: each item on its own, once, as it was seen."""
    sent = sent_in(await request.form())
    return await run_in_threadpool(_do, request, viewer, office, sent)


def _choose(
    request: Request, viewer: Viewer, office: InOffice, sent: Sent, tried: Tried | None = None
) -> Response:
    now = office.clock.now()
    if sent.query:
        with reading(office.engine) as connection:
            sent = _resolved(connection, viewer, sent, now)
    if not sent.refs:
        return _nothing(request, viewer, office)
    if len(sent.refs) > bulk.AT_ONCE:
        return _kept(request, viewer, office, sent)
    with reading(office.engine) as connection:
        offer = bulk.offer(connection, viewer.person, sent.refs, now)
    chosen = tried.command if tried else sent.command
    choice = Choice(
        offer, dict(offer.commands), offer.policies, chosen, len(offer.items),
        sum(one.refusal is not None for one in offer.items),
        refs=" ".join(one.ref for one in offer.items),
    )  # fmt: skip
    return choosing(request, viewer, office, choice, tried)


def _kept(request: Request, viewer: Viewer, office: InOffice, sent: Sent) -> Response:
    """A selection that is too large for a form stands in a job."""
    title = say(viewer.lang, "bulk.job.title", count=f"{len(sent.refs):,}")
    job = bulk_jobs.select(
        office, viewer.person, sent.refs, title, request.app.state.wall(), more=sent.more,
        lang=viewer.lang,
    )  # fmt: skip
    return back_to(job)


def _resolved(connection: Connection, viewer: Viewer, sent: Sent, now: datetime) -> Sent:
    """The items that a search of the board finds, in its order."""
    found = board.refs_of(connection, viewer.person, sent.query, now, bulk.MOST + 1)
    return sent._replace(refs=tuple(found[: bulk.MOST]), more=len(found) > bulk.MOST)


def _preview(request: Request, viewer: Viewer, office: InOffice, sent: Sent) -> Response:
    if len(sent.refs) > bulk.AT_ONCE:
        return _kept(request, viewer, office, sent)
    try:
        command = command_in(sent)
        with reading(office.engine) as connection:
            found = bulk.preview(connection, viewer.person, sent.refs, command, office.clock.now())
            under = bulk.offer(
                connection, viewer.person, sent.refs, office.clock.now(), ask=False
            ).policies
    except InputError as error:
        tried = Tried(sent.command, sent.values, why_not(error, viewer.lang))
        return _choose(request, viewer, office, sent, tried)
    return framed(
        request, viewer, "bulk/preview.html", "bulk", reason_of=reason_of, command=sent.command,
        values=sent.values,
        told=recap(sent.command, sent.values, under, viewer.lang), batch=secrets.token_hex(16),
        will=[one for one in found if one.refusal is None],
        refused=[one for one in found if one.refusal is not None], refs=" ".join(sent.refs),
    )  # fmt: skip


def _do(request: Request, viewer: Viewer, office: InOffice, sent: Sent) -> Response:
    if not KEY.fullmatch(sent.batch):
        raise HTTPException(400)
    batch = f"bulk/{viewer.here.account.id}/{sent.batch}"
    try:
        dealt = bulk.carry_out(
            office.engine, viewer.person, sent.seen, command_in(sent), office.clock.now(), batch
        )
    except InputError as error:
        tried = Tried(sent.command, sent.values, why_not(error, viewer.lang))
        refs = tuple(ref for ref, _ in sent.seen)
        return _choose(request, viewer, office, sent._replace(refs=refs), tried)
    refused = [one for one in dealt if one.refusal is not None]
    return framed(
        request, viewer, "bulk/result.html", "bulk", reason_of=reason_of, command=sent.command,
        refused=refused,
        done=[one for one in dealt if one.refusal is None],
        refs=" ".join(one.ref for one in refused),
    )  # fmt: skip
