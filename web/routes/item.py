"""One item: what it is, where it stands, what comes next, and what the reader may do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from models.engine import reading
from rules.commands import COMMANDS, SYSTEM_COMMANDS, parse
from rules.errors import Conflict, InputError, RectiflowError, Refused
from tasks import visible
from tasks.act import act
from tasks.sheet import NOT_BY_FORM
from web.at_hand import InOffice
from web.item_forms import Tried, label_of
from web.item_page import printed, shown
from web.phrases.refusals import told
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing
from web.words import say

router = APIRouter(prefix="/items")

KEY = re.compile(r"[0-9a-f]{32}")


@router.api_route("/{ref}", methods=["GET", "HEAD"])
def show(request: Request, viewer: Viewing, office: InOffice, ref: str, done: str = "") -> Response:
    """The item's page. That a confidential item was read is noted."""
    what = done if done in COMMANDS else ""
    return shown(request, viewer, office, ref, done=what)


@router.api_route("/{ref}/print", methods=["GET", "HEAD"])
def paper(request: Request, viewer: Viewing, office: InOffice, ref: str) -> Response:
    """The item on paper. That a confidential item was read is noted."""
    return printed(request, viewer, office, ref)


@router.post("/{ref}/complainant")
def complainant(request: Request, viewer: Acting, office: InOffice, ref: str) -> Response:
    """Tell who complained, and note that it was told."""
    at = request.app.state.wall()
    name = visible.show_complainant(office.engine, ref, viewer.person, at)
    return shown(request, viewer, office, ref, complainant=name or "")


@router.post("/{ref}/do/{command}")
async def do(
    request: Request, viewer: Acting, office: InOffice, ref: str, command: str
) -> Response:
    """Carry out a command: once, and only on the item as the reader saw it."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    return await run_in_threadpool(_do, request, viewer, office, ref, command, form)


def _do(
    request: Request, viewer: Viewer, office: InOffice, ref: str, command: str,
    form: Mapping[str, str],
) -> Response:  # fmt: skip
    if command not in COMMANDS or command in SYSTEM_COMMANDS | NOT_BY_FORM:
        raise HTTPException(404)
    key, version = form.get("key", ""), form.get("version", "")
    if not KEY.fullmatch(key) or not version.isdecimal() or len(version) > 9:
        raise HTTPException(400)
    values = {name: text for name, text in form.items() if name.startswith("f.") and text.strip()}
    values = {name.removeprefix("f."): text for name, text in values.items()}
    with reading(office.engine) as connection:
        # Nobody learns from a refusal that an item is there which they may not see.
        visible.item(connection, ref, viewer.person)
    try:
        act(
            office.engine, ref, parse(command, values), viewer.person, office.clock.now(),
            key=f"web/{viewer.here.account.id}/{key}", version=int(version),
        )  # fmt: skip
    except (Refused, InputError) as error:
        said = _why_not(error, viewer.lang)
        return shown(request, viewer, office, ref, tried=Tried(command, values, said), status=409)
    return RedirectResponse(f"/items/{ref}?done={command}", SEE_OTHER)


def _why_not(error: RectiflowError, lang: str) -> str:
    if isinstance(error, Conflict):
        return say(lang, "item.changed")
    where = error.where if isinstance(error, InputError) else ""
    return told(error, lang, label_of(where, lang))
