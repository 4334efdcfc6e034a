"""Writing items and their histories: the statements of the one writer.

Only ``tasks.act`` imports this module. An item is written together with its event, in the
caller's transaction, for one item or for a chunk of them; only the columns that change are
written, by statements that are built once for each set of columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import compress
from operator import is_not
from typing import Any, NamedTuple

from sqlalchemy import Connection, Update, bindparam, func, insert, select, update

from models import helping, search_index, service
from models.event import EventRow
from models.evidence import Evidence
from models.extension_request import ExtensionRequest
from models.given_keys import Key
from models.given_keys import Receipt as Receipt
from models.items import ITEM
from models.marks import stands
from models.prepared import Prepared
from rules.decide import Decision, Plan
from rules.events import canonical, chained
from rules.item import ItemState
from rules.step import StepKind

EVENT = EventRow.__table__  # type: ignore[attr-defined]
EVIDENCE = Evidence.__table__  # type: ignore[attr-defined]
EXTENSION = ExtensionRequest.__table__  # type: ignore[attr-defined]

FOLLOWERS = frozenset({"flow_run_id", "lease_by", "lease_until"})
"""Columns that begin empty and belong to the follower."""

DERIVED = ("next_action_at", "yellow_at", "red_at")


class Entry(NamedTuple):
    """One decision to write: the item before it, what was decided, who and when."""

    before: ItemState
    decision: Decision
    actor_id: int
    at: datetime
    key: Key | None = None
    announced: bool = True


def event_values(entry: Entry, item_id: int) -> dict[str, Any]:
    """The event's row, chained to the item's newest event."""
    item, event = entry.decision.item, entry.decision.event
    data = canonical(event.data)
    previous = entry.before.head
    return {
        "item_id": item_id,
        "seq": item.version,
        "kind": event.kind,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "stage": item.stage,
        "data": data,
        "previous": previous,
        "hash": chained(
            previous, item.ref, item.version, entry.at, event.kind, item.stage.value,
            entry.actor_id, event.step_key, data,
        ),
        "step_key": event.step_key,
        "idempotency_key": entry.key and entry.key.text,
        "asked": entry.key and entry.key.asked,
        "announced": entry.announced,
    }  # fmt: skip


def store(connection: Connection, entries: Sequence[Entry]) -> list[Receipt] | None:
    """Write the decisions, each item under its version, and their events.

    Returns the receipts, or None when some item has been changed by somebody else since it was
    read: then the caller must roll back. Zero rows for a version means that they got there first.
    """
    rows = [event_values(entry, entry.before.id) for entry in entries]
    single = len(entries) == 1 and connection.dialect.name == "postgresql"
    if not (_store_at_once if single else _store_in_turn)(connection, entries, rows):
        return None
    for entry in entries:
        _project(connection, entry)
    if renamed := [entry.before.id for entry in entries if _says_otherwise(entry)]:
        search_index.renew(connection, renamed)
    helping.renew(connection, {
        entry.before.id: entry.decision.item.co_unit_paths
        for entry in entries
        if entry.decision.item.co_unit_paths != entry.before.co_unit_paths
    })  # fmt: skip
    return [
        _receipt(entry.decision.item.ref, row) for entry, row in zip(entries, rows, strict=True)
    ]


def _store_in_turn(
    connection: Connection, entries: Sequence[Entry], rows: Sequence[dict[str, Any]]
) -> bool:
    updates: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for entry, row in zip(entries, rows, strict=True):
        columns, values = _changed(entry, row["hash"])
        updates[columns].append(values)
    for columns, values_list in updates.items():
        if _update(columns).run(connection, *values_list) != len(values_list):
            return False
    _INSERT_EVENT.run(connection, *rows)
    return True


def _store_at_once(
    connection: Connection, entries: Sequence[Entry], rows: Sequence[dict[str, Any]]
) -> bool:
    """The update and the event of one item in one statement: on a server each costs a journey."""
    columns, values = _changed(entries[0], rows[0]["hash"])
    event = {f"event_{name}": value for name, value in rows[0].items()}
    return _update_and_insert(columns).run(connection, values | event) == 1


def insert_items(
    connection: Connection, entries: Sequence[Entry], texts: Sequence[Mapping[str, Any]]
) -> list[int]:
    """Enter new items with their first events; ``texts`` are the columns that no rule reads.

    Returns the ids in the order of the entries.
    """
    rows = []
    for entry, text in zip(entries, texts, strict=True):
        item, decision = entry.decision.item, entry.decision
        event = event_values(entry, 0)
        rows.append(
            {
                **item._asdict(),
                **text,
                "head": event["hash"],
                "changed_at": entry.at,
                **{name: getattr(decision, name) for name in DERIVED},
                "_event": event,
            }
        )
    events = [row.pop("_event") for row in rows]
    ids = _new_ids(connection, len(rows))
    for row, event, item_id in zip(rows, events, ids, strict=True):
        row["id"] = event["item_id"] = item_id
    _INSERT_ITEM.run(connection, *rows)
    _INSERT_EVENT.run(connection, *events)
    search_index.write(connection, rows)
    helping.write(connection, {row["id"]: row["co_unit_paths"] for row in rows})
    return ids


def _new_ids(connection: Connection, count: int) -> list[int]:
    """Ids for new items. To be told them row by row would take longer than the rows themselves."""
    if connection.dialect.name == "postgresql":
        return list(connection.execute(_SEQUENCE, {"count": count}).scalars())
    last = connection.execute(_LAST_ID).scalar() or 0  # a writing transaction is alone on SQLite
    return list(range(last + 1, last + 1 + count))


def replan(connection: Connection, item: ItemState, plan: Plan) -> None:
    """Store derived instants anew for an item that has not changed."""
    values = {f"new_{name}": getattr(plan, name) for name in DERIVED}
    _update(DERIVED).run(connection, {**values, "of_id": item.id, "of_version": item.version})


_TOLD = tuple(column for column in EVENT.columns if column.name != "id")
_INSERT_EVENT = Prepared(insert(EVENT).inline(), [column.name for column in _TOLD])
# An item that came as history has no flow run; once it lives again it gets one like the others.
_FOLLOWED_FROM_NOW = (
    update(ITEM)
    .where(ITEM.c.id == bindparam("of_id"), ITEM.c.followed < 0)
    .values(followed=ITEM.c.moves - 1)
)
# The flow has something to do although the item has not moved: the minutes are drawn up.
_FOLLOWED_AGAIN = (
    update(ITEM)
    .where(ITEM.c.id == bindparam("of_id"), ITEM.c.followed == ITEM.c.moves)
    .values(followed=ITEM.c.moves - 1)
)
_INSERT_ITEM = Prepared(
    insert(ITEM).inline(), [c.name for c in ITEM.columns if c.name not in FOLLOWERS]
)
_LAST_ID = select(func.max(ITEM.c.id))
_SEQUENCE = select(func.nextval(func.pg_get_serial_sequence("item", "id"))).select_from(
    func.generate_series(1, bindparam("count"))
)


@lru_cache(maxsize=256)
def _update(columns: tuple[str, ...]) -> Prepared:
    """The conditional update of these columns, built once for each set of columns."""
    return Prepared(_conditional(columns))


def _conditional(columns: tuple[str, ...]) -> Update:
    return (
        update(ITEM)
        .where(ITEM.c.id == bindparam("of_id"), ITEM.c.version == bindparam("of_version"))
        .values({column: bindparam(f"new_{column}") for column in columns})
    )


@lru_cache(maxsize=256)
def _update_and_insert(columns: tuple[str, ...]) -> Prepared:
    """The event, inserted if the conditional update has found its row."""
    moved = _conditional(columns).returning(ITEM.c.id).cte("moved")
    words = (
        moved.c.id if c.name == "item_id" else bindparam(f"event_{c.name}", type_=c.type)
        for c in _TOLD
    )
    return Prepared(insert(EVENT).inline().from_select([c.name for c in _TOLD], select(*words)))


def _changed(entry: Entry, head: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The columns that change, and the values to bind."""
    before, after = entry.before, entry.decision.item
    # By identity first, which asks nothing of the values: most fields are untouched.
    touched = compress(_PLACES, map(is_not, before, after))
    changed = [(_FIELDS[n], after[n]) for n in touched if before[n] != after[n]]
    names, new = [name for name, _ in changed], [value for _, value in changed]
    decision = entry.decision
    columns = (*names, "head", "changed_at", *DERIVED, *decision.texts)
    values = dict(zip(_bound_as(columns), (
        *new, head, entry.at, decision.next_action_at, decision.yellow_at, decision.red_at,
        *decision.texts.values(), before.id, before.version,
    ), strict=True))  # fmt: skip
    return columns, values


@lru_cache(maxsize=256)
def _bound_as(columns: tuple[str, ...]) -> tuple[str, ...]:
    """What the values of a conditional update of these columns are bound as, in this order."""
    return (*(f"new_{column}" for column in columns), "of_id", "of_version")


_FIELDS = ItemState._fields
_PLACES = range(len(_FIELDS))


def _receipt(ref: str, row: Mapping[str, Any]) -> Receipt:
    return Receipt(ref, row["seq"], row["kind"], row["stage"].value, row["at"], row["hash"])


def _says_otherwise(entry: Entry) -> bool:
    """Whether the item is found by other words, or stands elsewhere, from now on."""
    before, after = entry.before, entry.decision.item
    moved = after.title != before.title or stands(after) != stands(before)
    return moved or any(name in entry.decision.texts for name in search_index.SEARCHED)


def _project(connection: Connection, entry: Entry) -> None:
    """Keep the tables that are read on their own in step with the events they come from."""
    item, event = entry.before, entry.decision.event
    if event.kind == "evidence_attached":
        connection.execute(
            insert(EVIDENCE).values(
                item_id=item.id, seq=entry.decision.item.version, attached_by=entry.actor_id,
                attached_at=entry.at, **event.data,
            )
        )  # fmt: skip
    elif event.kind == "extension_requested":
        connection.execute(
            insert(EXTENSION).values(
                item_id=item.id, seq=entry.decision.item.version, asked_by=entry.actor_id,
                asked_at=entry.at, due_before=event.data["from"], due_asked=event.data["due"],
                reason=(event.data["reason"] or "")[:_LONGEST_REASON],
                code=event.data.get("code", ""),
            )
        )  # fmt: skip
    elif item.extension_due is not None and entry.decision.item.extension_due is None:
        _decide_extension(connection, entry)
    elif event.kind == "reopened":
        connection.execute(_FOLLOWED_FROM_NOW, {"of_id": item.id})
    elif service.tells(event):
        service.catch_up(connection, item.id)
        if event.data.get("minutes"):
            connection.execute(_FOLLOWED_AGAIN, {"of_id": item.id})


def _decide_extension(connection: Connection, entry: Entry) -> None:
    """The pending request was decided, or has lapsed, or was dropped because the item moved on."""
    event = entry.decision.event
    connection.execute(
        update(EXTENSION)
        .where(EXTENSION.c.item_id == entry.before.id, EXTENSION.c.decision == "")
        .values(
            decision=_VERDICTS.get((event.kind, event.data.get("step")), "dropped"),
            decided_by=entry.actor_id,
            decided_at=entry.at,
            due_granted=event.data.get("due") if event.kind == "extension_granted" else None,
        )
    )


_LONGEST_REASON = EXTENSION.c.reason.type.length  # the history has it in full
_VERDICTS = {
    ("extension_granted", None): "granted",
    ("extension_refused", None): "refused",
    ("step_fired", StepKind.EXTENSION_LAPSED): "lapsed",
}
