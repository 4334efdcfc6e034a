"""Programs elsewhere are told of events: derived by a cursor, signed, posted, settled.

Each stage stands on what the one before has committed: a call is repeated under the same
identifier when nobody knows how it ended, and none is lost. What is told are references: whoever
may read the item looks it up; no title, no person and no complainant leaves the house this way.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine

from config import webhook_secrets
from config.clock import wall
from config.logging import log_context
from config.settings import Settings
from models import webhooks
from models.engine import reading, writing
from models.webhooks import DueCall, Happened, Hook
from notifications.channels.base import Deferred, Outcome, Rejected, Sent
from notifications.retry import OUTAGE_PAUSE, backoff
from notifications.webhook_post import Call, Poster
from rules.errors import RectiflowError
from tasks.ends import outage_in
from tasks.presence import WHO

log = logging.getLogger("rectiflow.webhooks")

CLAIM = timedelta(minutes=5)
"""How long a webhook is left to whoever calls it, renewed after every few calls."""

CHUNK = 500
"""Events looked at in one transaction."""

AT_ONCE = 8
"""Calls to one receiver at the same time, each about another item."""

LONGEST_REASON = 500

MakePoster = Callable[[], Poster]


class Told(NamedTuple):
    """How many calls ended how."""

    sent: int = 0
    failed: int = 0
    dead: int = 0

    def __add__(self, other: object) -> Told:
        assert isinstance(other, Told)
        return Told(*(a + b for a, b in zip(self, other, strict=True)))


class _Ended(NamedTuple):
    call: DueCall
    outcome: Outcome


async def tell_all(
    engine: Engine,
    settings: Settings,
    poster: MakePoster = Poster,
    now: Callable[[], datetime] = wall,
) -> Told:
    """Tell every receiver what it has not been told; receivers side by side.

    ``now`` says the wall time, which is signed. What cannot be told now waits for its turn.
    """
    hooks = await asyncio.to_thread(_with_work, engine, now())
    if not hooks:
        return Told()
    up_to = await _settled_events(engine)
    ended = await asyncio.gather(
        *(_tell(engine, settings, hook, up_to, poster, now) for hook in hooks),
        return_exceptions=True,
    )
    total = Told()
    for hook, one in zip(hooks, ended, strict=True):
        if isinstance(one, Told):
            total += one
        elif isinstance(one, Exception):
            context = log_context("webhook", webhook=hook.name)
            log.error("A webhook was not told: %s %s", one, context, exc_info=one)
        else:
            raise one
    return total


def something_to_tell(engine: Engine, now: datetime) -> bool:
    """Whether any receiver waits to be told."""
    return bool(_with_work(engine, now))


def _with_work(engine: Engine, now: datetime) -> list[Hook]:
    with reading(engine) as connection:
        return webhooks.with_work(connection, now)


async def _settled_events(engine: Engine) -> int:
    """The newest event before which none can appear any more; 0 when that takes too long now."""
    with reading(engine) as connection:
        since = webhooks.mark(connection)
    for _ in range(10):
        with reading(engine) as connection:
            if webhooks.settled(connection, since):
                return since.event_id
        await asyncio.sleep(0.05)
    return 0


async def _tell(
    engine: Engine,
    settings: Settings,
    hook: Hook,
    up_to: int,
    make: MakePoster,
    now: Callable[[], datetime],
) -> Told:
    """Tell one receiver, as the only one who does."""
    if not await asyncio.to_thread(_claim, engine, hook, now()):
        return Told()
    total, rest, why = Told(), None, ""
    try:
        await asyncio.to_thread(_derive, engine, hook, up_to, now())
        secret = webhook_secrets.secret_of(settings, hook.name)
        async with make() as poster:
            waves = _Waves(engine, hook, secret, poster, now)
            async for ended in waves.run():
                total += _counted(ended)
            rest, why = waves.rest, waves.why
    except RectiflowError as error:
        # Ours to put right: no call is at fault, and none has been tried.
        rest, why = now() + OUTAGE_PAUSE, str(error)
        log.error("%s %s", error, log_context("webhook", webhook=hook.name))
    finally:
        # Not in a thread: whoever is being cancelled may not get to await it.
        with writing(engine) as connection:
            webhooks.release(connection, hook.id, WHO, rest, why[:LONGEST_REASON])
    return total


def _claim(engine: Engine, hook: Hook, now: datetime) -> bool:
    with writing(engine) as connection:
        return webhooks.claim(connection, hook.id, WHO, now, now + CLAIM)


def _derive(engine: Engine, hook: Hook, up_to: int, now: datetime) -> None:
    """Make calls of the events that the webhook has not looked at."""
    while True:
        with writing(engine) as connection:
            # Read again: somebody may have moved it between our look and our claim.
            current = webhooks.by_name(connection, hook.name)
            if current is None or current.id != hook.id:
                return
            events = webhooks.happened(connection, current.cursor, up_to, CHUNK)
            if not events:
                return
            wanted = [one for one in events if not hook.kinds or one.kind in hook.kinds]
            rows = [call_row(one, now) for one in wanted]
            webhooks.enqueue(connection, hook.id, rows, events[-1].id)


def call_row(event: Happened, now: datetime) -> dict[str, Any]:
    """The call that tells of an event: its identifier is the event's, its body is made once."""
    return {
        "event_id": event.id,
        "item_id": event.item_id,
        "ident": f"msg_{event.hash[:32]}",
        "body": body_of(event),
        "created_at": now,
        "next_attempt_at": now,
        "state": "pending",
    }


def body_of(event: Happened) -> str:
    """What is told of an event: which item, what happened to it, when, and where it stands now."""
    data = json.loads(event.data)
    fired = event.kind == "step_fired"
    step = {key: data[key] for key in ("step", "level") if fired and key in data}
    said = {
        "ref": event.ref,
        "seq": event.seq,
        "event": event.kind,
        "stage": event.stage,
        "hash": event.hash,
        **step,
    }
    document = {"type": f"item.{event.kind}", "timestamp": event.at.isoformat(), "data": said}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


class _Waves:
    """Calls to one receiver: one at first, then some at a time, until nothing is due."""

    def __init__(
        self,
        engine: Engine,
        hook: Hook,
        secret: str,
        poster: Poster,
        now: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._hook = hook
        self._secret = secret
        self._poster = poster
        self._now = now
        self.rest: datetime | None = None
        """Until when the receiver is left alone; None when it answers."""
        self.why = ""

    async def run(self) -> AsyncIterator[list[_Ended]]:
        """The ends of each wave, written before they are told."""
        size = 1
        while calls := await asyncio.to_thread(self._due, size):
            ended = await self._wave(calls)
            held = await asyncio.to_thread(self._settle, ended)
            yield ended
            if self.rest is not None or not held:
                return
            size = AT_ONCE

    async def _wave(self, calls: Sequence[DueCall]) -> list[_Ended]:
        hook, at = self._hook, self._now()
        made = (
            self._poster.post(
                Call(hook.url, self._secret, call.ident, call.body.encode(), hook.allow_private), at
            )
            for call in calls
        )
        outcomes = await asyncio.gather(*made)
        return [_Ended(*both) for both in zip(calls, outcomes, strict=True)]

    def _due(self, size: int) -> list[DueCall]:
        with reading(self._engine) as connection:
            return webhooks.due(connection, self._hook.id, self._now(), size)

    def _settle(self, ended: Sequence[_Ended]) -> bool:
        """Write the ends; whether we still hold the webhook."""
        now = self._now()
        gone = next((one.outcome for one in ended if isinstance(one.outcome, Rejected)), None)
        if (outage := outage_in([one.outcome for one in ended])) is not None:
            self.rest, self.why = now + OUTAGE_PAUSE, outage.reason
        with writing(self._engine) as connection:
            webhooks.settle(connection, [_row(one, now) for one in ended])
            if gone is not None:
                webhooks.switch(connection, self._hook.id, active=False, reason=gone.reason)
                log.warning("%s %s", gone.reason, log_context("webhook", webhook=self._hook.name))
                return False
            return webhooks.keep(connection, self._hook.id, WHO, now + CLAIM)


def _row(ended: _Ended, now: datetime) -> dict[str, Any]:
    """How an attempt ended, as the row remembers it."""
    call, outcome = ended
    tries = call.attempts + 1
    row: dict[str, Any] = {"of": call.id, "tries": tries, "next": now, "sent": None}
    if isinstance(outcome, Sent):
        return row | {"new_state": "sent", "why": outcome.detail[:LONGEST_REASON], "sent": now}
    pause = backoff(tries) if isinstance(outcome, Deferred) else None
    if pause is None:
        return row | {"new_state": "dead", "why": f"Given up: {outcome.reason}"[:LONGEST_REASON]}
    return row | {
        "new_state": "failed", "why": outcome.reason[:LONGEST_REASON], "next": now + pause,
    }  # fmt: skip


def _counted(ended: Sequence[_Ended]) -> Told:
    sent = sum(isinstance(one.outcome, Sent) for one in ended)
    dead = sum(
        isinstance(one.outcome, Rejected)
        or (isinstance(one.outcome, Deferred) and backoff(one.call.attempts + 1) is None)
        for one in ended
    )
    return Told(sent, len(ended) - sent - dead, dead)


async def try_out(
    settings: Settings, hook: Hook, now: datetime, poster: MakePoster = Poster
) -> Sent | Deferred | Rejected:
    """One call of the type ``test`` at ``now`` (wall time), kept nowhere.

    Raises:
        Unavailable: the webhook has no secret.
    """
    secret = webhook_secrets.secret_of(settings, hook.name)
    document = {"type": "test", "timestamp": now.isoformat(), "data": {"webhook": hook.name}}
    body = json.dumps(document, separators=(",", ":")).encode()
    ident = f"msg_{secrets.token_hex(16)}"
    async with poster() as posting:
        return await posting.post(Call(hook.url, secret, ident, body, hook.allow_private), now)
