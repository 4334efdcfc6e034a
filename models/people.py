"""Entering units and people: what a roster, a ledger or the first set-up names."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select, update

from models.directory import MEMBERSHIP, PERSON, UNIT
from rules.vocabulary import Role


def add_unit(
    connection: Connection,
    code: str,
    name: str,
    parent_id: int | None,
    *,
    kind: str = "unit",
    draft: bool = False,
) -> tuple[int, str]:
    """A new unit below ``parent_id`` (a root without); its id and path."""
    parent_path = "/"
    if parent_id is not None:
        parent_path = connection.execute(
            select(UNIT.c.path).where(UNIT.c.id == parent_id)
        ).scalar_one()
    values = {"code": code, "name": name, "parent_id": parent_id, "kind": kind, "draft": draft}
    # The path contains the id, which only the database knows: two statements, one transaction.
    unit_id = connection.execute(
        insert(UNIT).values(**values, path="").returning(UNIT.c.id)
    ).scalar_one()
    path = f"{parent_path}{unit_id}/"
    connection.execute(update(UNIT).where(UNIT.c.id == unit_id).values(path=path))
    return int(unit_id), path


def add_person(
    connection: Connection,
    code: str,
    name: str,
    unit_id: int,
    roles: Iterable[tuple[Role, int]] = (),
    *,
    email: str = "",
    lang: str = "zh-CN",
    draft: bool = False,
) -> int:
    """A new person with roles in units; their id."""
    values = {
        "code": code,
        "name": name,
        "unit_id": unit_id,
        "email": email,
        "lang": lang,
        "active": True,
        "draft": draft,
    }
    person_id = int(
        connection.execute(insert(PERSON).values(values).returning(PERSON.c.id)).scalar_one()
    )
    for role, seat in roles:
        add_role(connection, person_id, seat, role)
    return person_id


def add_role(connection: Connection, person_id: int, unit_id: int, role: Role) -> None:
    """Give a person a role in a unit's subtree."""
    connection.execute(insert(MEMBERSHIP).values(person_id=person_id, unit_id=unit_id, role=role))
