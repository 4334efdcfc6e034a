"""A deadline as a calendar entry (RFC 5545): an attachment of a mail, or one of a feed.

All-day on the due day, without an alarm (reminding is our business) and without taking anybody's
time. An item keeps one identifier through a life, so that a moved deadline moves the entry.
Equal arguments give equal bytes, which kept messages rely on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from icalendar import vText

from notifications.addresses import Mailbox
from notifications.cleaning import one_line
from notifications.headers import id_part

PRODUCT = "-//Rectiflow//Rectiflow//EN"

CONTENT_TYPE = "text/calendar"

LONGEST_TITLE = 200
"""Characters of a title that an entry carries."""

LONGEST_LINE = 75
"""Octets of a line without its end (RFC 5545 3.1)."""

_SUMMARY = {"zh-CN": "整改期限 {ref} {title}", "en": "Deadline {ref} {title}"}
_CONFIDENTIAL = {"zh-CN": "[保密]", "en": "[Confidential]"}
_NAME = {"zh-CN": "整改期限", "en": "Rectification deadlines"}


class Method(StrEnum):
    """What a mail program is to do with the entry: put it in its place, or take it out."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The deadline of an item. ``sequence`` counts its changes (the item's ``due_version``).

    ``title`` is left out when ``confidential``. ``stamp`` is the aware instant at which this was
    decided; ``url`` may be empty.
    """

    ref: str
    due: date
    stamp: datetime
    title: str = ""
    confidential: bool = False
    life: int = 1
    sequence: int = 0
    url: str = ""


def deadline_event(
    deadline: Deadline, organiser: Mailbox, lang: str = "zh-CN", method: Method = Method.PUBLISH
) -> bytes:
    """One entry as an attachment: UTF-8, CRLF, folded at 75 octets (RFC 5546 for the method)."""
    return _wrapped(method, [_event(deadline, organiser, lang, method)])


def feed(deadlines: Iterable[Deadline], organiser: Mailbox, lang: str = "zh-CN") -> bytes:
    """A calendar to subscribe to: the entries in the order given; what is gone is left out."""
    name = _text(_NAME.get(lang, _NAME["en"]))
    # RFC 7986 5.7, and what programs knew before it.
    head = (
        f"X-WR-CALNAME:{name}\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"
    )
    entries = (_event(deadline, organiser, lang, Method.PUBLISH) for deadline in deadlines)
    return _wrapped(Method.PUBLISH, entries, head.encode("utf-8"))


def uid(ref: str, life: int, domain: str) -> str:
    """The entry's identifier: one for each life of an item."""
    return f"due.{id_part(ref)}.{life}@{domain}"


def _wrapped(method: Method, entries: Iterable[bytes], head: bytes = b"") -> bytes:
    begin = (
        f"BEGIN:VCALENDAR\r\nPRODID:{PRODUCT}\r\nVERSION:2.0\r\nCALSCALE:GREGORIAN\r\n"
        f"METHOD:{method.value}\r\n"
    )
    return b"".join((begin.encode("ascii"), head, *entries, b"END:VCALENDAR\r\n"))


@lru_cache(maxsize=2_000)
def _event(deadline: Deadline, organiser: Mailbox, lang: str, method: Method) -> bytes:
    """One entry. What several people get about an item is written once.

    Objects of icalendar's would take twenty times as long; a test reads these back with it.
    """
    if deadline.stamp.tzinfo is None:
        raise ValueError("The stamp of a calendar entry needs a time zone.")
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid(deadline.ref, deadline.life, organiser.domain)}",
        f"DTSTAMP:{deadline.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{deadline.sequence}",
        f"DTSTART;VALUE=DATE:{deadline.due:%Y%m%d}",
        f"DTEND;VALUE=DATE:{deadline.due + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(_summary(deadline, lang))}",
        _organizer(organiser),
        f"STATUS:{'CANCELLED' if method is Method.CANCEL else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        f"CLASS:{'CONFIDENTIAL' if deadline.confidential else 'PRIVATE'}",
    ]
    if deadline.url:
        lines.append(f"URL:{one_line(deadline.url)}")
    lines.append("END:VEVENT")
    return b"".join(_folded(line) for line in lines)


def _text(text: str) -> str:
    return str(vText(text).to_ical().decode("utf-8"))


def _folded(line: str) -> bytes:
    """The line with its end, in pieces of at most 75 octets; no character is cut in two."""
    octets = line.encode("utf-8", "replace")
    pieces = []
    while len(octets) > LONGEST_LINE:
        end = LONGEST_LINE
        while octets[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        pieces.append(octets[:end])
        octets = b" " + octets[end:]
    return b"\r\n".join((*pieces, octets)) + b"\r\n"


def _summary(deadline: Deadline, lang: str) -> str:
    title = one_line(deadline.title)
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1] + "…"
    if deadline.confidential:
        title = _CONFIDENTIAL.get(lang, _CONFIDENTIAL["en"])
    words = _SUMMARY.get(lang, _SUMMARY["en"])
    return words.format(ref=one_line(deadline.ref), title=title).strip()


@lru_cache(maxsize=100)
def _organizer(organiser: Mailbox) -> str:
    address = f"mailto:{organiser.address}"
    # RFC 5545 3.2: a parameter's value cannot hold a double quote.
    name = one_line(organiser.name).replace('"', "'")
    return f'ORGANIZER;CN="{name}":{address}' if name else f"ORGANIZER:{address}"
