"""One command on many items: first what would become of each, then the deed.

A handful is done while somebody waits: the selection travels in the forms and nowhere else. What
is more is a job (:mod:`web.routes.bulk_jobs`). Either way nobody ever gets another's selection,
and it is asked anew at each step what of it the reader may see.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlalchemy import Connection
from starlette.datastructures import FormData

from models import jobs as rows
from models import policies, suggestions
from models.engine import reading
from rules.bulk import IN_BULK
from rules.commands import Command, parse
from rules.errors import InputError
from rules.policy import Policy
from tasks import board, bulk, bulk_jobs
from tasks.bulk import Offer
from web.at_hand import InOffice
from web.bulk_forms import forms_of, recap
from web.deeds import KEY, values_in, why_not
from web.frame import framed
from web.item_forms import Tried
from web.long_work import back_to
from web.phrases.refusals import reason_of
from web.viewer import Acting, Viewer, Viewing
from web.words import say

router = APIRouter(prefix="/bulk")

SHOWN = 15
"""Jobs on a page."""

SEEN = re.compile(r"(\S{1,32}):([0-9]{1,9})")


class Sent(NamedTuple):
    """What a form of these pages says."""

    refs: tuple[str, ...]
    more: bool
    """Whether more were chosen than fit into one go."""
    seen: tuple[tuple[str, int], ...]
    command: str
    values: dict[str, str]
    batch: str
    query: str


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
        before=before,
    )  # fmt: skip


@router.post("")
async def choose(request: Request, viewer: Acting, office: InOffice) -> Response:
    """The selection, and what may be done with it."""
    sent = _sent(await request.form())
    return await run_in_threadpool(_choose, request, viewer, office, sent)


@router.post("/preview")
async def preview(request: Request, viewer: Acting, office: InOffice) -> Response:
    """What would become of each item; nothing is written."""
    sent = _sent(await request.form())
    return await run_in_threadpool(_preview, request, viewer, office, sent)


@router.post("/do")
async def do(request: Request, viewer: Acting, office: InOffice) -> Response:
    """The deed: each item on its own, once, as it was seen."""
    sent = _sent(await request.form())
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


class Choice(NamedTuple):
    """A selection for which a command is to be chosen."""

    offer: Offer
    """With the items that are shown."""
    commands: Mapping[str, int]
    """How many permit it; 0 where that was not counted."""
    policies: Sequence[Policy]
    chosen: str
    size: int
    unseen: int
    refs: str = ""
    more: bool = False
    to: str = "/bulk/preview"


def choosing(
    request: Request, viewer: Viewer, office: InOffice, choice: Choice, tried: Tried | None
) -> Response:
    """The page on which a command is chosen for a selection."""
    with reading(office.engine) as connection:
        lists = {"people": suggestions.people(connection, None),
                 "units": suggestions.units(connection)}  # fmt: skip
    # What was chosen before stands in front.
    names = sorted(choice.commands, key=lambda name: name != choice.chosen)
    forms = forms_of(names, choice.policies, viewer.lang, tried)
    return framed(
        request, viewer, "bulk/choose.html", "bulk", status=409 if tried else 200,
        most=bulk.MOST, forms=forms, lists=lists, **choice._asdict(),
    )  # fmt: skip


def _resolved(connection: Connection, viewer: Viewer, sent: Sent, now: datetime) -> Sent:
    """The items that a search of the board finds, in its order."""
    found = board.refs_of(connection, viewer.person, sent.query, now, bulk.MOST + 1)
    return sent._replace(refs=tuple(found[: bulk.MOST]), more=len(found) > bulk.MOST)


def _preview(request: Request, viewer: Viewer, office: InOffice, sent: Sent) -> Response:
    if len(sent.refs) > bulk.AT_ONCE:
        return _kept(request, viewer, office, sent)
    try:
        command = _command(sent)
        with reading(office.engine) as connection:
            found = bulk.preview(connection, viewer.person, sent.refs, command, office.clock.now())
            under = bulk.offer(connection, viewer.person, sent.refs, office.clock.now(), 0).policies
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
            office.engine, viewer.person, sent.seen, _command(sent), office.clock.now(), batch
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


def _command(sent: Sent) -> Command:
    if sent.command not in IN_BULK:
        raise HTTPException(404)
    return parse(sent.command, sent.values)


def _sent(form: FormData) -> Sent:
    texts = {name: [str(value) for value in form.getlist(name)] for name in form}
    joined = {name: ",".join(values) for name, values in texts.items()}
    words = " ".join([*texts.get("ref", ()), *texts.get("refs", ())]).split()
    refs = tuple(dict.fromkeys(words))
    seen = _seen(texts.get("seen", ()))
    return Sent(
        refs[: bulk.MOST], len(refs) > bulk.MOST, seen, joined.get("command", ""),
        values_in(joined), joined.get("batch", ""), joined.get("query", "")[:2000],
    )  # fmt: skip


def _seen(texts: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Reference and version of each item that is to be done."""
    found = [SEEN.fullmatch(text) for text in texts]
    if any(one is None for one in found) or len(found) > bulk.AT_ONCE:
        raise HTTPException(400)
    return tuple((one[1], int(one[2])) for one in found if one)
