"""Contacts: entered, removed, and read by whoever writes to people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from models.contact import Contact
from models.directory import PERSON, UNIT

CONTACT = Contact.__table__  # type: ignore[attr-defined]


class ContactView(NamedTuple):
    """A contact with the code of its person, or of its unit."""

    person: str | None
    unit: str | None
    channel: str
    kinds: tuple[str, ...]


class Reach(NamedTuple):
    """A channel that a person is reached by; ``shared`` when it is their unit's."""

    person_id: int
    channel: str
    kinds: tuple[str, ...]
    shared: bool


def enter(
    connection: Connection,
    channel: str,
    kinds: tuple[str, ...],
    *,
    person_id: int | None = None,
    unit_id: int | None = None,
) -> None:
    """Reach a person, or a unit's group, by this channel; the kinds replace those of before."""
    whose = {"person_id": person_id, "unit_id": unit_id}
    known = (
        update(CONTACT)
        .where(CONTACT.c.channel == channel, _whose(person_id, unit_id))
        .values(kinds=kinds)
    )
    if connection.execute(known).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(CONTACT).values(channel=channel, kinds=kinds, **whose))
    except IntegrityError:
        # Somebody else has entered it at the same moment.
        connection.execute(known)


def remove(
    connection: Connection,
    channel: str,
    *,
    person_id: int | None = None,
    unit_id: int | None = None,
) -> bool:
    """Reach them by this channel no more; whether they were."""
    gone = delete(CONTACT).where(CONTACT.c.channel == channel, _whose(person_id, unit_id))
    return connection.execute(gone).rowcount > 0


def _whose(person_id: int | None, unit_id: int | None) -> ColumnElement[bool]:
    whose: ColumnElement[bool] = (
        CONTACT.c.person_id == person_id if unit_id is None else CONTACT.c.unit_id == unit_id
    )
    return whose


def listing(connection: Connection) -> list[ContactView]:
    """Every contact, people first."""
    rows = connection.execute(
        select(PERSON.c.code, UNIT.c.code, CONTACT.c.channel, CONTACT.c.kinds)
        .outerjoin(PERSON, PERSON.c.id == CONTACT.c.person_id)
        .outerjoin(UNIT, UNIT.c.id == CONTACT.c.unit_id)
        .order_by(CONTACT.c.unit_id.is_not(None), PERSON.c.code, UNIT.c.code, CONTACT.c.channel)
    )
    return [ContactView(*row) for row in rows]


def reaches(connection: Connection, person_ids: Iterable[int]) -> list[Reach]:
    """The channels of these people: their own, and those of the very unit they belong to."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return []
    rows = connection.execute(
        select(PERSON.c.id, CONTACT.c.channel, CONTACT.c.kinds, CONTACT.c.unit_id.is_not(None))
        .join(
            CONTACT,
            or_(CONTACT.c.person_id == PERSON.c.id, CONTACT.c.unit_id == PERSON.c.unit_id),
        )
        .where(PERSON.c.id.in_(wanted))
        .order_by(PERSON.c.id, CONTACT.c.id)
    )
    return [Reach(*row) for row in rows]


def used(connection: Connection) -> list[str]:
    """The names of all channels that somebody is reached by."""
    rows = connection.execute(select(CONTACT.c.channel).distinct().order_by(CONTACT.c.channel))
    return list(rows.scalars())
