"""What goes over the wire? One message as bytes, the same bytes for the same arguments.

What is equal for all mails of a kind and language is written once and kept; a mail then only fills
in its own lines. Every mail of an item refers to the item's own identifier, which no mail carries,
so that mail programs show them as one thread (RFC 5322 3.6.4).
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from notifications.addresses import Mailbox
from notifications.channels.base import Envelope
from notifications.headers import id_part, list_id_header, mailbox_header, text_header
from notifications.render import Rendered

# Bodies are base64, which has neither "=" at the start of a line nor "_": never in a body.
_BOUNDARY = "=_rectiflow"
# Neither boundary begins like the other, for a reader may compare no more than the beginning.
_OUTER = "=.rectiflow"
_WIDTH = 76
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: equal on all mails of a campaign. Its domain ends every identifier."""

    sender: Mailbox
    campaign_id: str
    campaign_name: str

    @property
    def domain(self) -> str:
        """The sender's domain, in ASCII."""
        return self.sender.domain


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a mail; ``content_type`` with its parameters, in ASCII."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One rendered notice to one person.

    ``event_hash`` is the hash of the event (or step) that caused it, or whatever else is the same
    each time that the same mail is made. ``ref`` is empty for a mail about many items. ``date`` is
    the aware instant at which it was rendered, and stays so when the mail is repeated.
    """

    kind: str
    lang: str
    ref: str
    event_hash: str
    recipient_id: str
    recipient: Mailbox
    date: datetime
    rendered: Rendered
    attachments: tuple[Attachment, ...] = ()


def message_id(event_hash: str, recipient_id: str, kind: str, domain: str) -> str:
    """The identifier of a mail: one event tells one person one kind of thing once."""
    return f"<{id_part(event_hash[:24])}.{id_part(recipient_id)}.{id_part(kind)}@{domain}>"


def thread_id(ref: str, domain: str) -> str:
    """The identifier that all mails of an item refer to."""
    return f"<item.{id_part(ref)}@{domain}>"


def build(letterhead: Letterhead, mail: Mail) -> Envelope:
    """The mail, ready to be handed over. Raises ``ValueError`` for a date without a zone."""
    if mail.date.tzinfo is None:
        raise ValueError("The date of a mail needs a time zone.")
    own_id = message_id(mail.event_hash, mail.recipient_id, mail.kind, letterhead.domain)
    mixed = bool(mail.attachments)
    head, between, end = _skeleton(letterhead, mail.kind, mail.lang, mixed)
    own_lines = "".join(
        (
            mailbox_header("To", mail.recipient),
            text_header("Subject", mail.rendered.subject),
            f"Date: {format_datetime(mail.date)}\r\n",
            f"Message-ID: {own_id}\r\n",
            _about(mail.ref, letterhead.domain) if mail.ref else "",
        )
    )
    parts = (
        own_lines.encode("ascii"),
        head,
        _body(mail.rendered.text),
        between,
        _body(mail.rendered.html),
        end,
        *(_attached(one) for one in mail.attachments),
        f"--{_OUTER}--\r\n".encode("ascii") if mixed else b"",
    )
    return Envelope(own_id, letterhead.sender.address, mail.recipient.address, b"".join(parts))


def _about(ref: str, domain: str) -> str:
    """The lines that put a mail into the thread of its item."""
    thread = thread_id(ref, domain)
    own = text_header("X-Rectiflow-Ref", ref)
    return f"In-Reply-To: {thread}\r\nReferences: {thread}\r\n{own}"


@lru_cache(maxsize=1_000)
def _skeleton(
    letterhead: Letterhead, kind: str, lang: str, mixed: bool
) -> tuple[bytes, bytes, bytes]:
    """What surrounds a mail's own lines and its two bodies; ``mixed`` leaves room for more."""
    domain = letterhead.domain
    list_id = f"{id_part(letterhead.campaign_id)}.rectiflow.{domain}"
    head = (
        mailbox_header("From", letterhead.sender)
        + list_id_header(letterhead.campaign_name, list_id)
        + "Auto-Submitted: auto-generated\r\n"
        + text_header("X-Rectiflow-Kind", kind)
        + f"Content-Language: {lang}\r\n"
        + "MIME-Version: 1.0\r\n"
        + (_OPEN_OUTER if mixed else "")
        + f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
    )
    return (
        f"{head}--{_BOUNDARY}\r\n{_part_head('plain')}".encode("ascii"),
        f"--{_BOUNDARY}\r\n{_part_head('html')}".encode("ascii"),
        f"--{_BOUNDARY}--\r\n".encode("ascii"),
    )


_OPEN_OUTER = f'Content-Type: multipart/mixed; boundary="{_OUTER}"\r\n\r\n--{_OUTER}\r\n'


@lru_cache(maxsize=2_000)
def _attached(one: Attachment) -> bytes:
    """An attachment with what surrounds it; that of an item is the same for several people."""
    head = (
        f"--{_OUTER}\r\nContent-Type: {one.content_type}\r\n"
        f'Content-Disposition: attachment; filename="{_file_name(one.filename)}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii") + _base64(one.data)


def _file_name(name: str) -> str:
    """The name as any mail program and file system takes it."""
    return _UNFIT.sub("_", name)[:60] or "attachment"


def _part_head(subtype: str) -> str:
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )


def _body(text: str) -> bytes:
    """The text as base64 lines, of its canonical form: CRLF, and one at the end (RFC 2046)."""
    canonical = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    if not canonical.endswith("\r\n"):
        canonical += "\r\n"
    return _base64(canonical.encode("utf-8", "replace"))


def _base64(data: bytes) -> bytes:
    encoded = b64encode(data)
    lines = [encoded[at : at + _WIDTH] for at in range(0, len(encoded), _WIDTH)]
    return b"\r\n".join(lines) + b"\r\n"
