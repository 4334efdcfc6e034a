"""How a page names whoever gives a command by a link; nothing is written."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from models.directory import PERSON, UNIT


class Reader(NamedTuple):
    """A person as pages speak to them."""

    name: str
    lang: str


_READER = select(PERSON.c.name, PERSON.c.lang).where(PERSON.c.id == bindparam("id"))
_UNIT = select(UNIT.c.name).where(UNIT.c.id == bindparam("id"))


def reader(connection: Connection, person_id: int) -> Reader | None:
    """How this person is called and spoken to."""
    row = connection.execute(_READER, {"id": person_id}).first()
    return None if row is None else Reader(*row)


def unit_name(connection: Connection, unit_id: int | None) -> str:
    """What people call the unit; empty for none."""
    return str(connection.execute(_UNIT, {"id": unit_id}).scalar() or "")
