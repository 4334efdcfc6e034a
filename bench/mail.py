"""Mails a second from the event to the mail server, through the store.

The real path: claimed, written, kept, handed over, settled, in batches; beside it the same with a
way out that connects anew for every mail, as many at a time. Handing over alone, writing alone and
announcing tell where the time goes. What rendering and connections are worth without a store is
measured in ``bench.posting``, which has the goals.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy import Engine, TextClause, text

from bench.figure import Figure, Work, rates
from bench.sink import sink
from bench.stores import NOW, Bench, openings, stores
from models import deliveries
from models.engine import reading, writing
from notifications.channels.base import AlwaysOpen, Channel, Envelope, Outcome
from notifications.channels.smtp import SmtpChannel
from notifications.smtp_url import parse_smtp_url
from rules.vocabulary import Stage
from tasks import letters
from tasks.act import fire_due
from tasks.delivery import announce, deliver

ITEMS = 500
"""Overdue items, each told of to two people."""
BATCH = 200
ROUNDS = 3
CONNECTIONS = 8
SENDER = "office@rectiflow.example"
DUE = date(2026, 11, 6)
LATER = NOW + timedelta(days=7)

Way = Callable[[], Channel]


def run() -> list[Figure]:
    """The figures of the stores on disk, which are those that offices have."""
    figures = []
    with stores() as benches, sink() as url:
        for bench in benches:
            if bench.name.endswith("on disk"):
                figures += _measured(bench, url)
    return figures


def _measured(bench: Bench, url: str) -> list[Figure]:
    engine = bench.engine
    _overdue(engine)

    def pooled(connections: int = CONNECTIONS) -> SmtpChannel:
        settings = parse_smtp_url(url)
        return SmtpChannel(settings, connections=connections, local_hostname="bench.example")

    def anew() -> OneEach:
        return OneEach(lambda: pooled(1))

    works = [_announced(engine), _written(engine)]
    works += [_sent(engine, way, again) for again in (False, True) for way in (pooled, anew)]
    announced, written, whole, whole_anew, over, over_anew = rates(works, ROUNDS)
    each = "one connection a mail"
    return [
        Figure(f"mail, {bench.name}", whole, "mails/s", whole_anew, each),
        Figure(f"mail written before, {bench.name}", over, "mails/s", over_anew, each),
        Figure(f"letters written, {bench.name}", written, "letters/s"),
        Figure(f"events announced, {bench.name}", announced, "events/s"),
    ]


class OneEach(AlwaysOpen):
    """A way out that connects anew for every mail."""

    def __init__(self, way: Callable[[], SmtpChannel]) -> None:
        self._way = way

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Connect, hand over, say goodbye."""
        async with self._way() as channel:
            return await channel.deliver(envelope)

    async def deliver_many(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """All of them, some at a time."""
        waiting = deque(enumerate(envelopes))
        outcomes: dict[int, Outcome] = {}

        async def work() -> None:
            while waiting:
                place, envelope = waiting.popleft()
                outcomes[place] = await self.deliver(envelope)

        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
        return [outcomes[place] for place in range(len(envelopes))]


def _overdue(engine: Engine) -> None:
    """Items whose overdue notices have just fired, and people who can be written to."""
    openings(engine, ITEMS, Stage.DEADLINE, DUE)[1].enter(engine, ITEMS)
    with writing(engine) as connection:
        connection.execute(text("UPDATE person SET email = code || '@rectiflow.example'"))
    fire_due(engine, LATER, ITEMS)


def _announced(engine: Engine) -> Work:
    def work() -> int:
        with writing(engine) as connection:
            connection.execute(text("DELETE FROM delivery"))
            connection.execute(text("UPDATE event SET announced = false WHERE kind = 'step_fired'"))
        return announce(engine, LATER, ITEMS)

    return work


def _written(engine: Engine) -> Work:
    """Written and thrown away: what it costs to gather, to word and to build them."""

    def work() -> int:
        with writing(engine) as connection:
            connection.execute(_anew(again=False))
            claimed = deliveries.claim(connection, "bench", LATER, LATER, 2 * ITEMS)
        with reading(engine) as connection:
            library = letters.gather(connection, claimed)
        return sum(bool(letters.write(one, library, SENDER, LATER).data) for one in claimed)

    return work


def _sent(engine: Engine, way: Way, again: bool) -> Work:
    """Everything that waits is sent; ``again``: as it was written before."""

    async def send() -> int:
        total = 0
        async with way() as channel:
            while (batch := await deliver(engine, channel, SENDER, LATER, BATCH)).total:
                assert batch.sent == batch.total, batch
                total += batch.sent
        return total

    def work() -> int:
        with writing(engine) as connection:
            connection.execute(_anew(again))
        return asyncio.run(send())

    return work


def _anew(again: bool) -> TextClause:
    """The statement that makes all mails wait again, let go by the plan, with or without their
    messages."""
    kept = "" if again else ", message = NULL, message_id = ''"
    return text(
        "UPDATE delivery SET state = 'pending', next_attempt_at = created_at,"
        f" left_at = created_at, carried_by = NULL{kept} WHERE state <> 'skipped'"
    )
