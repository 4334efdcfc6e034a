"""What hangs on a draft, and how it comes to hang on the unit or person that it really is.

Items are not written here: their places change by a command each (``tasks.merging``).
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    delete,
    func,
    literal,
    select,
    text,
    type_coerce,
    update,
)

from models.absence import Absence
from models.contact import Contact
from models.directory import MEMBERSHIP, PERSON, UNIT
from models.item import HELPED
from models.items import ITEM
from models.roster import PersonRow, UnitRow, move_unit, settle_paths

ABSENCE = Absence.__table__  # type: ignore[attr-defined]
CONTACT = Contact.__table__  # type: ignore[attr-defined]

CODE: int = UNIT.c.code.type.length


class Hangs(NamedTuple):
    """How much hangs on a draft."""

    items: int
    units: int = 0
    """Units below it."""
    people: int = 0
    """People of the unit."""
    roles: int = 0


def of_unit(unit_id: int, path: str) -> list[ColumnElement[bool]]:
    """Conditions of which one holds for each item that the unit leads or helps with. Each asks an
    index of its own: together they would ask none."""
    # The list is kept as one text, with blanks between the paths.
    listed = type_coerce(ITEM.c.co_unit_paths, Text)
    among = (literal(" ") + listed + " ").contains(f" {path} ", autoescape=True)
    return [ITEM.c.unit_id == unit_id, and_(text(HELPED), among)]


def of_person(person_id: int) -> list[ColumnElement[bool]]:
    """The same for items on which the person has a seat."""
    seats = (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id)
    return [seat == person_id for seat in seats]


def refs(connection: Connection, conditions: list[ColumnElement[bool]]) -> list[str]:
    """References of the items for which one of these holds, oldest first."""
    found: dict[int, str] = {}
    for condition in conditions:
        rows = connection.execute(select(ITEM.c.id, ITEM.c.ref).where(condition))
        found |= {row.id: row.ref for row in rows}
    return [found[ident] for ident in sorted(found)]


def hold(connection: Connection, among: str, ids: list[int]) -> None:
    """Let nobody put these rows on an item until the transaction ends."""
    if connection.dialect.name != "sqlite":
        table = UNIT if among == "unit" else PERSON
        # In the order of their ids: two of these never wait for each other.
        found = select(table.c.id).where(table.c.id.in_(ids)).order_by(table.c.id)
        connection.execute(found.with_for_update())


def hangs_on_unit(connection: Connection, unit: UnitRow, items: int) -> Hangs:
    """What would move with the unit, besides so many items."""
    count = select(func.count())
    counted = (
        count.select_from(UNIT).where(UNIT.c.parent_id == unit.id, UNIT.c.merged_into.is_(None)),
        count.select_from(PERSON).where(PERSON.c.unit_id == unit.id),
        count.select_from(MEMBERSHIP).where(MEMBERSHIP.c.unit_id == unit.id),
    )
    return Hangs(items, *(connection.execute(each).scalar_one() for each in counted))


def hangs_on_person(connection: Connection, person_id: int, items: int) -> Hangs:
    """What would go with the person, besides so many items."""
    held = select(func.count()).select_from(MEMBERSHIP).where(MEMBERSHIP.c.person_id == person_id)
    return Hangs(items, roles=connection.execute(held).scalar_one())


def move_under(connection: Connection, draft: UnitRow, into: UnitRow) -> None:
    """Units and people of the draft belong to the other unit from now on, and so do roles held
    over it; the draft is the other unit ever after."""
    below = select(*(UNIT.c[field] for field in UnitRow._fields)).where(
        UNIT.c.parent_id == draft.id, UNIT.c.merged_into.is_(None)
    )
    children = [UnitRow(*row) for row in connection.execute(below).all()]
    for child in children:
        move_unit(connection, child, into)
    if children:
        settle_paths(connection)
    connection.execute(update(PERSON).where(PERSON.c.unit_id == draft.id).values(unit_id=into.id))
    _hand_over_roles(connection, "unit_id", draft.id, into.id)
    hand_over_contacts(connection, "unit_id", draft.id, into.id)
    gone = {"merged_into": into.id, "draft": False, "code": _spent(draft.code, draft.id)}
    connection.execute(update(UNIT).where(UNIT.c.id == draft.id).values(gone))
    connection.execute(
        update(UNIT).where(UNIT.c.merged_into == draft.id).values(merged_into=into.id)
    )


def take_over(connection: Connection, draft: PersonRow, into: PersonRow) -> None:
    """Whatever the draft substitutes for falls to the other person; roles of a draft were guessed
    from where a ledger named it, and go. The draft is the other person ever after."""
    connection.execute(delete(MEMBERSHIP).where(MEMBERSHIP.c.person_id == draft.id))
    connection.execute(delete(ABSENCE).where(ABSENCE.c.person_id == draft.id))
    connection.execute(
        update(ABSENCE).where(ABSENCE.c.substitute_id == draft.id).values(substitute_id=into.id)
    )
    connection.execute(delete(CONTACT).where(CONTACT.c.person_id == draft.id))
    gone = {"merged_into": into.id, "draft": False, "code": _spent(draft.code, draft.id)}
    connection.execute(update(PERSON).where(PERSON.c.id == draft.id).values(gone))
    connection.execute(
        update(PERSON).where(PERSON.c.merged_into == draft.id).values(merged_into=into.id)
    )


def _hand_over_roles(connection: Connection, column: str, old: int, new: int) -> None:
    """Roles over the draft become roles over the other unit; those held there already fall away."""
    mine = connection.execute(select(MEMBERSHIP).where(MEMBERSHIP.c[column] == old)).all()
    held = connection.execute(select(MEMBERSHIP).where(MEMBERSHIP.c[column] == new)).all()
    known = {(row.person_id, row.role) for row in held}
    for row in mine:
        this = MEMBERSHIP.c.id == row.id
        if (row.person_id, row.role) in known:
            connection.execute(delete(MEMBERSHIP).where(this))
        else:
            connection.execute(update(MEMBERSHIP).where(this).values({column: new}))


def hand_over_contacts(connection: Connection, column: str, old: int, new: int) -> None:
    """Groups of the draft become groups of the other unit, but by channels that it has already."""
    has = select(CONTACT.c.channel).where(CONTACT.c[column] == new).scalar_subquery()
    mine = CONTACT.c[column] == old
    connection.execute(
        update(CONTACT).where(mine, CONTACT.c.channel.not_in(has)).values({column: new})
    )
    connection.execute(delete(CONTACT).where(mine))


def _spent(code: str, ident: int) -> str:
    """A code that nobody can type for a unit or a person: the old one is free again."""
    mark = f"~{ident}"
    return code[: CODE - len(mark)] + mark
