"""What was given under a key before, and how a page names whoever gave it; nothing is written."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from models.directory import PERSON, UNIT
from models.event import EventRow
from models.items import ITEM

EVENT = EventRow.__table__  # type: ignore[attr-defined]


class Given(NamedTuple):
    """An accepted command: the item's event with this number, and the stage it led to."""

    ref: str
    seq: int
    kind: str
    stage: str
    at: datetime


class Reader(NamedTuple):
    """A person as pages speak to them."""

    name: str
    lang: str


_BY_KEY = (
    select(ITEM.c.ref, EVENT.c.seq, EVENT.c.kind, EVENT.c.stage, EVENT.c.at)
    .join(ITEM, ITEM.c.id == EVENT.c.item_id)
    .where(EVENT.c.idempotency_key == bindparam("key"))
)
_READER = select(PERSON.c.name, PERSON.c.lang).where(PERSON.c.id == bindparam("id"))
_UNIT = select(UNIT.c.name).where(UNIT.c.id == bindparam("id"))


def under_key(connection: Connection, key: str) -> Given | None:
    """The command that was accepted under this idempotency key, if any."""
    row = connection.execute(_BY_KEY, {"key": key}).first()
    return None if row is None else Given(*row)._replace(stage=row.stage.value)


def reader(connection: Connection, person_id: int) -> Reader | None:
    """How this person is called and spoken to."""
    row = connection.execute(_READER, {"id": person_id}).first()
    return None if row is None else Reader(*row)


def unit_name(connection: Connection, unit_id: int | None) -> str:
    """What people call the unit; empty for none."""
    return str(connection.execute(_UNIT, {"id": unit_id}).scalar() or "")
