"""The plan as it is read from the outbox and written back: let go, held, bundled, skipped."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, func, insert, select, text, tuple_, update

from models.deliveries import DELIVERY, TO_PLAN
from models.delivery import LEFT, UNPLANNED, WAITING
from models.items import ITEM
from rules.mailing import Hold

T = TypeVar("T")

LOCK = 7_483_202
"""PostgreSQL's advisory lock of whoever plans; any number that nobody else uses."""

CHUNK = 5_000
"""Ids in one statement; SQLite takes 32,766 values."""

BUNDLE = "bundle"
"""The kind of a mail that carries several notices."""


class Due(NamedTuple):
    """One notice that is ready to be planned."""

    id: int
    event_id: int | None
    person_id: int
    for_person_id: int | None
    channel: str
    kind: str
    occasion: str
    chasing: bool
    address: str
    held_for: str
    policy_id: int


class Bundle(NamedTuple):
    """Notices for one person that leave as one."""

    person_id: int
    channel: str
    address: str
    chasing: bool
    parts: tuple[int, ...]

    @property
    def occasion(self) -> str:
        """The same for the same parts, whoever bundles them and whenever."""
        words = ",".join(str(part) for part in sorted(self.parts))
        return f"parts/{hashlib.sha256(words.encode()).hexdigest()[:40]}"


def alone(connection: Connection, *, patient: bool = False) -> bool:
    """Whether nobody else plans until this transaction ends; ``patient`` waits for them.

    The cap counts everything that a run would send, so plans are made one after the other. On
    SQLite a writing transaction is alone anyway.
    """
    if connection.dialect.name == "sqlite":
        return True
    call = "pg_advisory_xact_lock" if patient else "pg_try_advisory_xact_lock"
    answer = connection.execute(text(f"SELECT {call}(:key)"), {"key": LOCK}).scalar()
    return patient or bool(answer)


def is_any(connection: Connection, now: datetime, campaign: datetime) -> bool:
    """Whether anything is ready to be planned."""
    given = {"now": now, "campaign": campaign}
    return connection.execute(_ANY, given).first() is not None


def due(connection: Connection, now: datetime, campaign: datetime) -> list[Due]:
    """Every notice that is ready to be planned, oldest first."""
    rows = connection.execute(_DUE, {"now": now, "campaign": campaign})
    return [Due(*row) for row in rows]


_DUE = (
    select(*(DELIVERY.c[field] for field in Due._fields[:-1]), ITEM.c.policy_id)
    .join(ITEM, ITEM.c.id == DELIVERY.c.item_id)
    .where(*TO_PLAN)
    .order_by(DELIVERY.c.id)
)


_ANY = select(DELIVERY.c.id).where(*TO_PLAN).limit(1)


def chased(connection: Connection, since: datetime) -> dict[tuple[int, str], datetime]:
    """When people were chased last, by person and channel, after ``since`` (campaign time)."""
    statement = (
        select(DELIVERY.c.person_id, DELIVERY.c.channel, func.max(DELIVERY.c.left_at))
        .where(text(LEFT), DELIVERY.c.left_at > since, DELIVERY.c.chasing)
        .where(DELIVERY.c.state.in_(("pending", "failed", "sent")))
        .group_by(DELIVERY.c.person_id, DELIVERY.c.channel)
    )
    rows = connection.execute(statement)
    return {(person_id, channel): at for person_id, channel, at in rows}


def chasing(connection: Connection) -> set[tuple[int, str]]:
    """People with a chasing mail that has been let go and has not left yet, by channel."""
    statement = (
        select(DELIVERY.c.person_id, DELIVERY.c.channel)
        .where(text(WAITING), text(LEFT), DELIVERY.c.chasing)
        .distinct()
    )
    return {(row.person_id, row.channel) for row in connection.execute(statement)}


def taken(
    connection: Connection, keys: Iterable[tuple[int, str, str, str]]
) -> set[tuple[int, str, str, str]]:
    """Which of these (person, kind, occasion, channel) are there already."""
    columns = (
        DELIVERY.c.person_id, DELIVERY.c.kind, DELIVERY.c.occasion, DELIVERY.c.channel
    )  # fmt: skip
    found: set[tuple[int, str, str, str]] = set()
    for some in chunks(list(keys), CHUNK // 4):
        statement = select(*columns).where(tuple_(*columns).in_(some))
        found.update((a, b, c, d) for a, b, c, d in connection.execute(statement))
    return found


def let_go(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """These leave as soon as there is a way out; ``at`` is campaign time."""
    for some in chunks(ids):
        connection.execute(_LET_GO, {"ids": some, "at": at})


_LET_GO = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)), text(UNPLANNED))
    .values(
        state="pending", reason="", held_for="", held_until=None,
        left_at=bindparam("at", type_=DELIVERY.c.left_at.type),
    )
)  # fmt: skip


def hold(
    connection: Connection, ids: Sequence[int], why: Hold, until: datetime | None, reason: str
) -> None:
    """These wait; until when is campaign time, None: until somebody decides."""
    given = {"why": why.value, "until": until, "reason": reason[:500]}
    for some in chunks(ids):
        connection.execute(_HOLD, {"ids": some, **given})


_HOLD = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)), text(UNPLANNED))
    .values(
        state="held", reason=bindparam("reason"), held_for=bindparam("why"),
        held_until=bindparam("until", type_=DELIVERY.c.held_until.type),
    )
)  # fmt: skip


def skip(connection: Connection, ids: Sequence[int], reason: str) -> None:
    """These are not sent, for this reason."""
    for some in chunks(ids):
        connection.execute(_SKIP, {"ids": some, "reason": reason[:500]})


_SKIP = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)), text(UNPLANNED))
    .values(state="skipped", reason=bindparam("reason"), held_until=None)
)


def readdress(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Other people get these: ``of``, ``person``, ``on_behalf``, ``place``."""
    if rows:
        connection.execute(_READDRESS, list(rows))


_READDRESS = (
    update(DELIVERY)
    .where(DELIVERY.c.id == bindparam("of"), text(UNPLANNED))
    .values(
        person_id=bindparam("person"), for_person_id=bindparam("on_behalf"),
        address=bindparam("place"),
    )
)  # fmt: skip


def bundle(
    connection: Connection, bundles: Sequence[Bundle], now: datetime, campaign: datetime
) -> list[int]:
    """Make one delivery of each of these, which carries its parts; the ids of the deliveries."""
    if not bundles:
        return []
    rows = [_row(one, now, campaign) for one in bundles]
    statement = insert(DELIVERY).returning(DELIVERY.c.id, sort_by_parameter_order=True)
    ids = [int(key) for key in connection.execute(statement, rows).scalars()]
    carry(connection, {key: one.parts for key, one in zip(ids, bundles, strict=True)})
    return ids


def _row(one: Bundle, now: datetime, campaign: datetime) -> dict[str, Any]:
    return {
        "person_id": one.person_id, "kind": BUNDLE, "seat": "", "channel": one.channel,
        "occasion": one.occasion, "chasing": one.chasing, "address": one.address,
        "state": "pending", "created_at": now, "next_attempt_at": now, "left_at": campaign,
    }  # fmt: skip


def carry(connection: Connection, carried: Mapping[int, Sequence[int]]) -> None:
    """Notices are carried by other deliveries, whose ids are the keys."""
    for key, parts in carried.items():
        # A statement a carrier: one a notice takes several times as long, and everybody waits.
        for some in chunks(parts):
            connection.execute(_CARRY, {"ids": some, "carrier": key})


_CARRY = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)), text(UNPLANNED))
    .values(
        state="bundled", reason="", held_for="", held_until=None, carried_by=bindparam("carrier")
    )
)


def left_since(connection: Connection, since: datetime) -> dict[int, int]:
    """How many mails have been let go after ``since`` (campaign time), by their item's policy.

    A bundle counts for the policy of its first part, as in the plan.
    """
    part = DELIVERY.alias("part")
    first = select(func.min(part.c.id)).where(part.c.carried_by == DELIVERY.c.id).scalar_subquery()
    about = DELIVERY.alias("about")
    statement = (
        select(ITEM.c.policy_id, func.count())
        .select_from(DELIVERY)
        .join(about, about.c.id == func.coalesce(first, DELIVERY.c.id))
        .join(ITEM, ITEM.c.id == about.c.item_id)
        .where(DELIVERY.c.left_at.is_not(None), DELIVERY.c.left_at > since)
        .group_by(ITEM.c.policy_id)
    )
    found: dict[int, int] = defaultdict(int)
    for policy_id, count in connection.execute(statement):
        found[policy_id] += count
    return found


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values, so many at a time."""
    for start in range(0, len(values), size):
        yield list(values[start : start + size])
