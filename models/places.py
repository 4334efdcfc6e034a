"""A unit among its neighbours: those above it and those right below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from models.directory import UNIT


class Place(NamedTuple):
    """A unit by its names and its place in the tree."""

    id: int
    code: str
    name: str
    path: str


_COLUMNS = tuple(UNIT.c[field] for field in Place._fields)


def by_code(connection: Connection, code: str) -> Place | None:
    """The unit with this code."""
    row = connection.execute(select(*_COLUMNS).where(UNIT.c.code == code)).first()
    return None if row is None else Place(*row)


def on_the_way(connection: Connection, path: str) -> list[Place]:
    """The units from the root down to the one with this path, which comes last."""
    ids = [int(each) for each in path.strip("/").split("/") if each]
    return _places(connection, UNIT.c.id.in_(ids), UNIT.c.path)


def right_below(connection: Connection, unit_id: int) -> list[Place]:
    """The units right below, in the order in which they were entered."""
    return _places(connection, UNIT.c.parent_id == unit_id, UNIT.c.id)


def at(connection: Connection, paths: Iterable[str]) -> list[Place]:
    """The units with these paths."""
    return _places(connection, UNIT.c.path.in_(list(paths)), UNIT.c.path)


def _places(connection: Connection, where: Any, order: Any) -> list[Place]:
    statement = select(*_COLUMNS).where(where).order_by(order)
    return [Place(*row) for row in connection.execute(statement)]
