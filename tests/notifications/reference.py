"""The same mail by the standard library's ``EmailMessage``: slow, and the yardstick."""

from __future__ import annotations

import email.policy
import re
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr

from notifications.addresses import Mailbox
from notifications.cleaning import one_line
from notifications.headers import id_part
from notifications.message import Letterhead, Mail, message_id, thread_id

LISTENED_TO = (
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id"),
    *("Auto-Submitted", "X-Rectiflow-Ref", "X-Rectiflow-Kind", "Content-Language"),
    *("MIME-Version",),
)


def reference_bytes(letterhead: Letterhead, mail: Mail) -> bytes:
    """The mail as ``EmailMessage`` writes it."""
    message = EmailMessage(policy=email.policy.SMTP)
    domain = letterhead.domain
    thread = thread_id(mail.ref, domain)
    message["From"] = _address(letterhead.sender)
    message["To"] = _address(mail.recipient)
    message["Subject"] = one_line(mail.rendered.subject)
    message["Date"] = mail.date
    message["Message-ID"] = message_id(mail.event_hash, mail.recipient_id, mail.kind, domain)
    message["In-Reply-To"] = thread
    message["References"] = thread
    list_id = f"<{id_part(letterhead.campaign_id)}.rectiflow.{domain}>"
    message["List-Id"] = f"{letterhead.campaign_name} {list_id}"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Rectiflow-Ref"] = one_line(mail.ref)
    message["X-Rectiflow-Kind"] = mail.kind
    message.set_content(mail.rendered.text, cte="base64")
    message.add_alternative(mail.rendered.html, subtype="html", cte="base64")
    for one in mail.attachments:
        kind, *parameters = one.content_type.split("; ")
        maintype, subtype = kind.split("/")
        given = dict(each.split("=") for each in parameters)
        message.add_attachment(
            one.data, maintype=maintype, subtype=subtype, filename=one.filename, params=given
        )
    # Set last: building the alternatives moves every Content- header into the first part.
    message["Content-Language"] = mail.lang
    return message.as_bytes()


def parsed(data: bytes) -> EmailMessage:
    """A message taken apart by the standard library."""
    return BytesParser(policy=email.policy.default).parsebytes(data)


def mailbox(data: bytes, header: str) -> tuple[str, str]:
    """Name and address in an address header.

    Read by the library's older functions, since ``policy.default`` leaves a blank between two
    encoded words of a name, against RFC 2047 6.2.
    """
    value = BytesParser(policy=email.policy.compat32).parsebytes(data)[header]
    name, address = parseaddr(re.sub("\r?\n ", " ", value))
    return str(make_header(decode_header(name))) if name else "", address


def part(message: EmailMessage, subtype: str) -> str:
    """The decoded text of the plain or the HTML part."""
    found = message.get_body((subtype,))
    assert found is not None
    content = found.get_content()
    assert isinstance(content, str)
    return content


def _address(mailbox: Mailbox) -> Address:
    return Address(one_line(mailbox.name), addr_spec=mailbox.address)
