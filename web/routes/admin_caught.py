"""The demonstration's mails: caught instead of sent, to be read by everybody who tries it out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from tasks.admin import caught
from tasks.admin.caught import PAGE, Opened
from web.at_hand import InOffice
from web.frame import framed
from web.routes.admin_templates import CAGE
from web.viewer import Viewer, Viewing

router = APIRouter(prefix="/admin/mails")


def _trying(request: Request, viewer: Viewing) -> Viewer:
    """Only the demonstration shows mails: elsewhere they are letters to somebody else."""
    if not request.app.state.demo:
        raise HTTPException(404)
    return viewer


def _folder(office: InOffice) -> Path:
    """Where the demonstration's mail server, or an office without one, puts its mails."""
    caught_here = office.settings.home / "caught"
    return caught_here if caught_here.is_dir() else office.settings.mail_folder


Trying = Annotated[Viewer, Depends(_trying)]


@router.api_route("", methods=["GET", "HEAD"])
def listed(request: Request, viewer: Trying, office: InOffice, skip: int = 0) -> Response:
    """The mails that were caught, the newest first."""
    found, more = caught.listed(_folder(office), max(0, skip))
    return framed(
        request, viewer, "admin/caught.html", "mails", mails=found,
        more_page=f"/admin/mails?skip={skip + PAGE}" if more else "",
    )  # fmt: skip


@router.api_route("/{name}", methods=["GET", "HEAD"])
def show(request: Request, viewer: Trying, office: InOffice, name: str) -> Response:
    """One mail as text, and its HTML part in a frame."""
    mail = _opened(office, name)
    return framed(request, viewer, "admin/caught_one.html", "mails", mail=mail, name=name)


@router.api_route("/{name}/frame", methods=["GET", "HEAD"])
def frame(_viewer: Trying, office: InOffice, name: str) -> Response:
    """The HTML part of a mail alone."""
    return HTMLResponse(_opened(office, name).html, headers=CAGE)


def _opened(office: InOffice, name: str) -> Opened:
    found = caught.opened(_folder(office), name)
    if found is None:
        raise HTTPException(404)
    return found
