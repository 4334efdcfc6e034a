"""Evidence and papers of an item: taken in, shown small, handed out.

Nothing that somebody has sent is ever shown by a browser as it is: files are saved, and pictures
are shown as small ones of our own making.
"""

from __future__ import annotations

import re
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response

from models import evidence_files, history
from models.engine import reading
from models.evidence_files import Piece
from models.items import Loaded
from rules.errors import InputError, Refused
from rules.evidence_kinds import safe_name
from tasks import attaching, visible
from tasks.attaching import Turn
from tasks.evidence import Kept
from tasks.office import Office
from web.at_hand import InOffice
from web.handing_out import SEALED, disposition, handed_out, stored
from web.item_page import Uploaded, shown
from web.phrases.refusals import told
from web.receiving import Received, received
from web.viewer import SEE_OTHER, NotOurForm, Viewer, Viewing, comes_from_elsewhere, same
from web.words import say

router = APIRouter(prefix="/items")

KEY = re.compile(r"[0-9a-f]{32}")
TURN = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})")

PREVIEW_SECONDS = 7 * 24 * 3600

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPERS = {".docx": DOCX, ".pdf": "application/pdf"}


@router.post("/{ref}/evidence")
async def attach(request: Request, viewer: Viewing, office: InOffice, ref: str) -> Response:
    """Take files in and attach each: what is refused is told by file, and what is valid is kept.

    Scripts ask for JSON and get the same told in it.
    """
    if comes_from_elsewhere(request):
        raise NotOurForm
    by_header = same(request.headers.get("x-csrf-token", ""), viewer.csrf)
    await run_in_threadpool(_require_right, office, ref, viewer)
    form = await received(
        request, office, lambda brought: same(brought, viewer.csrf), known=by_header
    )
    uploaded = await run_in_threadpool(_attached, office, ref, viewer, form)
    return await run_in_threadpool(_answer, request, viewer, office, ref, uploaded)


@router.api_route("/{ref}/evidence/{seq:int}", methods=["GET", "HEAD"])
def download(
    request: Request, viewer: Viewing, office: InOffice, ref: str, seq: int
) -> Response:  # fmt: skip
    """The file itself, to be saved. That a confidential item's was read is noted."""
    _, piece = _piece(request, viewer, office, ref, seq)
    media_type = piece.file.media_type if piece.file else "application/octet-stream"
    name = safe_name(piece.filename, media_type)
    return handed_out(request, office, piece.sha256, media_type, name)


@router.api_route("/{ref}/evidence/{seq:int}/preview", methods=["GET", "HEAD"])
def preview(request: Request, viewer: Viewing, office: InOffice, ref: str, seq: int) -> Response:
    """The small picture of a picture: a JPEG of our own making."""
    loaded, piece = _piece(request, viewer, office, ref, seq, part=True)
    if piece.file is None or not piece.file.thumbnail:
        raise HTTPException(404)
    kept = f"private, max-age={PREVIEW_SECONDS}, immutable"
    cache = "no-store" if loaded.item.confidential else kept
    headers = {"cache-control": cache, "vary": "cookie"}
    return stored(request, office, piece.file.thumbnail, "image/jpeg", headers)


@router.api_route("/{ref}/papers/{serial}", methods=["GET", "HEAD"])
def paper(request: Request, viewer: Viewing, office: InOffice, ref: str, serial: str) -> Response:
    """A paper of the item, to be saved. That a confidential item's was read is noted."""
    with reading(office.engine) as connection:
        loaded = visible.item(connection, ref, viewer.person)
        papers = history.documents(connection, loaded.item.id)
    found = next((one for one in papers if one.serial == serial), None)
    if found is None:
        raise HTTPException(404)
    file = office.settings.document_folder / found.file
    media_type = PAPERS.get(file.suffix)
    if media_type is None or file.name != found.file or not file.is_file():
        raise HTTPException(404)
    _note(request, viewer, office, loaded)
    headers = {
        "content-disposition": disposition(f"{found.serial}{file.suffix}"),
        "content-security-policy": SEALED, "cache-control": "no-store",
    }  # fmt: skip
    return FileResponse(file, media_type=media_type, headers=headers)


def _piece(
    request: Request, viewer: Viewer, office: Office, ref: str, seq: int, *, part: bool = False
) -> tuple[Loaded, Piece]:
    """The piece, noted as read: ``part`` says that it is one of many of a page."""
    with reading(office.engine) as connection:
        loaded = visible.item(connection, ref, viewer.person)
        found = evidence_files.pieces(connection, loaded.item.id, seq)
    if not found:
        raise HTTPException(404)
    _note(request, viewer, office, loaded, part=part)
    return loaded, found[0]


def _note(
    request: Request, viewer: Viewer, office: Office, loaded: Loaded, *, part: bool = False
) -> None:
    if loaded.item.confidential and request.method != "HEAD":
        at: datetime = request.app.state.wall()
        note = visible.note_once if part else visible.note
        note(office.engine, viewer.person, loaded.item.id, visible.CONFIDENTIAL, at)


def _require_right(office: Office, ref: str, viewer: Viewer) -> None:
    """Nobody fills the store who may not attach anything."""
    with reading(office.engine) as connection:
        refusal = attaching.hindrance(connection, ref, viewer.person, office.clock.now())
    if refusal is not None:
        raise Refused(refusal)


def _attached(office: Office, ref: str, viewer: Viewer, form: Received) -> list[Uploaded]:
    key, turn = form.fields.get("key", ""), TURN.fullmatch(form.fields.get("turn", ""))
    if not KEY.fullmatch(key) or turn is None:
        raise HTTPException(400)
    seen = Turn(int(turn[1]), int(turn[2]))
    done = [_attach(office, ref, viewer, file, form, key, seen) for file in form.kept]
    return [*done, *(_turned(viewer, one.filename, one.why) for one in form.turned)]


def _attach(
    office: Office, ref: str, viewer: Viewer, file: Kept, form: Received, key: str, seen: Turn
) -> Uploaded:
    # The same form with other files is another deed.
    known = f"web/{viewer.here.account.id}/{key}/{file.sha256}"
    note = form.fields.get("note", "").strip()
    try:
        attaching.attach(
            office.engine, ref, file, note, viewer.person, office.clock.now(), key=known, seen=seen
        )
    except (Refused, InputError) as error:
        return _turned(viewer, file.filename, error)
    return Uploaded(file.filename, "", "")


def _turned(viewer: Viewer, filename: str, why: Refused | InputError) -> Uploaded:
    rule = why.rule if isinstance(why, Refused) else ""
    return Uploaded(filename, told(why, viewer.lang, say(viewer.lang, "field.note")), rule)


def _answer(
    request: Request, viewer: Viewer, office: Office, ref: str, uploaded: list[Uploaded]
) -> Response:
    refused = [one for one in uploaded if one.said]
    large = any(one.rule == "LimitEvidenceSize" for one in refused)
    status = 413 if large else 409 if refused or not uploaded else 200
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"files": [one._asdict() for one in uploaded]}, status)
    if status == 200:
        return RedirectResponse(f"/items/{ref}?done=attach_evidence#evidence", SEE_OTHER)
    nothing = [Uploaded("", say(viewer.lang, "files.none_chosen"), "")]
    return shown(request, viewer, office, ref, uploaded=uploaded or nothing, status=status)
