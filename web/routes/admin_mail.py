"""Deliveries: what was given up, waits or was held back; sent again, released or discarded."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from models import admin_mails, mails, stops, unreachable
from models.admin_mails import PAGE, STATES
from models.engine import reading
from rules.errors import RectiflowError
from tasks.admin import posts
from web.admin_desk import EMPTY, Changing, Desk, Looking, Settling, go, status_of, wrong
from web.admin_desk import Form as Typed

router = APIRouter(prefix="/admin/mail")


@router.api_route("", methods=["GET", "HEAD"])
def listed(desk: Looking, state: str = "dead", before: int = 0) -> Response:
    """Deliveries in one state, the newest first."""
    return _list(desk, state, before)


@router.post("/replay")
def replay(desk: Changing, id: Annotated[list[int], Form()] = [], state: str = "dead") -> Response:  # noqa: A002, B006
    """Send those again that were ticked."""
    try:
        posts.replay(desk.admin, id[:1000], desk.office.clock.now())
    except RectiflowError as error:
        return _list(desk, state, 0, wrong(error, {}, desk.lang), status_of(error))
    return go("/admin/mail", "replayed")


@router.post("/release")
def release(desk: Settling) -> Response:
    """Let the mail go on that the cap has stopped, as a coordinator."""
    try:
        posts.release(desk.admin, desk.office.clock.now())
    except RectiflowError as error:
        return _list(desk, "held", 0, wrong(error, {}, desk.lang), status_of(error))
    return go("/admin/mail", "released")


@router.post("/discard")
def discard(desk: Settling, reason: Annotated[str, Form(max_length=400)] = "") -> Response:
    """Let the mail go on without what the cap has stopped, as a coordinator, with a reason."""
    try:
        posts.discard(desk.admin, desk.office.clock.now(), reason)
    except RectiflowError as error:
        form = wrong(error, {"reason": reason}, desk.lang)
        return _list(desk, "held", 0, form, status_of(error))
    return go("/admin/mail", "discarded")


@router.api_route("/unreachable", methods=["GET", "HEAD"])
def lost(desk: Looking) -> Response:
    """People whom no mail reaches, since when and why."""
    with reading(desk.office.engine) as connection:
        found = unreachable.listing(connection)
    return desk.page("unreachable.html", "mail", found=found)


@router.api_route("/{mail_id}", methods=["GET", "HEAD"])
def show(desk: Looking, mail_id: int) -> Response:
    """One delivery: what, to whom, why it waits, and how far it got."""
    with reading(desk.office.engine) as connection:
        found = mails.one(connection, mail_id)
    if found is None:
        raise HTTPException(404)
    return desk.page("mail_one.html", "mail", mail=found, again=found.state in mails.SENT_AGAIN)


def _list(desk: Desk, state: str, before: int, form: Typed = EMPTY, status: int = 200) -> Response:
    which = state if state in STATES else ""
    with reading(desk.office.engine) as connection:
        found = admin_mails.listing(connection, which, before or None)
        stop = stops.current(connection)
        kept = stops.kept(connection) if stop else 0
    more = ""
    if len(found) > PAGE:
        more = f"/admin/mail?{urlencode({'state': which, 'before': found[PAGE - 1].id})}"
    return desk.page(
        "mail.html", "mail", status=status, lines=found[:PAGE], state=which, states=STATES,
        more_page=more, stop=stop, kept=kept, form=form, again=which in mails.SENT_AGAIN,
    )  # fmt: skip
