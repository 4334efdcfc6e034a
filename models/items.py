"""Reading items for the rules: rows to :class:`rules.item.ItemState`, single and in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, text

from models.item import NUMBERED, Item
from models.prepared import Prepared
from rules.item import ItemState

ITEM = Item.__table__  # type: ignore[attr-defined]
STATE_COLUMNS = tuple(ITEM.c[field] for field in ItemState._fields)
_WIDTH = len(STATE_COLUMNS)


class Loaded(NamedTuple):
    """An item and the policy it is pinned to."""

    item: ItemState
    policy_id: int


_SELECT = select(*STATE_COLUMNS, ITEM.c.policy_id)
_BY_REF = _SELECT.where(ITEM.c.ref == bindparam("ref"))
_BY_ID = _SELECT.where(ITEM.c.id == bindparam("id"))
_BY_IDS = _SELECT.where(ITEM.c.id.in_(bindparam("ids", expanding=True)))
_BY_REFS = _SELECT.where(ITEM.c.ref.in_(bindparam("refs", expanding=True)))
_HOLD = (
    select(ITEM.c.id)
    .where(ITEM.c.ref.in_(bindparam("refs", expanding=True)))
    .order_by(ITEM.c.id)
    .with_for_update()
)
_NUMBERED = select(ITEM.c.ref).where(
    text(NUMBERED),
    ITEM.c.campaign_id == bindparam("campaign"),
    ITEM.c.number == bindparam("number"),
)
_DUE = (
    _SELECT.where(ITEM.c.next_action_at <= bindparam("now"))
    .order_by(ITEM.c.next_action_at, ITEM.c.id)
    .limit(bindparam("size"))
)
# Two sweeps never wait for each other: rows that another one holds are left to it.
_DUE_FREE = {
    "sqlite": Prepared(_DUE),
    "postgresql": Prepared(_DUE.with_for_update(skip_locked=True)),
}


def by_ref(connection: Connection, ref: str) -> Loaded | None:
    """The item with this reference."""
    return _loaded(connection.execute(_BY_REF, {"ref": ref}).first())


def by_id(connection: Connection, item_id: int) -> Loaded | None:
    """The item with this id."""
    return _loaded(connection.execute(_BY_ID, {"id": item_id}).first())


def by_refs(connection: Connection, refs: Iterable[str]) -> dict[str, Loaded]:
    """The items with these references, by reference; those that do not exist are left out."""
    found = _all(connection.execute(_BY_REFS, {"refs": list(refs)}).all())
    return {one.item.ref: one for one in found}


def by_ids(connection: Connection, ids: Iterable[int]) -> list[Loaded]:
    """The items with these ids, in no particular order."""
    return _all(connection.execute(_BY_IDS, {"ids": list(ids)}).all())


def due(connection: Connection, now: datetime, size: int) -> list[Loaded]:
    """Up to ``size`` items with a step due at ``now``, most overdue first; claimed on PostgreSQL.

    On SQLite a writing transaction is alone, so there is nothing to claim.
    """
    rows = _DUE_FREE[connection.dialect.name].rows(connection, {"now": now, "size": size})
    # The policy stands last; taken off, what is left is the state, without a copy of it.
    return [Loaded(policy_id=row.pop(), item=ItemState._make(row)) for row in rows]


def hold(connection: Connection, refs: Iterable[str]) -> None:
    """Let nobody change these items until the transaction ends, for a decision about several.

    Always in the same order, so that no two decisions wait for each other. On SQLite a writing
    transaction is alone anyway.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(_HOLD, {"refs": sorted(set(refs))})


def numbered(connection: Connection, campaign_id: int, number: str) -> str | None:
    """The reference of the item that has this number in the campaign; none for an empty one."""
    if not number:
        return None
    known = {"campaign": campaign_id, "number": number}
    ref: str | None = connection.execute(_NUMBERED, known).scalar()
    return ref


def next_due(connection: Connection) -> datetime | None:
    """The earliest instant at which anything is due for any item."""
    earliest: datetime | None = connection.execute(_EARLIEST).scalar()
    return earliest


_EARLIEST = (
    select(ITEM.c.next_action_at)
    .where(ITEM.c.next_action_at.is_not(None))
    .order_by(ITEM.c.next_action_at)
    .limit(1)
)


def _loaded(row: Sequence[Any] | None) -> Loaded | None:
    return None if row is None else Loaded(ItemState._make(row[:_WIDTH]), row[_WIDTH])


def _all(rows: Sequence[Sequence[Any]]) -> list[Loaded]:
    return [Loaded(ItemState._make(row[:_WIDTH]), row[_WIDTH]) for row in rows]
