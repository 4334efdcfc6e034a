"""A deadline in a calendar: what calendar programs read is what we meant, byte for byte again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from icalendar import Calendar

from notifications.addresses import Mailbox
from notifications.ics import Deadline, Method, deadline_event, feed, uid

OFFICE = Mailbox("zgb@example.org", "市整改办")
STAMP = datetime(2026, 11, 2, 2, 0, 0, 123, tzinfo=UTC)
DEADLINE = Deadline(
    ref="ZG-00012",
    due=date(2026, 12, 31),
    stamp=STAMP,
    title="窗口推诿扯皮；群众反映强烈, 多次督促; 仍未整改\\n" * 3,
    sequence=2,
    url="https://zg.example.org/i/ZG-00012",
)


def entry(octets: bytes) -> Any:
    """The only entry, as a calendar program reads it."""
    (event,) = Calendar.from_ical(octets).walk("VEVENT")
    return event


def test_what_is_read_back_is_what_was_meant() -> None:
    octets = deadline_event(DEADLINE, OFFICE)
    assert Calendar.from_ical(octets)["METHOD"] == "PUBLISH"
    event = entry(octets)
    assert event["SUMMARY"] == f"整改期限 ZG-00012 {DEADLINE.title}"
    assert event["DTSTART"].dt == date(2026, 12, 31)
    assert event["DTEND"].dt == date(2027, 1, 1)
    assert event["DTSTAMP"].dt == STAMP.replace(microsecond=0)
    assert (event["SEQUENCE"], event["STATUS"], event["TRANSP"]) == (2, "CONFIRMED", "TRANSPARENT")
    assert event["ORGANIZER"] == "mailto:zgb@example.org"
    assert event["ORGANIZER"].params["CN"] == "市整改办"
    assert event["URL"] == DEADLINE.url
    assert event.walk("VALARM") == []


def test_lines_end_and_fold_as_the_standard_says_without_splitting_a_character() -> None:
    octets = deadline_event(DEADLINE, OFFICE)
    assert octets.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    for line in octets.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")


def test_equal_arguments_give_equal_bytes_wherever_the_instant_is_told() -> None:
    shanghai = replace(DEADLINE, stamp=STAMP.astimezone(timezone(timedelta(hours=8))))
    assert deadline_event(shanghai, OFFICE) == deadline_event(DEADLINE, OFFICE)


def test_an_entry_keeps_its_identifier_while_its_deadline_moves_and_gets_another_in_a_new_life(
) -> None:  # fmt: skip
    moved = replace(DEADLINE, due=date(2027, 1, 29), sequence=3)
    first, later = entry(deadline_event(DEADLINE, OFFICE)), entry(deadline_event(moved, OFFICE))
    assert first["UID"] == later["UID"] == uid("ZG-00012", 1, "example.org")
    relapsed = entry(deadline_event(replace(DEADLINE, life=2), OFFICE))
    assert relapsed["UID"] != first["UID"]


def test_a_cancelled_entry_says_so_twice() -> None:
    octets = deadline_event(DEADLINE, OFFICE, method=Method.CANCEL)
    assert Calendar.from_ical(octets)["METHOD"] == "CANCEL"
    assert entry(octets)["STATUS"] == "CANCELLED"


@pytest.mark.parametrize(("lang", "shown"), [("zh-CN", "[保密]"), ("en", "[Confidential]")])
def test_of_a_confidential_item_only_the_number_is_told(lang: str, shown: str) -> None:
    octets = deadline_event(replace(DEADLINE, confidential=True), OFFICE, lang)
    assert "推诿" not in octets.decode()
    assert entry(octets)["SUMMARY"].endswith(f"ZG-00012 {shown}")
    assert entry(octets)["CLASS"] == "CONFIDENTIAL"


def test_nothing_that_is_said_can_add_a_line() -> None:
    sly = replace(
        DEADLINE, title="a\r\nATTENDEE:mailto:x@evil.example", url="https://x\r\nBEGIN:VALARM"
    )
    organiser = Mailbox("zgb@example.org", 'A";X=1:mailto:y@evil.example\r\nBEGIN:VALARM')
    event = entry(deadline_event(sly, organiser))
    assert "ATTENDEE" not in event
    assert event.walk("VALARM") == []
    assert event["ORGANIZER"] == "mailto:zgb@example.org"


def test_a_very_long_title_is_cut() -> None:
    assert len(entry(deadline_event(replace(DEADLINE, title="长" * 900), OFFICE))["SUMMARY"]) < 230


def test_a_feed_holds_every_deadline_in_order_and_says_what_it_is() -> None:
    other = replace(DEADLINE, ref="ZG-00013", title="另一件", due=date(2026, 11, 5), url="")
    octets = feed([other, DEADLINE], OFFICE)
    calendar = Calendar.from_ical(octets)
    assert calendar["X-WR-CALNAME"] == "整改期限"
    assert [str(event["UID"])[4:12] for event in calendar.walk("VEVENT")] == [
        "ZG-00013", "ZG-00012",
    ]  # fmt: skip
    assert b"VEVENT" not in feed([], OFFICE, "en")


def test_a_stamp_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        deadline_event(replace(DEADLINE, stamp=datetime(2026, 1, 1)), OFFICE)  # noqa: DTZ001
