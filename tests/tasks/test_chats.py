"""Notices by chat, beside mail: through a gateway that answers, fails, and keeps silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from models import contacts, deliveries
from models.engine import reading, writing
from notifications.channels.apprise import AppriseChannel
from notifications.retry import backoff
from rules.vocabulary import Stage
from tasks.delivery import deliver
from tasks.ends import Delivered
from tests.notifications.gateway import Gateway
from tests.tasks import post
from tests.tasks.post import SENDER, WALL, Tray, announced, ask, change, happen, person_id, sent_by
from tests.tasks.staff import item_in

# Apprise imports modules that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

MakeGateway = Callable[..., Gateway]


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def engine(furnished: Engine) -> Engine:
    change(furnished, "DELETE FROM contact")
    post.tidy(furnished)
    with writing(furnished) as connection:
        who = person_id(furnished, "responsible")
        contacts.enter(connection, "robot", (), person_id=who)
    return furnished


@pytest.fixture
def make_gateway() -> Iterator[MakeGateway]:
    with ExitStack() as running:
        yield lambda *answers: running.enter_context(Gateway(*answers))


def failing_item(engine: Engine, **first: Any) -> str:
    """An item of which two people are told, one of them by chat as well."""
    ref = item_in(engine, Stage.DEADLINE, **first)
    post.tidy(engine)
    happen(engine, ref, "failed", "verifier", {"reason": "SECRET-REASON"})
    announced(engine)
    return ref


async def chatted(
    engine: Engine, gateway: Gateway, after: timedelta = timedelta(0), closed: str = "",
    patience: float = 30.0,
) -> Delivered:  # fmt: skip
    urls = {"robot": f"json://127.0.0.1:{gateway.port}"}
    async with AppriseChannel(urls, timeout=patience, closed=closed) as channel:
        return await deliver(engine, channel, SENDER, WALL + after, chats=True)


def by_channel(engine: Engine) -> dict[str, set[str]]:
    """The states of the deliveries, by channel."""
    found: dict[str, set[str]] = {}
    for row in ask(engine, "SELECT channel, state FROM delivery"):
        found.setdefault(row.channel, set()).add(row.state)
    return found


async def test_a_notice_reaches_mail_and_chat_each_by_its_own_row(
    engine: Engine, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    ref = failing_item(engine)
    tray = Tray()
    assert (await sent_by(engine, tray)).sent == 2
    assert by_channel(engine) == {"mail": {"sent"}, "robot": {"pending"}}
    with reading(engine) as connection:
        assert deliveries.has_due_chats(connection, WALL)
    assert await chatted(engine, gateway) == Delivered(sent=1)
    (asked,) = gateway.asked
    assert ref in asked.said["title"]
    assert "responsible" in asked.said["message"]
    assert "http" not in asked.said["message"]
    with reading(engine) as connection:
        assert not deliveries.has_due_chats(connection, WALL)


async def test_a_confidential_item_says_no_more_in_a_chat_than_in_a_mail(
    engine: Engine, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    failing_item(engine, title="SECRET-TITLE", confidential=True)
    await chatted(engine, gateway)
    (asked,) = gateway.asked
    assert "SECRET" not in asked.body.decode()


@pytest.mark.parametrize("answer", [500, "stall", "drop"])
async def test_a_gateway_in_trouble_is_tried_again_and_keeps_no_mail(
    engine: Engine, make_gateway: MakeGateway, answer: int | str
) -> None:
    gateway = make_gateway(answer, 200)
    failing_item(engine)
    patience = 1.0 if answer == "stall" else 30.0
    assert await chatted(engine, gateway, patience=patience) == Delivered(failed=1)
    assert (await sent_by(engine, Tray())).sent == 2
    assert by_channel(engine) == {"mail": {"sent"}, "robot": {"failed"}}
    wait = backoff(1)
    assert wait is not None
    assert (await chatted(engine, gateway, wait - timedelta(seconds=1))).total == 0
    assert await chatted(engine, gateway, wait) == Delivered(sent=1)
    assert gateway.asked[0].body == gateway.asked[1].body


async def test_an_unusable_file_of_channels_lets_chats_wait_and_no_mail(
    engine: Engine, make_gateway: MakeGateway
) -> None:
    gateway = make_gateway()
    failing_item(engine)
    closed = "channels.yaml:1: This is not YAML."
    assert await chatted(engine, gateway, closed=closed) == Delivered(failed=1)
    assert (await sent_by(engine, Tray())).sent == 2
    (row,) = ask(engine, "SELECT reason, attempts FROM delivery WHERE channel = 'robot'")
    assert (row.reason, row.attempts) == (closed, 0)
    assert await chatted(engine, gateway, timedelta(minutes=1)) == Delivered(sent=1)
