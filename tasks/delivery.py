"""Notices on their way: events become deliveries, deliveries become messages, messages leave.

Each stage stands on what the one before has committed, so that a crash anywhere repeats nothing
but what was in flight, and that byte-identical under the same Message-ID.

    event --announce--> delivery rows --render--> kept message --send--> sent | failed | dead

Nothing holds up anything else: an event from which no notice can be derived, a letter that cannot
be written and an address that is refused each end by themselves, visibly, and the others go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from config.logging import log_context
from models import deliveries, items
from models.deliveries import Addressee, Claimed, Unannounced
from models.engine import reading, writing
from notifications.addresses import Mailbox, address_problem
from notifications.channels.base import Channel, Deferred, Envelope, Outcome, Rejected, Retry
from rules.errors import InputError
from rules.notices import Seat
from tasks import letters
from tasks.audience import Addressed, Audience
from tasks.claims import Holding
from tasks.ends import LONGEST_REASON, Delivered, Ends, outage_in
from tasks.presence import WHO

log = logging.getLogger("rectiflow.delivery")

CLAIM = timedelta(minutes=5)
"""How long a claimed delivery is left to its taker, who renews it while at work."""

PART = 50
"""Mails handed over before their ends are written: the most that a crash can repeat."""

LONGEST_ADDRESS = 254
"""Characters that the store takes, and the most that RFC 5321 allows."""


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
        audience = Audience(connection, events, {one.item.id: one.item for one in loaded})
        rows = [row for event in events for row in _rows(event, audience, now)]
        deliveries.enqueue(connection, rows, (event.id for event in events))
        return len(events)


def _rows(event: Unannounced, audience: Audience, now: datetime) -> list[dict[str, Any]]:
    """The deliveries of one event.

    One that cannot be understood would come again for ever, and nothing behind it would be heard.
    So it counts as announced, and a dead delivery to the coordinators shows what went unheard.
    """
    try:
        return [_row(event, one, audience.people[one.person_id], now) for one in audience.of(event)]
    except Exception:
        log.exception("No notice can be derived. %s", log_context("announce", event=event.id))
    unheard = {
        "state": "dead",
        "reason": f"No notice could be derived from the event {event.id} ({event.kind}).",
    }
    told = [Addressed(event.kind, Seat.COORDINATORS, c) for c in audience.coordinators(event)]
    return [_row(event, one, audience.people[one.person_id], now) | unheard for one in told]


def _row(
    event: Unannounced, addressed: Addressed, person: Addressee, now: datetime
) -> dict[str, Any]:
    """One delivery; skipped with the reason when the person cannot be written to."""
    address, reason = _reached(person)
    return {
        "event_id": event.id,
        "item_id": event.item_id,
        "person_id": addressed.person_id,
        "kind": addressed.kind,
        "seat": addressed.seat.value,
        "address": address,
        "state": "skipped" if reason else "pending",
        "reason": reason[:LONGEST_REASON],
        "created_at": now,
        "next_attempt_at": now,
    }


def _reached(person: Addressee) -> tuple[str, str]:
    """The person's address as mail servers know it, and why nothing can be sent there."""
    if not person.active:
        return person.email, "This person is no longer active."
    try:
        address = Mailbox(person.email).address
    except InputError as error:
        return person.email, error.message
    if len(address) > LONGEST_ADDRESS:
        return person.email, "The mail address is too long."
    return address, ""


async def deliver(
    engine: Engine,
    channel: Channel,
    sender: str,
    now: datetime,
    size: int = 200,
    templates: Path | None = None,
) -> Delivered:
    """Send up to ``size`` deliveries that are due at ``now`` (wall time).

    Texts in ``templates`` stand before those of the house. When the way out is closed, everything
    that is due waits for ``notifications.retry.OUTAGE_PAUSE``, which uses up nothing's attempts.
    """
    claimed = await asyncio.to_thread(_claim, engine, now, size)
    if not claimed:
        return Delivered()
    ends = Ends(engine, now)
    async with Holding(engine, [one.id for one in claimed], now, CLAIM) as holding:
        if (closed := _sender_trouble(sender)) is not None:
            await ends.write([(one, closed) for one in claimed])
        else:
            work = (engine, claimed, sender, now, templates)
            posted, unfit = await asyncio.to_thread(_prepared, *work)
            await ends.write(unfit)
            await _hand_over(channel, posted, holding, ends)
    return ends.told()


async def _hand_over(
    channel: Channel, posted: Sequence[tuple[Claimed, Envelope]], holding: Holding, ends: Ends
) -> None:
    """Send part by part; after an outage nothing more is tried."""
    for start in range(0, len(posted), PART):
        part = posted[start : start + PART]
        holding.trying(one.id for one, _ in part)
        outcomes = await channel.deliver_many([envelope for _, envelope in part])
        await ends.write([(one, end) for (one, _), end in zip(part, outcomes, strict=True)])
        if (outage := outage_in(outcomes)) is not None:
            await ends.write([(one, outage) for one, _ in posted[start + PART :]])
            return


def _claim(engine: Engine, now: datetime, size: int) -> list[Claimed]:
    with writing(engine) as connection:
        return deliveries.claim(connection, WHO, now, now + CLAIM, size)


def _sender_trouble(sender: str) -> Deferred | None:
    """An unusable sender is an outage: no mail could leave, and none of them is at fault."""
    try:
        Mailbox(sender)
    except InputError as error:
        reason = f"{error.message} Check the sender in RECTIFLOW_MAIL_FROM."
        return Deferred(reason, Retry.OUTAGE)
    return None


def _prepared(
    engine: Engine, claimed: Sequence[Claimed], sender: str, now: datetime, templates: Path | None
) -> tuple[list[tuple[Claimed, Envelope]], list[tuple[Claimed, Outcome]]]:
    """The messages: those kept from an earlier attempt as they are, the others written and kept.

    Beside them the deliveries for which none could be written. On SQLite the letters are written
    outside of the transaction that keeps them, which would let no command in meanwhile.
    """
    fresh = [one for one in claimed if one.message is None]
    written = _written(engine, fresh, sender, now, templates) if fresh else {}
    posted, unfit = [], []
    for one in claimed:
        letter = written.get(one.id)
        if letter is None:
            letter = Envelope(one.message_id, sender, one.address, one.message or b"")
        if isinstance(letter, Envelope):
            posted.append((one, letter))
        else:
            unfit.append((one, letter))
    return posted, unfit


def _written(
    engine: Engine, fresh: Sequence[Claimed], sender: str, now: datetime, templates: Path | None
) -> dict[int, Envelope | Outcome]:
    """Letters written and kept, by delivery, or why there is none."""
    with reading(engine) as connection:
        library = letters.gather(connection, fresh)
    written = {one.id: _letter(one, library, sender, now, templates) for one in fresh}
    rows = [
        {"of": of, "ident": letter.message_id, "octets": letter.data}
        for of, letter in written.items()
        if isinstance(letter, Envelope)
    ]
    with writing(engine) as connection:
        kept = deliveries.keep_messages(connection, rows)
    for one in fresh:
        if one.id in kept:
            ident, octets = kept[one.id]
            written[one.id] = Envelope(ident, sender, one.address, octets)
    return written


def _letter(
    one: Claimed, library: letters.Library, sender: str, now: datetime, templates: Path | None
) -> Envelope | Outcome:
    """One letter, or why there is none: never for good but where the address is at fault."""
    if problem := address_problem(one.address):
        return Rejected(problem)
    try:
        return letters.write(one, library, sender, now, templates)
    except InputError as error:
        return Deferred(str(error))
    except Exception as error:
        log.exception("A letter cannot be written. %s", log_context("deliver", delivery=one.id))
        return Deferred(f"The letter cannot be written: {error!r}.")
