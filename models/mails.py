"""The outbox as operators see it: what goes to whom, why it waits, and sending it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, case, func, or_, select, update

from models.deliveries import DELIVERY, EVENT
from models.directory import PERSON
from models.history import named
from models.items import ITEM
from models.views import Named

STATES = ("pending", "held", "bundled", "failed", "sent", "dead", "skipped")

SENT_AGAIN = ("sent", "failed", "dead")
"""States of what can be sent again: an attempt has been made."""


class MailView(NamedTuple):
    """One delivery. ``on_behalf_of`` is who is away; ``carried_by`` the mail that names it, and
    ``carries`` how many it names itself. ``held_until`` is campaign time."""

    id: int
    kind: str
    ref: str | None
    event: int | None
    person: Named
    on_behalf_of: Named | None
    seat: str
    channel: str
    address: str
    state: str
    reason: str
    held_for: str
    held_until: datetime | None
    carried_by: int | None
    carries: int
    attempts: int
    message_id: str
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    left_at: datetime | None
    """Campaign time, like the history's; the other instants are wall time."""


class Wanted(NamedTuple):
    """Which deliveries; an empty field says nothing."""

    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    person_id: int | None = None
    ref: str = ""
    carried_by: int | None = None


_part = DELIVERY.alias("part")
_CARRIES = (
    select(func.count()).where(_part.c.carried_by == DELIVERY.c.id).correlate(DELIVERY)
).scalar_subquery()  # fmt: skip
_VIEW = (
    select(DELIVERY, ITEM.c.ref, EVENT.c.seq, _CARRIES.label("carries"))
    .outerjoin(ITEM, ITEM.c.id == DELIVERY.c.item_id)
    .outerjoin(EVENT, EVENT.c.id == DELIVERY.c.event_id)
)


def listing(connection: Connection, wanted: Wanted, limit: int) -> list[MailView]:
    """These deliveries, the newest first."""
    statement = _VIEW.order_by(DELIVERY.c.id.desc()).limit(limit)
    for condition in _conditions(wanted):
        statement = statement.where(condition)
    return _views(connection, statement)


def _conditions(wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    if wanted.states:
        found.append(DELIVERY.c.state.in_(wanted.states))
    if wanted.kinds:
        found.append(DELIVERY.c.kind.in_(wanted.kinds))
    if wanted.person_id is not None:
        mine = (DELIVERY.c.person_id, DELIVERY.c.for_person_id)
        found.append(or_(*(column == wanted.person_id for column in mine)))
    if wanted.ref:
        found.append(ITEM.c.ref == wanted.ref)
    if wanted.carried_by is not None:
        found.append(DELIVERY.c.carried_by == wanted.carried_by)
    return found


def one(connection: Connection, mail_id: int) -> MailView | None:
    """The delivery with this id."""
    found = _views(connection, _VIEW.where(DELIVERY.c.id == mail_id))
    return found[0] if found else None


def _views(connection: Connection, statement: Select[Any]) -> list[MailView]:
    rows = connection.execute(statement).all()
    ids = {each for row in rows for each in (row.person_id, row.for_person_id)}
    people = named(connection, PERSON, ids)
    return [_view(row, people) for row in rows]


def _view(row: Row[Any], people: dict[int, Named]) -> MailView:
    waits = row.state in ("pending", "failed")
    return MailView(
        row.id, row.kind, row.ref, row.seq, people[row.person_id], people.get(row.for_person_id),
        row.seat, row.channel, row.address, row.state, row.reason, row.held_for, row.held_until,
        row.carried_by, row.carries, row.attempts, row.message_id, row.created_at,
        row.next_attempt_at if waits else None, row.sent_at,
        row.left_at if row.state == "sent" else None,
    )  # fmt: skip


def in_state(connection: Connection, state: str) -> list[int]:
    """The ids of all deliveries in this state."""
    statement = select(DELIVERY.c.id).where(DELIVERY.c.state == state).order_by(DELIVERY.c.id)
    return list(connection.execute(statement).scalars())


def replay(connection: Connection, ids: Sequence[int], now: datetime, campaign: datetime) -> int:
    """Send these again, the same bytes; how many. What somebody has at hand is left to them.

    Where the person's address has been put right since, the mail is written anew, to that one.
    ``now`` is wall time, ``campaign`` campaign time.
    """
    given = {"ids": list(ids), "now": now, "campaign": campaign}
    return connection.execute(_REPLAY, given).rowcount


_ADDRESS = select(PERSON.c.email).where(PERSON.c.id == DELIVERY.c.person_id).scalar_subquery()
_MOVED = (DELIVERY.c.channel == "mail") & (_ADDRESS != "") & (DELIVERY.c.address != _ADDRESS)
_REPLAY = (
    update(DELIVERY)
    .where(
        DELIVERY.c.id.in_(bindparam("ids", expanding=True)),
        DELIVERY.c.state.in_(SENT_AGAIN),
        or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until <= bindparam("now")),
    )
    .values(
        state="pending", reason="", attempts=0, claimed_by=None, claimed_until=None,
        next_attempt_at=bindparam("now", type_=DELIVERY.c.next_attempt_at.type),
        left_at=bindparam("campaign", type_=DELIVERY.c.left_at.type),
        message=case((_MOVED, None), else_=DELIVERY.c.message),
        address=case((_MOVED, _ADDRESS), else_=DELIVERY.c.address),
    )
)  # fmt: skip
