"""Which open items may be somebody's business now: a few short looks, each in an index's order."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, False_, or_, select

from models.items import ITEM
from models.visibility import helping, looked_up, over
from rules.item import PersonFact
from rules.vocabulary import OPEN_STAGES, Role, Stage

OPEN = [stage.value for stage in OPEN_STAGES]


def candidates(connection: Connection, person: PersonFact, most: int) -> set[int]:
    """Ids of open items that the person may have to do with, the nearest deadlines first, up to
    ``most`` of each kind. The rules say what each of them is to the person."""
    found: set[int] = set()
    for looked in (*_looks(person), *_helped(connection, person)):
        statement = select(ITEM.c.id).where(*looked).order_by(ITEM.c.due, ITEM.c.id).limit(most)
        found.update(connection.execute(statement).scalars())
    return found


def _looks(person: PersonFact) -> Iterable[tuple[ColumnElement[bool], ...]]:
    still_open = ITEM.c.stage.in_(OPEN)
    for seat in (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id):
        yield still_open, seat == person.id
    steered = [path for role, path in person.roles if role is Role.COORDINATOR]
    decided = [path for role, path in person.roles if role is Role.SUPERVISOR]
    if steered:
        mine = over(steered)
        yield ITEM.c.stage == Stage.INTAKE, mine
        yield ITEM.c.stage == Stage.ASSIGNMENT, ITEM.c.responsible_id.is_(None), mine
        yield ITEM.c.stage == Stage.VERIFICATION, ITEM.c.verifier_id.is_(None), mine
        yield ITEM.c.stage == Stage.REMINDER, mine
    if decided:
        yield ITEM.c.stage == Stage.CLOSURE, over(decided)
    if steered or decided:
        asked = or_(ITEM.c.extension_due.is_not(None), ITEM.c.hold_asked_until.is_not(None))
        yield still_open, asked, over([*steered, *decided])


def _helped(
    connection: Connection, person: PersonFact
) -> Iterable[tuple[ColumnElement[bool], ...]]:
    """What the person's units help with; most people's help nowhere."""
    theirs = helping(person, looked_up(connection))
    if not isinstance(theirs, False_):
        yield ITEM.c.stage.in_(OPEN), theirs
