"""Chat and message gateways (WeCom, DingTalk, Feishu, SMS and many more) through Apprise.

Apprise says of a message only whether it was taken. What was not is put off like a mail at a
server that is busy: the gateway may be down, over its limit, or its address withdrawn. It blocks
while it talks, so each talk has a thread of its own, which is left behind when it takes too long.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Self

from notifications import brief
from notifications.brief import Brief
from notifications.channels.base import AlwaysOpen, Deferred, Envelope, Outcome, Retry, Sent

AT_ONCE = 8
"""Gateways that are talked to at the same time; each with one message after the other."""

_ERROR = re.compile(r"error=(\d{3})\b")
_NOT_REACHED = re.compile(r"connection error|socket|timed? ?out", re.IGNORECASE)


class AppriseChannel(AlwaysOpen):
    """The gateways of an installation, by name: an envelope's recipient is the name of one.

    ``timeout`` in seconds bounds one message, from connecting to the gateway's answer. A gateway
    that does not answer is left alone until this channel is entered anew: the others' messages
    do not wait for it. ``closed`` says why no gateway is known at all, which an operator must put
    right: then everything waits.
    """

    def __init__(self, urls: Mapping[str, str], *, timeout: float = 10.0, closed: str = "") -> None:
        self._urls = urls
        self._closed = closed
        self._timeout = timeout
        self._silent: dict[str, Deferred] = {}
        self._free = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        self._silent.clear()
        return self

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Hand one message over to the gateway that its recipient names."""
        if self._closed:
            return Deferred(self._closed, Retry.OUTAGE)
        name = envelope.recipient
        url = self._urls.get(name)
        if url is None:
            return Deferred(f"The channel {name} is not in the file of channels.")
        if (silent := self._silent.get(name)) is not None:
            return silent
        async with self._free:
            outcome, answered = await self._talk(name, url, brief.read(envelope.data))
        if not answered and isinstance(outcome, Deferred):
            self._silent[name] = outcome
        return outcome

    async def deliver_many(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Hand a batch over: each gateway's messages in their order, the gateways side by side."""
        outcomes: dict[int, Outcome] = {}

        async def one_by_one(name: str) -> None:
            for place, envelope in enumerate(envelopes):
                if envelope.recipient == name:
                    outcomes[place] = await self.deliver(envelope)

        names = dict.fromkeys(envelope.recipient for envelope in envelopes)
        await asyncio.gather(*(one_by_one(name) for name in names))
        return [outcomes[place] for place in range(len(envelopes))]

    async def _talk(self, name: str, url: str, words: Brief) -> tuple[Outcome, bool]:
        """How it ended, and whether the gateway answered at all."""
        # The first import takes a second or more, which is no fault of the gateway.
        await asyncio.to_thread(import_module, "apprise")
        talk = _Talk(url, words, self._timeout)
        try:
            await asyncio.wait_for(talk.ended(), self._timeout)
        except TimeoutError:
            late = f"The channel {name} did not answer within {self._timeout:g} s; "
            return Deferred(f"{late}whether it took the message is not known."), False
        if talk.taken:
            return Sent(f"taken by {name}"), True
        return Deferred(f"The channel {name} {talk.why}."), talk.answered


class _Talk(logging.Handler):
    """One message to one gateway, in a thread that nobody waits for when it takes too long.

    Apprise tells why it failed only in its log, which may quote addresses: of what this thread
    logs only a status is kept.
    """

    def __init__(self, url: str, words: Brief, timeout: float) -> None:
        super().__init__(logging.WARNING)
        self._url = url
        self._words = words
        self._patience = timeout
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        # A daemon, so that a gateway that never answers keeps no process from ending.
        self._thread = threading.Thread(target=self._run, name="apprise", daemon=True)
        self.taken = False
        self.answered = True
        self.why = "did not take the message"

    async def ended(self) -> None:
        """Talk, and wait until it is over."""
        self._thread.start()
        await self._over.wait()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the status out of what Apprise says."""
        if record.thread != self._thread.ident:
            return
        said = record.getMessage()
        if status := _ERROR.search(said):
            self.why = f"did not take the message (status {status[1]})"
        elif _NOT_REACHED.search(said):
            self.why, self.answered = "cannot be reached", False

    def _run(self) -> None:
        log = logging.getLogger("apprise")
        log.addHandler(self)
        try:
            self.taken = self._notify()
        except Exception as error:
            self.why = f"failed with {type(error).__name__}"
        finally:
            log.removeHandler(self)
            # The loop may have ended while the gateway kept us waiting.
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._over.set)

    def _notify(self) -> bool:
        import apprise

        _keep_quiet()
        asset = apprise.AppriseAsset(app_id="Rectiflow", app_desc="Rectiflow", async_mode=False)
        gateway = apprise.Apprise.instantiate(self._url, asset=asset, suppress_exceptions=True)
        if gateway is None:
            self.why = "has an address that Apprise does not know"
            return False
        gateway.socket_connect_timeout = gateway.socket_read_timeout = self._patience
        sender = apprise.Apprise(asset=asset)
        sender.add(gateway)
        return bool(
            sender.notify(body=self._words.text, title=self._words.title, body_format="text")
        )


def _keep_quiet() -> None:
    """What Apprise logs may hold keys and telephone numbers; our own log says what happened."""
    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.WARNING)


def address_problem(url: str) -> str:
    """What is wrong with a gateway's address, without repeating it; empty when nothing is."""
    import apprise

    _keep_quiet()
    if apprise.Apprise.instantiate(url, suppress_exceptions=True) is None:
        return "Apprise does not know such an address, or something in it is missing."
    return ""
