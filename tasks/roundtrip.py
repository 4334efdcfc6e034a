"""A ledger leaves to be edited, and comes back: what has been changed, cell by cell?

    done = export_for_editing(office, person, path, ...)       # only what the person may see
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from config.secrets import secret_key
from ledgers import edited
from ledgers.edited import Base, Head
from ledgers.layout import layout
from ledgers.row import ExportRow, LedgerRow
from ledgers.writer import write
from models import accounts, directory, export, items, policies, roster
from models.engine import reading, writing
from models.export import Exported, Wanted
from models.items import Loaded
from rules.duties import may_see_complainant
from rules.errors import InputError
from rules.item import PersonFact
from rules.policy import Policy
from rules.vocabulary import Stage
from tasks import told, visible
from tasks.exporting import Words, row_of
from tasks.kept import unpacked
from tasks.names import Names
from tasks.office import Office

MOST = 50_000
"""Items that leave in one file: some ten megabytes, and half a minute's work to write."""

_AT_ONCE = 1000

PURPOSE = b"rectiflow.edited.v1"

SECRETS = ("complainant",)
"""Columns that only a ledger of confidential matters has."""


class Left(NamedTuple):
    """What has left: how many rows, and the items of which something protected is told."""

    rows: int
    confidential: tuple[int, ...]
    complainants: tuple[int, ...]


class Snapshot(NamedTuple):
    """Items as rows of a ledger at one moment, for one reader."""

    head: Head
    items: Sequence[Exported]
    rows: Sequence[ExportRow]
    extras: Sequence[str]
    zone: tzinfo
    policy: Policy


def export_for_editing(
    office: Office, person: PersonFact, path: Path, *, campaign: str = "", unit: str = "",
    stages: Sequence[Stage] = (), confidential: bool = False, lang: str = "zh-CN",
) -> Left:  # fmt: skip
    """Write what the person may see of a campaign to ``path`` (.xlsx), to be edited.

    Confidential items and who complained are written only with ``confidential``, and only as far
    as the person may know; the caller notes that they were read.

    Raises:
        InputError: these are too many items at once.
        NotFound: there is no such campaign or unit.
        Unavailable: the database cannot be read, or the file cannot be written.
    """
    now = office.clock.now()
    with reading(office.engine) as connection:
        fact = policies.campaign(connection, campaign)
        below = directory.units(connection, [unit])[unit].path if unit else ""
        wanted = Wanted(fact.id, tuple(stages), below, confidential, person)
        found = list(islice(export.items(connection, wanted), MOST + 1))
        if len(found) > MOST:
            raise InputError(f"These are more items than the {MOST} that leave in one file.",
                             "Choose a unit or stages.")  # fmt: skip
        head = Head(edited.FORMAT, fact.code, lang, now.isoformat(timespec="seconds"))
        taken = _snapshot(connection, head, found, person, now)
    omitted = () if confidential else SECRETS
    bases = _bases(office, taken, omitted)
    done = write(
        path, taken.rows, lang, zone=taken.zone, extras=taken.extras, omitted=omitted,  # type: ignore[arg-type]
        beside=edited.lines_of(head, bases),
    )  # fmt: skip
    hidden = tuple(one.id for one in found if one.confidential)
    known = zip(found, taken.rows, strict=True)
    named = tuple(one.id for one, row in known if confidential and row.complainant)
    return Left(done.rows, hidden, named)


def _snapshot(
    connection: Connection, head: Head, found: Sequence[Exported], person: PersonFact,
    now: datetime,
) -> Snapshot:  # fmt: skip
    names = Names(roster.all_units(connection), roster.all_people(connection))
    words = Words(names, export.called(connection))
    fact = policies.campaign(connection, head.campaign)
    policy = policies.policy(connection, fact.policy_id)
    knows = _who_complained(connection, found, person)
    rows = [row_of(knows(one), words, connection, now, head.lang) for one in found]
    extras = list(dict.fromkeys(name for one in found for name in unpacked(one.extra).columns))
    return Snapshot(head, found, rows, extras, calendar_for(policy).zone, policy)


def _who_complained(
    connection: Connection, found: Sequence[Exported], person: PersonFact
) -> Callable[[Exported], Exported]:
    """Each item, without who complained where that is not for this person."""
    named = [one.ref for one in found if one.complainant]
    states: dict[str, Loaded] = {}
    for start in range(0, len(named), _AT_ONCE):
        states |= items.by_refs(connection, named[start : start + _AT_ONCE])

    def known(one: Exported) -> Exported:
        loaded = states.get(one.ref)
        if loaded is None or may_see_complainant(person, loaded.item):
            return one
        return one._replace(complainant="")

    return known


def _bases(office: Office, taken: Snapshot, omitted: Sequence[str]) -> Iterator[Base]:
    words = words_now(taken, office.clock.now(), omitted)
    key = _key(office)
    for one in taken.items:
        if one.ref in words:
            base = Base(one.ref, one.version, words[one.ref], "")
            yield base._replace(signature=_signature(key, base, taken.head))


def words_now(taken: Snapshot, now: datetime, omitted: Sequence[str] = ()) -> dict[str, told.Words]:
    """What an import would read of each item's row, by reference."""
    columns = layout(taken.extras, taken.head.lang, taken.zone, omitted)  # type: ignore[arg-type]
    today = now.astimezone(taken.zone).date()
    ledger = edited.as_read(taken.rows, columns, zone=taken.zone, today=today, lang=taken.head.lang)
    return {row.number: told.words_of(row) for row in ledger if isinstance(row, LedgerRow)}


def snapshot_of(
    connection: Connection, head: Head, refs: Sequence[str], person: PersonFact, now: datetime
) -> Snapshot:
    """The items with these references that are of the campaign and that the person may see."""
    fact = policies.campaign(connection, head.campaign)
    known = export.by_refs(connection, refs)
    seen = visible.only_visible(connection, [one.id for one in known.values()], person)
    of = export.campaigns_of(connection, seen)
    found = [one for one in known.values() if of.get(one.id) == fact.id]
    return _snapshot(connection, head, found, person, now)


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
