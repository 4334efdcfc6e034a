"""Names to choose from while a form is filled in: the likely ones, never all."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from models.directory import MEMBERSHIP, PERSON, SEAT, UNIT
from rules.vocabulary import Role

MOST = 200


def units(connection: Connection, *, closed: bool = False) -> list[tuple[str, str]]:
    """Units by code, with their names; ``closed`` ones, too, where something is looked for."""
    statement = select(UNIT.c.code, UNIT.c.name).where(UNIT.c.merged_into.is_(None))
    if not closed:
        statement = statement.where(~UNIT.c.closed)
    rows = connection.execute(statement.order_by(UNIT.c.path).limit(MOST))
    return [(row.code, row.name) for row in rows]


def people(connection: Connection, path: str | None) -> list[tuple[str, str]]:
    """Handles and names of who may verify or decide, and of those of the unit at ``path``."""
    judges = MEMBERSHIP.c.role.in_([Role.VERIFIER, Role.SUPERVISOR])
    near = or_(judges, SEAT.c.path == path) if path else judges
    statement = (
        select(PERSON.c.code, PERSON.c.name, UNIT.c.name.label("unit"))
        .join(UNIT, UNIT.c.id == PERSON.c.unit_id)
        .join(MEMBERSHIP, MEMBERSHIP.c.person_id == PERSON.c.id)
        .join(SEAT, SEAT.c.id == MEMBERSHIP.c.unit_id)
        .where(PERSON.c.active, near)
        .distinct()
        .order_by(PERSON.c.code)
        .limit(MOST)
    )
    return [(row.code, f"{row.name} · {row.unit}") for row in connection.execute(statement)]
