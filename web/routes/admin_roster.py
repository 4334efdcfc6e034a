"""Loading units and people from tables: tried first, row by row, then taken over."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from rules.errors import InputError, RectiflowError
from tasks.admin.rosters import load
from web.admin_desk import EMPTY, Administering, Changing, Desk, go, status_of, wrong
from web.admin_desk import Form as Typed

router = APIRouter(prefix="/admin/roster")

KEPT = timedelta(days=1)
ENDINGS = {".xlsx", ".csv"}
KEY = re.compile(r"[0-9a-f]{32}\.(?:xlsx|csv)")
SHOWN = 200
"""Problems that are listed one by one."""


@router.api_route("", methods=["GET", "HEAD"])
def blank(desk: Administering) -> Response:
    """A form for the tables."""
    return _form(desk)


@router.post("")
async def rehearse(
    desk: Changing, units: UploadFile | None = None, people: UploadFile | None = None
) -> Response:
    """Say what the tables would change; nothing is stored but the files, for the next step."""
    brought = [(one.filename or "", await one.read()) if one else ("", b"")
               for one in (units, people)]  # fmt: skip
    return await run_in_threadpool(_rehearsed, desk, brought)


@router.post("/apply")
def apply(
    desk: Changing,
    units: Annotated[str, Form(max_length=64)] = "",
    people: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Take the tables over that were tried before."""
    files = [_kept(desk, key) for key in (units, people)]
    try:
        report = load(desk.admin, *files, lang=desk.lang)
    except RectiflowError as error:
        return _form(desk, wrong(error, {}, desk.lang), status_of(error))
    if report.refused:
        return desk.page("roster_seen.html", "people", status=409, report=report, keys=("", ""),
                         refused=report.refused[:SHOWN])  # fmt: skip
    return go("/admin/people", "loaded")


def _rehearsed(desk: Desk, brought: list[tuple[str, bytes]]) -> Response:
    try:
        if not any(content for _, content in brought):
            raise InputError("No table was chosen.", "Choose one of units or of people.")
        keys = [_keep(desk, name, content) for name, content in brought]
        files = [_kept(desk, key) for key in keys]
        report = load(desk.admin, *files, lang=desk.lang, dry_run=True)
    except RectiflowError as error:
        return _form(desk, wrong(error, {}, desk.lang), status_of(error))
    return desk.page(
        "roster_seen.html", "people", status=409 if report.refused else 200, report=report,
        keys=keys, refused=report.refused[:SHOWN],
    )  # fmt: skip


def _form(desk: Desk, form: Typed = EMPTY, status: int = 200) -> Response:
    return desk.page("roster.html", "people", status=status, form=form)


def _folder(desk: Desk) -> Path:
    return desk.office.settings.home / "rosters"


def _keep(desk: Desk, name: str, content: bytes) -> str:
    """Keep the file until it is taken over; its key. What was left behind before is cleared."""
    if not content:
        return ""
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise InputError("This is no table.", "Bring an .xlsx or a .csv file.")
    folder, now = _folder(desk), desk.admin.at
    folder.mkdir(mode=0o700, exist_ok=True)
    for file in folder.iterdir():
        if now - datetime.fromtimestamp(file.stat().st_mtime, now.tzinfo) > KEPT:
            file.unlink(missing_ok=True)
    # Only who has brought the file knows its key: it takes their session's secret.
    secret = desk.viewer.csrf.encode()
    key = hashlib.sha256(secret + content).hexdigest()[:32] + ending
    (folder / key).write_bytes(content)
    return key


def _kept(desk: Desk, key: str) -> Path | None:
    if not key:
        return None
    if not KEY.fullmatch(key) or not (file := _folder(desk) / key).is_file():
        raise HTTPException(400)
    return file
