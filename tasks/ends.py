"""How attempts at deliveries end, as their rows remember it: sent, to be repeated, or given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine

from config.logging import log_context
from models import deliveries, heartbeats
from models.deliveries import Claimed
from models.engine import writing
from notifications.channels.base import Deferred, Outcome, Rejected, Retry, Sent
from notifications.retry import OUTAGE_PAUSE, backoff
from tasks.presence import WHO
from tasks.reach import cannot_be_reached

log = logging.getLogger("rectiflow.delivery")

LONGEST_REASON = 500
"""Characters that the store takes."""


class Delivered(NamedTuple):
    """How one batch of deliveries ended."""

    sent: int = 0
    failed: int = 0
    dead: int = 0

    @property
    def total(self) -> int:
        """How many were attempted."""
        return sum(self)


class Ends:
    """The ends of a batch's deliveries at ``now`` (wall time), written as they come and counted.

    ``campaign`` is campaign time, where that is not wall time.
    """

    def __init__(
        self,
        engine: Engine,
        now: datetime,
        campaign: datetime | None = None,
        *,
        chats: bool = False,
    ) -> None:
        self._engine = engine
        self._now = now
        self._campaign = campaign or now
        self._chats = chats
        self._rows: list[dict[str, Any]] = []

    async def write(self, ended: Sequence[tuple[Claimed, Outcome]]) -> None:
        """Settle these deliveries; everything else that is due waits too when one met an outage."""
        rows = [_settled(one, outcome, self._now) for one, outcome in ended]
        if rows:
            outage = outage_in([end for _, end in ended])
            await asyncio.to_thread(self._settle, rows, outage, _refused(ended))
        self._rows += rows

    def told(self) -> Delivered:
        """The counts; a warning is logged when some mails did not leave."""
        states = [row["new_state"] for row in self._rows]
        ended = Delivered(*(states.count(state) for state in Delivered._fields))
        if ended.sent < ended.total:
            first = next(row["why"] for row in self._rows if row["new_state"] != "sent")
            counts = log_context("deliver", **ended._asdict())
            log.warning("Some mails did not leave: %s %s", first, counts)
        return ended

    def _settle(
        self,
        rows: list[dict[str, Any]],
        outage: Deferred | None,
        refused: Sequence[tuple[Claimed, Rejected]],
    ) -> None:
        with writing(self._engine) as connection:
            left = {"left": self._campaign}
            ended = [row | left if row["new_state"] == "sent" else row for row in rows]
            deliveries.settle(connection, ended, WHO)
            for one, end in refused:
                cannot_be_reached(connection, one.person_id, one.address, end.reason, self._now)
            part = heartbeats.CHATS_CLOSED if self._chats else heartbeats.MAIL_CLOSED
            if outage is None:
                if any(row["new_state"] == "sent" for row in rows):
                    heartbeats.over(connection, part)
                return
            later, why = self._now + OUTAGE_PAUSE, outage.reason[:LONGEST_REASON]
            heartbeats.trouble(connection, part, self._now, WHO, why)
            deliveries.postpone(connection, self._now, later, why, chats=self._chats)


def outage_in(outcomes: Sequence[Outcome]) -> Deferred | None:
    """The first of the outcomes that is an outage: the way out is closed for any mail alike."""
    for outcome in outcomes:
        if isinstance(outcome, Deferred) and outcome.retry is Retry.OUTAGE:
            return outcome
    return None


def _refused(ended: Sequence[tuple[Claimed, Outcome]]) -> list[tuple[Claimed, Rejected]]:
    """Deliveries whose address is refused: nothing else would arrive there either."""
    return [
        (one, outcome)
        for one, outcome in ended
        if isinstance(outcome, Rejected) and outcome.of_address
    ]


def _settled(delivery: Claimed, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """How an attempt ended, as the row remembers it."""
    tries = delivery.attempts + 1
    if isinstance(outcome, Sent):
        return _row(delivery, "sent", outcome.detail, tries, now, sent=now)
    if isinstance(outcome, Rejected):
        return _row(delivery, "dead", outcome.reason, tries, now)
    if outcome.retry is Retry.OUTAGE:
        return _row(delivery, "failed", outcome.reason, delivery.attempts, now + OUTAGE_PAUSE)
    pause = backoff(tries)
    if pause is None:
        return _row(delivery, "dead", f"Given up: {outcome.reason}", tries, now)
    return _row(delivery, "failed", outcome.reason, tries, now + pause)


def _row(
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
        "why": reason[:LONGEST_REASON],
        "tries": tries,
        "next": next_attempt,
        "sent": sent,
    }
