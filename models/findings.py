"""What is known of similar items: duplicates, and who has handled a category before."""

from __future__ import annotations

import json
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, literal, select

from models.directory import MEMBERSHIP, PERSON, UNIT
from models.event import EventRow
from models.items import ITEM
from rules.item import ItemState
from rules.vocabulary import Role, Stage

EVENT = EventRow.__table__  # type: ignore[attr-defined]


class Candidate(NamedTuple):
    """Somebody who could verify an item: nearer offices first, then the least busy."""

    person_id: int
    code: str
    scope: str
    busy: int


class Assignment(NamedTuple):
    """The last assignment of an item: its number in the history, the deadline it set, and who
    gave it (0: the program)."""

    seq: int
    due: date | None
    actor_id: int


def description_of(connection: Connection, item_id: int) -> str:
    """The item's description."""
    return _text(connection, ITEM.c.description, item_id)


def requirement_of(connection: Connection, item_id: int) -> str:
    """What is required of whoever works on the item."""
    return _text(connection, ITEM.c.requirement, item_id)


def complainant_of(connection: Connection, item_id: int) -> str:
    """Who complained, for the reply alone."""
    return _text(connection, ITEM.c.complainant, item_id)


def _text(connection: Connection, column: ColumnElement[str], item_id: int) -> str:
    return str(connection.execute(select(column).where(ITEM.c.id == item_id)).scalar_one())


def same_matter(connection: Connection, item: ItemState, limit: int = 10) -> list[str]:
    """References of other items of the campaign under the same title, oldest first.

    More people read a history than may know of a confidential item; those are only named in the
    history of another one.
    """
    # Both sides are folded by the database: Python and SQLite do not fold the same letters.
    folded = func.lower(func.trim(ITEM.c.title)) == func.lower(func.trim(literal(item.title)))
    statement = (
        select(ITEM.c.ref)
        .where(ITEM.c.campaign_id == item.campaign_id, ITEM.c.id != item.id, folded)
        .order_by(ITEM.c.id)
        .limit(limit)
    )
    if not item.confidential:
        statement = statement.where(~ITEM.c.confidential)
    return list(connection.execute(statement).scalars())


def last_assignment(connection: Connection, item_id: int) -> Assignment | None:
    """The item's last assignment; none for one that was never assigned here."""
    row = connection.execute(
        select(EVENT.c.seq, EVENT.c.data, EVENT.c.actor_id)
        .where(EVENT.c.item_id == item_id, EVENT.c.kind == "assigned")
        .order_by(EVENT.c.seq.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    due = json.loads(row.data).get("due")
    return Assignment(row.seq, date.fromisoformat(due) if due else None, row.actor_id)


def appointed_already(connection: Connection, item_id: int) -> bool:
    """Whether somebody has been appointed since the item came to its verification."""
    kinds = ("submitted", "denied", "appointed")
    last: str | None = connection.execute(
        select(EVENT.c.kind)
        .where(EVENT.c.item_id == item_id, EVENT.c.kind.in_(kinds))
        .order_by(EVENT.c.seq.desc())
        .limit(1)
    ).scalar()
    return last == "appointed"


class FiredRung(NamedTuple):
    """A rung of the ladder that has fired, and the number of that event in the history."""

    level: int
    seq: int


def rungs_fired(connection: Connection, item: ItemState) -> list[FiredRung]:
    """The rungs that have fired under the deadline under which the last one did, in order."""
    rows = connection.execute(
        select(EVENT.c.step_key, EVENT.c.data, EVENT.c.seq)
        .where(
            EVENT.c.item_id == item.id,
            EVENT.c.kind == "step_fired",
            EVENT.c.step_key.like(f"chase/rung-%/r{item.round}.%"),
        )
        .order_by(EVENT.c.seq)
    ).all()
    return [
        FiredRung(int(json.loads(row.data)["level"]), row.seq)
        for row in rows
        if _deadline(row.step_key) == _deadline(rows[-1].step_key)
    ]


def _deadline(step_key: str) -> str:
    """The part of a step's key that stands for its round and its deadline."""
    return step_key.rpartition("/")[2]


def usual_unit(connection: Connection, item: ItemState) -> str | None:
    """The code of the unit that has handled most items of this category; None when none has.

    Not of the one that has sent the item back, which is still on it.
    """
    count = func.count().label("times")
    statement = (
        select(UNIT.c.code, count)
        .join(ITEM, ITEM.c.unit_id == UNIT.c.id)
        .where(
            ITEM.c.campaign_id == item.campaign_id,
            ITEM.c.category == item.category,
            ITEM.c.category != "",
            ITEM.c.id != item.id,
            ITEM.c.unit_id != (item.unit_id or 0),
            ~UNIT.c.closed,
        )
        .group_by(UNIT.c.id, UNIT.c.code)
        .order_by(count.desc(), UNIT.c.id)
        .limit(1)
    )
    row = connection.execute(statement).first()
    return None if row is None else str(row.code)


def verifiers(connection: Connection, item: ItemState) -> list[Candidate]:
    """Active verifiers whose office covers the item's unit, nearest and least busy first."""
    busy = (
        select(func.count())
        .select_from(ITEM)
        .where(and_(ITEM.c.verifier_id == PERSON.c.id, ITEM.c.stage == Stage.VERIFICATION))
        .scalar_subquery()
        .label("busy")
    )
    path = item.unit_path or ""
    ancestors = [path[: end + 1] for end, char in enumerate(path) if char == "/"]
    statement = (
        select(PERSON.c.id, PERSON.c.code, UNIT.c.path, busy)
        .join(MEMBERSHIP, MEMBERSHIP.c.person_id == PERSON.c.id)
        .join(UNIT, UNIT.c.id == MEMBERSHIP.c.unit_id)
        .where(
            MEMBERSHIP.c.role == Role.VERIFIER,
            PERSON.c.active,
            UNIT.c.path.in_(ancestors) if ancestors else UNIT.c.parent_id.is_(None),
        )
        .order_by(func.length(UNIT.c.path).desc(), busy, PERSON.c.id)
    )
    return [Candidate(*row) for row in connection.execute(statement)]
