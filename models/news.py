"""What has happened since: asked again and again by whoever tells open pages that they are old."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from models.event import EventRow
from models.items import ITEM

EVENT = EventRow.__table__  # type: ignore[attr-defined]


class News(NamedTuple):
    """An event, and the item that it has happened to."""

    id: int
    item_id: int


def newest(connection: Connection) -> int:
    """The id of the newest event; 0 without any."""
    return int(connection.execute(_NEWEST).scalar() or 0)


def since(connection: Connection, after: int, limit: int) -> list[News]:
    """Up to ``limit`` events after the one with this id, oldest first: a range of the primary
    key."""
    rows = connection.execute(_SINCE, {"after": after, "most": limit})
    return [News(*row) for row in rows]


def refs(connection: Connection, ids: list[int]) -> list[str]:
    """The references of the items with these ids. Who may be told is asked before."""
    statement = select(ITEM.c.ref).where(ITEM.c.id.in_(ids)).order_by(ITEM.c.ref)
    return list(connection.execute(statement).scalars())


_NEWEST = select(func.max(EVENT.c.id))
_SINCE = (
    select(EVENT.c.id, EVENT.c.item_id)
    .where(EVENT.c.id > bindparam("after"))
    .order_by(EVENT.c.id)
    .limit(bindparam("most"))
)
