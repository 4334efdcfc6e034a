"""A plain mail handed to the mail server at once, past all queues: for when the queues stand still.

It needs neither the database nor an event loop, and waits for nothing but the mail server.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from notifications.addresses import Mailbox
from notifications.cleaning import one_line
from notifications.smtp_url import Encryption, SmtpSettings
from rules.errors import Unavailable

SECONDS = 20.0
"""How long the mail server may take for each answer."""


def send_now(
    server: SmtpSettings, sender: Mailbox, to: Mailbox, subject: str, text: str, now: datetime
) -> None:
    """Hand over one mail; returns once the server has taken it. ``now`` is wall time.

    Raises:
        Unavailable: the server is not reached, or does not take the mail.
    """
    mail = EmailMessage()
    mail["From"], mail["To"] = sender.address, to.address
    mail["Subject"] = one_line(subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid("watchdog", domain=sender.domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    try:
        with _connected(server) as session:
            session.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        # Not the exception's own words: they can repeat what was sent to log in.
        raise Unavailable(
            f"{server.server} did not take the mail: {type(error).__name__}.",
            "Check RECTIFLOW_SMTP_URL and the mail server's log.",
        ) from error


def _connected(server: SmtpSettings) -> smtplib.SMTP:
    if server.encryption is Encryption.IMPLICIT:
        context = ssl.create_default_context()
        session: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS, context=context
        )
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        _secured(session, server)
        if server.username:
            session.login(server.username, server.password)
    except BaseException:
        session.close()
        raise
    return session


def _secured(session: smtplib.SMTP, server: SmtpSettings) -> None:
    """As the URL says: a password goes out unencrypted only when it says ``off``."""
    session.ehlo()
    if server.encryption is Encryption.REQUIRED or (
        server.encryption is Encryption.AUTO and (session.has_extn("starttls") or server.username)
    ):
        session.starttls(context=ssl.create_default_context())
        session.ehlo()
