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

from icalendar import Calendar, Event, vCalAddress, vText

from notifications.addresses import Mailbox
from notifications.cleaning import one_line
from notifications.headers import id_part

PRODUCT = "-//Rectiflow//Rectiflow//EN"

CONTENT_TYPE = "text/calendar"

LONGEST_TITLE = 200
"""Characters of a title that an entry carries."""

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
    calendar = _calendar(method)
    calendar.add_component(_event(deadline, organiser, lang, method))
    return _octets(calendar)


def feed(deadlines: Iterable[Deadline], organiser: Mailbox, lang: str = "zh-CN") -> bytes:
    """A calendar to subscribe to: the entries in the order given; what is gone is left out."""
    calendar = _calendar(Method.PUBLISH)
    calendar.add("x-wr-calname", _NAME.get(lang, _NAME["en"]))
    # RFC 7986 5.7, and what programs knew before it.
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for deadline in deadlines:
        calendar.add_component(_event(deadline, organiser, lang, Method.PUBLISH))
    return _octets(calendar)


def uid(ref: str, life: int, domain: str) -> str:
    """The entry's identifier: one for each life of an item."""
    return f"due.{id_part(ref)}.{life}@{domain}"


def _calendar(method: Method) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    return calendar


def _event(deadline: Deadline, organiser: Mailbox, lang: str, method: Method) -> Event:
    if deadline.stamp.tzinfo is None:
        raise ValueError("The stamp of a calendar entry needs a time zone.")
    event = Event()
    event.add("uid", uid(deadline.ref, deadline.life, organiser.domain))
    event.add("dtstamp", deadline.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", deadline.sequence)
    event.add("dtstart", deadline.due)
    event.add("dtend", deadline.due + timedelta(days=1))
    event.add("summary", _summary(deadline, lang))
    event.add("organizer", _organizer(organiser))
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "CONFIDENTIAL" if deadline.confidential else "PRIVATE")
    if deadline.url:
        event.add("url", one_line(deadline.url))
    return event


def _summary(deadline: Deadline, lang: str) -> str:
    title = one_line(deadline.title)
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1] + "…"
    if deadline.confidential:
        title = _CONFIDENTIAL.get(lang, _CONFIDENTIAL["en"])
    words = _SUMMARY.get(lang, _SUMMARY["en"])
    return words.format(ref=one_line(deadline.ref), title=title).strip()


def _organizer(organiser: Mailbox) -> vCalAddress:
    address = vCalAddress(f"mailto:{organiser.address}")
    if name := one_line(organiser.name).replace('"', "'"):
        address.params["CN"] = vText(name)
    return address


def _octets(calendar: Calendar) -> bytes:
    return bytes(calendar.to_ical(sorted=False))
