"""What a daily digest is made of: everything open, and the notices that waited for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select

from models.carried import PART_COLUMNS, Part, joined
from models.deliveries import DELIVERY, MAIL
from models.items import ITEM
from rules.mailing import Hold
from rules.vocabulary import OPEN_STAGES


class Awaiting(NamedTuple):
    """A notice that waits for the digest of a person."""

    id: int
    person_id: int
    part: Part


_OPEN = (
    select(ITEM.c.id)
    .where(ITEM.c.stage.in_([stage.value for stage in OPEN_STAGES]), ITEM.c.id > bindparam("after"))
    .order_by(ITEM.c.id)
    .limit(bindparam("size"))
)


def open_items(connection: Connection, size: int = 2_000) -> Iterator[list[int]]:
    """The ids of all open items, so many at a time."""
    after = 0
    while some := list(connection.execute(_OPEN, {"after": after, "size": size}).scalars()):
        yield some
        after = some[-1]


def next_steps(connection: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """When something happens to these items by itself."""
    statement = select(ITEM.c.id, ITEM.c.next_action_at).where(
        ITEM.c.id.in_(list(ids)), ITEM.c.next_action_at.is_not(None)
    )
    return {row.id: row.next_action_at for row in connection.execute(statement)}


def awaiting(connection: Connection) -> list[Awaiting]:
    """Every notice that waits for a digest, oldest first."""
    statement = (
        joined(select(DELIVERY.c.id, DELIVERY.c.person_id, *PART_COLUMNS))
        .where(
            DELIVERY.c.state == "held",
            DELIVERY.c.left_at.is_(None),
            DELIVERY.c.held_for == Hold.DIGEST.value,
            DELIVERY.c.channel == MAIL,
        )
        .order_by(DELIVERY.c.id)
    )
    return [Awaiting(row[0], row[1], Part(*row[2:])) for row in connection.execute(statement)]


def written(connection: Connection, occasion: str) -> set[int]:
    """Who has the digest of this occasion already."""
    statement = select(DELIVERY.c.person_id).where(
        DELIVERY.c.kind == "digest", DELIVERY.c.occasion == occasion
    )
    return set(connection.execute(statement).scalars())


def write(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Store digests, ready to leave; their ids, in the same order."""
    statement = insert(DELIVERY).returning(DELIVERY.c.id, sort_by_parameter_order=True)
    return [int(key) for key in connection.execute(statement, rows).scalars()]
