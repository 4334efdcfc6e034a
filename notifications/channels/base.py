"""What is a way out, and how can handing a message over end?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Envelope:
    """A finished message and where it goes.

    ``message_id`` is the header's value with its angle brackets, ``data`` the message with CRLF
    line ends. Kept and handed over again unchanged, a repeat is recognised by whoever gets it.
    """

    message_id: str
    sender: str
    recipient: str
    data: bytes


class Retry(StrEnum):
    """What a deferred delivery waits for."""

    BACKOFF = "backoff"
    """This message's turn: the attempt counts, ``notifications.retry.backoff`` says when next."""
    OUTAGE = "outage"
    """The way out itself, for any message alike: the attempt does not count against this one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Handed over. ``detail`` is the receipt: the server's reply or the file's name."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not handed over, or not known to be: to be repeated with the same bytes."""

    reason: str
    retry: Retry = Retry.BACKOFF


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good; a repeat would meet the same. Somebody has to see it.

    ``of_address`` when it is the address that is refused: no other mail would arrive there either.
    """

    reason: str
    of_address: bool = False


Outcome = Sent | Deferred | Rejected


class Channel(Protocol):
    """A way out, used inside ``async with``. Delivering raises nothing: every end is an outcome."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Hand one message over."""
        ...

    async def deliver_many(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Hand a batch over; the outcomes stand in the envelopes' order."""
        ...


class AlwaysOpen:
    """What a channel is that has nothing to open or to close."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None
