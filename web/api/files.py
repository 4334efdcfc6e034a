"""Files of an item: evidence taken in and handed out, papers handed out."""

from __future__ import annotations

import secrets
import threading
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from fastapi.responses import FileResponse, Response, StreamingResponse

from config.calendars import calendar_for
from models import evidence_files, history, policies
from models.engine import reading
from models.visibility import visible_to
from rules.errors import Refused, Unavailable
from tasks import shapes, visible
from tasks.attaching import against, attach, turn_of
from tasks.evidence import Kept, Upload
from tasks.evidence_facts import noticed, sentence
from tasks.files.storage import CHUNK
from tasks.office import Office
from web.api import shapes as shown
from web.api.answers import (
    ITEM_ENDS,
    IfMatch,
    Ref,
    ends_in,
    looking,
    receipt_of,
    require_match,
    told,
)
from web.api.calling import Acts, Reads
from web.api.keys import Key, event_key, was_given
from web.api.problems import Problem, spoken
from web.at_hand import InOffice
from web.handing_out import SEALED, disposition, handed_out

router = APIRouter(tags=["files"])

LOOKS = threading.BoundedSemaphore(3)
"""Files that are looked into at the same time: each is a process for some seconds."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Seq = Annotated[int, Path(ge=1, le=2**31 - 1, description="its place in the history")]

BINARY: dict[str, Any] = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    "description": "The file, as an attachment.",
}


@router.get(
    "/items/{ref}/evidence", operation_id="getEvidence", response_model=shown.Evidence,
    responses=ITEM_ENDS, summary="Its evidence",
)  # fmt: skip
def get_evidence(request: Request, bearer: Reads, office: InOffice, ref: Ref) -> Response:
    """Every piece of evidence of all rounds, with what a reviewer should notice about it."""
    chinese = spoken(request).startswith("zh")
    with looking(request, office, bearer, ref) as (connection, loaded):
        item = loaded.item
        zone = calendar_for(policies.policy(connection, loaded.policy_id)).zone
        found = evidence_files.pieces(connection, item.id)
        facts = noticed(connection, item.id, found, zone, visible_to(bearer.person))
    remarks: dict[int, list[dict[str, Any]]] = {}
    for fact in facts:
        said = {k: v for k, v in shapes.plain(fact).items() if k in shown.Remark.model_fields}
        said["sentence"] = sentence(fact, zone, chinese=chinese)
        remarks.setdefault(fact.seq, []).append(said)
    return told(
        {"ref": item.ref, "evidence": [_piece(one, remarks.get(one.seq, [])) for one in found]}
    )


@router.post(
    "/items/{ref}/evidence", operation_id="attachEvidence", status_code=201,
    response_model=shown.Attached, summary="Attach a file",
    responses=ends_in("not-found", "not-allowed", "refused", "changed", "stale", "too-large",
                      "media-type", "key-reused"),
)  # fmt: skip
def attach_evidence(
    bearer: Acts, office: InOffice, ref: Ref,
    file: Annotated[UploadFile, File(description="the file; what it is is told by its content")],
    note: Annotated[str, Form(max_length=1000, description="what it shows")] = "",
    key: Key = None, if_match: IfMatch = None,
) -> Response:  # fmt: skip
    """Store a file and attach it to the item in its present round. A digest alone is not taken."""
    now = office.clock.now()
    with reading(office.engine) as connection:
        loaded = visible.item(connection, ref, bearer.person)
        hindrance = against(connection, loaded, bearer.person, now)
    ident = event_key(bearer, key)
    # A repetition is answered even when nothing can be attached any more.
    repeated = was_given(office.engine, ident)
    if not repeated:
        if hindrance is not None:
            raise Refused(hindrance)
        require_match(loaded.item, if_match)
    kept = _kept(office, file)
    done = attach(
        office.engine, ref, kept, note, bearer.person, now,
        key=ident or f"api/{secrets.token_hex(16)}", seen=turn_of(loaded.item),
    )  # fmt: skip
    return told(receipt_of(done) | kept._asdict(), 201)


@router.get(
    "/items/{ref}/evidence/{seq}", operation_id="downloadEvidence",
    responses={**ITEM_ENDS, 200: BINARY}, summary="A file of evidence",
    response_class=StreamingResponse,
)  # fmt: skip
def download_evidence(
    request: Request, bearer: Reads, office: InOffice, ref: Ref, seq: Seq
) -> Response:
    """The file as it was attached, always as an attachment. Its ETag is its SHA-256."""
    with looking(request, office, bearer, ref) as (connection, loaded):
        pieces = evidence_files.pieces(connection, loaded.item.id)
    piece = next((one for one in pieces if one.seq == seq), None)
    if piece is None:
        raise Problem("not-found", f"{ref} has no evidence at place {seq} of its history.")
    kind = piece.file.media_type if piece.file else "application/octet-stream"
    return handed_out(request, office, piece.sha256, kind, piece.filename)


@router.get(
    "/items/{ref}/papers", operation_id="getPapers", response_model=shown.Papers,
    responses=ITEM_ENDS, summary="Its formal papers",
)  # fmt: skip
def get_papers(request: Request, bearer: Reads, office: InOffice, ref: Ref) -> Response:
    """Papers that were issued about the item, in order, and how each was served."""
    with looking(request, office, bearer, ref) as (connection, loaded):
        found = history.documents(connection, loaded.item.id)
    papers = [{k: v for k, v in shapes.plain(one).items() if k != "file"} for one in found]
    return told({"ref": loaded.item.ref, "papers": papers})


@router.get(
    "/items/{ref}/papers/{serial}", operation_id="downloadPaper",
    responses={**ITEM_ENDS, 200: BINARY}, summary="A paper as a Word document",
    response_class=FileResponse,
)  # fmt: skip
def download_paper(
    request: Request, bearer: Reads, office: InOffice, ref: Ref,
    serial: Annotated[str, Path(max_length=100)],
) -> Response:  # fmt: skip
    """The paper as it was issued."""
    with looking(request, office, bearer, ref) as (connection, loaded):
        found = history.documents(connection, loaded.item.id)
    paper = next((one for one in found if one.serial == serial), None)
    if paper is None:
        raise Problem("not-found", f"{ref} has no paper {serial!r}.")
    # The name is ours; nothing but a name is taken of it all the same.
    file = office.settings.document_folder / PurePath(paper.file).name
    if not file.is_file():
        raise Unavailable(f"The file of {serial} is missing.", "Ask whoever runs the server.")
    headers = {"content-disposition": disposition(file.name), "content-security-policy": SEALED}
    return FileResponse(file, media_type=DOCX, headers=headers)


def _kept(office: Office, file: UploadFile) -> Kept:
    """The file in the store."""
    with Upload(office, _name(file.filename)) as upload:
        while chunk := file.file.read(CHUNK):
            upload.write(chunk)
        with LOOKS:
            return upload.keep()


def _name(given: str | None) -> str:
    """The name that the file came with, without folders and what no name has."""
    name = (given or "").replace("\\", "/").rpartition("/")[2]
    shown_name = "".join(char if char.isprintable() else "_" for char in name).strip()
    return shown_name or "?"


def _piece(piece: evidence_files.Piece, notice: list[dict[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = shapes.plain(piece)
    del values["file"]
    known = piece.file._asdict() if piece.file else {}
    names = ("media_type", "width", "height", "pages", "made")
    return {**values, **{name: known.get(name) for name in names}, "notice": notice}
