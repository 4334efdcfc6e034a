"""All units and people at once, for work that matches many names (a ledger, a roster)."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Connection, or_, select, update

from models import search_index
from models.directory import MEMBERSHIP, PERSON, UNIT
from models.items import ITEM
from rules.item import unit_at
from rules.open_units import require_open
from rules.vocabulary import Role


class UnitRow(NamedTuple):
    """A unit by its names and its place."""

    id: int
    code: str
    name: str
    parent_id: int | None
    path: str
    kind: str = "unit"
    draft: bool = False
    closed: bool = False


class PersonRow(NamedTuple):
    """A person by their names, with the path of their unit, and their roles with the path of the
    unit in whose subtree each is held."""

    id: int
    code: str
    name: str
    unit_path: str
    roles: tuple[tuple[Role, str], ...] = ()
    active: bool = True
    unit_id: int = 0
    email: str = ""
    lang: str = "zh-CN"
    draft: bool = False


UNIT_NAME: int = UNIT.c.name.type.length
PERSON_NAME: int = PERSON.c.name.type.length
"""How many characters a name holds."""

_FROM_UNIT = tuple(UNIT.c[field] for field in UnitRow._fields)
_ROOT = select(UNIT.c.id).where(UNIT.c.parent_id.is_(None)).with_for_update(key_share=True)


def hold(connection: Connection) -> None:
    """Let no other import or roster enter units and people until this transaction ends.

    On SQLite a writing transaction is alone anyway. Whoever names a unit or gives a command is
    not held up: the lock forbids nothing but another one of its kind.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(_ROOT)


def all_units(connection: Connection, *, merged: bool = False) -> list[UnitRow]:
    """Every unit, in the order in which they were entered; those that were merged only if asked."""
    statement = select(*_FROM_UNIT).order_by(UNIT.c.id)
    if not merged:
        statement = statement.where(UNIT.c.merged_into.is_(None))
    return [UnitRow(*row) for row in connection.execute(statement).all()]


def all_people(connection: Connection, *, merged: bool = False) -> list[PersonRow]:
    """Everybody, in the order in which they were entered; who was merged only if asked."""
    roles: dict[int, list[tuple[Role, str]]] = defaultdict(list)
    held = select(MEMBERSHIP.c.person_id, MEMBERSHIP.c.role, UNIT.c.path)
    for row in connection.execute(held.join(UNIT, UNIT.c.id == MEMBERSHIP.c.unit_id)):
        roles[row.person_id].append((row.role, row.path))
    columns = (PERSON.c.id, PERSON.c.code, PERSON.c.name, UNIT.c.path, PERSON.c.active,
               PERSON.c.unit_id, PERSON.c.email, PERSON.c.lang, PERSON.c.draft)  # fmt: skip
    statement = select(*columns).join(UNIT, UNIT.c.id == PERSON.c.unit_id).order_by(PERSON.c.id)
    if not merged:
        statement = statement.where(PERSON.c.merged_into.is_(None))
    return [
        PersonRow(
            row.id, row.code, row.name, row.path, tuple(roles[row.id]), bool(row.active),
            row.unit_id, row.email, row.lang, bool(row.draft),
        )
        for row in connection.execute(statement)
    ]  # fmt: skip


def aliases(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """Names of units, and of people, that were merged, with the ids of whom they mean now."""
    found: list[dict[str, int]] = []
    for of in (UNIT, PERSON):
        rows = connection.execute(
            select(of.c.name, of.c.merged_into).where(of.c.merged_into.is_not(None))
        ).all()
        found.append({row.name: row.merged_into for row in rows})
    return found[0], found[1]


def memberships(connection: Connection) -> set[tuple[int, int, Role]]:
    """Every role held: (person, unit in whose subtree, role)."""
    statement = select(MEMBERSHIP.c.person_id, MEMBERSHIP.c.unit_id, MEMBERSHIP.c.role)
    return {(row.person_id, row.unit_id, row.role) for row in connection.execute(statement)}


def move_unit(connection: Connection, unit: UnitRow, parent: UnitRow) -> None:
    """Put a unit, with all that is below it, under another parent.

    Items keep the ids of their units; the paths that they copy follow by :func:`settle_paths`.

    Raises:
        Refused: the new parent is closed, and the unit is not.
    """
    require_open(parent.code, parent.closed and not unit.closed)
    connection.execute(update(UNIT).where(UNIT.c.id == unit.id).values(parent_id=parent.id))
    below = select(UNIT.c.id, UNIT.c.path).where(UNIT.c.path.startswith(unit.path))
    for row in connection.execute(below).all():
        path = f"{parent.path}{unit.id}/{row.path.removeprefix(unit.path)}"
        connection.execute(update(UNIT).where(UNIT.c.id == row.id).values(path=path))


def settle_paths(connection: Connection) -> int:
    """Bring the copies of units' paths that items hold in step with the units; how many changed.

    A copy is looked up by the id at its end, so that doing it again repairs what a command that
    ran at the same moment has written from the old tree.
    """
    paths = {row.id: row.path for row in connection.execute(select(UNIT.c.id, UNIT.c.path))}
    settled = []
    columns = (ITEM.c.id, ITEM.c.unit_id, ITEM.c.unit_path, ITEM.c.co_unit_paths)
    astray = or_(ITEM.c.unit_path != UNIT.c.path, ITEM.c.co_unit_paths != ())
    statement = select(*columns).outerjoin(UNIT, UNIT.c.id == ITEM.c.unit_id).where(astray)
    for row in connection.execute(statement).all():
        values = {
            "unit_path": paths.get(row.unit_id),
            "co_unit_paths": tuple(_now_at(path, paths) for path in row.co_unit_paths),
        }
        if values != {"unit_path": row.unit_path, "co_unit_paths": row.co_unit_paths}:
            connection.execute(update(ITEM).where(ITEM.c.id == row.id).values(values))
            settled.append(row.id)
    search_index.renew(connection, settled)
    return len(settled)


def _now_at(path: str, paths: dict[int, str]) -> str:
    return paths.get(unit_at(path), path)
