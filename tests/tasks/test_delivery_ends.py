"""How deliveries end: outages, put-offs, refusals, wrong settings, letters nobody can write."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models import deliveries, heartbeats
from models.engine import reading
from notifications.catcher import Catcher
from notifications.channels.base import Deferred, Outcome, Retry, Sent
from notifications.channels.smtp import SmtpChannel
from notifications.retry import MAX_ATTEMPTS, OUTAGE_PAUSE, backoff
from notifications.smtp_url import parse_smtp_url
from rules.vocabulary import Stage
from tasks import claims
from tasks.delivery import PART, deliver
from tasks.planning import plan_due
from tests.tasks import post
from tests.tasks.post import (
    SENDER,
    WALL,
    Tray,
    announced,
    ask,
    change,
    happen,
    rows,
    sent_by,
    states,
)  # fmt: skip
from tests.tasks.staff import item_in


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
    return ref


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with Catcher(tmp_path / "caught") as catcher:
        yield catcher


def waiting(engine: Engine, item: str, events: int = 1) -> None:
    """Deliveries to the responsible person and the leader, two an event."""
    for n in range(events):
        happen(engine, item, "failed", "verifier", {"n": n, "reason": "照片不清"})
    announced(engine)


def smtp(catcher: Catcher, user: str = "", options: str = "") -> SmtpChannel:
    scheme, _, rest = catcher.url.partition("://")
    url = f"{scheme}://{user}{rest}{options}"
    return SmtpChannel(parse_smtp_url(url), timeout=10, local_hostname="test.example")


async def through(engine: Engine, channel: SmtpChannel, after: timedelta = timedelta(0)) -> None:
    async with channel:
        await sent_by(engine, channel, after)


def next_attempts(engine: Engine) -> set[timedelta]:
    """How long after ``WALL`` the deliveries are tried next."""
    with reading(engine) as connection:
        earliest = deliveries.next_attempt(connection)
    assert earliest is not None
    return {earliest - WALL}


# Ordinary ends


async def test_a_mail_arrives_and_the_row_keeps_the_receipt(
    engine: Engine, item: str, catcher: Catcher
) -> None:
    waiting(engine, item)
    await through(engine, smtp(catcher))
    found = rows(engine)
    assert {(row.state, row.attempts, row.reason) for row in found} == {
        ("sent", 1, "250 OK caught")
    }
    assert {mail.message_id for mail in catcher.mails} == {row.message_id for row in found}
    assert {mail.data for mail in catcher.mails} == {row.message for row in found}
    assert ask(engine, "SELECT count(*) AS n FROM delivery WHERE sent_at IS NULL")[0].n == 0


async def test_what_has_arrived_is_not_sent_again(engine: Engine, item: str) -> None:
    waiting(engine, item)
    tray = Tray()
    assert (await sent_by(engine, tray)).sent == 2
    assert (await sent_by(engine, tray, timedelta(days=9))).total == 0


async def test_a_batch_is_bounded(engine: Engine, item: str) -> None:
    waiting(engine, item, 4)
    tray = Tray()
    ended = [(await deliver(engine, tray, SENDER, WALL, size=3)).total for _ in range(4)]
    assert ended == [3, 3, 2, 0]
    assert len({envelope.message_id for envelope in tray.envelopes}) == 8


# Put off by the server: the attempt counts, and the next one comes by the schedule


async def test_every_put_off_moves_the_next_attempt_by_the_schedule(
    engine: Engine, item: str
) -> None:
    waiting(engine, item)
    after = timedelta(0)
    for attempt in range(1, MAX_ATTEMPTS):
        tray = Tray(itertools.repeat(Deferred("451 try later")))
        assert await sent_by(engine, tray, after) == (0, 2, 0)
        pause = backoff(attempt)
        assert pause is not None
        assert next_attempts(engine) == {after + pause}
        assert {(row.state, row.attempts, row.reason) for row in rows(engine)} == {
            ("failed", attempt, "451 try later")
        }
        early = await sent_by(engine, Tray(), after + pause - timedelta(microseconds=1))
        assert early.total == 0
        after += pause
    assert await sent_by(engine, Tray(itertools.repeat(Deferred("451 no"))), after) == (0, 0, 2)
    assert {(row.state, row.reason) for row in rows(engine)} == {("dead", "Given up: 451 no")}


async def test_a_greylisted_mail_arrives_at_its_next_attempt_byte_for_byte(
    engine: Engine, item: str, catcher: Catcher
) -> None:
    waiting(engine, item)
    catcher.faults.greylist = 2
    await through(engine, smtp(catcher))
    assert set(states(engine)) == {"failed"}
    kept = {row.message for row in rows(engine)}
    change(engine, "UPDATE item SET title = '已经改了' WHERE ref = :ref", ref=item)
    await through(engine, smtp(catcher), timedelta(minutes=1))
    assert {mail.data for mail in catcher.mails} == kept
    assert set(states(engine)) == {"sent"}


# Refused for good


async def test_a_refused_address_is_final_and_visible_and_holds_up_nobody(
    engine: Engine, item: str, catcher: Catcher
) -> None:
    waiting(engine, item)
    catcher.faults.refuse = frozenset({"leader@rectiflow.example"})
    await through(engine, smtp(catcher))
    ends = {row.who: (row.state, row.reason) for row in rows(engine)}
    assert ends["responsible"] == ("sent", "250 OK caught")
    assert ends["leader"][0] == "dead"
    assert "550 5.1.1 No such mailbox here" in ends["leader"][1]
    await through(engine, smtp(catcher), timedelta(days=9))
    assert len(catcher.mails) == 1


# The way out is closed: nothing is used up, everything waits, and goes on by itself


async def test_an_outage_uses_up_no_attempt_however_long_and_mail_resumes_by_itself(
    engine: Engine, item: str, catcher: Catcher
) -> None:
    waiting(engine, item, 3)
    channel = smtp(catcher)
    catcher.stop()
    for minute in range(MAX_ATTEMPTS + 3):
        await through(engine, channel, minute * OUTAGE_PAUSE)
        assert {row.attempts for row in rows(engine)} == {0}
    assert all("cannot be reached" in row.reason for row in rows(engine))
    kept = {row.message_id: row.message for row in rows(engine)}
    catcher.start()
    await through(engine, channel, (MAX_ATTEMPTS + 4) * OUTAGE_PAUSE)
    assert {mail.message_id: mail.data for mail in catcher.mails} == kept
    assert {row.state for row in rows(engine)} == {"sent"}


def closed(engine: Engine) -> tuple[datetime, str] | None:
    """Since when and why no mail can leave, as the watchdog reads it."""
    with reading(engine) as connection:
        return heartbeats.beats(connection).get(heartbeats.MAIL_CLOSED)


async def test_during_an_outage_the_server_is_asked_once_and_everything_waits(
    engine: Engine, item: str
) -> None:
    """Also what was not in the batch: it would meet the same."""
    waiting(engine, item, 4)
    tray = Tray(itertools.repeat(Deferred("The mail server is down.", Retry.OUTAGE)))
    assert (await deliver(engine, tray, SENDER, WALL, size=3)).failed == 3
    assert (await deliver(engine, tray, SENDER, WALL, size=3)).total == 0
    assert {row.reason for row in rows(engine)} == {"The mail server is down."}
    assert next_attempts(engine) == {OUTAGE_PAUSE}
    assert closed(engine) == (WALL, "The mail server is down.")
    assert (await deliver(engine, tray, SENDER, WALL + OUTAGE_PAUSE, size=3)).failed == 3
    assert closed(engine) == (WALL, "The mail server is down.")  # since it began
    assert (await sent_by(engine, Tray(), OUTAGE_PAUSE * 2)).sent == 8
    assert closed(engine) is None


async def test_after_an_outage_in_its_midst_nothing_more_of_a_batch_is_tried(
    engine: Engine, item: str
) -> None:
    waiting(engine, item, PART)
    down: list[Outcome] = [Sent()] * (PART - 1) + [Deferred("down", Retry.OUTAGE)]
    tray = Tray(down)
    assert await sent_by(engine, tray) == (PART - 1, PART + 1, 0)
    assert len(tray.envelopes) == PART
    assert (await sent_by(engine, Tray(), OUTAGE_PAUSE)).sent == PART + 1


async def test_a_wrong_password_says_what_to_check_and_never_the_password(
    engine: Engine, item: str, tmp_path: Path
) -> None:
    waiting(engine, item)
    with Catcher(tmp_path / "locked", users={"office": "right"}) as catcher:
        await through(engine, smtp(catcher, "office:wrong-secret@", "?starttls=off"))
        (reason,) = {row.reason for row in rows(engine)}
        assert "refused the user office" in reason
        assert "Check the user and the password in RECTIFLOW_SMTP_URL" in reason
        assert "wrong-secret" not in reason
        right = smtp(catcher, "office:right@", "?starttls=off")
        await through(engine, right, OUTAGE_PAUSE)
    assert [(row.state, row.attempts) for row in rows(engine)] == [("sent", 1)] * 2


@pytest.mark.parametrize("sender", ["", "nobody", "a b@c.example"])
async def test_an_unusable_sender_is_an_outage_and_no_mails_fault(
    engine: Engine, item: str, sender: str
) -> None:
    waiting(engine, item)
    tray = Tray()
    assert await deliver(engine, tray, sender, WALL) == (0, 2, 0)
    assert tray.envelopes == []
    for row in rows(engine):
        assert (row.state, row.attempts, row.message) == ("failed", 0, None)
        assert "Check the sender in RECTIFLOW_MAIL_FROM." in row.reason
    assert (await sent_by(engine, tray, OUTAGE_PAUSE)).sent == 2


# Letters that cannot be written


def own_text(folder: Path, part: str, text: str) -> Path:
    """An office's own text for the letter about failed verifications."""
    place = folder / "templates" / "failed.zh-CN"
    place.mkdir(parents=True, exist_ok=True)
    (place / part).write_text(text, encoding="utf-8")
    return folder / "templates"


async def test_an_offices_own_text_stands_before_the_houses(
    engine: Engine, item: str, tmp_path: Path
) -> None:
    waiting(engine, item)
    templates = own_text(tmp_path, "subject.txt", "本办自拟 {{ ref }}")
    tray = Tray()
    await deliver(engine, tray, SENDER, WALL, templates=templates)
    (subject, *_) = [line for line in tray.envelopes[0].data.splitlines() if b"Subject" in line]
    assert subject.startswith(b"Subject: =?utf-8?b?5pys5Yqe6Ieq5ouf")


@pytest.mark.parametrize("text", ["{{ nothing_like_that }}", "{% if %}", "{{ 1 // 0 }}"])
async def test_an_unusable_own_text_is_replaced_by_the_houses(
    engine: Engine, item: str, tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    waiting(engine, item)
    happen(engine, item, "held", "c-one", {"reason": "等待鉴定"})
    announced(engine)
    templates = own_text(tmp_path, "body.txt", text)
    tray = Tray()
    assert (await deliver(engine, tray, SENDER, WALL, templates=templates)).sent == 4
    assert "failed.zh-CN" in caplog.text


async def test_a_letter_that_cannot_be_written_is_tried_again_and_holds_up_nobody(
    engine: Engine, item: str
) -> None:
    waiting(engine, item)
    change(engine, "UPDATE delivery SET seat = 'throne' WHERE person_id = :p",
           p=post.person_id(engine, "leader"))  # fmt: skip
    assert await sent_by(engine, Tray()) == (1, 1, 0)
    (bad,) = [row for row in rows(engine) if row.state == "failed"]
    assert (bad.who, bad.attempts) == ("leader", 1)
    assert bad.reason.startswith("The letter cannot be written: ValueError(\"'throne'")
    change(engine, "UPDATE delivery SET seat = 'leader'")
    assert (await sent_by(engine, Tray(), timedelta(minutes=1))).sent == 1


async def test_an_address_that_went_bad_after_announcing_is_final(
    engine: Engine, item: str
) -> None:
    waiting(engine, item)
    plan_due(engine, WALL, WALL)
    change(engine, "UPDATE delivery SET address = 'nowhere' WHERE seat = 'leader'")
    assert await sent_by(engine, Tray()) == (1, 0, 1)
    assert [row.reason for row in rows(engine) if row.state == "dead"] == [
        "nowhere is not a mail address."
    ]


async def test_a_policy_that_cannot_be_read_keeps_only_its_own_letters_waiting(
    engine: Engine, item: str
) -> None:
    waiting(engine, item)
    other = item_in(engine, Stage.DEADLINE)
    post.change(engine, "UPDATE event SET announced = true")
    change(
        engine,
        "INSERT INTO policy (name, version, document, created_at)"
        " SELECT 'unreadable', 1, '{\"from\": \"another version\"}', created_at FROM campaign",
    )
    try:
        change(
            engine,
            "UPDATE item SET policy_id = (SELECT id FROM policy WHERE name = 'unreadable')"
            " WHERE ref = :ref",
            ref=other,
        )
        waiting(engine, other)
        assert await sent_by(engine, Tray()) == (2, 2, 0)
    finally:
        change(engine, "UPDATE item SET policy_id = (SELECT min(id) FROM policy)")
        change(engine, "DELETE FROM policy WHERE name = 'unreadable'")
    assert (await sent_by(engine, Tray(), timedelta(minutes=1))).sent == 2


# At work for long


class Slow(Tray):
    """A channel on which a mail takes until the claim has been renewed."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    async def deliver(self, envelope: post.Envelope) -> Outcome:
        until = await asyncio.to_thread(self._claimed_until)
        for _ in range(1000):
            if await asyncio.to_thread(self._claimed_until) > until:
                return await super().deliver(envelope)
            await asyncio.sleep(0.005)
        return Deferred("nobody has renewed the claim")

    def _claimed_until(self) -> str:
        return str(ask(self._engine, "SELECT max(claimed_until) AS u FROM delivery")[0].u)


async def test_a_claim_is_renewed_while_the_server_is_slow(
    engine: Engine, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(engine, item)
    # 300 s of claim, renewed 15,000 times: every 20 ms.
    monkeypatch.setattr(claims, "RENEWALS", 15_000)
    assert (await sent_by(engine, Slow(engine))).sent == 2
    assert {row.claimed_by for row in rows(engine)} == {None}
