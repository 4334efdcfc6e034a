"""A mail server in trouble at every step of a conversation: nothing lost, nothing sent twice.

The server here is a script over a real socket, which refuses, stalls or hangs up exactly where it
is told to. What it counts as taken is what it has answered with 250 after the final dot; what was
in flight when it broke off is the one thing that may come twice (RFC 1047).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import pytest

from notifications.channels.base import Deferred, Envelope, Outcome, Rejected, Retry, Sent
from notifications.channels.smtp import SmtpChannel
from notifications.smtp_url import parse_smtp_url
from tests.notifications.conftest import Tls
from tests.notifications.test_channels import numbered

PHASES = ("greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "dot")
"""Every step at which a server answers; ``dot``: the end of the message."""

BEFORE_A_MAIL = PHASES[:4]
PATIENCE = 0.3


class Server:
    """An SMTP server that misbehaves ``times`` times at one phase, then serves well.

    ``how`` is a reply (``451 4.3.0 later``), ``drop`` (hangs up), ``stall`` (never answers), or
    ``taken`` (takes the message, then hangs up before it says so).
    """

    def __init__(self, tls: Tls, phase: str = "", how: str = "", times: int = 1_000_000) -> None:
        self._tls = tls.server
        self.phase, self.how, self.times = phase, how, times
        self.taken: list[bytes] = []
        self.connections = 0
        self.most_connections = 0
        self.limit = 1_000
        self._open = 0
        self._busy: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        self.connections += 1
        self._open += 1
        self.most_connections = max(self.most_connections, self._open)
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open -= 1
            writer.transport.abort()
            self._busy.discard(task)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open > self.limit:
            await _say(writer, "421 4.7.0 Too many connections")
            return
        if not await self._well("greeting", writer):
            return
        await _say(writer, "220 test")
        encrypted = False
        while line := await reader.readline():
            word = line.split()[0].decode().upper()
            if word == "QUIT":
                await _say(writer, "221 bye")
                return
            if not await self._well(word, writer):
                return
            if self._refused:
                continue
            if word == "EHLO":
                await _say(
                    writer, "250-test", "250-AUTH PLAIN" if encrypted else "250-STARTTLS", "250 OK"
                )
            elif word == "STARTTLS":
                await _say(writer, "220 go ahead")
                await writer.start_tls(self._tls)
                encrypted = True
            elif word == "DATA":
                await _say(writer, "354 go on")
                message = await reader.readuntil(b"\r\n.\r\n")
                if self._turn("dot") and self.how == "taken":
                    self.taken.append(message)
                    self.times -= 1
                    return
                if not await self._well("dot", writer):
                    return
                if not self._refused:
                    self.taken.append(message)
                    await _say(writer, "250 taken")
            else:
                await _say(writer, "235 ok" if word == "AUTH" else "250 ok")

    def _turn(self, phase: str) -> bool:
        return phase == self.phase and self.times > 0

    async def _well(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        """Whether the conversation goes on; ``_refused`` says that this command was answered."""
        self._refused = False
        if not self._turn(phase):
            return True
        self.times -= 1
        if self.how == "stall":
            await asyncio.sleep(3600)
        if self.how == "drop":
            return False
        await _say(writer, self.how)
        self._refused = True
        return not self.how.startswith("421")


async def _say(writer: asyncio.StreamWriter, *lines: str) -> None:
    writer.write("".join(f"{line}\r\n" for line in lines).encode())
    await writer.drain()


def to(server: Server, tls: Tls, connections: int = 3) -> SmtpChannel:
    url = f"smtp://office:secret@127.0.0.1:{server.port}?starttls=required"
    return SmtpChannel(
        parse_smtp_url(url), connections=connections, timeout=PATIENCE,
        tls_context=tls.trusting, local_hostname="test.example",
    )  # fmt: skip


def numbers(messages: list[bytes]) -> Counter[bytes]:
    return Counter(
        next(line for line in m.split(b"\r\n") if b"Message-ID" in line) for m in messages
    )


def batch(size: int = 7) -> list[Envelope]:
    return [numbered(n) for n in range(size)]


async def repeated(channel: SmtpChannel, mails: list[Envelope]) -> dict[str, Outcome]:
    """The mails handed over again and again, as the delivery does, until none is put off."""
    ends: dict[str, Outcome] = {}
    for _ in range(12):
        left = [one for one in mails if not isinstance(ends.get(one.message_id), Sent | Rejected)]
        for one, end in zip(left, await channel.deliver_many(left), strict=True):
            ends[one.message_id] = end
        if not left:
            break
    return ends


@pytest.mark.parametrize("how", ["drop", "stall", "421 4.3.2 Shutting down", "451 4.3.0 Later"])
@pytest.mark.parametrize("phase", PHASES)
async def test_trouble_that_passes_loses_nothing_and_repeats_nothing(
    tls: Tls, phase: str, how: str
) -> None:
    if phase == "greeting" and how.startswith("451"):
        how = "554 5.3.2 No mail service here"
    async with Server(tls, phase, how, times=2) as server:
        async with to(server, tls) as channel:
            ends = await repeated(channel, batch())
        assert {type(end) for end in ends.values()} == {Sent}
        assert len(numbers(server.taken)) == 7
        assert set(numbers(server.taken).values()) == {1}, "the server had taken none of them"
        assert server.times == 0, "there was trouble"


async def test_what_was_taken_and_not_confirmed_comes_twice_byte_by_byte_and_nothing_else(
    tls: Tls,
) -> None:
    async with Server(tls, "dot", "taken", times=2) as server:
        async with to(server, tls) as channel:
            ends = await repeated(channel, batch())
        assert {type(end) for end in ends.values()} == {Sent}
        counts = numbers(server.taken)
        assert sorted(counts.values()) == [1, 1, 1, 1, 1, 2, 2]
        assert len(set(server.taken)) == 7, "a repeat is the same message"


@pytest.mark.parametrize("phase", BEFORE_A_MAIL)
@pytest.mark.parametrize("how", ["drop", "stall", "421 4.3.2 Shutting down"])
async def test_trouble_before_any_mail_is_an_outage_that_is_met_once_a_batch(
    tls: Tls, phase: str, how: str
) -> None:
    async with Server(tls, phase, how) as server:
        async with to(server, tls) as channel:
            ends = await channel.deliver_many(batch())
        for end in ends:
            assert isinstance(end, Deferred)
            assert end.retry is Retry.OUTAGE
        assert server.connections == 1
        assert server.taken == []


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("how", ["drop", "421 4.3.2 Shutting down", "450 4.2.0 Greylisted"])
async def test_trouble_with_a_mail_puts_that_mail_off_with_its_reason(
    tls: Tls, phase: str, how: str
) -> None:
    async with Server(tls, phase, how) as server:
        async with to(server, tls, connections=1) as channel:
            (end,) = await channel.deliver_many(batch(1))
        assert isinstance(end, Deferred)
        assert how.partition(" ")[0] in end.reason or "hung up" in end.reason
        # The command and its message are one step for us: nobody can tell them apart.
        assert ("not known" in end.reason) == (phase in ("DATA", "dot") and how == "drop")
        assert server.taken == []


async def test_a_server_that_limits_connections_gets_no_more_and_all_mails(tls: Tls) -> None:
    async with Server(tls) as server:
        server.limit = 2
        async with to(server, tls, connections=6) as channel:
            ends = await repeated(channel, batch(30))
        assert {type(end) for end in ends.values()} == {Sent}
        assert set(numbers(server.taken).values()) == {1}
        assert len(server.taken) == 30


async def test_mails_that_met_a_full_server_go_over_the_connections_that_it_takes(
    tls: Tls,
) -> None:
    async with Server(tls) as server:
        server.limit = 1
        async with to(server, tls, connections=6) as channel:
            for _ in range(3):
                assert {type(end) for end in await channel.deliver_many(batch(8))} == {Sent}
        assert len(server.taken) == 24
        assert server.connections <= 7, "and no more of them are tried after that"


@pytest.mark.parametrize(
    ("reply", "of_address"),
    [
        ("550 5.1.1 No such user", True), ("550 No such user", True), ("553 5.1.3 Bad", True),
        ("550 5.2.1 Mailbox disabled", True), ("550 5.4.1 Recipient address rejected", True),
        ("551 5.1.6 Moved", True), ("552 5.2.2 Mailbox full", False),
        ("554 5.7.1 Relay access denied", False), ("550 5.7.1 Sender blocked", False),
        ("554 5.3.0 Trouble", False),
    ],
)  # fmt: skip
async def test_a_refused_recipient_is_told_from_a_refusal_that_is_not_about_the_address(
    tls: Tls, reply: str, of_address: bool
) -> None:
    async with Server(tls, "RCPT", reply) as server, to(server, tls) as channel:
        end = await channel.deliver(numbered(1))
    assert isinstance(end, Rejected)
    assert end.of_address is of_address


@pytest.mark.parametrize("phase", ["DATA", "dot"])
async def test_a_refused_message_is_final_and_says_nothing_about_the_address(
    tls: Tls, phase: str
) -> None:
    async with Server(tls, phase, "554 5.6.0 Not wanted") as server, to(server, tls) as channel:
        end = await channel.deliver(numbered(1))
    assert isinstance(end, Rejected)
    assert not end.of_address


# Postfix's own test server, where it is found


@contextmanager
def smtp_sink(*options: str) -> Iterator[int]:
    """``smtp-sink`` on a free port."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip("smtp-sink is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Started by root it insists on somebody else to be.
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    process = subprocess.Popen([program, *user, *options, f"127.0.0.1:{port}", "64"])
    try:
        yield port
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ((), {Sent}),
        (("-f", "RCPT"), {Rejected}),
        (("-r", "RCPT"), {Deferred}),
        (("-f", "MAIL"), {Deferred}),
        (("-q", "."), {Deferred}),
        (("-Q", "MAIL"), {Deferred}),
        (("-M", "30"), {Sent}),
    ],
)
async def test_smtp_sink_gets_what_it_takes_and_its_refusals_are_understood(
    options: tuple[str, ...], kinds: set[type[Outcome]]
) -> None:
    with smtp_sink(*options) as port:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            await asyncio.sleep(0.02)
        channel = SmtpChannel(
            parse_smtp_url(f"smtp://127.0.0.1:{port}"), timeout=5, local_hostname="test.example"
        )
        async with channel:
            ends = await channel.deliver_many(batch(20))
    assert {type(end) for end in ends} == kinds
