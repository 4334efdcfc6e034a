"""Ledgers taken over by upload, row by row, at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from ledgers.mapping_files import load_mapping, mapping_names
from rules.errors import InputError
from tasks.files.storage import CHUNK
from tasks.import_words import document
from tasks.registering import import_ledger
from tasks.uploading import require_bringer
from web.api.answers import ends_in, named_in_request, told
from web.api.calling import Acts
from web.api.problems import Problem, spoken
from web.api.shapes import Counted, Shape
from web.at_hand import InOffice

router = APIRouter(tags=["ledgers"])

MOST_AT_ONCE = 8_000_000
"""Octets of a ledger that is taken over while somebody waits: some tens of thousands of rows."""


class Cell(Shape):
    """A cell that was not taken, or should be looked at, and why."""

    row: int
    cell: str
    column: str
    reason: str


class DraftShape(Shape):
    """A unit or a person that the ledger names and nobody knew."""

    kind: str
    code: str
    name: str
    unit: str


class ImportShape(Shape):
    """What became of each row."""

    rows: Counted
    created: Counted
    updated: Counted
    unchanged: Counted
    refused: list[Cell]
    warnings: list[Cell]
    drafts: list[DraftShape]
    remarks: list[str]
    provisional: Counted
    dry_run: bool


@router.post(
    "/imports", operation_id="importLedger", response_model=ImportShape,
    responses=ends_in("not-allowed", "too-large"), summary="Take a ledger over",
)  # fmt: skip
def import_(
    request: Request, bearer: Acts, office: InOffice,
    file: Annotated[UploadFile, File(description=".xlsx or .csv")],
    mapping: Annotated[str, Form(max_length=64, description="name of a mapping")] = "ledger",
    campaign: Annotated[str, Form(max_length=32)] = "",
    dry_run: Annotated[bool, Form(description="say what would happen, store nothing")] = False,
) -> Response:  # fmt: skip
    """Rows become items, as history. They are recognised by number: the same file again changes
    nothing. A row that cannot be taken is refused with its cell; the others are taken. It takes a
    coordinator; rows about units that are not theirs are refused. The history names them."""
    require_bringer(bearer.person)
    if file.size is not None and file.size > MOST_AT_ONCE:
        raise Problem(
            "too-large", f"At most {MOST_AT_ONCE // 1_000_000} MB are taken over at once.",
            "Upload it in the console, or split it.", where="file",
        )  # fmt: skip
    if mapping not in mapping_names():
        raise Problem(
            "invalid", f"There is no mapping {mapping!r}.",
            f"Known are {', '.join(mapping_names())}.", where="mapping",
        )  # fmt: skip
    with _on_disk(file) as here, named_in_request("campaign"):
        report = import_ledger(
            office.engine, here, load_mapping(mapping), office.clock.now(),
            campaign=campaign, dry_run=dry_run, lang=spoken(request), actor=bearer.person,
        )  # fmt: skip
    found: dict[str, Any] = document(report, dry_run)
    return told(found)


@contextmanager
def _on_disk(file: UploadFile) -> Iterator[Path]:
    """The file by a name of ours, in a folder of its own; nobody is told where it lay."""
    ending = Path(file.filename or "").suffix.lower()
    with tempfile.TemporaryDirectory(prefix="rectiflow-") as folder:
        here = Path(folder) / f"ledger{ending if ending in ('.xlsx', '.csv') else ''}"
        with here.open("wb") as kept:
            while chunk := file.file.read(CHUNK):
                kept.write(chunk)
        try:
            yield here
        except InputError as error:
            told_of = [text.replace(str(here), "file") for text in
                       (error.message, error.hint, error.where)]  # fmt: skip
            raise InputError(*told_of) from error
