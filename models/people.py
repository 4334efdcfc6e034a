"""Entering units and people: what a roster, a ledger or the first set-up names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, case, delete, insert, select, update

from models import accounts
from models.directory import MEMBERSHIP, PERSON, UNIT
from rules.open_units import require_open
from rules.vocabulary import Role


def root_id(connection: Connection) -> int:
    """The unit above all others, whatever a roster has called it."""
    return int(connection.execute(select(UNIT.c.id).where(UNIT.c.parent_id.is_(None))).scalar_one())


def is_open(connection: Connection, unit_id: int) -> bool:
    """Whether the unit takes something new on."""
    found = select(UNIT.c.id).where(UNIT.c.id == unit_id, ~UNIT.c.closed)
    return connection.execute(found).first() is not None


def hold_open(connection: Connection, unit_id: int) -> str:
    """See that the unit takes something new on, and is not closed until the transaction ends; its
    path.

    Raises:
        Refused: it is closed.
    """
    asked = select(UNIT.c.code, UNIT.c.path, UNIT.c.closed).where(UNIT.c.id == unit_id)
    row = connection.execute(asked.with_for_update(read=True, key_share=True)).one()
    require_open(row.code, bool(row.closed))
    return str(row.path)


def add_unit(
    connection: Connection,
    code: str,
    name: str,
    parent_id: int | None,
    *,
    kind: str = "unit",
    draft: bool = False,
) -> tuple[int, str]:
    """A new unit below ``parent_id`` (a root without); its id and path.

    Raises:
        Refused: the unit above is closed.
    """
    parent_path = "/" if parent_id is None else hold_open(connection, parent_id)
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
    """A new person with roles in units; their id.

    Raises:
        Refused: one of the units is closed.
    """
    hold_open(connection, unit_id)
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
    """Give a person a role in a unit's subtree.

    Raises:
        Refused: the unit is closed.
    """
    hold_open(connection, unit_id)
    connection.execute(insert(MEMBERSHIP).values(person_id=person_id, unit_id=unit_id, role=role))


def drop_role(connection: Connection, person_id: int, unit_id: int, role: Role) -> bool:
    """Take a role in a unit's subtree from a person; whether they had it."""
    held = (
        MEMBERSHIP.c.person_id == person_id,
        MEMBERSHIP.c.unit_id == unit_id,
        MEMBERSHIP.c.role == role,
    )
    return connection.execute(delete(MEMBERSHIP).where(*held)).rowcount > 0


def has_role(connection: Connection, person_id: int, unit_id: int, role: Role) -> bool:
    """Whether the person holds the role in exactly this unit."""
    held = select(MEMBERSHIP.c.id).where(
        MEMBERSHIP.c.person_id == person_id,
        MEMBERSHIP.c.unit_id == unit_id,
        MEMBERSHIP.c.role == role,
    )
    return connection.execute(held).first() is not None


def change_person(connection: Connection, person_id: int, changes: Mapping[str, object]) -> None:
    """Put fields of a person right: name, unit_id, email, lang, active, draft.

    Whoever is no longer active is signed out everywhere. What is known of an address says nothing
    about another one.

    Raises:
        Refused: they would come to act in a unit that is closed.
    """
    if changes.get("active") is False:
        accounts.forget_ways_in(connection, person_id)
    _require_open_home(connection, person_id, changes)
    values = dict(changes)
    if "email" in values:
        same = PERSON.c.email == values["email"]
        values["undeliverable_since"] = case((same, PERSON.c.undeliverable_since))
        values["undeliverable_why"] = case((same, PERSON.c.undeliverable_why), else_="")
    connection.execute(update(PERSON).where(PERSON.c.id == person_id).values(values))


def _require_open_home(
    connection: Connection, person_id: int, changes: Mapping[str, object]
) -> None:
    """Whoever is in a closed unit already, and acts no more, may be put right there."""
    if not {"unit_id", "active"} & changes.keys():
        return
    now = connection.execute(
        select(PERSON.c.unit_id, PERSON.c.active).where(PERSON.c.id == person_id)
    ).one()
    home = int(str(changes.get("unit_id", now.unit_id)))
    if home != now.unit_id or (changes.get("active") and not now.active):
        hold_open(connection, home)


def change_unit(connection: Connection, unit_id: int, changes: Mapping[str, object]) -> None:
    """Put fields of a unit right: name, kind, draft, closed. Its place in the tree stays."""
    connection.execute(update(UNIT).where(UNIT.c.id == unit_id).values(dict(changes)))
