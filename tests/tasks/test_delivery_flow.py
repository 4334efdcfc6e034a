"""The delivery flow's work, with and without a mail server: until nothing is left, or it is out."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

# Prefect makes its home when it is imported: one of the tests' own.
os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="rectiflow-"))

from config.clock import ManualClock, wall
from config.settings import Settings
from flows import delivery
from notifications.catcher import Catcher
from rules.errors import InputError
from rules.vocabulary import Stage
from tasks import at_hand
from tasks.office import Office
from tasks.own_words import words_of
from tests.conftest import MONDAY
from tests.tasks import post
from tests.tasks.post import ask, happen, rows, states
from tests.tasks.staff import item_in


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def office(furnished: Engine, tmp_path: Path) -> Iterator[Office]:
    post.tidy(furnished)
    office = Office(Settings(home=tmp_path / "home"), furnished, ManualClock(MONDAY))
    before = list(at_hand._office)
    at_hand.install(office)
    yield office
    at_hand._office[:] = before


@pytest.fixture
def item(office: Office) -> str:
    ref = item_in(office.engine, Stage.DEADLINE)
    post.tidy(office.engine)
    return ref


def happenings(at: Office, item: str, count: int) -> None:
    """So many events, each told of to two people."""
    for n in range(count):
        happen(at.engine, item, "failed", "verifier", {"n": n})


def with_smtp(at: Office, url: str) -> Office:
    """The office, writing through this server from now on."""
    changed = at._replace(settings=Settings(home=at.settings.home, smtp_url=url))
    at_hand.install(changed)
    return changed


async def test_everything_is_announced_and_sent_batch_by_batch(
    office: Office, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 3)
    happenings(office, item, 4)
    assert delivery.something_waits(office)
    await delivery.run_plainly()
    assert states(office.engine) == ["sent"] * 8
    assert not delivery.something_waits(office)
    files = list(office.settings.mail_folder.glob("*.eml"))
    assert {file.read_bytes() for file in files} == {row.message for row in rows(office.engine)}
    await delivery.run_plainly()
    assert len(list(office.settings.mail_folder.glob("*.eml"))) == 8


async def test_a_mail_that_is_due_is_something_that_waits(office: Office, item: str) -> None:
    assert not delivery.something_waits(office)
    happenings(office, item, 1)
    assert await asyncio.to_thread(delivery.announce_all, office) == 1
    assert delivery.something_waits(office)
    later = wall() + timedelta(hours=1)
    stored = later.isoformat(timespec="microseconds")
    given = stored if office.engine.dialect.name == "sqlite" else later
    post.change(office.engine, "UPDATE delivery SET next_attempt_at = :at", at=given)
    assert not delivery.something_waits(office)


async def test_a_closed_way_out_ends_the_work_after_one_question(
    office: Office, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 3)
    happenings(office, item, 5)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with_smtp(office, f"smtp://127.0.0.1:{port}")
    await asyncio.to_thread(delivery.announce_all, office)
    ended = await delivery.send_all()
    assert ended == (0, 3, 0), "the other batches were not even claimed"
    assert not delivery.something_waits(office)
    (reason,) = {row.reason for row in rows(office.engine)}
    assert "cannot be reached" in reason
    assert "RECTIFLOW_SMTP_URL" in reason


async def test_a_server_is_spoken_to_when_one_is_set(
    office: Office, item: str, tmp_path: Path
) -> None:
    happenings(office, item, 8)
    with Catcher(tmp_path / "caught") as catcher:
        with_smtp(office, catcher.url)
        await delivery.run_plainly()
        assert len(catcher.mails) == 16
        assert 1 <= catcher.connections <= 8, "they are kept between mails"
    assert not office.settings.mail_folder.exists()


async def test_an_unusable_url_is_said_and_loses_nothing(office: Office, item: str) -> None:
    happenings(office, item, 1)
    wrong = with_smtp(office, "mail.example.org")
    with pytest.raises(InputError, match="RECTIFLOW_SMTP_URL"):
        await delivery.run_plainly()
    assert states(office.engine) == ["pending", "pending"]
    assert delivery.something_waits(wrong)


async def test_the_offices_own_texts_lie_in_its_home(office: Office, item: str) -> None:
    assert words_of(office).folder is None
    place = office.settings.home / "templates" / "failed.zh-CN"
    place.mkdir(parents=True)
    (place / "subject.txt").write_text("OWN {{ ref }}", encoding="utf-8")
    happenings(office, item, 1)
    await delivery.run_plainly()
    (message,) = ask(office.engine, "SELECT message FROM delivery WHERE seat = 'leader'")
    assert f"Subject: OWN {item}\r\n".encode() in message.message
