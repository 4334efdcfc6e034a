"""Units and people as lists show them: with their place in the tree, roles, and open items."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from models.directory import MEMBERSHIP, PERSON, UNIT
from models.items import ITEM
from models.views import Named
from rules.item import UnitFact
from rules.vocabulary import Stage


class UnitView(NamedTuple):
    """One unit; ``depth`` counts from the root, 0."""

    code: str
    name: str
    kind: str
    parent: Named | None
    depth: int
    draft: bool
    closed: bool
    open_items: int
    """Open items that it leads, those of units below it not counted."""


class Held(NamedTuple):
    """A role, and the unit in whose subtree it is held."""

    role: str
    unit: Named


class PersonView(NamedTuple):
    """One person with everything that mail and duties need."""

    code: str
    name: str
    unit: Named
    email: str
    lang: str
    active: bool
    draft: bool
    roles: tuple[Held, ...]


_PARENT = UNIT.alias("parent")


def units(connection: Connection, *, drafts: bool = False) -> list[UnitView]:
    """Every unit, each below its parent; only those waiting to be confirmed with ``drafts``."""
    led = (
        select(func.count())
        .select_from(ITEM)
        .where(ITEM.c.unit_id == UNIT.c.id, ITEM.c.stage != Stage.CLOSED)
        .scalar_subquery()
    )
    columns = (UNIT.c.code, UNIT.c.name, UNIT.c.kind, UNIT.c.path, UNIT.c.draft,
               UNIT.c.closed)  # fmt: skip
    above = (_PARENT.c.code.label("above_code"), _PARENT.c.name.label("above_name"))
    statement = select(*columns, *above, led.label("led")).outerjoin(
        _PARENT, _PARENT.c.id == UNIT.c.parent_id
    )
    statement = statement.where(UNIT.c.merged_into.is_(None))
    if drafts:
        statement = statement.where(UNIT.c.draft)
    rows = sorted(connection.execute(statement).all(), key=lambda row: _way(row.path))
    return [
        UnitView(
            row.code, row.name, row.kind,
            None if row.above_code is None else Named(row.above_code, row.above_name),
            len(_way(row.path)) - 1, bool(row.draft), bool(row.closed), row.led,
        )
        for row in rows
    ]  # fmt: skip


def people(connection: Connection, *, drafts: bool = False) -> list[PersonView]:
    """Everybody, by handle; only those waiting to be confirmed with ``drafts``."""
    columns = (PERSON.c.id, PERSON.c.code, PERSON.c.name, PERSON.c.email, PERSON.c.lang,
               PERSON.c.active, PERSON.c.draft)  # fmt: skip
    home = (UNIT.c.code.label("unit_code"), UNIT.c.name.label("unit_name"))
    statement = (
        select(*columns, *home).join(UNIT, UNIT.c.id == PERSON.c.unit_id).order_by(PERSON.c.code)
    )
    statement = statement.where(PERSON.c.merged_into.is_(None))
    if drafts:
        statement = statement.where(PERSON.c.draft)
    held = _held(connection)
    return [
        PersonView(
            row.code, row.name, Named(row.unit_code, row.unit_name), row.email, row.lang,
            bool(row.active), bool(row.draft), tuple(held.get(row.id, ())),
        )
        for row in connection.execute(statement)
    ]  # fmt: skip


def home_of(connection: Connection, person_id: int) -> UnitFact:
    """The unit to which the person belongs."""
    statement = (
        select(UNIT.c.id, UNIT.c.code, UNIT.c.path)
        .join(PERSON, PERSON.c.unit_id == UNIT.c.id)
        .where(PERSON.c.id == person_id)
    )
    return UnitFact(*connection.execute(statement).one())


def _held(connection: Connection) -> dict[int, list[Held]]:
    """Everybody's roles, by the person's id."""
    statement = (
        select(MEMBERSHIP.c.person_id, MEMBERSHIP.c.role, UNIT.c.code, UNIT.c.name)
        .join(UNIT, UNIT.c.id == MEMBERSHIP.c.unit_id)
        .order_by(MEMBERSHIP.c.id)
    )
    held: dict[int, list[Held]] = {}
    for row in connection.execute(statement):
        held.setdefault(row.person_id, []).append(Held(row.role.value, Named(row.code, row.name)))
    return held


def _way(path: str) -> tuple[int, ...]:
    """The ids from the root to a unit, which sort children below their parents."""
    return tuple(int(part) for part in path.split("/") if part)
