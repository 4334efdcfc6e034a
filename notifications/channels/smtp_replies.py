"""Whose fault is it? What a mail server said or did, as an outcome with a sentence.

Faults of the set-up (address of the server, certificate, password, our sender) are outages: every
mail would meet them, none of the people written to can help, an operator must. Only what a server
says about this recipient or this message is final.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import replace

from aiosmtplib import SMTPResponseException, SMTPTimeoutError

from notifications.channels.base import Deferred, Outcome, Rejected, Retry
from notifications.cleaning import one_line
from notifications.smtp_url import SETTING, SmtpSettings

SENDER_SETTING = "RECTIFLOW_MAIL_FROM"

_CLOSING = 421
_AUTHENTICATION = frozenset({530, 534, 535, 538})
_TOO_BIG = 552
_OUT_OF_STEP = frozenset({502, 503, 504})
_LONGEST_REPLY = 300
_ENHANCED = re.compile(r"5\.(\d{1,3})\.\d{1,3}(?!\d)")
_LOST_MAILBOXES = frozenset({"5.2.0", "5.2.1", "5.4.1", "5.4.4"})
"""A mailbox that is switched off, and an address that leads nowhere."""


class NotOffered(Exception):
    """The server does not offer what the settings ask for; the message says what and why."""


def unreachable(settings: SmtpSettings, error: Exception, timeout: float) -> Deferred:
    """No connection that mails could be sent over. ``timeout`` in seconds."""
    server = f"The mail server {settings.server}"
    if isinstance(error, NotOffered):
        return _outage(f"{server} {error}")
    if isinstance(error, SMTPTimeoutError):
        return _outage(f"{server} did not answer within {timeout:g} s.")
    if isinstance(error, SMTPResponseException):
        return _outage(f"{server} does not accept connections: {_reply(error)}.")
    if certificate := _certificate_fault(error):
        return _outage(
            f"The certificate of the mail server {settings.server} is not trusted: {certificate}."
            f" Check the host in {SETTING} and the certificates this machine trusts."
        )
    return _outage(f"{server} cannot be reached: {one_line(str(error))}. Check {SETTING}.")


def login_refused(settings: SmtpSettings, error: SMTPResponseException) -> Deferred:
    """The server did not take user and password, which is the operator's to put right."""
    return _outage(
        f"The mail server {settings.server} refused the user {one_line(settings.username)}: "
        f"{_reply(error)}. Check the user and the password in {SETTING}."
    )


def sender_unusable(problem: str) -> Deferred:
    """Our own sender address is none."""
    return _outage(f"{problem} Check the sender in {SENDER_SETTING}.")


def sender_refused(settings: SmtpSettings, sender: str, error: SMTPResponseException) -> Outcome:
    """The server did not take our sender address, or the size announced with it."""
    if error.code == _TOO_BIG:
        return Rejected(f"The mail is too big for the mail server: {_reply(error)}.")
    if error.code in _AUTHENTICATION:
        return _login_needed(settings, error)
    if 500 <= error.code < 600 and error.code not in _OUT_OF_STEP:
        return _outage(
            f"The mail server {settings.server} refused the sender {sender}: {_reply(error)}. "
            f"Check {SENDER_SETTING}."
        )
    return Deferred(f"The mail server put the mail off: {_reply(error)}.")


def mail_refused(settings: SmtpSettings, error: SMTPResponseException) -> Outcome:
    """The server did not take the recipient or the message: 5xx is final, anything else is not."""
    if error.code in _AUTHENTICATION:
        return _login_needed(settings, error)
    if 500 <= error.code < 600 and error.code not in _OUT_OF_STEP:
        return Rejected(f"The mail server refused it: {_reply(error)}.")
    return Deferred(f"The mail server put the mail off: {_reply(error)}.")


def recipient_refused(settings: SmtpSettings, error: SMTPResponseException) -> Outcome:
    """The server did not take the recipient's address.

    A permanent refusal is the address's fault, unless the server names another (RFC 3463): a full
    mailbox passes, and its own trouble or what its policy forbids (relaying, our own address)
    would meet other addresses as well.
    """
    outcome = mail_refused(settings, error)
    if isinstance(outcome, Rejected) and error.code != _TOO_BIG:
        named = _ENHANCED.match(str(error.message))
        if named is None or named[1] == "1" or named[0] in _LOST_MAILBOXES:
            return replace(outcome, of_address=True)
    return outcome


def lost_before(settings: SmtpSettings, error: Exception) -> Deferred:
    """The connection went before any of the message was handed over."""
    how = "stopped answering" if isinstance(error, SMTPTimeoutError) else "hung up"
    return Deferred(f"The mail server {settings.server} {how} before it took the mail.")


def lost_after(settings: SmtpSettings, error: Exception) -> Deferred:
    """The connection went after the message was handed over and before the answer: unknown.

    The repeat, with the same bytes, may make it two (RFC 1047).
    """
    how = "stopped answering" if isinstance(error, SMTPTimeoutError) else "hung up"
    return Deferred(
        f"The mail server {settings.server} {how} after the mail was handed over; "
        "whether it took it is not known."
    )


def hangs_up(error: SMTPResponseException) -> bool:
    """Whether the reply ends or spoils the connection: 421, out of step, or no SMTP reply."""
    return error.code == _CLOSING or error.code in _OUT_OF_STEP or not 200 <= error.code < 600


def _login_needed(settings: SmtpSettings, error: SMTPResponseException) -> Deferred:
    return _outage(
        f"The mail server {settings.server} takes mail only after a login: {_reply(error)}. "
        f"Put user and password into {SETTING}."
    )


def _certificate_fault(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return one_line(error.verify_message)
        error = error.__cause__
    return ""


def _reply(error: SMTPResponseException) -> str:
    return one_line(f"{error.code} {error.message}")[:_LONGEST_REPLY].rstrip(" .")


def _outage(reason: str) -> Deferred:
    return Deferred(reason, Retry.OUTAGE)
