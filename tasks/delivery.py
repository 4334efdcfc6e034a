"""Notices on their way: events become deliveries, deliveries become messages, messages leave.

Each stage stands on what the one before has committed, so that a crash anywhere repeats nothing
but what was in flight, and that byte-identical under the same Message-ID.

    event --announce--> delivery rows --plan--> let go --render--> kept message --send-->
    sent | failed | dead          held, bundled, skipped

Nothing holds up anything else: an event from which no notice can be derived, a letter that cannot
be written and an address that is refused each end by themselves, visibly, and the others go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from config.logging import log_context
from models import deliveries
from models.deliveries import MAIL, Claimed
from models.engine import reading, writing
from notifications.addresses import Mailbox, address_problem
from notifications.channels.base import Channel, Deferred, Envelope, Outcome, Rejected, Retry
from notifications.render import Overrides
from rules.errors import InputError
from tasks import letters
from tasks.announcing import announce as announce
from tasks.claims import Holding
from tasks.ends import Delivered, Ends, outage_in
from tasks.extras import NO_EXTRAS, Extras
from tasks.planning import plan_due
from tasks.presence import WHO

log = logging.getLogger("rectiflow.delivery")

CLAIM = timedelta(minutes=5)
"""How long a claimed delivery is left to its taker, who renews it while at work."""

PART = 50
"""Mails handed over before their ends are written: the most that a crash can repeat."""


async def deliver(
    engine: Engine,
    channel: Channel,
    sender: str,
    now: datetime,
    size: int = 200,
    templates: Overrides = None,
    *,
    campaign: datetime | None = None,
    chats: bool = False,
    extras: Extras = NO_EXTRAS,
) -> Delivered:
    """Plan what is ready, and send up to ``size`` mails that are due at ``now`` (wall time).

    Rules about when mails leave go by ``campaign`` time, where that is not wall time. Texts in
    ``templates`` stand before those of the house. When the way out is closed, everything that is
    due waits for ``notifications.retry.OUTAGE_PAUSE``, which uses up nothing's attempts. ``chats``
    sends by the other channels instead, over a way out that knows them by name. ``extras`` are the
    links and files that mails may bring.
    """
    await asyncio.to_thread(plan_due, engine, now, campaign or now)
    claimed = await asyncio.to_thread(_claim, engine, now, size, chats)
    if not claimed:
        return Delivered()
    ends = Ends(engine, now, campaign or now, chats=chats)
    async with Holding(engine, [one.id for one in claimed], now, CLAIM) as holding:
        if (closed := _sender_trouble(sender)) is not None:
            await ends.write([(one, closed) for one in claimed])
        else:
            desk = Desk(sender, now, templates, extras)
            posted, unfit = await asyncio.to_thread(_prepared, engine, claimed, desk)
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


def _claim(engine: Engine, now: datetime, size: int, chats: bool) -> list[Claimed]:
    with writing(engine) as connection:
        return deliveries.claim(connection, WHO, now, now + CLAIM, size, chats=chats)


def _sender_trouble(sender: str) -> Deferred | None:
    """An unusable sender is an outage: no mail could leave, and none of them is at fault."""
    try:
        Mailbox(sender)
    except InputError as error:
        reason = f"{error.message} Check the sender in RECTIFLOW_MAIL_FROM."
        return Deferred(reason, Retry.OUTAGE)
    return None


class Desk(NamedTuple):
    """Where letters are written: by whom, when (wall time), with which texts and extras."""

    sender: str
    now: datetime
    templates: Overrides
    extras: Extras


def _prepared(
    engine: Engine, claimed: Sequence[Claimed], desk: Desk
) -> tuple[list[tuple[Claimed, Envelope]], list[tuple[Claimed, Outcome]]]:
    """The messages: those kept from an earlier attempt as they are, the others written and kept.

    Beside them the deliveries for which none could be written. On SQLite the letters are written
    outside of the transaction that keeps them, which would let no command in meanwhile.
    """
    fresh = [one for one in claimed if one.message is None]
    written = _written(engine, fresh, desk) if fresh else {}
    posted, unfit = [], []
    for one in claimed:
        letter = written.get(one.id)
        if letter is None:
            letter = Envelope(one.message_id, desk.sender, one.address, one.message or b"")
        if isinstance(letter, Envelope):
            posted.append((one, letter))
        else:
            unfit.append((one, letter))
    return posted, unfit


def _written(engine: Engine, fresh: Sequence[Claimed], desk: Desk) -> dict[int, Envelope | Outcome]:
    """Letters written and kept, by delivery, or why there is none."""
    with reading(engine) as connection:
        library = letters.gather(connection, fresh)
    written = {one.id: _letter(one, library, desk) for one in fresh}
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
            written[one.id] = Envelope(ident, desk.sender, one.address, octets)
    return written


def _letter(one: Claimed, library: letters.Library, desk: Desk) -> Envelope | Outcome:
    """One letter, or why there is none: never for good but where the address is at fault."""
    if one.channel == MAIL and (problem := address_problem(one.address)):
        return Rejected(problem)
    try:
        return letters.write(one, library, desk.sender, desk.now, desk.templates, desk.extras)
    except InputError as error:
        return Deferred(str(error))
    except Exception as error:
        log.exception("A letter cannot be written. %s", log_context("deliver", delivery=one.id))
        return Deferred(f"The letter cannot be written: {error!r}.")
