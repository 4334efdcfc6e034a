"""Calendar feeds: whose a token is, and the deadlines that are this person's business."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from models.directory import PERSON
from models.feed_token import FeedToken
from models.items import ITEM
from rules.item import PersonFact
from rules.vocabulary import OPEN_STAGES, Role, Stage

TOKEN = FeedToken.__table__  # type: ignore[attr-defined]

OPEN = [stage.value for stage in OPEN_STAGES]


class Owner(NamedTuple):
    """Whose feed it is."""

    person_id: int
    lang: str


class Dated(NamedTuple):
    """An open item with a deadline, as far as a calendar tells of it."""

    ref: str
    title: str
    confidential: bool
    life: int
    due: date
    due_version: int
    plan_from: datetime


_OWNER = (
    select(PERSON.c.id, PERSON.c.lang)
    .join(TOKEN, TOKEN.c.person_id == PERSON.c.id)
    .where(TOKEN.c.hash == bindparam("hash"), TOKEN.c.revoked_at.is_(None), PERSON.c.active)
)
_REVOKE = (
    update(TOKEN)
    .where(TOKEN.c.person_id == bindparam("of"), TOKEN.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


def add(connection: Connection, person_id: int, hashed: str, at: datetime) -> None:
    """Let a new token be this person's, and none before it."""
    revoke(connection, person_id, at)
    values = {"person_id": person_id, "hash": hashed, "created_at": at}
    connection.execute(insert(TOKEN).values(**values))


def revoke(connection: Connection, person_id: int, at: datetime) -> int:
    """Let none of this person's tokens be known any more; how many were."""
    return connection.execute(_REVOKE, {"of": person_id, "at": at}).rowcount


def owner(connection: Connection, hashed: str) -> Owner | None:
    """The active person whose token this is; none for an unknown or revoked one."""
    row = connection.execute(_OWNER, {"hash": hashed}).first()
    return None if row is None else Owner(*row)


def deadlines(connection: Connection, person: PersonFact, limit: int) -> list[Dated]:
    """Open items with a deadline that this person answers for, verifies, or has to strike off.

    The nearest deadlines first, and at most ``limit``.
    """
    named = (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id)
    supervised = [path for role, path in person.roles if role is Role.SUPERVISOR]
    waits = ITEM.c.stage == Stage.CLOSURE.value
    mine = or_(
        *(seat == person.id for seat in named),
        *(waits & ITEM.c.unit_path.startswith(path, autoescape=True) for path in supervised),
    )
    statement = (
        select(*(ITEM.c[field] for field in Dated._fields))
        .where(ITEM.c.stage.in_(OPEN), ITEM.c.due.is_not(None), mine)
        .order_by(ITEM.c.due, ITEM.c.id)
        .limit(limit)
    )
    return [Dated(*row) for row in connection.execute(statement)]
