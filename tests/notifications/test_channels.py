"""One contract for all ways out: file, memory, and SMTP to a real server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from notifications.catcher import Catcher
from notifications.channels.base import Channel, Deferred, Envelope, Rejected, Retry, Sent
from notifications.channels.file import FileChannel
from notifications.channels.memory import MemoryChannel
from notifications.channels.smtp import SmtpChannel
from notifications.smtp_url import parse_smtp_url


class WayOut(NamedTuple):
    """A channel, and what has come out at its other end so far."""

    channel: Channel
    arrived: Callable[[], list[bytes]]


def numbered(number: int, recipient: str = "lin@rectify.example") -> Envelope:
    """A small finished message."""
    message_id = f"<event{number}.17.overdue@rectify.example>"
    data = f"Message-ID: {message_id}\r\nSubject: {number}\r\n\r\n.\r\n..dots\r\n".encode()
    return Envelope(message_id, "office@rectify.example", recipient, data)


@pytest.fixture(params=["file", "memory", "smtp"])
def way_out(request: pytest.FixtureRequest, tmp_path: Path, catcher: Catcher) -> WayOut:
    """Each channel in turn."""
    if request.param == "file":
        folder = tmp_path / "mail"
        return WayOut(
            FileChannel(folder), lambda: [path.read_bytes() for path in folder.glob("*.eml")]
        )
    if request.param == "memory":
        memory = MemoryChannel()
        return WayOut(memory, lambda: [envelope.data for envelope in memory.outbox])
    smtp = SmtpChannel(parse_smtp_url(catcher.url), local_hostname="test.example")
    return WayOut(smtp, lambda: [mail.data for mail in catcher.mails])


async def test_what_is_sent_arrives_byte_by_byte(way_out: WayOut) -> None:
    envelope = numbered(1)
    async with way_out.channel as channel:
        outcome = await channel.deliver(envelope)
    assert isinstance(outcome, Sent)
    assert way_out.arrived() == [envelope.data]


async def test_a_repeat_arrives_as_the_same_bytes(way_out: WayOut) -> None:
    envelope = numbered(1)
    async with way_out.channel as channel:
        outcomes = [await channel.deliver(envelope) for _ in range(2)]
    assert [type(outcome) for outcome in outcomes] == [Sent, Sent]
    assert set(way_out.arrived()) == {envelope.data}


async def test_a_batch_gives_each_mail_its_outcome_in_order(way_out: WayOut) -> None:
    batch = [numbered(number) for number in range(20)]
    batch[7] = replace(batch[7], recipient="not an address")
    batch[13] = replace(batch[13], recipient="")
    async with way_out.channel as channel:
        outcomes = await channel.deliver_many(batch)
    assert [number for number, outcome in enumerate(outcomes) if isinstance(outcome, Rejected)] == [
        7,
        13,
    ]
    assert sum(isinstance(outcome, Sent) for outcome in outcomes) == 18
    sent = {envelope.data for number, envelope in enumerate(batch) if number not in (7, 13)}
    assert set(way_out.arrived()) == sent
    assert len(way_out.arrived()) == 18


async def test_a_wrong_address_is_final_says_why_and_nothing_leaves(way_out: WayOut) -> None:
    async with way_out.channel as channel:
        outcome = await channel.deliver(numbered(1, "a@b.example\r\nRCPT TO:<x@y.example>"))
    assert isinstance(outcome, Rejected)
    assert "is not a mail address" in outcome.reason
    assert way_out.arrived() == []


async def test_an_empty_batch_is_no_work(way_out: WayOut) -> None:
    async with way_out.channel as channel:
        assert await channel.deliver_many([]) == []


async def test_a_channel_is_used_again_after_it_was_left(way_out: WayOut) -> None:
    for number in range(2):
        async with way_out.channel as channel:
            assert isinstance(await channel.deliver(numbered(number)), Sent)
    assert len(way_out.arrived()) == 2


async def test_a_file_is_named_after_the_message(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "mail")
    await channel.deliver(numbered(1))
    (path,) = (tmp_path / "mail").iterdir()
    assert path.name == "event1.17.overdue@rectify.example.eml"
    assert path == channel.path_of(numbered(1).message_id)
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "message_id", ["<../../evil@x>", "</etc/evil@x>", "<" + "长" * 300 + "@x>"]
)
async def test_a_file_stays_in_its_folder_whatever_the_name(
    tmp_path: Path, message_id: str
) -> None:
    outcome = await FileChannel(tmp_path / "mail").deliver(
        replace(numbered(1), message_id=message_id)
    )
    assert isinstance(outcome, Sent)
    assert [path.parent for path in files_below(tmp_path)] == [tmp_path / "mail"]


def files_below(folder: Path) -> list[Path]:
    """Every file in the folder and in the folders below it."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_folder_that_cannot_be_written_to_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    outcome = await FileChannel(tmp_path / "mail").deliver(numbered(1))
    assert isinstance(outcome, Deferred)
    assert outcome.retry is Retry.OUTAGE
    assert "cannot be written to: File exists" in outcome.reason


async def test_a_failed_write_leaves_no_half_file(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "mail")
    channel.path_of(numbered(1).message_id).mkdir(parents=True)
    assert isinstance(await channel.deliver(numbered(1)), Deferred)
    assert [path.suffix for path in (tmp_path / "mail").iterdir()] == [".eml"]


async def test_the_double_answers_as_it_is_told_and_keeps_only_what_was_sent() -> None:
    refused, later = Rejected("No such person."), Deferred("Busy.")
    channel = MemoryChannel([refused, later])
    outcomes = await channel.deliver_many([numbered(number) for number in range(3)])
    assert outcomes == [refused, later, Sent()]
    assert channel.outbox == [numbered(2)]
