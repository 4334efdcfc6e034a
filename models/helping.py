"""Which items units help with: kept in step with the items, and asked by the unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select

from models.directory import UNIT
from models.item_co_unit import ItemCoUnit
from models.prepared import Prepared
from rules.item import unit_at

HELPS = ItemCoUnit.__table__  # type: ignore[attr-defined]

_INSERT = Prepared(insert(HELPS).inline(), ["unit_id", "item_id"])


def units_below(paths: Iterable[str]) -> Select[tuple[int]]:
    """The ids of the units at or below one of these paths."""
    return select(UNIT.c.id).where(or_(*(UNIT.c.path.startswith(path) for path in paths)))


def helped_by(paths: Iterable[str]) -> Select[tuple[int]]:
    """The ids of the items with which these units help; one may come more than once."""
    return select(HELPS.c.item_id).where(HELPS.c.unit_id.in_(units_below(paths)))


def write(connection: Connection, named: Mapping[int, Sequence[str]]) -> None:
    """Keep which units help with new items: the paths of their co-units by the items' ids."""
    rows: list[dict[str, Any]] = [
        {"unit_id": unit_id, "item_id": item_id}
        for item_id, paths in named.items()
        for unit_id in dict.fromkeys(map(unit_at, paths))
    ]
    if rows:
        _INSERT.run(connection, *rows)


def renew(connection: Connection, named: Mapping[int, Sequence[str]]) -> None:
    """The same for items whose co-units are others from now on."""
    if named:
        connection.execute(delete(HELPS).where(HELPS.c.item_id.in_(list(named))))
        write(connection, named)
