"""What is known of similar items: duplicates, and who has handled a category before."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from models.directory import MEMBERSHIP, PERSON, UNIT
from models.items import ITEM
from rules.item import ItemState
from rules.vocabulary import Role, Stage


class Candidate(NamedTuple):
    """Somebody who could verify an item: nearer offices first, then the least busy."""

    person_id: int
    code: str
    scope: str
    busy: int


def description_of(connection: Connection, item_id: int) -> str:
    """The item's description."""
    return str(
        connection.execute(select(ITEM.c.description).where(ITEM.c.id == item_id)).scalar_one()
    )


def same_matter(connection: Connection, item: ItemState, limit: int = 10) -> list[str]:
    """References of other items of the campaign under the same title, oldest first."""
    statement = (
        select(ITEM.c.ref)
        .where(
            ITEM.c.campaign_id == item.campaign_id,
            ITEM.c.id != item.id,
            func.lower(ITEM.c.title) == item.title.lower(),
        )
        .order_by(ITEM.c.id)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def usual_unit(connection: Connection, item: ItemState) -> str | None:
    """The code of the unit that has handled most items of this category; None when none has."""
    count = func.count().label("times")
    statement = (
        select(UNIT.c.code, count)
        .join(ITEM, ITEM.c.unit_id == UNIT.c.id)
        .where(
            ITEM.c.campaign_id == item.campaign_id,
            ITEM.c.category == item.category,
            ITEM.c.category != "",
            ITEM.c.id != item.id,
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
    )
    path = item.unit_path or ""
    ancestors = [path[: end + 1] for end, char in enumerate(path) if char == "/"]
    statement = (
        select(PERSON.c.id, PERSON.c.code, UNIT.c.path, busy.label("busy"))
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


def complainant_of(connection: Connection, item_id: int) -> str:
    """Who complained, for the reply alone."""
    return str(
        connection.execute(select(ITEM.c.complainant).where(ITEM.c.id == item_id)).scalar_one()
    )
