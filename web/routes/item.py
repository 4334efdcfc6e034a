"""One item: what it is, where it stands, what comes next, and what the reader may do about it."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from rules.commands import COMMANDS
from tasks import visible
from web import deeds
from web.at_hand import InOffice
from web.deeds import form_of
from web.item_page import printed, shown
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing

router = APIRouter(prefix="/items")


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
    return await run_in_threadpool(
        _do, request, viewer, office, ref, command, await form_of(request)
    )


def _do(
    request: Request, viewer: Viewer, office: InOffice, ref: str, command: str,
    form: Mapping[str, str],
) -> Response:  # fmt: skip
    tried = deeds.do(viewer, office, ref, command, form)
    if tried is not None:
        return shown(request, viewer, office, ref, tried=tried, status=409)
    return RedirectResponse(f"/items/{ref}?done={command}", SEE_OTHER)
