"""What commands do on a server elsewhere: items are registered, acted on, taken over there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

from cli import shapes
from cli.options import Lang
from cli.output import emit, show
from cli.remote import Server, at
from cli.words import receipt_sentence
from ledgers.row import CellProblem
from rules.commands import AttachEvidence, Command, Register, parse
from rules.errors import InputError
from tasks.places import Draft
from tasks.registering import ImportReport

Receipt = dict[str, Any]


def registered(
    there: Server, command: Register, given: Mapping[str, object], campaign: str, key: str | None
) -> Receipt:
    """Enter the finding there."""
    body = _body(command, given)
    return there.post("/items", body | ({"campaign": campaign} if campaign else {}), key=key)


def acted(
    there: Server, ref: str, command: str, given: Mapping[str, object], file: Path | None,
    key: str | None, version: int | None,
) -> Receipt:  # fmt: skip
    """Give the command there; a file goes along with the one that attaches it."""
    name = command.replace("-", "_")
    if file is None:
        made = parse(command, given)
        path = f"{at(ref)}/commands/{made.name}"
        return there.post(path, _body(made, given), key=key, version=version)
    if name != AttachEvidence.name:
        raise InputError(f"{command} takes no file.", "Use attach_evidence.", where="--file")
    return attached(there, ref, file, str(given.get("note", "")), key, version)


def attached(
    there: Server, ref: str, file: Path, note: str, key: str | None, version: int | None
) -> Receipt:
    """Send a file there, as evidence."""
    try:
        with file.open("rb") as source:
            return there.post(
                f"{at(ref)}/evidence", {"note": note}, key=key, version=version,
                file=(file.name, source),
            )  # fmt: skip
    except OSError as error:
        raise InputError(f"It cannot be read: {error.strerror}.", where=str(file)) from error


def imported(
    there: Server, file: Path, mapping: str, campaign: str, dry_run: bool
) -> tuple[dict[str, Any], ImportReport]:
    """Take the ledger over there; what was told, and the same as a report."""
    body = {"mapping": mapping, "campaign": campaign, "dry_run": str(dry_run).lower()}
    try:
        with file.open("rb") as source:
            told = there.post("/imports", body, file=(file.name, source))
    except OSError as error:
        raise InputError(f"It cannot be read: {error.strerror}.", where=str(file)) from error
    report = ImportReport(
        told["rows"], told["created"], told["updated"], told["unchanged"],
        refused=[CellProblem(**one) for one in told["refused"]],
        warnings=[CellProblem(**one) for one in told["warnings"]],
        drafts=[Draft(**one) for one in told["drafts"]],
        remarks=tuple(told["remarks"]), provisional=told["provisional"],
    )  # fmt: skip
    return told, report


def tell(receipt: Receipt, as_json: bool, lang: Lang) -> None:
    """What a command has done, as it is told of commands here."""
    known = {name: receipt[name] for name in ("ref", "seq", "kind", "stage", "at", "hash")}
    if as_json:
        emit(known)
    else:
        ref, seq, kind, stage = (known[name] for name in ("ref", "seq", "kind", "stage"))
        show(receipt_sentence(ref, seq, kind, stage, lang))


def _body(command: Command, given: Mapping[str, object]) -> dict[str, Any]:
    """The fields that were given, as the API takes them."""
    names = {name.replace("-", "_") for name in given}
    return {
        field.name: shapes.plain(getattr(command, field.name))
        for field in fields_of(command)
        if field.name in names
    }
