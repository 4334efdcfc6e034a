"""What happened to one item and what came of it: events, mails, papers, evidence, flow runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from models.delivery import Delivery
from models.directory import PERSON, UNIT
from models.event import EventRow
from models.evidence import Evidence
from models.extension_request import ExtensionRequest
from models.flow_run import FlowRun
from models.formal_notice import FormalNotice
from models.items import ITEM
from models.views import Named

EVENT = EventRow.__table__  # type: ignore[attr-defined]
DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
EVIDENCE = Evidence.__table__  # type: ignore[attr-defined]
EXTENSION = ExtensionRequest.__table__  # type: ignore[attr-defined]
RUN = FlowRun.__table__  # type: ignore[attr-defined]
NOTICE = FormalNotice.__table__  # type: ignore[attr-defined]

PEOPLE_IN_DATA = ("responsible", "leader", "verifier", "person")
UNITS_IN_DATA = ("unit", "co_units")
"""Fields of an event's data that hold ids; they are told by code and name."""


class HistoryEntry(NamedTuple):
    """One event. ``actor`` is None for the program itself; ``hash`` chains it to the one before."""

    seq: int
    kind: str
    at: datetime
    stage: str
    actor: Named | None
    data: Mapping[str, Any]
    step_key: str | None
    hash: str


class DeliveryView(NamedTuple):
    """One message to one person, and how far it got."""

    seq: int
    kind: str
    seat: str
    person: Named
    address: str
    state: str
    reason: str
    attempts: int
    message_id: str
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    left_at: datetime | None
    """Campaign time, like the history's; the other instants are wall time."""


class DocumentView(NamedTuple):
    """One paper about the item; ``served_by`` is None when the program deemed it served."""

    kind: str
    serial: str
    life: int
    round: int
    level: int
    signer: Named | None
    addressee: Named | None
    file: str
    issued_at: datetime
    served_at: datetime | None
    served_how: str
    served_by: Named | None
    acknowledged_at: datetime | None


class EvidenceView(NamedTuple):
    """One piece of evidence; the file lies in the store under its SHA-256."""

    seq: int
    round: int
    filename: str
    size: int
    sha256: str
    note: str
    attached_by: Named | None
    attached_at: datetime


class ExtensionView(NamedTuple):
    """One extension request; ``decision`` is empty while undecided."""

    seq: int
    asked_by: Named | None
    asked_at: datetime
    due_before: date | None
    due_asked: date
    reason: str
    decision: str
    decided_by: Named | None
    decided_at: datetime | None
    due_granted: date | None


class RunView(NamedTuple):
    """The flow run of one life of the item, in the state that was last seen of it."""

    life: int
    flow_run_id: str
    state: str
    created_at: datetime


class Following(NamedTuple):
    """How far the item's flow has followed it: moves made, and moves seen (-1: not followed)."""

    moves: int
    followed: int
    flow_run_id: str | None


def events(connection: Connection, item_id: int) -> list[HistoryEntry]:
    """The item's history, oldest first, with names instead of ids."""
    rows = connection.execute(_EVENTS, {"of": item_id}).all()
    data = [json.loads(row.data) for row in rows]
    units = named(connection, UNIT, _ids(data, UNITS_IN_DATA))
    ids = {*_ids(data, PEOPLE_IN_DATA), *(row.actor_id for row in rows)}
    people = named(connection, PERSON, ids)
    return [
        HistoryEntry(
            row.seq, row.kind, row.at, row.stage.value, people.get(row.actor_id),
            _told(said, units, people), row.step_key, row.hash,
        )
        for row, said in zip(rows, data, strict=True)
    ]  # fmt: skip


def deliveries(connection: Connection, item_id: int) -> list[DeliveryView]:
    """Every message about the item, oldest first."""
    rows = connection.execute(_DELIVERIES, {"of": item_id}).all()
    people = named(connection, PERSON, {row.person_id for row in rows})
    return [
        DeliveryView(
            row.seq, row.kind, row.seat, people[row.person_id], row.address, row.state, row.reason,
            row.attempts, row.message_id, row.created_at, row.next_attempt_at, row.sent_at,
            row.left_at if row.state == "sent" else None,
        )
        for row in rows
    ]  # fmt: skip


def documents(connection: Connection, item_id: int) -> list[DocumentView]:
    """The item's papers, in the order they were issued."""
    statement = select(NOTICE).where(NOTICE.c.item_id == item_id).order_by(NOTICE.c.id)
    rows = connection.execute(statement).all()
    ids = {one for row in rows for one in (row.signer_id, row.addressee_id, row.served_by)}
    people = named(connection, PERSON, ids)
    return [
        DocumentView(
            row.kind, row.serial, row.life, row.round, row.level, people.get(row.signer_id),
            people.get(row.addressee_id), row.file, row.issued_at, row.served_at, row.served_how,
            people.get(row.served_by), row.acknowledged_at,
        )
        for row in rows
    ]  # fmt: skip


def evidence(connection: Connection, item_id: int) -> list[EvidenceView]:
    """The item's evidence of all rounds, oldest first."""
    statement = select(EVIDENCE).where(EVIDENCE.c.item_id == item_id).order_by(EVIDENCE.c.seq)
    rows = connection.execute(statement).all()
    people = named(connection, PERSON, {row.attached_by for row in rows})
    return [
        EvidenceView(
            row.seq, row.round, row.filename, row.size, row.sha256, row.note,
            people.get(row.attached_by), row.attached_at,
        )
        for row in rows
    ]  # fmt: skip


def extensions(connection: Connection, item_id: int) -> list[ExtensionView]:
    """The item's extension requests, oldest first."""
    statement = select(EXTENSION).where(EXTENSION.c.item_id == item_id).order_by(EXTENSION.c.seq)
    rows = connection.execute(statement).all()
    people = named(connection, PERSON, {p for row in rows for p in (row.asked_by, row.decided_by)})
    return [
        ExtensionView(
            row.seq, people.get(row.asked_by), row.asked_at, row.due_before, row.due_asked,
            row.reason, row.decision, people.get(row.decided_by), row.decided_at, row.due_granted,
        )
        for row in rows
    ]  # fmt: skip


def runs(connection: Connection, item_id: int) -> list[RunView]:
    """The flow runs of the item's lives, the newest first."""
    columns = [RUN.c[field] for field in RunView._fields]
    statement = select(*columns).where(RUN.c.item_id == item_id).order_by(RUN.c.life.desc())
    return [RunView(*row) for row in connection.execute(statement)]


def following(connection: Connection, item_id: int) -> Following:
    """How far the item's flow has followed it."""
    columns = [ITEM.c[field] for field in Following._fields]
    return Following(*connection.execute(select(*columns).where(ITEM.c.id == item_id)).one())


def named(connection: Connection, among: Any, ids: Iterable[int | None]) -> dict[int, Named]:
    """The units or people with these ids, by id."""
    wanted = sorted({each for each in ids if each})
    if not wanted:
        return {}
    statement = select(among.c.id, among.c.code, among.c.name).where(among.c.id.in_(wanted))
    return {row.id: Named(row.code, row.name) for row in connection.execute(statement)}


_EVENTS = select(EVENT).where(EVENT.c.item_id == bindparam("of")).order_by(EVENT.c.seq)
_DELIVERIES = (
    select(DELIVERY, EVENT.c.seq)
    .join(EVENT, EVENT.c.id == DELIVERY.c.event_id)
    .where(DELIVERY.c.item_id == bindparam("of"))
    .order_by(DELIVERY.c.id)
)


def _ids(data: Iterable[Mapping[str, Any]], fields: tuple[str, ...]) -> set[int]:
    """The ids that the events' data hold in these fields."""
    found: set[int] = set()
    for said in data:
        for field in fields:
            value = said.get(field)
            values = value if isinstance(value, list) else [value]
            found.update(each for each in values if isinstance(each, int))
    return found


def _told(
    said: Mapping[str, Any], units: Mapping[int, Named], people: Mapping[int, Named]
) -> dict[str, Any]:
    """The data with codes and names in the place of ids."""
    told = dict(said)
    for fields, known in ((UNITS_IN_DATA, units), (PEOPLE_IN_DATA, people)):
        for field in fields:
            value = told.get(field)
            if isinstance(value, list):
                told[field] = [known.get(each, each) for each in value]
            elif isinstance(value, int):
                told[field] = known.get(value, value)
    return told
