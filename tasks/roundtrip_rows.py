"""Items as rows of a ledger at one moment, for one reader; and what an import would read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from ledgers import edited
from ledgers.edited import Head
from ledgers.layout import layout
from ledgers.row import ExportRow, LedgerRow
from models import export, items, policies, roster
from models.export import Exported
from models.items import Loaded
from rules.duties import may_see_complainant
from rules.item import PersonFact
from rules.policy import Policy
from tasks import told, visible
from tasks.exporting import Words, row_of
from tasks.kept import unpacked
from tasks.names import Names

_AT_ONCE = 1000


class Snapshot(NamedTuple):
    """Items as rows of a ledger at one moment, for one reader."""

    head: Head
    items: Sequence[Exported]
    rows: Sequence[ExportRow]
    extras: Sequence[str]
    zone: tzinfo
    policy: Policy


def snapshot(
    connection: Connection, head: Head, found: Sequence[Exported], person: PersonFact,
    now: datetime,
) -> Snapshot:  # fmt: skip
    """These items, that the person may see."""
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
    return snapshot(connection, head, found, person, now)
