"""Mail over SMTP, on connections that stay open from one mail to the next."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from notifications.addresses import address_problem
from notifications.channels import smtp_replies as replies
from notifications.channels.base import Deferred, Envelope, Outcome, Rejected, Retry, Sent
from notifications.channels.smtp_pool import ConnectionPool
from notifications.cleaning import one_line
from notifications.smtp_url import SmtpSettings


class _Stale(Exception):
    """A kept connection had been closed by the server; nothing was handed over on it."""


class SmtpChannel:
    """A mail server, spoken to over at most ``connections`` connections at a time.

    ``timeout`` in seconds bounds every single step. Certificates are checked against what the
    machine trusts, or by ``tls_context``. ``local_hostname`` is the name we introduce ourselves
    with; by default the machine's own.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        connections: int = 8,
        timeout: float = 30.0,
        tls_context: ssl.SSLContext | None = None,
        local_hostname: str | None = None,
    ) -> None:
        self.settings = settings
        self._connections = connections
        self._timeout = timeout
        self._free = asyncio.Semaphore(connections)
        self._works = False
        self._pool = ConnectionPool(settings, timeout, tls_context, local_hostname)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._pool.close()

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Hand one message over.

        A kept connection that turns out to be closed is replaced at once, as long as nothing of
        the message was handed over on it; after that a loss is reported and never repeated here.
        """
        if problem := address_problem(envelope.recipient):
            return Rejected(problem)
        if problem := address_problem(envelope.sender):
            return replies.sender_unusable(problem)
        async with self._free:
            if (kept := self._pool.take()) is not None:
                try:
                    return await self._use(kept, envelope, kept=True)
                except _Stale:
                    pass
            fresh = await self._connect()
            if isinstance(fresh, Deferred):
                return fresh
            return await self._use(fresh, envelope, kept=False)

    async def deliver_many(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Hand a batch over, on all connections; the first mail by itself until one has worked.

        When that one meets an outage, the batch is deferred with its reason: a server that is
        down, or counts wrong passwords, is asked once a batch. A connection that meets one later
        leaves its mail to the others.
        """
        outcomes: dict[int, Outcome] = {}
        waiting = deque(range(len(envelopes)))
        outage: Outcome = Deferred("The mail was not tried.")

        async def work(most: int) -> bool:
            """Whether this connection has met no outage."""
            nonlocal outage
            while waiting and len(outcomes) < most:
                index = waiting.popleft()
                outcome = await self.deliver(envelopes[index])
                if _is_outage(outcome):
                    outage = outcome
                    self._works = False
                    waiting.append(index)
                    return False
                outcomes[index] = outcome
                self._works = True
            return True

        most = len(envelopes)
        if not self._works:
            await work(1)
        if self._works:
            well = await asyncio.gather(*(work(most) for _ in range(self._connections)))
            if any(well):
                # A server that takes fewer connections than we tried is not asked for more.
                self._connections = sum(well)
                await work(most)
        return [outcomes.get(place, outage) for place in range(len(envelopes))]

    async def _connect(self) -> SMTP | Deferred:
        try:
            return await self._pool.connect()
        except SMTPAuthenticationError as error:
            return replies.login_refused(self.settings, error)
        except (SMTPException, replies.NotOffered, OSError, ValueError) as error:
            return replies.unreachable(self.settings, error, self._timeout)

    async def _use(self, client: SMTP, envelope: Envelope, *, kept: bool) -> Outcome:
        """Converse, then keep the connection if it is still good for another mail."""
        usable = False
        try:
            outcome, usable = await self._converse(client, envelope, kept=kept)
            return outcome
        finally:
            if usable:
                self._pool.give_back(client)
            else:
                self._pool.drop(client)

    async def _converse(
        self, client: SMTP, envelope: Envelope, *, kept: bool
    ) -> tuple[Outcome, bool]:
        """The outcome, and whether the connection is usable afterwards."""
        try:
            await self._address(client, envelope)
        except SMTPResponseException as error:
            if kept and replies.hangs_up(error):
                raise _Stale from error
            return await self._refused(client, envelope, error)
        except (SMTPException, OSError) as error:
            if kept and not isinstance(error, TimeoutError):
                raise _Stale from error
            return replies.lost_before(self.settings, error), False
        try:
            reply = await client.data(envelope.data)
        except SMTPResponseException as error:
            return await self._refused(client, envelope, error)
        except (SMTPException, OSError) as error:
            return replies.lost_after(self.settings, error), False
        return Sent(one_line(f"{reply.code} {reply.message}")), True

    async def _address(self, client: SMTP, envelope: Envelope) -> None:
        size = client.supports_extension("size")
        options = [f"SIZE={len(envelope.data)}"] if size else []
        await client.mail(envelope.sender, options=options)
        await client.rcpt(envelope.recipient)

    async def _refused(
        self, client: SMTP, envelope: Envelope, error: SMTPResponseException
    ) -> tuple[Outcome, bool]:
        """A refusal's outcome; the connection is reset so that the next mail starts clean."""
        if isinstance(error, SMTPSenderRefused):
            outcome = replies.sender_refused(self.settings, envelope.sender, error)
        elif isinstance(error, SMTPRecipientRefused):
            outcome = replies.recipient_refused(self.settings, error)
        else:
            outcome = replies.mail_refused(self.settings, error)
        if replies.hangs_up(error):
            return outcome, False
        try:
            await client.rset()
        except (SMTPException, OSError):
            return outcome, False
        return outcome, True


def _is_outage(outcome: Outcome) -> bool:
    return isinstance(outcome, Deferred) and outcome.retry is Retry.OUTAGE
