"""One command on many items: first what would become of each, then the deed.

The selection travels in the forms and nowhere else, so nobody ever gets another's; it is asked
anew at each step what of it the reader may see.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlalchemy import Connection
from starlette.datastructures import FormData

from models import suggestions
from models.engine import reading
from rules.bulk import IN_BULK
from rules.commands import Command, parse
from rules.errors import InputError
from tasks import board, bulk
from web.at_hand import InOffice
from web.bulk_forms import forms_of, recap
from web.deeds import KEY, values_in, why_not
from web.frame import framed
from web.item_forms import Tried
from web.phrases.refusals import reason_of
from web.viewer import Acting, Viewer, Viewing

router = APIRouter(prefix="/bulk")

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
def nothing(request: Request, viewer: Viewing) -> Response:
    """Whoever comes here without a selection is told how to make one."""
    return framed(request, viewer, "bulk/nothing.html", "bulk")


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
    with reading(office.engine) as connection:
        if sent.query:
            sent = _resolved(connection, viewer, sent, now)
        if not sent.refs:
            return framed(request, viewer, "bulk/nothing.html", "bulk")
        offer = bulk.offer(connection, viewer.person, sent.refs, now)
        lists = {"people": suggestions.people(connection, None),
                 "units": suggestions.units(connection)}  # fmt: skip
    counts = dict(offer.commands)
    chosen = tried.command if tried else sent.command
    # What was chosen before stands in front.
    forms = forms_of(
        sorted(counts, key=lambda name: name != chosen), offer.policies, viewer.lang, tried
    )
    return framed(
        request, viewer, "bulk/choose.html", "bulk", status=409 if tried else 200, offer=offer,
        refs=" ".join(one.ref for one in offer.items), more=sent.more, most=bulk.MOST,
        forms=forms, counts_of=counts, chosen=chosen, lists=lists,
    )  # fmt: skip


def _resolved(connection: Connection, viewer: Viewer, sent: Sent, now: datetime) -> Sent:
    """The items that a search of the board finds, in its order."""
    found = board.refs_of(connection, viewer.person, sent.query, now, bulk.MOST + 1)
    return sent._replace(refs=tuple(found[: bulk.MOST]), more=len(found) > bulk.MOST)


def _preview(request: Request, viewer: Viewer, office: InOffice, sent: Sent) -> Response:
    try:
        command = _command(sent)
        with reading(office.engine) as connection:
            found = bulk.preview(connection, viewer.person, sent.refs, command, office.clock.now())
            policies = bulk.offer(connection, viewer.person, sent.refs, office.clock.now()).policies
    except InputError as error:
        tried = Tried(sent.command, sent.values, why_not(error, viewer.lang))
        return _choose(request, viewer, office, sent, tried)
    return framed(
        request, viewer, "bulk/preview.html", "bulk", reason_of=reason_of, command=sent.command,
        values=sent.values,
        told=recap(sent.command, sent.values, policies, viewer.lang), batch=secrets.token_hex(16),
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
    if any(one is None for one in found) or len(found) > bulk.MOST:
        raise HTTPException(400)
    return tuple((one[1], int(one[2])) for one in found if one)
