"""Mail kept in memory: the double for tests of whatever delivers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from notifications.addresses import address_problem
from notifications.channels.base import AlwaysOpen, Envelope, Outcome, Rejected, Sent


class MemoryChannel(AlwaysOpen):
    """Keeps what was sent in ``outbox``, in order; a repeat is kept again.

    ``answers`` are given to the next deliveries, one each; then everything is sent.
    """

    def __init__(self, answers: Iterable[Outcome] = ()) -> None:
        self.outbox: list[Envelope] = []
        self.answers = deque(answers)

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Keep the message, or give the next answer that was asked for."""
        if problem := address_problem(envelope.recipient):
            return Rejected(problem)
        outcome = self.answers.popleft() if self.answers else Sent()
        if isinstance(outcome, Sent):
            self.outbox.append(envelope)
        return outcome

    async def deliver_many(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Deliver the messages one after the other."""
        return [await self.deliver(envelope) for envelope in envelopes]
