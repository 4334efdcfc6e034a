"""Everything about one item on one sheet, for somebody who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import history, items, policies, views
from models.history import DeliveryView, DocumentView, EvidenceView, HistoryEntry
from models.views import ItemView
from rules.agenda import Step, agenda
from rules.case import Case
from rules.commands import COMMANDS, SYSTEM_COMMANDS, Register
from rules.errors import Refusal
from rules.item import Facts, ItemState, PersonFact
from rules.lifecycle import PERMITTED
from rules.policy import Policy
from rules.prospect import blank, obstacle, required
from rules.workdays import WorkCalendar
from tasks import visible

NOT_BY_FORM = frozenset({Register.name, "attach_evidence"})
"""Given in another way than by a form on the item's page."""


class Prospect(NamedTuple):
    """One command in the item's stage, and what stands against it now, if anything."""

    command: str
    required: tuple[str, ...]
    refusal: Refusal | None


class Sheet(NamedTuple):
    """One item, with everything that is known of it."""

    item: ItemState
    view: ItemView
    policy: Policy
    calendar: WorkCalendar
    steps: Sequence[Step]
    history: Sequence[HistoryEntry]
    evidence: Sequence[EvidenceView]
    papers: Sequence[DocumentView]
    mails: Sequence[DeliveryView]
    prospects: Sequence[Prospect]
    complainant: bool
    """Whether somebody complained whose name the reader may ask for."""
    withheld: bool
    """Whether somebody complained whose name is not for the reader."""


def sheet_of(connection: Connection, ref: str, person: PersonFact, now: datetime) -> Sheet:
    """The item's sheet at ``now``, for this reader.

    Raises:
        NotFound: there is no such item, as far as they are concerned.
    """
    loaded = visible.item(connection, ref, person)
    item = loaded.item
    policy = policies.policy(connection, loaded.policy_id)
    calendar = calendar_for(policy)
    named = visible.has_complainant(connection, loaded)
    may = visible.complainant(connection, loaded, person) is not None
    return Sheet(
        item, views.views(connection, [item.id], now)[0], policy, calendar,
        agenda(item, policy, calendar), history.events(connection, item.id),
        history.evidence(connection, item.id), history.documents(connection, item.id),
        history.deliveries(connection, item.id),
        prospects(item, person, now, policy, calendar), named and may, named and not may,
    )  # fmt: skip


def prospects(
    item: ItemState, person: PersonFact, now: datetime, policy: Policy, calendar: WorkCalendar
) -> list[Prospect]:
    """What people may do in the item's stage, and what of it this person may do now."""
    found = []
    for kind in COMMANDS.values():
        row = PERMITTED.get((item.stage, kind.name))
        if row is None or kind.name in SYSTEM_COMMANDS | NOT_BY_FORM:
            continue
        case = Case(item, blank(kind), person, now, policy, calendar, Facts())
        found.append(Prospect(kind.name, required(kind, row), obstacle(case)))
    return found


def ref_like(connection: Connection, words: str, person: PersonFact) -> str | None:
    """The reference that somebody means who types it in any case; None when they may see none."""
    for ref in dict.fromkeys((words.strip(), words.strip().upper())):
        loaded = items.by_ref(connection, ref) if ref else None
        if loaded is not None and visible.only_visible(connection, [loaded.item.id], person):
            return loaded.item.ref
    return None
