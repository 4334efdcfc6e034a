"""All units and people at once, for work that matches many names (a ledger, a roster)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from models.directory import MEMBERSHIP, PERSON, UNIT
from models.items import ITEM
from rules.vocabulary import Role


class UnitRow(NamedTuple):
    """A unit by its names."""

    id: int
    code: str
    name: str
    parent_id: int | None
    path: str


class PersonRow(NamedTuple):
    """A person by their names, with the path of their unit."""

    id: int
    code: str
    name: str
    unit_path: str
    roles: frozenset[Role]


def all_units(connection: Connection) -> list[UnitRow]:
    """Every unit, the root first."""
    columns = (UNIT.c.id, UNIT.c.code, UNIT.c.name, UNIT.c.parent_id, UNIT.c.path)
    return [UnitRow(*row) for row in connection.execute(select(*columns).order_by(UNIT.c.id))]


def all_people(connection: Connection) -> list[PersonRow]:
    """Every active person."""
    roles: dict[int, set[Role]] = {}
    for person_id, role in connection.execute(
        select(MEMBERSHIP.c.person_id, MEMBERSHIP.c.role)
    ).all():
        roles.setdefault(person_id, set()).add(role)
    statement = (
        select(PERSON.c.id, PERSON.c.code, PERSON.c.name, UNIT.c.path)
        .join(UNIT, UNIT.c.id == PERSON.c.unit_id)
        .where(PERSON.c.active)
        .order_by(PERSON.c.id)
    )
    return [
        PersonRow(row.id, row.code, row.name, row.path, frozenset(roles.get(row.id, ())))
        for row in connection.execute(statement)
    ]


class Listed(NamedTuple):
    """An item that a ledger has named before: its reference and what the ledger said then."""

    ref: str
    ledger: str


def listed(
    connection: Connection, campaign_id: int, numbers: Sequence[str]
) -> Mapping[str, Listed]:
    """The items of a campaign with these ledger numbers, by number."""
    rows: Sequence[Any] = connection.execute(
        _LISTED, {"campaign": campaign_id, "numbers": list(numbers)}
    ).all()
    return {number: Listed(ref, ledger) for number, ref, ledger in rows}


_LISTED = select(ITEM.c.number, ITEM.c.ref, ITEM.c.ledger).where(
    ITEM.c.campaign_id == bindparam("campaign"),
    ITEM.c.number.in_(bindparam("numbers", expanding=True)),
)
