"""Webhooks and their calls: entered, derived from events, claimed by whoever calls, settled.

    event --derive--> call --post--> sent | failed | dead

A webhook looks at every event once, in order, by its cursor. Calls about one item are made one
after the other: the next one waits until the one before has arrived or is given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, delete, func, insert, or_, select, text, update

from models.event import EventRow
from models.item import Item
from models.webhook import Webhook
from models.webhook_call import WebhookCall

EVENT = EventRow.__table__  # type: ignore[attr-defined]
ITEM = Item.__table__  # type: ignore[attr-defined]
WEBHOOK = Webhook.__table__  # type: ignore[attr-defined]
CALL = WebhookCall.__table__  # type: ignore[attr-defined]


class Hook(NamedTuple):
    """A webhook as whoever calls it needs it."""

    id: int
    name: str
    url: str
    kinds: tuple[str, ...]
    allow_private: bool
    active: bool
    reason: str
    cursor: int


class Happened(NamedTuple):
    """An event that a webhook may be told of."""

    id: int
    item_id: int
    ref: str
    seq: int
    kind: str
    stage: str
    at: datetime
    hash: str
    data: str


class DueCall(NamedTuple):
    """A call that may be made now."""

    id: int
    item_id: int
    ident: str
    body: str
    attempts: int


class CallView(NamedTuple):
    """A call as a list shows it."""

    id: int
    webhook: str
    ref: str
    kind: str
    state: str
    reason: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None


_HOOKS = select(*(WEBHOOK.c[field] for field in Hook._fields)).order_by(WEBHOOK.c.name)


def add(
    connection: Connection,
    name: str,
    url: str,
    kinds: tuple[str, ...],
    now: datetime,
    *,
    allow_private: bool = False,
) -> bool:
    """Tell a new receiver of what happens from now on; False when the name is taken."""
    if by_name(connection, name) is not None:
        return False
    values = {
        "name": name, "url": url, "kinds": kinds, "allow_private": allow_private,
        "cursor": last_event(connection), "created_at": now,
    }  # fmt: skip
    connection.execute(insert(WEBHOOK).values(**values))
    return True


def by_name(connection: Connection, name: str) -> Hook | None:
    """The webhook of this name."""
    row = connection.execute(_HOOKS.where(WEBHOOK.c.name == name)).first()
    return None if row is None else Hook(*row)


def listing(connection: Connection) -> list[Hook]:
    """Every webhook."""
    return [Hook(*row) for row in connection.execute(_HOOKS)]


def counts(connection: Connection) -> dict[int, dict[str, int]]:
    """How many calls of each webhook are in each state."""
    found: dict[int, dict[str, int]] = {}
    rows = connection.execute(
        select(CALL.c.webhook_id, CALL.c.state, func.count()).group_by(
            CALL.c.webhook_id, CALL.c.state
        )
    )
    for webhook_id, state, number in rows:
        found.setdefault(webhook_id, {})[state] = number
    return found


def remove(connection: Connection, hook_id: int) -> None:
    """Forget a webhook and its calls."""
    connection.execute(delete(CALL).where(CALL.c.webhook_id == hook_id))
    connection.execute(delete(WEBHOOK).where(WEBHOOK.c.id == hook_id))


def switch(connection: Connection, hook_id: int, active: bool, reason: str = "") -> None:
    """Call a receiver no more, or again; what happened meanwhile is told then."""
    values = {"active": active, "reason": reason[:500], "resting_until": None}
    connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == hook_id).values(values))


def last_event(connection: Connection) -> int:
    """The newest event's id; 0 without any."""
    return int(connection.execute(select(func.max(EVENT.c.id))).scalar() or 0)


class Mark(NamedTuple):
    """A moment: the newest event seen, and on PostgreSQL the next transaction's number."""

    event_id: int
    transaction: int


def mark(connection: Connection) -> Mark:
    """This moment; see :func:`settled`."""
    if connection.dialect.name == "sqlite":
        return Mark(last_event(connection), 0)
    row = connection.execute(text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")).one()
    return Mark(last_event(connection), int(row[0]))


def settled(connection: Connection, since: Mark) -> bool:
    """Whether no event up to the mark can still appear, asked in a later transaction.

    PostgreSQL numbers events before they are committed, so that a lower number may appear after
    a higher one. Whoever took a number before the mark had begun to write by then (an item is
    written before its event), under a transaction number below the mark's; once all of those have
    ended, nothing is missing. SQLite has one writer, who numbers in order.
    """
    if connection.dialect.name == "sqlite":
        return True
    oldest = connection.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")).one()
    return int(oldest[0]) >= since.transaction


# Whoever has died with a claim leaves it to run out.
_FREE = or_(WEBHOOK.c.claimed_until.is_(None), WEBHOOK.c.claimed_until <= bindparam("now"))
_AWAKE = (
    WEBHOOK.c.active,
    or_(WEBHOOK.c.resting_until.is_(None), WEBHOOK.c.resting_until <= bindparam("now")),
)
_WAITING = text("webhook_call.state IN ('pending', 'failed')")
_EARLIER = CALL.alias("earlier")
_DUE = (
    _WAITING,
    CALL.c.next_attempt_at <= bindparam("now"),
    ~select(_EARLIER.c.id)
    .where(
        text("earlier.state IN ('pending', 'failed')"),
        _EARLIER.c.webhook_id == CALL.c.webhook_id,
        _EARLIER.c.item_id == CALL.c.item_id,
        _EARLIER.c.id < CALL.c.id,
    )
    .exists(),
)
_WITH_WORK = _HOOKS.where(
    *_AWAKE,
    _FREE,
    or_(
        WEBHOOK.c.cursor < select(func.max(EVENT.c.id)).scalar_subquery(),
        select(CALL.c.id).where(CALL.c.webhook_id == WEBHOOK.c.id, *_DUE).exists(),
    ),
)


def with_work(connection: Connection, now: datetime) -> list[Hook]:
    """The webhooks in nobody's hands that have something to look at or to call."""
    return [Hook(*row) for row in connection.execute(_WITH_WORK, {"now": now})]


def claim(connection: Connection, hook_id: int, who: str, now: datetime, until: datetime) -> bool:
    """Be the one who calls this receiver; False when somebody else is."""
    taken = connection.execute(
        _CLAIM, {"of": hook_id, "who": who, "until": until, "now": now}
    ).rowcount
    return taken > 0


_CLAIM = (
    update(WEBHOOK)
    .where(WEBHOOK.c.id == bindparam("of"), WEBHOOK.c.active, _FREE)
    .values(claimed_by=bindparam("who"), claimed_until=bindparam("until"))
)
_HELD = (WEBHOOK.c.id == bindparam("of"), WEBHOOK.c.claimed_by == bindparam("holder"))


def keep(connection: Connection, hook_id: int, who: str, until: datetime) -> bool:
    """Stay the one who calls; False when the claim has run out and somebody else took over."""
    statement = update(WEBHOOK).where(*_HELD).values(claimed_until=bindparam("until"))
    values = {"of": hook_id, "holder": who, "until": until}
    return connection.execute(statement, values).rowcount > 0


def release(
    connection: Connection, hook_id: int, who: str, resting_until: datetime | None, why: str
) -> None:
    """Be done with it, until ``resting_until``, and why, if the receiver cannot be told."""
    statement = (
        update(WEBHOOK)
        .where(*_HELD)
        .values(
            claimed_by=None, claimed_until=None, resting_until=bindparam("rest"),
            # A receiver that was switched off meanwhile keeps what it said.
            reason=case((WEBHOOK.c.active, bindparam("why")), else_=WEBHOOK.c.reason),
        )
    )  # fmt: skip
    values = {"of": hook_id, "holder": who, "rest": resting_until, "why": why}
    connection.execute(statement, values)


def happened(connection: Connection, after: int, up_to: int, size: int) -> list[Happened]:
    """Events after a cursor, oldest first."""
    columns = (EVENT.c.id, EVENT.c.item_id, ITEM.c.ref, *(EVENT.c[f] for f in Happened._fields[3:]))
    rows = connection.execute(
        select(*columns)
        .join(ITEM, ITEM.c.id == EVENT.c.item_id)
        .where(EVENT.c.id > after, EVENT.c.id <= up_to)
        .order_by(EVENT.c.id)
        .limit(size)
    )
    return [Happened(*row) for row in rows]


def enqueue(
    connection: Connection, hook_id: int, rows: Sequence[Mapping[str, Any]], cursor: int
) -> None:
    """Store calls and move the cursor past what they tell of, in the caller's transaction."""
    if rows:
        connection.execute(insert(CALL), [{**row, "webhook_id": hook_id} for row in rows])
    connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == hook_id).values(cursor=cursor))


def due(connection: Connection, hook_id: int, now: datetime, size: int) -> list[DueCall]:
    """Calls that may be made now, at most one of each item, the oldest first."""
    statement = (
        select(*(CALL.c[field] for field in DueCall._fields))
        .where(CALL.c.webhook_id == hook_id, *_DUE)
        .order_by(CALL.c.id)
        .limit(size)
    )
    return [DueCall(*row) for row in connection.execute(statement, {"now": now})]


def settle(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write how calls ended: ``of``, ``new_state``, ``why``, ``tries``, ``next``, ``sent``."""
    if rows:
        connection.execute(_SETTLE, list(rows))


_SETTLE = (
    update(CALL)
    .where(CALL.c.id == bindparam("of"))
    .values(
        state=bindparam("new_state"), reason=bindparam("why"), attempts=bindparam("tries"),
        next_attempt_at=bindparam("next"), sent_at=bindparam("sent"),
    )
)  # fmt: skip


def calls(
    connection: Connection, name: str | None, states: Iterable[str] = (), size: int = 100
) -> list[CallView]:
    """Calls, the newest first; of one webhook if it is named."""
    statement = (
        select(CALL.c.id, WEBHOOK.c.name, ITEM.c.ref, EVENT.c.kind,
               *(CALL.c[field] for field in CallView._fields[4:]))
        .join(WEBHOOK, WEBHOOK.c.id == CALL.c.webhook_id)
        .join(ITEM, ITEM.c.id == CALL.c.item_id)
        .join(EVENT, EVENT.c.id == CALL.c.event_id)
        .order_by(CALL.c.id.desc())
        .limit(size)
    )  # fmt: skip
    if name is not None:
        statement = statement.where(WEBHOOK.c.name == name)
    if wanted := list(states):
        statement = statement.where(CALL.c.state.in_(wanted))
    return [CallView(*row) for row in connection.execute(statement)]


def replay(connection: Connection, hook_id: int, ids: Sequence[int], now: datetime) -> int:
    """Make calls again: these, whatever became of them, or all dead ones; how many."""
    which = CALL.c.id.in_(list(ids)) if ids else CALL.c.state == "dead"
    statement = (
        update(CALL)
        .where(CALL.c.webhook_id == hook_id, which)
        .values(state="pending", reason="Replayed.", attempts=0, next_attempt_at=now, sent_at=None)
    )
    return connection.execute(statement).rowcount


def claim_holders(connection: Connection) -> list[str]:
    """Everybody who has claimed a webhook, dead or alive."""
    held = select(WEBHOOK.c.claimed_by).where(WEBHOOK.c.claimed_by.is_not(None)).distinct()
    return list(connection.execute(held).scalars())


def forget_claims(connection: Connection, holders: Sequence[str]) -> int:
    """Free what processes known to be dead have claimed; how many webhooks."""
    if not holders:
        return 0
    statement = (
        update(WEBHOOK)
        .where(WEBHOOK.c.claimed_by.in_(list(holders)))
        .values(claimed_by=None, claimed_until=None)
    )
    return connection.execute(statement).rowcount
