"""A mail has come back: which one, for whom, and is it for good? (RFC 3464, in RFC 3462's report)

Only what a mail server says in the fields made for programs counts; prose is not interpreted.
Anybody can send such a report, so nothing is taken from it but identifiers and a short reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser, Parser
from email.policy import compat32
from typing import NamedTuple

from notifications.cleaning import one_line
from rules.errors import InputError

MOST_BYTES = 1_000_000
"""Octets of a report that are read; mails of ours are a hundredth of that."""

MOST_PARTS = 50
MOST_RECIPIENTS = 100
_DEEPEST = 5
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_EMPTY_LINE = re.compile(r"\r?\n(?:[ \t]*\r?\n)+")
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")
_CONTENT = re.compile(r"5\.(?:6\.\d+|2\.3|3\.4)$")
"""What is refused is the message (too big, not convertible), not the address."""


class Failed(NamedTuple):
    """A recipient whom the mail did not reach for good.

    ``addresses`` are those the report names, the original one first; ``content`` when it was the
    message that was refused, and not the address.
    """

    addresses: tuple[str, ...]
    status: str
    why: str
    content: bool


class Bounce(NamedTuple):
    """A report: the Message-ID of the mail it tells of, empty if it does not say, and for whom."""

    message_id: str
    failed: tuple[Failed, ...]


def read_bounce(data: bytes) -> Bounce:
    """What a delivery status notification says; with nobody failed when it tells of a delay.

    Raises:
        InputError: it is none, or none that can be read within our bounds.
    """
    if len(data) > MOST_BYTES:
        raise InputError(f"The message is too big: at most {MOST_BYTES:,} octets are read.")
    try:
        message = BytesParser(policy=compat32).parsebytes(data)
        parts = list(_parts(message, 0))[:MOST_PARTS]
        status = [part for part in parts if _is(part, "delivery-status")]
        if not status:
            raise InputError(
                "This is no delivery status notification.",
                "Give a bounce as a mail server sends it: multipart/report (RFC 3464).",
            )
        failed = [one for part in status for one in _failed(part)]
        return Bounce(_original_id(parts), tuple(failed[:MOST_RECIPIENTS]))
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError) as e:
        raise InputError("The message cannot be taken apart.") from e


def _parts(message: Message, depth: int) -> Iterator[Message]:
    """The message's own parts; what is inside the mail that came back is not looked into."""
    yield message
    if depth >= _DEEPEST or not message.is_multipart():
        return
    if message.get_content_maintype() == "multipart":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)


def _is(part: Message, *kinds: str) -> bool:
    kind = part.get_content_type()
    return kind.partition("/")[2].removeprefix("global-") in kinds


def _failed(part: Message) -> Iterator[Failed]:
    """The recipients of a delivery-status part that failed for good (RFC 3464 2.3)."""
    for group in _groups(part):
        action = _field(group, "Action").lower()
        status = _STATUS.match(_field(group, "Status"))
        if action != "failed" or status is None or not status[1].startswith("5"):
            continue
        named = (_address(_field(group, f"{which}-Recipient")) for which in ("Original", "Final"))
        addresses = tuple(dict.fromkeys(one for one in named if one))
        said = _field(group, "Diagnostic-Code").partition(";")[2].strip()
        why = said if status[1] in said else f"{status[1]} {said}".strip()
        yield Failed(addresses, status[1], why[:300], bool(_CONTENT.match(status[1])))


def _groups(part: Message) -> list[Message]:
    """The fields of each recipient, after those of the whole mail."""
    found = [one for one in part.get_payload() if isinstance(one, Message)]
    if len(found) == 1 and isinstance(rest := found[0].get_payload(), str):
        # The internationalised kind (RFC 6533), which Python takes for a mail with a body.
        blocks = _EMPTY_LINE.split(rest)[: MOST_RECIPIENTS + 1]
        found += [Parser(policy=compat32).parsestr(one, headersonly=True) for one in blocks]
    return found


def _field(group: Message, name: str) -> str:
    return one_line(str(group.get(name, "")))[:1000]


def _address(field: str) -> str:
    """The address of ``rfc822; lin@example.org``."""
    kind, semicolon, address = field.partition(";")
    if not semicolon or kind.strip().lower() not in ("rfc822", "utf-8"):
        return ""
    return address.strip().strip("<>")[:254]


def _original_id(parts: list[Message]) -> str:
    """The Message-ID of the mail that came back, whole or as its headers alone."""
    for part in parts:
        if _is(part, "rfc822-headers", "headers"):
            found = _headers(part)
        elif part.get_content_type() in ("message/rfc822", "message/global"):
            inside = part.get_payload()
            first = inside[0] if isinstance(inside, list) and inside else None
            found = str(first.get("Message-ID", "")) if isinstance(first, Message) else ""
        else:
            continue
        if ident := _MESSAGE_ID.search(found):
            return ident[0]
    return ""


def _headers(part: Message) -> str:
    octets = part.get_payload(decode=True)
    if not isinstance(octets, bytes):
        inside = part.get_payload()
        first = inside[0] if isinstance(inside, list) and inside else None
        return str(first.get("Message-ID", "")) if isinstance(first, Message) else ""
    return str(
        BytesParser(policy=compat32).parsebytes(octets, headersonly=True).get("Message-ID", "")
    )
