"""People to whom no mail arrives, and the items that this concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, or_, select, text, update

from models.deliveries import DELIVERY, MAIL
from models.directory import PERSON
from models.item import UNREACHABLE
from models.items import ITEM
from rules.vocabulary import OPEN_STAGES

LONGEST_REASON = 500
_OPEN = OPEN_STAGES[1:]
_CLOCKED = ITEM.c.stage.in_(_OPEN)


class Lost(NamedTuple):
    """An item whose responsible person no mail reaches, and why."""

    ref: str
    code: str
    why: str


class Unreachable(NamedTuple):
    """Somebody to whom no mail arrives, with how many open items they are responsible for."""

    code: str
    name: str
    email: str
    since: datetime
    why: str
    items: int


class Posted(NamedTuple):
    """A delivery that a bounce tells of."""

    id: int
    person_id: int
    address: str
    state: str


def mark(connection: Connection, person_id: int, since: datetime, why: str) -> bool:
    """No mail arrives there from now on; False when that is known already."""
    values = {"undeliverable_since": since, "undeliverable_why": why[:LONGEST_REASON]}
    known = PERSON.c.undeliverable_since.is_not(None)
    statement = update(PERSON).where(PERSON.c.id == person_id, ~known).values(values)
    return connection.execute(statement).rowcount > 0


def clear(connection: Connection, person_id: int) -> bool:
    """Mail arrives there again; False when nobody said otherwise."""
    values = {"undeliverable_since": None, "undeliverable_why": ""}
    known = PERSON.c.undeliverable_since.is_not(None)
    statement = update(PERSON).where(PERSON.c.id == person_id, known).values(values)
    return connection.execute(statement).rowcount > 0


def address_of(connection: Connection, person_id: int) -> str:
    """The person's address as it is entered."""
    found = select(PERSON.c.email).where(PERSON.c.id == person_id)
    return str(connection.execute(found).scalar() or "")


def people_at(connection: Connection, address: str) -> list[int]:
    """Everybody with this address, however its letters are written."""
    found = select(PERSON.c.id).where(func.lower(PERSON.c.email) == address.lower())
    return list(connection.execute(found.order_by(PERSON.c.id)).scalars())


def skip_waiting(connection: Connection, person_id: int, reason: str) -> int:
    """Send no mail that waits for this person and is in nobody's hands; how many."""
    statement = (
        update(DELIVERY)
        .where(
            DELIVERY.c.person_id == person_id,
            DELIVERY.c.channel == MAIL,
            DELIVERY.c.state.in_(("pending", "held", "failed")),
            DELIVERY.c.claimed_by.is_(None),
        )
        .values(state="skipped", reason=reason[:LONGEST_REASON], held_until=None)
    )
    return connection.execute(statement).rowcount


def lost(connection: Connection) -> list[Lost]:
    """Open items whose responsible person has become unreachable, and that do not know it yet."""
    rows = connection.execute(
        select(ITEM.c.ref, PERSON.c.code, PERSON.c.undeliverable_why)
        .join(PERSON, PERSON.c.id == ITEM.c.responsible_id)
        .where(PERSON.c.undeliverable_since.is_not(None), _CLOCKED, ~ITEM.c.unreachable)
        .order_by(ITEM.c.id)
    )
    return [Lost(*row) for row in rows]


def regained(connection: Connection) -> list[str]:
    """Open items that still count as unreachable although whoever is responsible is not."""
    rows = connection.execute(
        select(ITEM.c.ref, ITEM.c.stage)
        .outerjoin(PERSON, PERSON.c.id == ITEM.c.responsible_id)
        .where(text(UNREACHABLE), PERSON.c.undeliverable_since.is_(None))
        .order_by(ITEM.c.id)
    )
    # Not asked of the database, which would look through all open items.
    return [row.ref for row in rows if row.stage in _OPEN]


def listing(connection: Connection) -> list[Unreachable]:
    """Everybody to whom no mail arrives, the latest first."""
    mine = and_(ITEM.c.responsible_id == PERSON.c.id, _CLOCKED)
    rows = connection.execute(
        select(PERSON.c.code, PERSON.c.name, PERSON.c.email, PERSON.c.undeliverable_since,
               PERSON.c.undeliverable_why, func.count(ITEM.c.id))
        .outerjoin(ITEM, mine)
        .where(PERSON.c.undeliverable_since.is_not(None))
        .group_by(PERSON.c.id)
        .order_by(PERSON.c.undeliverable_since.desc(), PERSON.c.id)
    )  # fmt: skip
    return [Unreachable(*row) for row in rows]


def posted(connection: Connection, message_id: str, person_id: int | None) -> Posted | None:
    """The delivery with this Message-ID; looked for at ``person_id`` first, if one is known."""
    columns = [DELIVERY.c[field] for field in Posted._fields]
    wanted = select(*columns).where(DELIVERY.c.message_id == message_id).limit(1)
    tries = (
        [wanted] if person_id is None else [wanted.where(DELIVERY.c.person_id == person_id), wanted]
    )
    for statement in tries:
        if (row := connection.execute(statement).first()) is not None:
            return Posted(*row)
    return None


def came_back(connection: Connection, delivery_id: int, reason: str) -> bool:
    """A mail that had left has come back: it is dead, and can be replayed."""
    statement = (
        update(DELIVERY)
        .where(DELIVERY.c.id == delivery_id, DELIVERY.c.state == "sent")
        .values(state="dead", reason=reason[:LONGEST_REASON])
    )
    return connection.execute(statement).rowcount > 0


def skipped_since(connection: Connection, person_id: int, since: datetime) -> Sequence[int]:
    """Mails to the person that were not sent, or came back, since then."""
    rows = connection.execute(
        select(DELIVERY.c.id)
        .where(
            DELIVERY.c.person_id == person_id,
            DELIVERY.c.channel == MAIL,
            DELIVERY.c.state.in_(("skipped", "dead")),
            or_(DELIVERY.c.created_at >= since, DELIVERY.c.next_attempt_at >= since),
        )
        .order_by(DELIVERY.c.id)
    )
    return list(rows.scalars())


def since_when(connection: Connection, person_id: int) -> datetime | None:
    """Since when no mail arrives there; None when it does."""
    found: datetime | None = connection.execute(
        select(PERSON.c.undeliverable_since).where(PERSON.c.id == person_id)
    ).scalar()
    return found
