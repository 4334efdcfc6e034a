"""Guarantee 4: broken off anywhere, nothing is lost; only what was in flight comes twice, alike."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models import deliveries
from models.engine import open_engine
from notifications.catcher import Catcher
from notifications.channels.base import Envelope, Outcome
from notifications.channels.smtp import SmtpChannel
from notifications.smtp_url import parse_smtp_url
from rules.vocabulary import Stage
from tasks import letters
from tasks.delivery import CLAIM, PART, announce, deliver
from tests.tasks import post
from tests.tasks.post import SENDER, WALL, Tray, announced, ask, happen, rows, sent_by
from tests.tasks.staff import item_in

MAILS = 6


class Crash(BaseException):
    """What no code of ours catches."""


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def engine(furnished: Engine) -> Engine:
    post.tidy(furnished)
    return furnished


@pytest.fixture
def item(engine: Engine) -> str:
    ref = item_in(engine, Stage.DEADLINE)
    post.tidy(engine)
    for n in range(MAILS // 2):
        happen(engine, ref, "failed", "verifier", {"n": n})
    return ref


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with Catcher(tmp_path / "caught") as catcher:
        yield catcher


def crashing(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, after: bool, at: int = 1
) -> None:
    """The ``at``-th call of the function ends in a crash, before or after it has done its work."""
    real: Callable[..., Any] = getattr(module, name)
    calls = 0

    def broken(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != at:
            return real(*args, **kwargs)
        if after:
            real(*args, **kwargs)
        raise Crash(name)

    monkeypatch.setattr(module, name, broken)


async def work(engine: Engine, catcher: Catcher, after: timedelta = timedelta(0)) -> None:
    """Announce and send, as the delivery flow does."""
    while await asyncio.to_thread(announce, engine, WALL):
        pass
    channel = SmtpChannel(parse_smtp_url(catcher.url), timeout=10, local_hostname="test.example")
    async with channel:
        while (await deliver(engine, channel, SENDER, WALL + after, size=4)).total:
            pass


def require_all_arrived(engine: Engine, catcher: Catcher, repeated: int = 0) -> None:
    """Every mail has arrived; at most ``repeated`` of them twice, and those byte for byte."""
    assert [row.state for row in rows(engine)] == ["sent"] * MAILS
    times = Counter(mail.message_id for mail in catcher.mails)
    assert set(times) == {row.message_id for row in rows(engine)}
    assert len(times) == MAILS
    assert sum(times.values()) - MAILS <= repeated
    assert len({mail.data for mail in catcher.mails}) == MAILS


STAGES = [
    (deliveries, "enqueue", False, 0),
    (deliveries, "enqueue", True, 0),
    (deliveries, "claim", False, 0),
    (deliveries, "claim", True, 0),
    (letters, "gather", True, 0),
    (letters, "write", False, 0),
    (deliveries, "keep_messages", False, 0),
    (deliveries, "keep_messages", True, 0),
    (deliveries, "settle", False, 4),
    (deliveries, "settle", True, 4),
]
"""Where it breaks: module, function, after it or before, and how many mails may come twice."""


@pytest.mark.parametrize(
    ("module", "name", "after", "repeated"),
    STAGES,
    ids=[f"{'after' if after else 'before'}-{name}" for _, name, after, _ in STAGES],
)
async def test_a_crash_between_any_two_stages_loses_nothing(
    engine: Engine,
    item: str,
    catcher: Catcher,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    after: bool,
    repeated: int,
) -> None:
    crashing(monkeypatch, module, name, after=after)
    with pytest.raises(Crash):
        await work(engine, catcher)
    assert len(catcher.mails) <= repeated
    await work(engine, catcher, CLAIM)
    require_all_arrived(engine, catcher, repeated)


async def test_what_was_in_flight_waits_until_the_claim_runs_out_the_rest_goes_at_once(
    engine: Engine, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(MAILS // 2, PART):
        happen(engine, item, "failed", "verifier", {"n": n})
    announced(engine)
    crashing(monkeypatch, deliveries, "settle", after=False)
    with pytest.raises(Crash):
        await sent_by(engine, Tray())
    assert (await sent_by(engine, Tray())).sent == PART, "the second half had not been tried"
    almost = CLAIM - timedelta(microseconds=1)
    assert (await sent_by(engine, Tray(), almost)).total == 0
    assert (await sent_by(engine, Tray(), CLAIM)).sent == PART


async def test_a_batch_that_is_cancelled_gives_back_what_it_has_not_tried(
    engine: Engine, item: str
) -> None:
    class Stuck(Tray):
        async def deliver(self, envelope: Envelope) -> Outcome:
            under_way.set()
            return await asyncio.Future()

    for n in range(MAILS // 2, PART):
        happen(engine, item, "failed", "verifier", {"n": n})
    announced(engine)
    under_way = asyncio.Event()
    sending = asyncio.create_task(sent_by(engine, Stuck()))
    await under_way.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert (await sent_by(engine, Tray())).sent == PART
    assert (await sent_by(engine, Tray(), CLAIM)).sent == PART


async def test_a_connection_lost_before_the_answer_repeats_the_same_bytes(
    engine: Engine, item: str, catcher: Catcher
) -> None:
    catcher.faults.drop_after_data = 1
    await work(engine, catcher)
    await work(engine, catcher, timedelta(minutes=1))
    require_all_arrived(engine, catcher, repeated=1)
    assert len(catcher.mails) == MAILS + 1


async def test_a_letter_is_rendered_once_however_often_it_is_sent(
    engine: Engine, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = letters.write, Counter[int]()

    def counting(claimed: Any, *args: Any) -> Envelope:
        written[claimed.id] += 1
        return real(claimed, *args)

    monkeypatch.setattr(letters, "write", counting)
    announced(engine)
    crashing(monkeypatch, deliveries, "settle", after=False)
    with pytest.raises(Crash):
        await sent_by(engine, Tray())
    assert (await sent_by(engine, Tray(), CLAIM)).sent == MAILS
    assert set(written.values()) == {1}
    assert len(written) == MAILS


async def test_who_stood_still_while_somebody_else_took_over_sends_the_same_bytes(
    engine: Engine, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that slept, say: claimed, asleep past the claim, awake again, and on it goes."""
    announced(engine)
    real = letters.gather
    ours, theirs = Tray(), Tray()

    def sleeping(*args: Any) -> Any:
        monkeypatch.setattr(letters, "gather", real)
        ended = asyncio.run(sent_by(engine, theirs, CLAIM))
        assert ended.sent == MAILS
        return real(*args)

    monkeypatch.setattr(letters, "gather", sleeping)
    await sent_by(engine, ours)
    assert {e.data for e in ours.envelopes} == {e.data for e in theirs.envelopes}
    assert [row.state for row in rows(engine)] == ["sent"] * MAILS


def test_processes_that_send_at_the_same_time_send_nothing_twice(engine: Engine, item: str) -> None:
    for n in range(MAILS // 2, 40):
        happen(engine, item, "failed", "verifier", {"n": n})
    announced(engine)
    url = engine.url.render_as_string(hide_password=False)
    trays = [Tray() for _ in range(4)]
    starting = threading.Barrier(len(trays))

    def work(tray: Tray) -> None:
        own = open_engine(url)
        starting.wait()
        # Nothing at hand is no end: another one may be about to claim what is left.
        while ask(own, "SELECT 1 FROM delivery WHERE claimed_by IS NULL AND state = 'pending'"):
            asyncio.run(deliver(own, tray, SENDER, WALL, size=7))
        own.dispose()

    threads = [threading.Thread(target=work, args=(tray,)) for tray in trays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [envelope.message_id for tray in trays for envelope in tray.envelopes]
    assert len(sent) == len(set(sent)) == 80
    assert {row.state for row in rows(engine)} == {"sent"}


KILLED = """
import asyncio, os, signal, sys
from models import deliveries
from models.engine import open_engine
from notifications.channels.smtp import SmtpChannel
from notifications.smtp_url import parse_smtp_url
from tasks import delivery, letters
from tests.tasks.post import SENDER, WALL

database, smtp, name, moment = sys.argv[1:]
module = letters if hasattr(letters, name) else deliveries
real = getattr(module, name)

def killing(*args, **kwargs):
    if moment == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(module, name, killing)

async def work():
    engine = open_engine(database)
    while delivery.announce(engine, WALL):
        pass
    channel = SmtpChannel(parse_smtp_url(smtp), local_hostname="test.example")
    async with channel:
        await delivery.deliver(engine, channel, SENDER, WALL, size=4)

asyncio.run(work())
"""


@pytest.mark.parametrize(
    ("name", "moment", "repeated"),
    [
        ("enqueue", "after", 0),
        ("claim", "after", 0),
        ("keep_messages", "after", 0),
        ("settle", "before", 4),
    ],
)
async def test_a_killed_process_loses_nothing(
    engine: Engine, item: str, catcher: Catcher, name: str, moment: str, repeated: int
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED, url, catcher.url, name, moment]
    process = await asyncio.to_thread(subprocess.run, command, cwd=os.getcwd(), check=False)
    assert process.returncode == -signal.SIGKILL
    assert len(catcher.mails) == repeated
    await work(engine, catcher, CLAIM)
    require_all_arrived(engine, catcher, repeated)
