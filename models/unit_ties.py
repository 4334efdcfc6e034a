"""What hangs on a unit that is to be closed: open items, units below it, people who act.

Nothing is handed over here but people and roles: items move by a command each
(``tasks.unit_closing``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, select, update

from models import people
from models.directory import MEMBERSHIP, PERSON, UNIT
from models.items import ITEM
from models.merging import hand_over_contacts, of_unit, refs
from models.roster import UnitRow, move_unit, settle_paths
from models.views import Named
from rules.vocabulary import Stage


class Ties(NamedTuple):
    """What keeps a unit from being closed."""

    items: tuple[str, ...]
    """References of open items that it leads or helps with."""
    units: tuple[Named, ...]
    """Units directly below it that are not closed."""
    people: tuple[Named, ...]
    """People of the unit who act."""

    def __bool__(self) -> bool:
        return any(tuple(self))


def ties(connection: Connection, unit: UnitRow) -> Ties:
    """What hangs on the unit now."""
    still_open = ITEM.c.stage != Stage.CLOSED
    found = refs(connection, [and_(each, still_open) for each in of_unit(unit.id, unit.path)])
    below = (UNIT.c.parent_id == unit.id, UNIT.c.merged_into.is_(None), ~UNIT.c.closed)
    staff = (PERSON.c.unit_id == unit.id, PERSON.c.active)
    return Ties(
        tuple(found),
        _named(connection, UNIT, *below),
        _named(connection, PERSON, *staff),
    )


def hand_over(connection: Connection, unit: UnitRow, into: UnitRow) -> None:
    """Units below and people who act belong to the other unit from now on; who holds a role over
    the unit holds it over the other one as well, and still sees what the closed one has done."""
    below = select(*(UNIT.c[field] for field in UnitRow._fields)).where(
        UNIT.c.parent_id == unit.id, UNIT.c.merged_into.is_(None), ~UNIT.c.closed
    )
    children = [UnitRow(*row) for row in connection.execute(below).all()]
    for child in children:
        move_unit(connection, child, into)
    if children:
        settle_paths(connection)
    mine = (PERSON.c.unit_id == unit.id, PERSON.c.active)
    connection.execute(update(PERSON).where(*mine).values(unit_id=into.id))
    held = select(MEMBERSHIP.c.person_id, MEMBERSHIP.c.role)
    there = connection.execute(held.where(MEMBERSHIP.c.unit_id == into.id)).all()
    known = {(row.person_id, row.role) for row in there}
    for person_id, role in connection.execute(held.where(MEMBERSHIP.c.unit_id == unit.id)).all():
        if (person_id, role) not in known:
            people.add_role(connection, person_id, into.id, role)
    hand_over_contacts(connection, "unit_id", unit.id, into.id)


def _named(connection: Connection, of: Any, *which: ColumnElement[bool]) -> tuple[Named, ...]:
    rows = connection.execute(select(of.c.code, of.c.name).where(*which).order_by(of.c.code))
    return tuple(Named(row.code, row.name) for row in rows)
