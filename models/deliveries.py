"""The outbox: events that have not been announced, and deliveries on their way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, text, update

from models.campaign import Campaign
from models.delivery import UNPLANNED, WAITING, Delivery
from models.directory import MEMBERSHIP, PERSON, UNIT
from models.event import UNANNOUNCED, EventRow
from rules.vocabulary import Role, Stage

EVENT = EventRow.__table__  # type: ignore[attr-defined]
DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
CAMPAIGN = Campaign.__table__  # type: ignore[attr-defined]


class Unannounced(NamedTuple):
    """An event whose notices have not been derived yet."""

    id: int
    item_id: int
    kind: str
    at: datetime
    data: str
    actor_id: int


class Holder(NamedTuple):
    """Somebody who holds an office in the subtree of a unit."""

    person_id: int
    role: Role
    path: str


class Addressee(NamedTuple):
    """Where a person is written to; ``undeliverable`` says why nothing arrives there."""

    name: str
    email: str
    lang: str
    active: bool
    undeliverable: str = ""


class Claimed(NamedTuple):
    """A delivery that this process may make, until its claim runs out."""

    id: int
    event_id: int | None
    item_id: int | None
    person_id: int
    for_person_id: int | None
    kind: str
    seat: str
    channel: str
    occasion: str
    address: str
    attempts: int
    message_id: str
    message: bytes | None


class Told(NamedTuple):
    """The event that a delivery tells of; ``stage`` is the stage it led to."""

    kind: str
    data: str
    at: datetime
    hash: str
    actor_id: int
    stage: Stage


class Kept(NamedTuple):
    """A rendered message."""

    message_id: str
    message: bytes


_UNANNOUNCED = (
    select(*(EVENT.c[field] for field in Unannounced._fields))
    .where(text(UNANNOUNCED))
    .order_by(EVENT.c.id)
    .limit(bindparam("size"))
)


def unannounced(connection: Connection, size: int) -> list[Unannounced]:
    """The oldest events without notices; on PostgreSQL only those nobody else has at hand."""
    statement = _UNANNOUNCED
    if connection.dialect.name != "sqlite":
        statement = statement.with_for_update(skip_locked=True)
    return [Unannounced(*row) for row in connection.execute(statement, {"size": size})]


def has_unannounced(connection: Connection) -> bool:
    """Whether any event still waits for its notices."""
    return connection.execute(_ANY_UNANNOUNCED).first() is not None


_ANY_UNANNOUNCED = select(EVENT.c.id).where(text(UNANNOUNCED)).limit(1)


def holders(
    connection: Connection,
    roles: Sequence[Role] = (Role.COORDINATOR, Role.SUPERVISOR),
    places: Collection[str] | None = None,
) -> list[Holder]:
    """Everybody active who holds one of these roles somewhere, or at one of these paths."""
    statement = (
        select(MEMBERSHIP.c.person_id, MEMBERSHIP.c.role, UNIT.c.path)
        .join(UNIT, UNIT.c.id == MEMBERSHIP.c.unit_id)
        .join(PERSON, PERSON.c.id == MEMBERSHIP.c.person_id)
        .where(MEMBERSHIP.c.role.in_(roles), PERSON.c.active)
    )
    if places is not None:
        statement = statement.where(UNIT.c.path.in_(list(places)))
    return [Holder(*row) for row in connection.execute(statement)]


def addressees(connection: Connection, ids: Iterable[int]) -> dict[int, Addressee]:
    """Where these people are written to."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    columns = (PERSON.c.id, PERSON.c.name, PERSON.c.email, PERSON.c.lang, PERSON.c.active,
               PERSON.c.undeliverable_since, PERSON.c.undeliverable_why)  # fmt: skip
    rows = connection.execute(select(*columns).where(PERSON.c.id.in_(wanted)))
    return {
        row.id: Addressee(
            row.name, row.email, row.lang, row.active,
            row.undeliverable_why if row.undeliverable_since else "",
        )
        for row in rows
    }  # fmt: skip


def unit_names(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """The names of these units."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = connection.execute(select(UNIT.c.id, UNIT.c.name).where(UNIT.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def campaign_names(connection: Connection) -> dict[int, tuple[str, str]]:
    """Code and title of every campaign, by id."""
    rows = connection.execute(select(CAMPAIGN.c.id, CAMPAIGN.c.code, CAMPAIGN.c.title))
    return {row.id: (row.code, row.title) for row in rows}


def enqueue(
    connection: Connection, rows: Sequence[Mapping[str, Any]], announced: Iterable[int]
) -> None:
    """Store deliveries and mark their events as announced, in the caller's transaction."""
    if rows:
        connection.execute(insert(DELIVERY), list(rows))
    marks = list(announced)
    if marks:
        connection.execute(_ANNOUNCED, {"ids": marks})


_ANNOUNCED = (
    update(EVENT).where(EVENT.c.id.in_(bindparam("ids", expanding=True))).values(announced=True)
)

MAIL = "mail"
"""The channel that everybody has; the others are chats and gateways, by name."""

_DUE = (
    text(WAITING),
    DELIVERY.c.left_at.is_not(None),
    DELIVERY.c.next_attempt_at <= bindparam("now"),
    or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until <= bindparam("now")),
)
_BY = {False: DELIVERY.c.channel == MAIL, True: DELIVERY.c.channel != MAIL}
_CLAIMABLE = (
    select(*(DELIVERY.c[field] for field in Claimed._fields))
    .where(*_DUE)
    .order_by(DELIVERY.c.next_attempt_at, DELIVERY.c.id)
    .limit(bindparam("size"))
)


def claim(
    connection: Connection,
    who: str,
    now: datetime,
    until: datetime,
    size: int,
    *,
    chats: bool = False,
) -> list[Claimed]:
    """Take mails, or ``chats``, that are due and have been let go by the plan.

    A claim that its taker does not settle runs out by itself.
    """
    statement = _CLAIMABLE.where(_BY[chats])
    if connection.dialect.name != "sqlite":
        statement = statement.with_for_update(skip_locked=True)
    taken = [Claimed(*row) for row in connection.execute(statement, {"now": now, "size": size})]
    if taken:
        ids = [row.id for row in taken]
        connection.execute(_CLAIM, {"ids": ids, "who": who, "until": until})
    return taken


_CLAIM = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .values(claimed_by=bindparam("who"), claimed_until=bindparam("until"))
)
# Not what has been settled, nor what ran out and was taken by somebody else.
_STILL_CLAIMED = (
    update(DELIVERY)
    .where(
        DELIVERY.c.id.in_(bindparam("ids", expanding=True)),
        text(WAITING),
        DELIVERY.c.claimed_by == bindparam("holder"),
    )
    .values(claimed_until=bindparam("until"))
)


def renew(connection: Connection, ids: Iterable[int], who: str, until: datetime) -> None:
    """Say that these claimed deliveries are still being made."""
    connection.execute(_STILL_CLAIMED, {"ids": list(ids), "holder": who, "until": until})


def release(connection: Connection, ids: Iterable[int], who: str) -> None:
    """Give back claimed deliveries that nothing has been tried with."""
    connection.execute(_STILL_CLAIMED, {"ids": list(ids), "holder": who, "until": None})


def told(connection: Connection, event_ids: Iterable[int]) -> dict[int, Told]:
    """The events that deliveries tell of, by id."""
    columns = (EVENT.c.id, *(EVENT.c[field] for field in Told._fields))
    rows = connection.execute(select(*columns).where(EVENT.c.id.in_(sorted(set(event_ids)))))
    return {row[0]: Told(*row[1:]) for row in rows}


def submissions(connection: Connection, item_ids: Iterable[int]) -> dict[int, str]:
    """The data of the last submission of each of these items, as the history has it."""
    wanted = sorted(set(item_ids))
    if not wanted:
        return {}
    last = (
        select(func.max(EVENT.c.id))
        .where(EVENT.c.item_id.in_(wanted), EVENT.c.kind == "submitted")
        .group_by(EVENT.c.item_id)
    )
    rows = connection.execute(select(EVENT.c.item_id, EVENT.c.data).where(EVENT.c.id.in_(last)))
    return {row.item_id: row.data for row in rows}


def keep_messages(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, Kept]:
    """Keep rendered messages (``of``, ``ident``, ``octets``) before they are first handed over.

    A message that is there already stays as it is. Then, by delivery, what is kept of all of
    them is returned, for that is what has to be sent; else nothing.
    """
    if not rows or connection.execute(_KEEP, list(rows)).rowcount == len(rows):
        return {}
    # A claim ran out while its taker stood still, and whoever took it over was faster.
    found = connection.execute(_KEPT, {"ids": [row["of"] for row in rows]})
    return {row.id: Kept(row.message_id, row.message) for row in found}


_KEEP = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("of"), DELIVERY.c.message.is_(None))
    .values(message_id=bindparam("ident"), message=bindparam("octets"))
)
_KEPT = select(DELIVERY.c.id, DELIVERY.c.message_id, DELIVERY.c.message).where(
    DELIVERY.c.id.in_(bindparam("ids", expanding=True))
)


def settle(connection: Connection, rows: Sequence[Mapping[str, Any]], who: str) -> None:
    """Write how attempts ended: ``of``, ``new_state``, ``why``, ``tries``, ``next``, ``sent``,
    and ``left``, the campaign time of it for what was sent.

    What has been sent has been sent, whoever holds the claim by now. Any other end is written
    only by the holder of the claim: somebody else may have sent it since.
    """
    given = [{"left": None, **row} for row in rows]
    sent = [row for row in given if row["new_state"] == "sent"]
    others = [{**row, "holder": who} for row in given if row["new_state"] != "sent"]
    if sent:
        connection.execute(_SETTLE, sent)
    if others:
        connection.execute(_SETTLE_CLAIMED, others)


_SETTLE = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("of"))
    .values(
        state=bindparam("new_state"),
        reason=bindparam("why"),
        attempts=bindparam("tries"),
        next_attempt_at=bindparam("next"),
        sent_at=bindparam("sent"),
        left_at=func.coalesce(bindparam("left", type_=DELIVERY.c.left_at.type), DELIVERY.c.left_at),
        claimed_by=None,
        claimed_until=None,
    )
)
_SETTLE_CLAIMED = _SETTLE.where(text(WAITING), DELIVERY.c.claimed_by == bindparam("holder"))


def postpone(
    connection: Connection, now: datetime, until: datetime, reason: str, *, chats: bool = False
) -> int:
    """Let everything that is due and in nobody's hands wait until then; how many deliveries.

    For when the way out is closed: it would be closed for each of them.
    """
    # Locked first, and only what nobody else has locked: two of these never wait for each other.
    due = select(DELIVERY.c.id).where(*_DUE, _BY[chats]).with_for_update(skip_locked=True)
    statement = (
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(due))
        .values(next_attempt_at=bindparam("until"), reason=bindparam("why"))
    )
    return connection.execute(statement, {"now": now, "until": until, "why": reason}).rowcount


def has_due(connection: Connection, now: datetime, campaign: datetime | None = None) -> bool:
    """Whether any delivery is due and in nobody's hands, or to be planned: a look at two indexes.

    ``campaign`` is campaign time, where that is not wall time.
    """
    given = {"now": now, "campaign": campaign or now}
    return any(connection.execute(each, given).first() for each in (_ANY_DUE, _ANY_UNPLANNED))


def has_due_chats(connection: Connection, now: datetime) -> bool:
    """Whether any message for another channel than mail is due and in nobody's hands."""
    return connection.execute(_ANY_DUE_CHAT, {"now": now}).first() is not None


_ANY_DUE = select(DELIVERY.c.id).where(*_DUE, _BY[False]).limit(1)
_ANY_DUE_CHAT = select(DELIVERY.c.id).where(*_DUE, _BY[True]).limit(1)
TO_PLAN = (
    text(UNPLANNED),
    or_(
        and_(DELIVERY.c.state == "pending", DELIVERY.c.next_attempt_at <= bindparam("now")),
        DELIVERY.c.held_until <= bindparam("campaign"),
    ),
)
"""What is ready to be planned at ``now`` (wall time) and ``campaign`` (campaign time)."""
_ANY_UNPLANNED = select(DELIVERY.c.id).where(*TO_PLAN).limit(1)


def next_attempt(connection: Connection) -> datetime | None:
    """When the next delivery is due; None when none is waiting."""
    found: datetime | None = connection.execute(_NEXT_ATTEMPT).scalar()
    return found


# Claimed ones are in somebody's hands; should they die, the claim runs out.
_NEXT_ATTEMPT = select(
    func.min(func.coalesce(DELIVERY.c.claimed_until, DELIVERY.c.next_attempt_at))
).where(text(WAITING))


def claim_holders(connection: Connection) -> list[str]:
    """Everybody who has claimed a delivery, dead or alive."""
    statement = (
        select(DELIVERY.c.claimed_by)
        .where(DELIVERY.c.state.in_(("pending", "failed")), DELIVERY.c.claimed_by.is_not(None))
        .distinct()
    )
    return list(connection.execute(statement).scalars())


def forget_claims(connection: Connection, holders: Sequence[str]) -> int:
    """Free what processes known to be dead have claimed; how many deliveries."""
    if not holders:
        return 0
    statement = (
        update(DELIVERY)
        .where(DELIVERY.c.claimed_by.in_(list(holders)))
        .values(claimed_by=None, claimed_until=None)
    )
    return connection.execute(statement).rowcount
