"""The catching mail server's side of SMTP: aiosmtpd with faults."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, Session
from aiosmtpd.smtp import Envelope as SmtpdEnvelope

if TYPE_CHECKING:
    from notifications.catcher import Catcher

_STALL_SECONDS = 3600.0
_STOP_SECONDS = 2.0


class _Handler:
    """aiosmtpd's hooks; one for all connections, run in the server's own loop."""

    def __init__(self, catcher: Catcher) -> None:
        self.catcher = catcher
        self.brought: WeakKeyDictionary[Session, int] = WeakKeyDictionary()

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: SmtpdEnvelope, name: str, lines: list[str]
    ) -> list[str]:
        await self._maybe_stall("EHLO")
        if self.catcher.faults.busy > 0:
            self.catcher.faults.busy -= 1
            return ["421 4.3.2 Too many connections"]
        session.host_name = name
        return lines

    async def handle_MAIL(
        self,
        server: SMTP,
        session: Session,
        envelope: SmtpdEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        faults = self.catcher.faults
        await self._maybe_stall("MAIL")
        if self.catcher.users is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if faults.goodbye_after and self.brought.get(session, 0) >= faults.goodbye_after:
            return "421 4.7.0 Too many messages on this connection"
        if faults.mail_reply:
            return faults.mail_reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: SmtpdEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        faults = self.catcher.faults
        await self._maybe_stall("RCPT")
        if address in faults.refuse:
            return "550 5.1.1 No such mailbox here"
        if faults.greylist > 0:
            faults.greylist -= 1
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: SmtpdEnvelope) -> str:
        faults = self.catcher.faults
        await self._maybe_stall("DATA")
        if faults.data_reply:
            return faults.data_reply
        transport = cast(asyncio.Transport, server.transport)
        try:
            self.catcher.keep(
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                envelope.original_content or b"",
                encrypted=transport.get_extra_info("sslcontext") is not None,
            )
        except OSError as error:
            return f"452 4.3.1 Cannot keep it: {error.strerror}"
        self.brought[session] = self.brought.get(session, 0) + 1
        if faults.drop_after_data > 0:
            faults.drop_after_data -= 1
            transport.abort()
            await asyncio.sleep(_STALL_SECONDS)
        return "250 OK caught"

    async def _maybe_stall(self, command: str) -> None:
        if self.catcher.faults.stall_at == command:
            await asyncio.sleep(_STALL_SECONDS)


class CatchingController(Controller):
    """aiosmtpd's server thread, on a socket bound beforehand, so that port 0 is known in time."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher
        self._socket = _listening_socket(catcher.host, catcher.port)
        self._servers: list[SMTP] = []
        super().__init__(
            _Handler(catcher),
            hostname=catcher.host,
            port=self._socket.getsockname()[1],
            ssl_context=catcher.tls if catcher.implicit_tls else None,
        )

    def factory(self) -> SMTP:
        """One protocol a connection. The host name is given, for finding it out is slow."""
        self._catcher.connections += 1
        implicit = self._catcher.implicit_tls
        server = SMTP(
            self.handler,
            hostname="localhost",
            ident="Rectiflow mail catcher",
            enable_SMTPUTF8=True,
            tls_context=None if implicit else self._catcher.tls,
            auth_require_tls=self._catcher.users is None,
            authenticator=self._authenticate,
            loop=self.loop,
        )
        self._servers = [one for one in self._servers if one.transport is not None]
        self._servers.append(server)
        return server

    def hang_up(self) -> None:
        """Close every connection and wait until the server has noticed."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(2 * _STOP_SECONDS)

    async def _hang_up(self) -> None:
        for server in self._servers:
            if server.transport is not None:
                cast(asyncio.Transport, server.transport).abort()
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        if talks:
            await asyncio.wait(talks, timeout=_STOP_SECONDS)

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(
            self._factory_invoker, sock=self._socket, ssl=self.ssl_context
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: SmtpdEnvelope, mechanism: str, data: Any
    ) -> AuthResult:
        users = self._catcher.users or {}
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        given = data.password.decode("utf-8", "replace")
        good = users.get(data.login.decode("utf-8", "replace")) == given
        return AuthResult(success=good, handled=False, auth_data=data.login)


def _listening_socket(host: str, port: int) -> socket.socket:
    """A bound socket, with its protocol named: without that asyncio leaves Nagle's algorithm on.

    aiosmtpd writes a greeting line by line, which would then take 40 ms a connection.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening
