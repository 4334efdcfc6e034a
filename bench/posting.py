"""Mails a second from a notice's values to the mail server, beside the way one begins with.

Without a store: rendered, built and handed over, in parts as the delivery does. The naive way
renders by an ordinary Jinja environment, builds an ``EmailMessage`` and connects for every mail.
One server answers at once, so that building is the limit; the other is a relay over STARTTLS that
answers every command after 20 ms, so that waiting is. Where Postfix's ``smtp-source`` is found, it
shows what the first server takes from a program in C that builds nothing.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

import aiosmtplib
from jinja2 import Environment, FileSystemLoader, select_autoescape

from bench.figure import Figure, Work, rates
from bench.relay import relay
from bench.sink import sink
from notifications.addresses import Mailbox
from notifications.channels.base import Sent
from notifications.channels.smtp import SmtpChannel
from notifications.context import NoticeContext
from notifications.message import Letterhead, Mail, build
from notifications.preview import preview_notice
from notifications.render import TEMPLATES, render
from notifications.smtp_url import SmtpSettings, parse_smtp_url
from notifications.view import view
from tasks.delivery import PART

MAILS, NAIVE_MAILS = 1_000, 150
FAR_MAILS, NAIVE_FAR_MAILS = 300, 12
ROUNDS = 3
KINDS = ("assigned", "due_soon", "overdue", "escalated")
SENDER = "office@rectiflow.example"
DATE = datetime(2026, 11, 2, 2, tzinfo=UTC)
LEAST_NEAR, LEAST_FAR = 3.0, 10.0

Context = ssl.SSLContext | None


def run() -> list[Figure]:
    """The two servers, one after the other."""
    naive = "naive: EmailMessage, one connection a mail"
    with sink() as url:
        near = parse_smtp_url(url)
        ours, theirs = rates([_ours(near, MAILS), _naive(near, NAIVE_MAILS)], ROUNDS)
        figures = [Figure("mail, rendered", ours, "mails/s", theirs, naive, LEAST_NEAR)]
        if (program := shutil.which("smtp-source")) is not None:
            (limit,) = rates([_source(program, near)], ROUNDS)
            figures.append(
                Figure("mail, rendered, of the limit", ours, "mails/s", limit, "smtp-source, in C")
            )
    with relay() as far:
        there = parse_smtp_url(f"smtp://127.0.0.1:{far.port}?starttls=required")
        works = [
            _ours(there, FAR_MAILS, far.trusting),
            _naive(there, NAIVE_FAR_MAILS, far.trusting),
        ]
        ours, theirs = rates(works, ROUNDS)
    what = "mail, rendered, relay at 20 ms"
    return [*figures, Figure(what, ours, "mails/s", theirs, naive, LEAST_FAR)]


def notices(number: int) -> list[NoticeContext]:
    """Notices of several kinds, in both languages, each about an item of its own."""
    return [
        replace(preview_notice(KINDS[n % 4], ("zh-CN", "en")[n // 4 % 2]), ref=f"ZG-{n:05d}")
        for n in range(number)
    ]


def _ours(to: SmtpSettings, number: int, trust: Context = None) -> Work:
    letterhead = Letterhead(Mailbox(SENDER, "示例市整改办"), "ZG", "示例市整改行动")
    batch = notices(number)

    async def send() -> int:
        sent = 0
        channel = SmtpChannel(to, tls_context=trust, local_hostname="bench.example")
        async with channel:
            for start in range(0, number, PART):
                letters = [
                    build(letterhead, _mail(one, start + n))
                    for n, one in enumerate(batch[start : start + PART])
                ]
                sent += sum(isinstance(end, Sent) for end in await channel.deliver_many(letters))
        assert sent == number
        return sent

    return _running(send)


def _mail(one: NoticeContext, number: int) -> Mail:
    return Mail(
        kind=one.kind, lang=one.lang, ref=one.ref, event_hash=f"{number:064x}",
        recipient_id=str(number), recipient=Mailbox(f"p{number}@rectiflow.example", "林知远"),
        date=DATE, rendered=render(one),
    )  # fmt: skip


def _naive(to: SmtpSettings, number: int, trust: Context = None) -> Work:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    batch = notices(number)

    async def send() -> int:
        for n, one in enumerate(batch):
            await aiosmtplib.send(
                _naively_built(environment, one, n),
                hostname=to.host, port=to.port, start_tls=trust is not None, tls_context=trust,
                local_hostname="bench.example",
            )  # fmt: skip
        return number

    return _running(send)


def _naively_built(environment: Environment, one: NoticeContext, number: int) -> EmailMessage:
    values, folder = view(one), f"{one.kind}.{one.lang}"

    def said(part: str) -> str:
        return environment.get_template(f"{folder}/{part}").render(values)

    message = EmailMessage()
    message["From"] = formataddr(("示例市整改办", SENDER))
    message["To"] = formataddr(("林知远", f"p{number}@rectiflow.example"))
    message["Subject"] = said("subject.txt").strip()
    message["Date"] = format_datetime(DATE)
    message["Message-ID"] = f"<{number}@rectiflow.example>"
    message.set_content(said("body.txt"))
    message.add_alternative(said("body.html"), subtype="html")
    return message


def _source(program: str, to: SmtpSettings) -> Work:
    """As many mails of the same size, on as many connections, built once."""
    size = len(build(Letterhead(Mailbox(SENDER), "ZG", "ZG"), _mail(notices(1)[0], 0)).data)
    command = [program, "-d", "-s", "8", "-m", str(MAILS), "-l", str(size), "-f", SENDER,
               "-t", "p@rectiflow.example", f"inet:{to.host}:{to.port}"]  # fmt: skip

    def work() -> int:
        subprocess.run(command, check=True, timeout=120)
        return MAILS

    return work


def _running(send: Callable[[], Coroutine[None, None, int]]) -> Work:
    def work() -> int:
        return asyncio.run(send())

    return work
