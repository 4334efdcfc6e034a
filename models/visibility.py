"""Which items a person may see, as one condition for the database.

The rule is ``rules.duties.may_see``; this is the same said in SQL, so that lists, searches and
counts never read what may not be shown. A property test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, false, func, not_, or_, select, true

from models.helping import helped_by, units_below
from models.items import ITEM
from rules.duties import OFFICE_ROLES, READING_ROLES
from rules.item import PersonFact, is_root, topmost

Places = Callable[[list[str]], ColumnElement[bool]]
"""Makes the condition for items of units at or below one of these paths."""


class Reach(NamedTuple):
    """How items are found by the units that lead them, and by those that help with them."""

    led: Places
    helped: Places


def led_below(paths: list[str]) -> ColumnElement[bool]:
    """By the unit, whose tree is small, and not by the item's own path: that has no index."""
    led: ColumnElement[bool] = ITEM.c.unit_id.in_(units_below(paths))
    return led


def _helped_below(paths: list[str]) -> ColumnElement[bool]:
    helped: ColumnElement[bool] = ITEM.c.id.in_(helped_by(paths))
    return helped


BELOW = Reach(led_below, _helped_below)
"""In one statement, whatever there is."""


def looked_up(connection: Connection) -> Reach:
    """The same by the units and the helped items themselves: where no more than a few are meant,
    the database then goes by its indexes, and where units help nowhere nothing is asked."""

    def led(paths: list[str]) -> ColumnElement[bool]:
        found = units_below(paths).limit(MOST_UNITS + 1)
        ids = list(connection.execute(found).scalars())
        return ITEM.c.unit_id.in_(ids) if len(ids) <= MOST_UNITS else led_below(paths)

    def helped(paths: list[str]) -> ColumnElement[bool]:
        found = helped_by(paths).limit(MOST_HELPED + 1)
        ids = list(connection.execute(found).scalars())
        if not ids:
            return false()
        return ITEM.c.id.in_(ids) if len(ids) <= MOST_HELPED else _helped_below(paths)

    return Reach(led, helped)


MOST_UNITS = 500

MOST_HELPED = 5000


def visible_to(person: PersonFact, reach: Reach = BELOW) -> ColumnElement[bool]:
    """Holds for the rows of ``item`` that the person may see."""
    if not person.active:
        return false()
    seats = (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id)
    office = over((path for role, path in person.roles if role in OFFICE_ROLES), reach.led)
    held = [path for _, path in person.roles]
    anywhere = or_(over(held, reach.led), helped(held, reach))
    return or_(
        *(seat == person.id for seat in seats),
        office,
        and_(not_(ITEM.c.confidential), anywhere),
    )


def helped(paths: Iterable[str], reach: Reach = BELOW) -> ColumnElement[bool]:
    """Holds for items with which a unit at or below one of these paths helps; for none where they
    hold everything, as it is led from there anyway."""
    tops = topmost(paths)
    if not tops or any(map(is_root, tops)):
        return false()
    return reach.helped(list(tops))


def helping(person: PersonFact, reach: Reach = BELOW) -> ColumnElement[bool]:
    """Holds for the items with which the person's units help, and which they do not lead."""
    held = [path for role, path in person.roles if role not in READING_ROLES]
    theirs = helped(held, reach)
    return and_(theirs, not_(over(held, reach.led)), not_(ITEM.c.confidential))


def hidden_from(person: PersonFact) -> ColumnElement[bool]:
    """Holds for the rows of ``item`` that the person may not see."""
    # An empty seat makes the condition neither true nor false.
    return not_(func.coalesce(visible_to(person), false()))


def among(connection: Connection, ids: Sequence[int], person: PersonFact) -> set[int]:
    """Those of the items with these ids that the person may see."""
    statement = select(ITEM.c.id).where(ITEM.c.id.in_(list(ids)), visible_to(person))
    return set(connection.execute(statement).scalars())


def complainant(connection: Connection, item_id: int) -> str:
    """Who complained, empty when nobody is named. Who may be told is for the caller to ask."""
    named = select(ITEM.c.complainant).where(ITEM.c.id == item_id)
    return str(connection.execute(named).scalar_one())


def over(paths: Iterable[str], led: Places = led_below) -> ColumnElement[bool]:
    """Holds for items led by a unit at or below one of these paths, and for those of no unit yet;
    for none without a path."""
    tops = topmost(paths)
    if not tops:
        return false()
    if any(map(is_root, tops)):
        # There is one root: whatever lies below it is everything.
        return true()
    return or_(ITEM.c.unit_id.is_(None), led(list(tops)))
