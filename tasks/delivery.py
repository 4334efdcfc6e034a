"""Notices on their way: events become deliveries, deliveries become messages, messages leave.

Each stage stands on what the one before has committed, so that a crash anywhere repeats nothing
but what was in flight, and that byte-identical under the same Message-ID.

    event --announce--> delivery rows --render--> kept message --send--> sent | failed | dead
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from config.logging import log_context
from models import deliveries, directory, items
from models.deliveries import Addressee, Claimed, Holder, Unannounced
from models.engine import writing
from notifications.addresses import address_problem
from notifications.channels.base import Channel, Deferred, Envelope, Outcome, Retry, Sent
from notifications.retry import OUTAGE_PAUSE, backoff
from rules.duties import is_independent
from rules.errors import InputError
from rules.item import ItemState, PersonFact, within
from rules.notices import STANDS_IN, Seat, notices_for
from rules.vocabulary import Role
from tasks import letters
from tasks.presence import WHO

log = logging.getLogger("rectiflow.delivery")

CLAIM = timedelta(minutes=5)
"""How long a claimed delivery is left to its taker. Longer than any batch takes to send."""


def announce(engine: Engine, now: datetime, size: int = 500) -> int:
    """Derive the deliveries of up to ``size`` events that have none; how many events were taken.

    ``now`` is wall time. Event and deliveries are settled in one transaction: no event is
    announced twice, and none is forgotten.
    """
    with writing(engine) as connection:
        events = deliveries.unannounced(connection, size)
        if not events:
            return 0
        loaded = items.by_ids(connection, {event.item_id for event in events})
        states = {one.item.id: one.item for one in loaded}
        offices = _Offices(connection)
        addressed = [
            (event, kind, seat, person_id)
            for event in events
            for kind, seat, person_id in _addressed(event, states[event.item_id], offices)
        ]
        people = deliveries.addressees(connection, {person_id for *_, person_id in addressed})
        rows = [_row(*one, people, now) for one in addressed]
        deliveries.enqueue(connection, rows, (event.id for event in events))
        return len(events)


class _Offices:
    """Who coordinates and supervises where, read once for a batch."""

    def __init__(self, connection: Connection) -> None:
        self._holders = deliveries.holders(connection)
        ids = {holder.person_id for holder in self._holders}
        self._facts = directory.people_by_id(connection, ids)

    def nearest(self, role: Role, item: ItemState) -> list[int]:
        """Those who hold the office closest above the item's unit; the topmost without a unit.

        A supervisor who may not judge the item is not asked to.
        """
        held = [h for h in self._holders if h.role is role and self._fits(h, item)]
        if not held:
            return []
        lengths = [len(holder.path) for holder in held]
        wanted = max(lengths) if item.unit_path else min(lengths)
        return sorted({h.person_id for h in held if len(h.path) == wanted})

    def _fits(self, holder: Holder, item: ItemState) -> bool:
        if item.unit_path is not None and not within(item.unit_path, holder.path):
            return False
        return holder.role is not Role.SUPERVISOR or self._may_judge(holder.person_id, item)

    def _may_judge(self, person_id: int, item: ItemState) -> bool:
        fact: PersonFact = self._facts[person_id]
        return is_independent(fact, item) and person_id != item.passed_by


def _addressed(
    event: Unannounced, item: ItemState, offices: _Offices
) -> Iterable[tuple[str, Seat, int]]:
    """Kind, seat and person of every delivery that follows from an event; a person gets one."""
    told = {event.actor_id}  # Whoever did it knows.
    for notice in notices_for(event.kind, json.loads(event.data)):
        for seat in notice.seats:
            filled, people = _holders_of(seat, item, offices)
            for person_id in people:
                if person_id not in told:
                    told.add(person_id)
                    yield notice.kind, filled, person_id


def _holders_of(seat: Seat, item: ItemState, offices: _Offices) -> tuple[Seat, Sequence[int]]:
    """Who sits there, or in the seat that stands in for an empty one."""
    found: Sequence[int | None]
    if seat is Seat.COORDINATORS:
        return seat, offices.nearest(Role.COORDINATOR, item)
    if seat is Seat.SUPERVISORS:
        found = offices.nearest(Role.SUPERVISOR, item)
    else:
        named = {
            Seat.RESPONSIBLE: item.responsible_id,
            Seat.LEADER: item.leader_id,
            Seat.VERIFIER: item.verifier_id,
        }
        found = [named.get(seat)]
    people = [person_id for person_id in found if person_id is not None]
    if not people and seat in STANDS_IN:
        return _holders_of(STANDS_IN[seat], item, offices)
    return seat, people


def _row(
    event: Unannounced,
    kind: str,
    seat: Seat,
    person_id: int,
    people: dict[int, Addressee],
    now: datetime,
) -> dict[str, Any]:
    """One delivery; skipped with the reason when nobody can be written to there."""
    person = people[person_id]
    reason = "" if person.active else "This person is no longer active."
    reason = reason or address_problem(person.email)
    return {
        "event_id": event.id,
        "item_id": event.item_id,
        "person_id": person_id,
        "kind": kind,
        "seat": seat.value,
        "address": person.email,
        "state": "skipped" if reason else "pending",
        "reason": reason,
        "created_at": now,
        "next_attempt_at": now,
    }


class Delivered(NamedTuple):
    """How one batch of deliveries ended."""

    sent: int = 0
    failed: int = 0
    dead: int = 0

    @property
    def total(self) -> int:
        """How many were attempted."""
        return sum(self)


async def deliver(
    engine: Engine, channel: Channel, sender: str, now: datetime, size: int = 200
) -> Delivered:
    """Send up to ``size`` deliveries that are due at ``now`` (wall time)."""
    claimed = await asyncio.to_thread(_claim, engine, now, size)
    if not claimed:
        return Delivered()
    envelopes, unusable = await asyncio.to_thread(_render, engine, claimed, sender, now)
    outcomes = await channel.deliver_many([envelope for _, envelope in envelopes])
    rows = [
        _settled(delivery, outcome, now)
        for (delivery, _), outcome in zip(envelopes, outcomes, strict=True)
    ]
    rows += [_dead(delivery, reason, now) for delivery, reason in unusable]
    await asyncio.to_thread(_settle, engine, rows)
    states = [row["new_state"] for row in rows]
    ended = Delivered(states.count("sent"), states.count("failed"), states.count("dead"))
    if ended.failed or ended.dead:
        first = next(row["why"] for row in rows if row["new_state"] != "sent")
        log.warning(
            "Some mails did not leave: %s %s",
            first,
            log_context("deliver", sent=ended.sent, failed=ended.failed, dead=ended.dead),
        )
    return ended


def _claim(engine: Engine, now: datetime, size: int) -> list[Claimed]:
    with writing(engine) as connection:
        return deliveries.claim(connection, WHO, now, now + CLAIM, size)


def _render(
    engine: Engine, claimed: Sequence[Claimed], sender: str, now: datetime
) -> tuple[list[tuple[Claimed, Envelope]], list[tuple[Claimed, str]]]:
    """The messages: those kept from an earlier attempt as they are, the others made and kept."""
    ready, unusable, fresh = [], [], []
    with writing(engine) as connection:
        library = letters.gather(connection, [one for one in claimed if one.message is None])
        for one in claimed:
            if one.message is not None:
                ready.append((one, Envelope(one.message_id, sender, one.address, one.message)))
                continue
            try:
                envelope = letters.write(one, library, sender, now)
            except InputError as error:
                unusable.append((one, str(error)))
                continue
            ready.append((one, envelope))
            fresh.append({"of": one.id, "ident": envelope.message_id, "octets": envelope.data})
        deliveries.keep_messages(connection, fresh)
    return ready, unusable


def _settle(engine: Engine, rows: Sequence[dict[str, Any]]) -> None:
    with writing(engine) as connection:
        deliveries.settle(connection, rows)


def _settled(delivery: Claimed, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """How an attempt ended, as the row remembers it."""
    tries = delivery.attempts + 1
    if isinstance(outcome, Sent):
        return _ended(delivery, "sent", outcome.detail, tries, now, sent=now)
    if isinstance(outcome, Deferred):
        if outcome.retry is Retry.OUTAGE:
            later = now + OUTAGE_PAUSE
            return _ended(delivery, "failed", outcome.reason, delivery.attempts, later)
        pause = backoff(tries)
        if pause is None:
            return _ended(delivery, "dead", f"Given up: {outcome.reason}", tries, now)
        return _ended(delivery, "failed", outcome.reason, tries, now + pause)
    return _ended(delivery, "dead", outcome.reason, tries, now)


def _dead(delivery: Claimed, reason: str, now: datetime) -> dict[str, Any]:
    return _ended(delivery, "dead", reason, delivery.attempts, now)


def _ended(
    delivery: Claimed,
    state: str,
    reason: str,
    tries: int,
    next_attempt: datetime,
    sent: datetime | None = None,
) -> dict[str, Any]:
    return {
        "of": delivery.id,
        "new_state": state,
        "why": reason[:500],
        "tries": tries,
        "next": next_attempt,
        "sent": sent,
    }
