"""Ledgers that people upload: received, understood, rehearsed, taken over.

    job = receive(office, person, "台账.xlsx", stream, at)       # kept in the home, looked into
    fit = proposal(office, job)                                  # which columns mean what, perhaps
    settle(office, job, document, name, at)                      # a mapping, checked on the file
    jobs.ask(engine, job, "rehearsing", ..., at); runner.nudge() # a dry run, then the real one

Who may register items may upload ledgers. An upload and what it says are for its owner alone, and
are deleted after some days. Instants ``at`` are wall time.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

from config.settings import Settings
from ledgers.chosen import Document, text_of
from ledgers.filetype import Limits, too_large
from ledgers.mapping import Mapping
from ledgers.mapping_files import load_mapping, mapping_names, read_mapping
from ledgers.mapping_parts import FileShape
from ledgers.outline import Fit, Outline, check, outline
from models import jobs as rows
from models import policies
from models.engine import reading, writing
from models.jobs import JobRow
from rules.duties import may_register
from rules.errors import Refusal, Refused, Unavailable
from rules.item import PersonFact
from tasks import jobs
from tasks.office import Office

LEDGER, EDITED = "ledger", "edited"
"""Kinds of uploads: a ledger to take over, and one that was exported here and edited."""

KEPT = timedelta(days=7)
"""How long uploads lie here."""

BESIDE = ("refused", "changes", "xlsx")
"""What may lie beside an upload, under its name with this behind it."""

LONGEST_NAME = 200
PIECE = 1 << 20
OWN = "ledger"

OPEN = ("uploaded", "mapped", "rehearsed", *rows.AGAIN)
"""States in which the mapping may still be changed."""


class Proposal(NamedTuple):
    """What the file seems to be: its outline, the fit, and the name of the mapping."""

    outline: Outline
    fit: Fit
    name: str
    remembered: bool


def require_bringer(person: PersonFact) -> None:
    """See that the person may bring ledgers: whoever may register items.

    Raises:
        Refused: they may not.
    """
    if not may_register(person):
        said = f"{person.code} may not bring ledgers."
        raise Refused(Refusal("HoldTheDuty", said, "It takes a coordinator."))


def file_of(settings: Settings, job: JobRow) -> Path:
    """Where the upload lies, if it still does."""
    return settings.upload_folder / job.token


def receive(
    office: Office, person: PersonFact, name: str, source: BinaryIO, at: datetime, *,
    kind: str = LEDGER, campaign: str = "", lang: str = "zh-CN",
) -> JobRow:  # fmt: skip
    """Keep an upload and look into it.

    Raises:
        Refused: the person may not bring ledgers.
        InputError: it is no ledger, is damaged, or too large.
        NotFound: there is no such campaign.
        Unavailable: it cannot be kept.
    """
    require_bringer(person)
    tidy(office, at)
    with reading(office.engine) as connection:
        code = policies.campaign(connection, campaign).code
    token = rows.new_token()
    path = office.settings.upload_folder / token
    try:
        digest, size = _kept(path, source)
        outline(path)
        with writing(office.engine) as connection:
            return rows.add(
                connection, person.id, kind, _clean(name), at, token=token, campaign=code,
                sha256=digest, size=size, lang=lang, state="uploaded",
            )  # fmt: skip
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _kept(path: Path, source: BinaryIO) -> tuple[str, int]:
    """Write the stream down, no more of it than is read at once; its SHA-256 and size."""
    digest, size, most = hashlib.sha256(), 0, Limits().file_bytes
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            while piece := source.read(PIECE):
                size += len(piece)
                if size > most:
                    raise too_large(Path(path.name), size, most)
                digest.update(piece)
                file.write(piece)
    except OSError as error:
        raise Unavailable(f"The upload cannot be kept: {error.strerror or error}.") from error
    return digest.hexdigest(), size


def _clean(name: str) -> str:
    """The file's own name, without folders and without what cannot be shown."""
    base = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in base if unicodedata.category(sign)[0] != "C").strip()
    return shown[-LONGEST_NAME:] or "ledger"


def proposal(office: Office, job: JobRow, sheet: str = "", row: int = 0) -> Proposal:
    """How the file may be understood: by the mapping of the last file with these columns, else by
    the one that fits best.

    Raises:
        InputError: it is no ledger.
        NotFound: the upload has been deleted.
    """
    found = outline(file_of(office.settings, job))
    known = [load_mapping(name) for name in sorted(mapping_names(), key=lambda one: one != OWN)]
    fit = found.fit(known, sheet, row)
    with reading(office.engine) as connection:
        before = rows.mapped_like(connection, header_hash(fit.names), LEDGER)
    if before is not None:
        mapping = mapping_of(before)
        if mapping is not None:
            anywhere = mapping.model_copy(update={"file": FileShape()})
            return Proposal(found, found.fit([anywhere], fit.sheet, fit.row), mapping.name, True)
    # A mapping that some columns only happen to fit lends its words, not its name.
    own = "number" in fit.choices and "title" in fit.choices and fit.mapping.name
    return Proposal(found, fit, own or _own_name(fit.names), False)


def name_for(proposed: Proposal, after: list[str]) -> str:
    """What the ledger is called, by which it is known when it comes again: what was chosen
    otherwise is another mapping than the one that came with the program."""
    same = tuple(after) == proposed.fit.choices
    if same or proposed.remembered:
        return proposed.name
    return _own_name(proposed.fit.names)


def _own_name(names: Sequence[str]) -> str:
    return f"web-{header_hash(names)[:12]}"


def header_hash(names: Sequence[str]) -> str:
    """By which a file with these columns is known."""
    return hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()


def mapping_of(job: JobRow) -> Mapping | None:
    """The mapping that was settled for the job, read as if it stood in a file.

    Raises:
        InputError: it does not hold (any more).
    """
    if not job.mapping:
        return None
    kept = job.asked
    return read_mapping(text_of(kept["document"]), kept["name"])


def document_in(job: JobRow) -> Document:
    """The mapping that was settled, as a document; empty before."""
    kept: Document = job.asked.get("document", {})
    return kept


def settle(
    office: Office, job: JobRow, document: Document, name: str, names: Sequence[str],
    at: datetime, header: str = "",
) -> bool:  # fmt: skip
    """Keep the mapping for this job and for the next file with these columns; False when the job
    is past that.

    Raises:
        InputError: the mapping is wrong, or does not find its columns in the file.
    """
    check(file_of(office.settings, job), read_mapping(text_of(document), name))
    kept = json.dumps({"name": name, "document": document}, ensure_ascii=False)
    values = {"mapping": kept, "header": header or header_hash(names), "state": "mapped",
              "report": "", "seen_at": at}  # fmt: skip
    with writing(office.engine) as connection:
        return rows.move(connection, job.id, OPEN, values)


def tidy(office: Office, at: datetime) -> None:
    """Delete uploads that have lain here for long enough, and what edited ledgers said."""
    with writing(office.engine) as connection:
        rows.forget_reports(connection, EDITED, at - KEPT)
    oldest = (at - KEPT).timestamp()
    with suppress(OSError):
        for entry in office.settings.upload_folder.iterdir():
            with suppress(OSError):
                if entry.is_file() and entry.stat().st_mtime < oldest:
                    entry.unlink()


def give_up(office: Office, job: JobRow, at: datetime) -> None:
    """Give up what has not begun, with what lies in the home of it."""
    if jobs.cancel(office.engine, job, at):
        drop(file_of(office.settings, job))


def drop(path: Path) -> None:
    """Delete an upload and what lies beside it."""
    for each in (path, *(path.with_name(f"{path.name}.{what}") for what in BESIDE)):
        with suppress(OSError):
            each.unlink(missing_ok=True)
