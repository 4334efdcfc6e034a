"""Bounces as mail servers write them, and what only looks like one."""

from __future__ import annotations

import time

import pytest

from notifications.bounces import MOST_BYTES, MOST_RECIPIENTS, Failed, read_bounce
from rules.errors import InputError

OURS = "<0123456789abcdef01234567.42.overdue@rectify.example>"


def report(
    fields: str,
    original: str = f"Content-Type: message/rfc822\n\nMessage-ID: {OURS}\nSubject: x\n\nx\n",
    kind: str = "delivery-status",
) -> bytes:
    """A notification with these fields about recipients, groups parted by an empty line."""
    text = f"""\
From: MAILER-DAEMON@mx.example
To: office@rectify.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.example. 550 5.1.1 is in this prose too.

--b
Content-Type: message/{kind}

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 2 Nov 2026 10:00:00 +0800

{fields}

--b
{original}
--b--
"""
    return text.replace("\n", "\r\n").encode()


GONE = """\
Final-Recipient: rfc822; lin@rectify.example
Original-Recipient: rfc822;lin@rectify.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.rectify.example
Diagnostic-Code: smtp; 550 5.1.1 <lin@rectify.example>: Recipient address rejected:
    User unknown"""


def test_a_failure_for_good_names_the_mail_the_address_and_the_reason() -> None:
    found = read_bounce(report(GONE))
    assert found.message_id == OURS
    (failed,) = found.failed
    assert failed.addresses == ("lin@rectify.example",)
    assert failed.status == "5.1.1"
    assert failed.why.endswith("Recipient address rejected: User unknown")
    assert not failed.content


@pytest.mark.parametrize(
    "fields",
    [
        GONE.replace("failed", "delayed").replace("5.1.1", "4.4.1"),
        GONE.replace("5.1.1", "4.2.2"),
        GONE.replace("failed", "delivered").replace("5.1.1", "2.0.0"),
        GONE.replace("failed", "relayed"),
        GONE.replace("failed", "expanded"),
        GONE.replace("Status: 5.1.1", "Status: 5"),
        GONE.replace("Status: 5.1.1\n", ""),
        GONE.replace("Action: failed\n", ""),
    ],
)
def test_a_delay_a_receipt_and_half_a_report_say_that_nobody_has_failed(fields: str) -> None:
    assert read_bounce(report(fields)).failed == ()


def test_a_message_that_was_refused_for_its_content_is_told_apart() -> None:
    for status in ("5.6.1", "5.3.4", "5.2.3"):
        (failed,) = read_bounce(report(GONE.replace("5.1.1", status))).failed
        assert failed.content
    for status in ("5.1.1", "5.2.1", "5.4.4", "5.7.1"):
        (failed,) = read_bounce(report(GONE.replace("5.1.1", status))).failed
        assert not failed.content


def test_several_recipients_are_told_one_by_one() -> None:
    fields = "\n\n".join(
        (
            GONE,
            GONE.replace("lin@", "zhou@"),
            GONE.replace("lin@", "he@").replace("failed", "delayed"),
        )
    )
    found = read_bounce(report(fields))
    assert [one.addresses for one in found.failed] == [
        ("lin@rectify.example",), ("zhou@rectify.example",),
    ]  # fmt: skip


def test_the_original_may_be_there_as_its_headers_only_or_not_at_all() -> None:
    headers = f"Content-Type: text/rfc822-headers\n\nMessage-ID: {OURS}\nSubject: x\n"
    assert read_bounce(report(GONE, headers)).message_id == OURS
    none = "Content-Type: text/plain\n\nMessage-ID: <a@b>\n"
    assert read_bounce(report(GONE, none)).message_id == ""


def test_the_original_address_comes_before_the_one_it_was_forwarded_to() -> None:
    fields = GONE.replace("Final-Recipient: rfc822; lin@", "Final-Recipient: rfc822; other@")
    (failed,) = read_bounce(report(fields)).failed
    assert failed.addresses == ("lin@rectify.example", "other@rectify.example")


def test_an_internationalised_report_is_read_too() -> None:
    fields = GONE.replace("rfc822;", "utf-8;")
    found = read_bounce(report(fields, kind="global-delivery-status"))
    assert [one.addresses for one in found.failed] == [("lin@rectify.example",)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff" * 500,
        b"Subject: Out of office\r\n\r\nI am away. 550 5.1.1 User unknown\r\n",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nno parts\r\n",
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: x\r\n--b--\r\n",
        b"x" * (MOST_BYTES + 1),
    ],
)
def test_what_is_no_report_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(InputError):
        read_bounce(data)


def test_a_report_inside_the_mail_that_came_back_is_not_believed() -> None:
    """A mail that quotes a bounce, and is itself only delayed."""
    inner = report(GONE.replace("lin@", "victim@")).decode().replace("\r\n", "\n")
    inner = inner.replace('"b"', '"c"').replace("--b", "--c")
    found = read_bounce(
        report(GONE.replace("failed", "delayed"), f"Content-Type: message/rfc822\n\n{inner}")
    )
    assert found.failed == ()


def test_control_characters_of_a_stranger_reach_no_reason() -> None:
    (failed,) = read_bounce(
        report(GONE.replace("User unknown", "\x1b[31mred\u202e" + "x" * 5000))
    ).failed
    assert "\x1b" not in failed.why
    assert "\u202e" not in failed.why
    assert len(failed.why) <= 300


HOSTILE = {
    "deep": b"".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n".encode()
        for n in range(18_000)
    ),
    "many parts": b"Content-Type: multipart/report; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 20_000,
    "many recipients": report("\n\n".join([GONE] * 2_500)),
    "long line": report(GONE.replace("User unknown", "x" * 900_000)),
    "many headers": b"".join(b"X-%d: y\r\n" % n for n in range(80_000)) + report(GONE),
    "wrong charset": report(GONE).replace(b"text/plain", b"text/plain; charset=nosuch"),
    "wrong encoding": report(GONE).replace(
        b"message/delivery-status\r\n",
        b"message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_report_takes_no_time_and_raises_nothing_unforeseen(name: str) -> None:
    started = time.monotonic()
    try:
        found = read_bounce(HOSTILE[name])
    except InputError:
        found = None
    if found is not None:
        assert len(found.failed) <= MOST_RECIPIENTS
        assert all(isinstance(one, Failed) for one in found.failed)
    assert time.monotonic() - started < 10
