"""Webhooks: told of every event from now on, at least once, in order, and of references only."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from config import webhook_secrets
from config.settings import Settings
from models import webhooks
from models.engine import open_engine, reading, writing
from notifications import webhook_signature
from notifications.retry import MAX_ATTEMPTS, OUTAGE_PAUSE, backoff
from notifications.webhook_post import Poster
from rules.errors import Unavailable
from rules.vocabulary import Stage
from tasks import webhooks as telling
from tasks.webhooks import CLAIM, Told, something_to_tell, tell_all, try_out
from tests.notifications.gateway import Gateway
from tests.tasks import post
from tests.tasks.post import WALL, ask, change, happen
from tests.tasks.staff import give, item_in

MakeGateway = Callable[..., Gateway]


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def engine(furnished: Engine) -> Engine:
    for table in ("webhook_call", "webhook"):
        change(furnished, f"DELETE FROM {table}")
    post.tidy(furnished)
    return furnished


@pytest.fixture
def item(engine: Engine) -> str:
    return item_in(engine, Stage.DEADLINE, title="SECRET-TITLE", complainant="SECRET-PERSON")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def make_gateway() -> Iterator[MakeGateway]:
    with ExitStack() as running:
        yield lambda *answers: running.enter_context(Gateway(*answers))


def added(
    engine: Engine, settings: Settings, url: str, name: str = "board", kinds: tuple[str, ...] = ()
) -> str:
    """A webhook that may call this very machine; its secret."""
    secret = webhook_signature.new_secret()
    with writing(engine) as connection:
        assert webhooks.add(connection, name, url, kinds, WALL, allow_private=True)
    webhook_secrets.keep(settings, name, secret)
    return secret


async def told(engine: Engine, settings: Settings, after: timedelta = timedelta(0)) -> Told:
    return await tell_all(engine, settings, lambda: Poster(timeout=30.0), lambda: WALL + after)


def calls(engine: Engine) -> list[webhooks.CallView]:
    with reading(engine) as connection:
        return webhooks.calls(connection, None)[::-1]


def kinds_of(gateway: Gateway) -> list[str]:
    return [asked.said["data"]["event"] for asked in gateway.asked]


async def test_what_happens_after_it_was_added_is_told_once_signed_and_in_order(
    engine: Engine, settings: Settings, item: str, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    secret = added(engine, settings, gateway.url)
    assert await told(engine, settings) == Told()
    give(engine, item, "report_progress", "responsible", text="SECRET-TEXT")
    give(engine, item, "comment", "coordinator", text="SECRET-TEXT")
    assert something_to_tell(engine, WALL)
    assert await told(engine, settings) == Told(sent=2)
    assert await told(engine, settings) == Told()
    assert not something_to_tell(engine, WALL)
    assert kinds_of(gateway) == ["progress_reported", "commented"]
    for asked in gateway.asked:
        assert asked.said["data"]["ref"] == item
        signature = webhook_signature.signature(
            secret,
            asked.headers["webhook-id"],
            int(asked.headers["webhook-timestamp"]),
            asked.body,
        )
        assert asked.headers["webhook-signature"] == f"v1,{signature}"
    assert len({asked.headers["webhook-id"] for asked in gateway.asked}) == 2


async def test_nothing_but_references_is_told(
    engine: Engine, settings: Settings, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    added(engine, settings, gateway.url)
    for confidential in (False, True):
        ref = item_in(
            engine, Stage.CLOSED, title="SECRET-TITLE", complainant="SECRET-PERSON",
            confidential=confidential, number="SECRET-NUMBER" if confidential else "",
        )  # fmt: skip
        give(engine, ref, "comment", "coordinator", text="SECRET-TEXT")
    happen(engine, ref, "step_fired", data={"step": "rung", "level": 2, "late": "SECRET"})
    await told(engine, settings)
    assert len(gateway.asked) > 12
    for asked in gateway.asked:
        assert "SECRET" not in asked.body.decode()
        assert "responsible" not in asked.body.decode()
        assert set(asked.said) == {"type", "timestamp", "data"}
        assert set(asked.said["data"]) <= {"ref", "seq", "event", "stage", "hash", "step", "level"}
    assert gateway.asked[-1].said["data"]["level"] == 2


async def test_only_the_kinds_that_were_asked_for_are_told(
    engine: Engine, settings: Settings, item: str, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    added(engine, settings, gateway.url, kinds=("failed", "approved"))
    for kind in ("commented", "failed", "held"):
        happen(engine, item, kind)
    assert (await told(engine, settings)).sent == 1
    assert kinds_of(gateway) == ["failed"]
    assert not something_to_tell(engine, WALL), "the cursor is past what nobody asked for"


async def test_calls_about_one_item_stay_in_order_and_others_go_on(
    engine: Engine, settings: Settings, item: str, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway(400, 200)
    added(engine, settings, gateway.url)
    other = item_in(engine, Stage.INTAKE)
    for ref, kind in ((item, "failed"), (item, "held"), (other, "commented"), (item, "resumed")):
        happen(engine, ref, kind)
    change(engine, "UPDATE webhook SET cursor = (SELECT max(id) - 4 FROM event)")
    assert await told(engine, settings) == Told(sent=1, failed=1)
    assert kinds_of(gateway) == ["failed", "commented"]
    wait = backoff(1)
    assert wait is not None
    assert await told(engine, settings, wait - timedelta(seconds=1)) == Told()
    assert await told(engine, settings, wait) == Told(sent=3)
    assert kinds_of(gateway)[2:] == ["failed", "held", "resumed"]


async def test_a_repeat_has_the_same_identifier_and_body_and_a_new_time(
    engine: Engine, settings: Settings, item: str, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway(500, 200)
    added(engine, settings, gateway.url)
    happen(engine, item, "failed")
    assert (await told(engine, settings)).failed == 1
    assert (await told(engine, settings, timedelta(minutes=1))).sent == 1
    first, second = gateway.asked
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


async def test_a_receiver_that_is_down_is_asked_once_and_left_alone_for_a_minute(
    engine: Engine, settings: Settings, make_gateway: MakeGateway
) -> None:
    down, up = make_gateway("drop"), make_gateway()
    refs = [item_in(engine, Stage.INTAKE) for _ in range(5)]
    added(engine, settings, down.url, "down")
    added(engine, settings, up.url, "up")
    for ref in refs:
        happen(engine, ref, "commented")
    assert await told(engine, settings) == Told(sent=5, failed=1)
    assert len(down.asked) == 1
    with reading(engine) as connection:
        hook = webhooks.by_name(connection, "down")
        assert hook is not None
        assert "cannot be reached" in hook.reason
    assert await told(engine, settings, OUTAGE_PAUSE - timedelta(seconds=1)) == Told()
    down.answers.append(200)
    down.answers.popleft()
    assert (await told(engine, settings, OUTAGE_PAUSE)).sent == 5
    with reading(engine) as connection:
        hook = webhooks.by_name(connection, "down")
        assert hook is not None
        assert hook.reason == ""


async def test_a_call_is_dead_after_the_last_attempt_and_can_be_replayed(
    engine: Engine, settings: Settings, item: str, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway(400)
    added(engine, settings, gateway.url)
    happen(engine, item, "failed")
    happen(engine, item, "held")
    after = timedelta(0)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        ended = await told(engine, settings, after)
        after += backoff(attempt) or timedelta(0)
        if attempt < MAX_ATTEMPTS:
            assert ended == Told(failed=1)
    assert ended == Told(failed=1, dead=1), "what was behind the dead one goes on"
    assert [call.state for call in calls(engine)] == ["dead", "failed"]
    assert calls(engine)[0].reason == "Given up: The receiver answered 400: ok"
    gateway.answers.append(200)
    gateway.answers.popleft()
    with writing(engine) as connection:
        hook = webhooks.by_name(connection, "board")
        assert hook is not None
        assert webhooks.replay(connection, hook.id, (), WALL + after) == 1
    assert (await told(engine, settings, after + timedelta(minutes=1))).sent == 2


async def test_a_receiver_that_wants_no_more_is_switched_off_and_can_be_resumed(
    engine: Engine, settings: Settings, item: str, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway(410, 200)
    added(engine, settings, gateway.url)
    happen(engine, item, "failed")
    assert await told(engine, settings) == Told(dead=1)
    happen(engine, item, "held")
    assert await told(engine, settings, timedelta(days=1)) == Told()
    with writing(engine) as connection:
        hook = webhooks.by_name(connection, "board")
        assert hook is not None
        assert (hook.active, hook.reason) == (
            False, "The receiver wants no more calls: it answered 410.",
        )  # fmt: skip
        webhooks.switch(connection, hook.id, active=True)
    assert (await told(engine, settings)).sent == 1
    assert kinds_of(gateway) == ["failed", "held"]


async def test_a_lost_secret_is_ours_to_put_right_and_costs_no_attempt(
    engine: Engine, settings: Settings, item: str, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    secret = added(engine, settings, gateway.url)
    webhook_secrets.forget(settings, "board")
    happen(engine, item, "failed")
    assert await told(engine, settings) == Told()
    assert [(call.state, call.attempts) for call in calls(engine)] == [("pending", 0)]
    with reading(engine) as connection:
        (hook,) = webhooks.listing(connection)
    assert "secret of the webhook board cannot be read" in hook.reason
    shared = Settings(home=settings.home, webhook_secret=secret)
    assert (await told(engine, shared, OUTAGE_PAUSE)).sent == 1


def test_a_secret_is_kept_for_us_alone(settings: Settings) -> None:
    webhook_secrets.keep(settings, "board", "whsec_x")
    file = settings.home / "webhooks" / "board.secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert webhook_secrets.secret_of(settings, "board") == "whsec_x"
    with pytest.raises(Unavailable, match="other"):
        webhook_secrets.secret_of(settings, "other")
    for name in ("../x", "", "a/b", ".hidden"):
        assert webhook_secrets.name_problem(name)


async def test_two_processes_tell_nothing_twice(
    engine: Engine, settings: Settings, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    refs = [item_in(engine, Stage.INTAKE) for _ in range(6)]
    added(engine, settings, gateway.url)
    for ref in refs:
        for n in range(3):
            happen(engine, ref, "commented", data={"n": n})
    url = engine.url.render_as_string(hide_password=False)
    starting = threading.Barrier(3)

    def work() -> None:
        own = open_engine(url)
        starting.wait()
        for _ in range(3):
            asyncio.run(told(own, settings))
        own.dispose()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert len(gateway.asked) == 18
    assert len({asked.headers["webhook-id"] for asked in gateway.asked}) == 18
    for ref in refs:
        told_of = [a.said["data"]["seq"] for a in gateway.asked if a.said["data"]["ref"] == ref]
        assert told_of == sorted(told_of)


def test_an_event_that_was_numbered_before_but_committed_after_is_not_missed(
    engine: Engine, settings: Settings, make_gateway: MakeGateway
) -> None:
    """PostgreSQL numbers rows before they are committed: the cursor must not run ahead of one."""
    if engine.dialect.name == "sqlite":
        pytest.skip("one writer, who numbers in order")
    gateway = make_gateway()
    slow, fast = item_in(engine, Stage.INTAKE), item_in(engine, Stage.INTAKE)
    added(engine, settings, gateway.url)
    writing_now = text(
        "INSERT INTO event (item_id, seq, kind, at, actor_id, stage, data, previous, hash,"
        " announced) SELECT id, 99, 'commented', stage_since, 0, stage, '{}', 'invented',"
        " repeat('a', 64), true FROM item WHERE ref = :ref"
    )
    with engine.connect() as connection, connection.begin():
        # As every command does, the item first, then its event.
        connection.execute(text("UPDATE item SET version = version WHERE ref = :r"), {"r": slow})
        connection.execute(writing_now, {"ref": slow})
        happen(engine, fast, "commented")
        asyncio.run(told(engine, settings))
        assert gateway.asked == [], "something before it may still appear"
    assert asyncio.run(told(engine, settings)).sent == 2
    assert [asked.said["data"]["ref"] for asked in gateway.asked] == [slow, fast]


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from config.settings import Settings
from models import webhooks
from models.engine import open_engine
from notifications.webhook_post import Poster
from tasks.webhooks import tell_all
from tests.tasks.post import WALL

database, home, name = sys.argv[1:]
real = getattr(webhooks, name)

def killing(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(webhooks, name, killing)
asyncio.run(tell_all(open_engine(database), Settings(home=Path(home)), Poster, lambda: WALL))
"""


async def test_a_killed_process_loses_nothing(
    engine: Engine,
    settings: Settings,
    item: str,
    make_gateway: MakeGateway,
) -> None:
    gateway = make_gateway()
    added(engine, settings, gateway.url)
    for kind in ("failed", "held", "resumed"):
        happen(engine, item, kind)
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED, url, str(settings.home), "settle"]
    process = await asyncio.to_thread(subprocess.run, command, cwd=os.getcwd(), check=False)
    assert process.returncode == -signal.SIGKILL
    assert len(gateway.asked) == 1, "it had arrived, and nobody had written that down"
    assert await told(engine, settings, CLAIM - timedelta(seconds=1)) == Told()
    assert (await told(engine, settings, CLAIM)).sent == 3
    assert kinds_of(gateway)[1:] == ["failed", "held", "resumed"]
    assert len({(asked.headers["webhook-id"], asked.body) for asked in gateway.asked}) == 3


async def test_a_receiver_can_be_tried_out_and_nothing_is_kept(
    engine: Engine, settings: Settings, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    added(engine, settings, gateway.url)
    with reading(engine) as connection:
        (hook,) = webhooks.listing(connection)
    assert (await try_out(settings, hook, WALL)).__class__.__name__ == "Sent"
    assert gateway.asked[0].said["type"] == "test"
    assert calls(engine) == []


async def test_one_webhook_that_fails_keeps_no_other_from_being_told(
    engine: Engine,
    settings: Settings,
    item: str,
    make_gateway: MakeGateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gateway = make_gateway()
    added(engine, settings, gateway.url, "bad")
    added(engine, settings, gateway.url, "good")
    happen(engine, item, "failed")
    real = telling._derive

    def failing(engine: Engine, hook: webhooks.Hook, *rest: Any) -> None:
        if hook.name == "bad":
            raise ZeroDivisionError
        real(engine, hook, *rest)

    monkeypatch.setattr(telling, "_derive", failing)
    assert await told(engine, settings) == Told(sent=1)
    assert json.loads(ask(engine, "SELECT body FROM webhook_call")[0].body)["type"] == "item.failed"
    monkeypatch.undo()
    assert await told(engine, settings) == Told(sent=1)
