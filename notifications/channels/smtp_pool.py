"""Connections to one mail server, kept open between mails."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import cast

from aiosmtplib import SMTP, SMTPException

from notifications.channels.smtp_replies import NotOffered
from notifications.smtp_url import SETTING, Encryption, SmtpSettings

_GOODBYE_SECONDS = 2.0


class ConnectionPool:
    """Idle connections, the last used first. Not bounded itself: the channel bounds its users."""

    def __init__(
        self,
        settings: SmtpSettings,
        timeout: float,
        tls_context: ssl.SSLContext | None,
        local_hostname: str | None,
    ) -> None:
        self._settings = settings
        self._timeout = timeout
        self._tls_context = tls_context
        self._local_hostname = local_hostname
        self._idle: list[SMTP] = []

    def take(self) -> SMTP | None:
        """An idle connection that has not been seen to break; None when there is none."""
        while self._idle:
            client = self._idle.pop()
            if client.is_connected:
                return client
        return None

    def give_back(self, client: SMTP) -> None:
        """Keep a connection for the next mail."""
        if client.is_connected:
            self._idle.append(client)

    def drop(self, client: SMTP) -> None:
        """Close a connection that no mail may use any more, without a word."""
        transport = client.transport
        client.close()
        _abort(transport)

    async def connect(self) -> SMTP:
        """A new connection, encrypted and logged in as the settings say.

        Raises ``SMTPAuthenticationError`` for a refused login, ``NotOffered``, or the errors of
        aiosmtplib and of the network.
        """
        client = SMTP(
            hostname=self._settings.host,
            port=self._settings.port,
            timeout=self._timeout,
            use_tls=self._settings.encryption is Encryption.IMPLICIT,
            start_tls=False,
            tls_context=self._tls_context,
            local_hostname=self._local_hostname,
        )
        try:
            await client.connect()
            # Found out once: asking the resolver for our own name can take seconds.
            self._local_hostname = client.local_hostname
            await self._prepare(client)
        except BaseException:
            self.drop(client)
            raise
        return client

    async def close(self) -> None:
        """Say goodbye on every idle connection and close it."""
        clients, self._idle = self._idle, []
        await asyncio.gather(*(_goodbye(client) for client in clients))
        # Aborted sockets are closed in the loop's next turns, and the loop may end with us.
        for _ in range(3):
            await asyncio.sleep(0)

    async def _prepare(self, client: SMTP) -> None:
        settings = self._settings
        await client.ehlo()
        if settings.encryption in (Encryption.AUTO, Encryption.REQUIRED):
            if client.supports_extension("starttls"):
                await client.starttls()
                await client.ehlo()
            elif settings.encryption is Encryption.REQUIRED:
                raise NotOffered(f"does not offer STARTTLS, which {SETTING} requires.")
            elif settings.username:
                raise NotOffered(
                    "does not offer STARTTLS, and the password is not sent unencrypted. "
                    f"If that is acceptable here, write ?starttls=off in {SETTING}."
                )
        if settings.username:
            if not client.supports_extension("auth"):
                raise NotOffered(f"does not offer a login. Take the user out of {SETTING}.")
            await client.login(settings.username, settings.password)


async def _goodbye(client: SMTP) -> None:
    transport = client.transport
    with suppress(SMTPException, OSError):
        await client.quit(timeout=_GOODBYE_SECONDS)
    client.close()
    _abort(transport)


def _abort(transport: asyncio.BaseTransport | None) -> None:
    """Let go of the socket at once; closing TLS politely can take the peer's 30 seconds."""
    if transport is not None:
        cast(asyncio.WriteTransport, transport).abort()
