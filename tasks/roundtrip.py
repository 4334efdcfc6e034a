"""A ledger leaves to be edited, and comes back: what has been changed, cell by cell?

    left = export_for_editing(office, person, path, asked)     # only what the person may see
    found = differences(office, person, upload, lang)          # three-way, nothing is written
    found = apply(office, person, upload, lang, key=..., ...)  # through act, item by item

Each cell is compared with what stood there at the export and with what holds now. Descriptions
may be edited; what needs a decision is refused with the command that decides it; a cell that both
have changed is a conflict. What the file says of the export is signed; a line that was forged or
damaged counts as none.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from config.secrets import secret_key
from ledgers import edited
from ledgers.edited import Base, Head
from ledgers.writer import write
from models import accounts, directory, export, policies
from models.engine import reading, writing
from models.export import Wanted
from rules.errors import InputError
from rules.item import PersonFact
from rules.vocabulary import Stage
from tasks.job_pulse import Tell, telling, untold
from tasks.office import Office
from tasks.roundtrip_rows import Snapshot, snapshot, words_now

MOST = 50_000
"""Items that leave in one file: some ten megabytes, and half a minute's work to write."""

PURPOSE = b"rectiflow.edited.v1"

SECRETS = ("complainant",)
"""Columns that only a ledger of confidential matters has."""


class Asked(NamedTuple):
    """What shall leave: of a campaign what lies at or below a unit, in these stages (none: all), in
    which language; confidential items and who complained only where they are asked for."""

    campaign: str = ""
    unit: str = ""
    stages: tuple[Stage, ...] = ()
    confidential: bool = False
    lang: str = "zh-CN"


class Left(NamedTuple):
    """What has left: how many rows, and the items of which something protected is told."""

    rows: int
    confidential: tuple[int, ...]
    complainants: tuple[int, ...]


def size_of(office: Office, person: PersonFact, asked: Asked) -> int:
    """How many items would leave.

    Raises:
        InputError: these are too many items at once.
        NotFound: there is no such campaign or unit.
    """
    with reading(office.engine) as connection:
        _, wanted = _wanted(connection, person, asked)
        size = export.count(connection, wanted, MOST + 1)
    return _permitted(size)


def export_for_editing(
    office: Office, person: PersonFact, path: Path, asked: Asked, tell: Tell = untold
) -> Left:
    """Write what the person may see of what is asked for to ``path`` (.xlsx), to be edited.

    Confidential items and who complained are written only as far as the person may know; the
    caller notes that they were read.

    Raises:
        InputError: these are too many items at once.
        NotFound: there is no such campaign or unit.
        Unavailable: the database cannot be read, or the file cannot be written.
    """
    now = office.clock.now()
    with reading(office.engine) as connection:
        code, wanted = _wanted(connection, person, asked)
        found = list(islice(telling(export.items(connection, wanted), "read", 0, tell), MOST + 1))
        size = _permitted(len(found))
        head = Head(edited.FORMAT, code, asked.lang, now.isoformat(timespec="seconds"))
        taken = snapshot(connection, head, found, person, now)
    omitted = () if asked.confidential else SECRETS
    done = write(
        path, telling(taken.rows, "store", size, tell), asked.lang, zone=taken.zone,
        extras=taken.extras, omitted=omitted,  # type: ignore[arg-type]
        beside=edited.lines_of(head, _bases(office, taken, omitted, tell)),
    )  # fmt: skip
    hidden = tuple(one.id for one in found if one.confidential)
    known = zip(found, taken.rows, strict=True)
    named = tuple(one.id for one, row in known if asked.confidential and row.complainant)
    return Left(done.rows, hidden, named)


def _wanted(connection: Connection, person: PersonFact, asked: Asked) -> tuple[str, Wanted]:
    fact = policies.campaign(connection, asked.campaign)
    below = directory.units(connection, [asked.unit])[asked.unit].path if asked.unit else ""
    return fact.code, Wanted(fact.id, asked.stages, below, asked.confidential, person)


def _permitted(size: int) -> int:
    if size > MOST:
        raise InputError(f"These are more items than the {MOST} that leave in one file.",
                         "Choose a unit or stages.")  # fmt: skip
    return size


def _bases(office: Office, taken: Snapshot, omitted: Sequence[str], tell: Tell) -> Iterator[Base]:
    words = words_now(taken, office.clock.now(), omitted)
    key = _key(office)
    for one in telling(taken.items, "sign", len(taken.items), tell):
        if one.ref in words:
            base = Base(one.ref, one.version, words[one.ref], "")
            yield base._replace(signature=_signature(key, base, taken.head))


def note_readings(
    office: Office, person: PersonFact, ids: Sequence[int], what: str, at: datetime
) -> None:
    """Keep that the person has read something protected of these items."""
    if ids:
        with writing(office.engine) as connection:
            for item_id in ids:
                accounts.note_reading(connection, person.id, item_id, what, "web", at)


def sound_bases(office: Office, head: Head, bases: Mapping[str, Base]) -> dict[str, Base]:
    """The lines that were written here, as they were written."""
    key = _key(office)
    return {
        ref: base for ref, base in bases.items()
        if hmac.compare_digest(base.signature, _signature(key, base, head))
    }  # fmt: skip


def _key(office: Office) -> bytes:
    return hmac.digest(secret_key(office.settings).encode(), PURPOSE, "sha256")


def _signature(key: bytes, base: Base, head: Head) -> str:
    return hmac.new(key, base.signed(head).encode("utf-8", "replace"), hashlib.sha256).hexdigest()
