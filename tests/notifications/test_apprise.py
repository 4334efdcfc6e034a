"""Chat gateways through Apprise: a real web server plays one that answers, fails and stalls."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.channels import read_channels, readable_by_others
from config.settings import Settings
from notifications import brief
from notifications.brief import Brief
from notifications.channels.apprise import AppriseChannel, address_problem
from notifications.channels.base import Deferred, Envelope, Outcome, Retry, Sent
from notifications.context import KINDS, LANGUAGES
from notifications.preview import preview_notice
from rules.errors import InputError
from tests.notifications.gateway import Gateway

WORDS = Brief("[EX-0042] 已逾期2个工作日", "林知远：逾期未报。\n示例市整改行动")

# Apprise imports modules that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

MakeGateway = Callable[..., Gateway]


@pytest.fixture
def make_gateway() -> Iterator[MakeGateway]:
    """Starts gateways, and stops them when the test ends."""
    with ExitStack() as running:
        yield lambda *answers: running.enter_context(Gateway(*answers))


def to(timeout: float = 10.0, **gateways: Gateway | str) -> AppriseChannel:
    """A channel to these gateways, by name."""
    urls = {
        name: one if isinstance(one, str) else f"json://127.0.0.1:{one.port}/key-9f2c"
        for name, one in gateways.items()
    }
    return AppriseChannel(urls, timeout=timeout)


def message(name: str = "robot") -> Envelope:
    return brief.envelope("<1@rectify.example>", "office@rectify.example", name, WORDS)


async def outcome_of(channel: AppriseChannel, name: str = "robot") -> Outcome:
    async with channel:
        return await channel.deliver(message(name))


def assert_put_off(outcome: Outcome, said: str) -> None:
    """To be tried again like a mail at a busy server; no mail waits for it, and no key is told."""
    assert isinstance(outcome, Deferred)
    assert outcome.retry is Retry.BACKOFF
    assert said in outcome.reason
    assert "key-9f2c" not in outcome.reason


async def test_a_gateway_gets_title_and_text(make_gateway: MakeGateway) -> None:
    gateway = make_gateway()
    assert await outcome_of(to(robot=gateway)) == Sent("taken by robot")
    (asked,) = gateway.asked
    assert (asked.said["title"], asked.said["message"]) == tuple(WORDS)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_a_gateway_that_does_not_take_it_puts_it_off(
    make_gateway: MakeGateway, status: int
) -> None:
    outcome = await outcome_of(to(robot=make_gateway(status)))
    assert_put_off(outcome, f"did not take the message (status {status})")


async def test_a_gateway_that_hangs_up_or_is_not_there_puts_it_off(
    make_gateway: MakeGateway,
) -> None:
    assert_put_off(await outcome_of(to(robot=make_gateway("drop"))), "cannot be reached")
    with Gateway() as gone:
        channel = to(robot=gone)
    assert_put_off(await outcome_of(channel), "cannot be reached")


@pytest.mark.parametrize("answer", ["stall", "drip"])
async def test_a_gateway_that_never_ends_its_answer_is_left(
    make_gateway: MakeGateway, answer: str
) -> None:
    await outcome_of(to(robot=make_gateway()))  # the library is loaded
    started = time.monotonic()
    outcome = await outcome_of(to(robot=make_gateway(answer), timeout=0.5))
    assert time.monotonic() - started < 15
    assert isinstance(outcome, Deferred)
    assert outcome.retry is Retry.BACKOFF


async def test_one_that_stalls_costs_the_others_one_wait_and_nothing_else(
    make_gateway: MakeGateway,
) -> None:
    good, stalling = make_gateway(), make_gateway("stall")
    async with to(good=good, stalling=stalling, timeout=2.0) as channel:
        outcomes = await channel.deliver_many([message(n) for n in ["stalling", "good"] * 5])
    assert [type(outcome) for outcome in outcomes] == [Deferred, Sent] * 5
    assert len(good.asked) == 5
    assert len(stalling.asked) == 1


async def test_a_refused_message_does_not_keep_the_next_one_back(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(400, 200)
    async with to(robot=gateway) as channel:
        outcomes = await channel.deliver_many([message(), message()])
    assert [type(outcome) for outcome in outcomes] == [Deferred, Sent]


async def test_a_name_that_is_not_in_the_file_and_an_unknown_address_are_told(
    make_gateway: MakeGateway,
) -> None:
    assert_put_off(await outcome_of(to()), "The channel robot is not in the file of channels.")
    assert_put_off(
        await outcome_of(to(robot="nosuch://key-9f2c")), "an address that Apprise does not know"
    )
    assert "key-9f2c" not in address_problem("nosuch://key-9f2c")
    assert address_problem("wecombot://key-9f2c") == ""


async def test_what_apprise_logs_stays_out_of_our_log(
    make_gateway: MakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    await outcome_of(to(robot=make_gateway(500)))
    await outcome_of(to(robot="nosuch://key-9f2c"))
    assert "key-9f2c" not in caplog.text
    assert not logging.getLogger("apprise").propagate


# The words


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_notice_has_a_short_form_without_a_link(kind: str, lang: str) -> None:
    words = brief.brief(preview_notice(kind, lang))
    assert words.title
    assert "EX-0042" in words.title
    assert len(words.text) <= brief.LONGEST
    assert "http" not in words.text
    assert "rectiflow act" not in words.text
    assert brief.read(brief.envelope("<1@x.example>", "a@x.example", "robot", words).data) == words


def test_a_confidential_item_is_masked_as_in_mails() -> None:
    for kind in KINDS:
        for lang in LANGUAGES:
            notice = replace(
                preview_notice(kind, lang), confidential=True, title="SECRET1", reason="SECRET2"
            )
            assert "SECRET" not in "".join(brief.brief(notice))


# The file


def file_of(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "channels.yaml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return Settings(channels_file=str(file))


def test_channels_are_read_by_name(tmp_path: Path) -> None:
    settings = file_of(tmp_path, "lin: wecombot://abc\nbureau-group: 'dingtalk://def?x=1'\n")
    assert read_channels(settings) == {
        "lin": "wecombot://abc",
        "bureau-group": "dingtalk://def?x=1",
    }
    assert read_channels(Settings()) == {}
    assert not readable_by_others(settings)
    Path(settings.channels_file).chmod(0o644)
    assert readable_by_others(settings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lin: abc-key-9f2c\n", "channels.yaml:1: lin: this is not an address"),
        ("good: wecombot://abc\nmail: wecombot://key-9f2c\n", "mail is no name"),
        ("'a b': wecombot://key-9f2c\n", "a name has up to 32 letters"),
        ("lin: [wecombot://key-9f2c]\n", "lin"),
        ("- wecombot://key-9f2c\n", "must be a mapping"),
        ("lin: wecombot://key-9f2c\nlin: wecombot://key-9f2c\n", "stands twice"),
    ],
)
def test_a_wrong_file_is_refused_without_telling_what_is_in_it(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(InputError) as error:
        read_channels(file_of(tmp_path, text))
    assert said in str(error.value)
    assert "key-9f2c" not in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_channels(Settings(channels_file=str(tmp_path / "none.yaml")))


def test_a_blank_file_has_no_channels(tmp_path: Path) -> None:
    settings: Any = file_of(tmp_path, "\n")
    assert read_channels(settings) == {}
