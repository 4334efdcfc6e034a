"""Is every history whole and unchanged? Recomputes each chain from what is stored.

The columns are read as the database has them, not as the vocabulary's words: what somebody has
written over may be no word at all, and must be reported rather than stop the check. Nothing here
can show that a history was cut off at its end *and* its item's row put back to fit; comparing
``head`` with a copy kept elsewhere can.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, column, select, table

from rules.errors import NotFound
from rules.events import GENESIS, chained

ITEM = table("item", *(column(name) for name in ("id", "ref", "version", "head", "stage")))
EVENT = table(
    "event",
    *(column(name) for name in ("id", "item_id", "seq", "kind", "at", "actor_id", "stage", "data",
                                "previous", "hash", "step_key")),
)  # fmt: skip
CHUNK = 1000
"""Rows held at once: a million events are checked in little memory."""


class Breach(NamedTuple):
    """The first place where a history does not hold; ``seq`` is None where it is the item's row."""

    ref: str
    seq: int | None
    problem: str
    """no_history, gap, previous, hash, unreadable, version, head, stage or no_item."""
    detail: str


class Verdict(NamedTuple):
    """What was checked, and what was found: at most one breach an item."""

    items: int
    events: int
    breaches: tuple[Breach, ...]


class Attached(NamedTuple):
    """A file that a history says was attached."""

    ref: str
    seq: int
    sha256: str


def verify(connection: Connection, ref: str | None = None) -> Verdict:
    """Check the history of one item, or of all of them and of events without an item.

    Raises:
        NotFound: there is no item with this reference.
    """
    items = events = 0
    found: list[Breach] = []
    rows = connection.execute(_histories(ref).execution_options(yield_per=CHUNK))
    for _, of_item in groupby(rows, key=lambda row: row.item):
        count, breach = _checked(of_item)
        items, events = items + 1, events + count
        if breach:
            found.append(breach)
    if ref is not None and items == 0:
        raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")
    if ref is None:
        found += _strays(connection)
    return Verdict(items, events, tuple(found))


def attached(connection: Connection, ref: str | None = None) -> Iterator[Attached]:
    """Every file that the histories say was attached, by the digest that their hashes cover."""
    statement = (
        select(ITEM.c.ref, EVENT.c.seq, EVENT.c.data)
        .join(EVENT, EVENT.c.item_id == ITEM.c.id)
        .where(EVENT.c.kind == "evidence_attached", *((ITEM.c.ref == ref,) if ref else ()))
        .order_by(ITEM.c.id, EVENT.c.seq)
        .execution_options(yield_per=CHUNK)
    )
    for row in connection.execute(statement):
        yield Attached(row.ref, row.seq, str(json.loads(row.data).get("sha256", "")))


def _histories(ref: str | None) -> Select[Any]:
    """Every event beside its item, in order; one row without an event for an item that has none."""
    labelled = [EVENT.c[name].label(f"event_{name}") for name in ("stage", "id")]
    others = [EVENT.c[name] for name in ("seq", "kind", "at", "actor_id", "data", "previous",
                                         "hash", "step_key")]  # fmt: skip
    statement = (
        select(ITEM.c.id.label("item"), ITEM.c.ref, ITEM.c.version, ITEM.c.head, ITEM.c.stage,
               *labelled, *others)
        .outerjoin(EVENT, EVENT.c.item_id == ITEM.c.id)
        .order_by(ITEM.c.id, EVENT.c.seq, EVENT.c.id)
    )  # fmt: skip
    return statement if ref is None else statement.where(ITEM.c.ref == ref)


def _checked(rows: Iterable[Any]) -> tuple[int, Breach | None]:
    """How many events one item has, and the first thing that is wrong with them."""
    count, previous, last = 0, GENESIS, None
    breach: Breach | None = None
    for row in rows:
        last = row
        if row.seq is None:
            return 0, Breach(row.ref, None, "no_history", "The item has no history at all.")
        count += 1
        breach = breach or _event_breach(row, count, previous)
        previous = row.hash
    return count, breach or _item_breach(last)


def _event_breach(row: Any, expected: int, previous: str) -> Breach | None:
    if row.seq != expected:
        missing = f"Event {expected} is missing; the next one is {row.seq}."
        return Breach(row.ref, expected, "gap", missing)
    if row.previous != previous:
        return Breach(row.ref, row.seq, "previous", "It is not chained to the event before it.")
    try:
        recomputed = chained(
            row.previous, row.ref, row.seq, _instant(row.at), row.kind, row.event_stage,
            row.actor_id, row.step_key, row.data,
        )  # fmt: skip
    except (TypeError, ValueError, AttributeError):
        return Breach(row.ref, row.seq, "unreadable", "A field holds what was never written there.")
    if recomputed != row.hash:
        return Breach(row.ref, row.seq, "hash", "It does not say what it said when it was written.")
    return None


def _item_breach(row: Any) -> Breach | None:
    """Where the item's row disagrees with its newest event."""
    for name, stored, told in (
        ("version", row.version, row.seq),
        ("head", row.head, row.hash),
        ("stage", row.stage, row.event_stage),
    ):
        if stored != told:
            detail = f"The item's {name} is {stored}, its newest event says {told}."
            return Breach(row.ref, None, name, detail)
    return None


def _strays(connection: Connection) -> list[Breach]:
    """Events whose item is gone; one for each such item."""
    statement = (
        select(EVENT.c.item_id)
        .outerjoin(ITEM, ITEM.c.id == EVENT.c.item_id)
        .where(ITEM.c.id.is_(None))
        .distinct()
    )
    return [
        Breach(f"#{item_id}", None, "no_item", "There are events, but their item is gone.")
        for item_id in connection.execute(statement).scalars()
    ]


def _instant(stored: Any) -> datetime:
    """The instant as the driver gives it: aware in PostgreSQL, ISO 8601 text in SQLite."""
    if isinstance(stored, str):
        stored = datetime.fromisoformat(stored)
    if stored.tzinfo is None:
        raise ValueError("an instant must know its zone")
    instant: datetime = stored
    return instant
