"""What a command begins with, read in one journey: the item, and the person who gives it."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from models.directory import HOME, MEMBERSHIP, PERSON, SEAT, facts
from models.items import ITEM, STATE_COLUMNS, Loaded
from models.prepared import Prepared
from rules.item import ItemState, PersonFact

_WIDTH = len(STATE_COLUMNS)
_BOTH = Prepared(
    select(
        *STATE_COLUMNS,
        ITEM.c.policy_id,
        PERSON.c.id.label("person_id"),
        PERSON.c.code,
        PERSON.c.active,
        PERSON.c.name,
        HOME.c.path,
        MEMBERSHIP.c.role,
        SEAT.c.path.label("seat_path"),
    )
    .select_from(ITEM)
    .outerjoin(PERSON, PERSON.c.code == bindparam("who"))
    .outerjoin(HOME, HOME.c.id == PERSON.c.unit_id)
    .outerjoin(MEMBERSHIP, MEMBERSHIP.c.person_id == PERSON.c.id)
    .outerjoin(SEAT, SEAT.c.id == MEMBERSHIP.c.unit_id)
    .where(ITEM.c.ref == bindparam("ref"))
)


def item_and_person(
    connection: Connection, ref: str, who: str
) -> tuple[Loaded | None, PersonFact | None]:
    """The item with this reference, and the person with this code; none for what is not there."""
    rows = _BOTH.rows(connection, {"ref": ref, "who": who})
    if not rows:
        return None, None
    first = rows[0]
    loaded = Loaded(ItemState._make(first[:_WIDTH]), first[_WIDTH])
    if first[_WIDTH + 1] is None:  # the person's id
        return loaded, None
    return loaded, facts(row[_WIDTH + 1 :] for row in rows)[0][1]
