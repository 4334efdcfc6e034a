"""A webhook's call: signed so that the receiver can check it, bounded, and only where it may go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from notifications import webhook_address, webhook_signature
from notifications.channels.base import Deferred, Outcome, Rejected, Retry, Sent
from notifications.webhook_address import private_among, target_of
from notifications.webhook_post import MOST_SENT, Call, Poster
from rules.errors import InputError
from tests.house.reading import ROOT
from tests.notifications.conftest import Tls
from tests.notifications.gateway import Gateway

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime(2021, 2, 25, 15, 15, 30, 900_000, tzinfo=UTC)
BODY = b'{"type":"item.submitted"}'

MakeGateway = Callable[..., Gateway]


@pytest.fixture
def make_gateway() -> Iterator[MakeGateway]:
    """Starts receivers, and stops them when the test ends."""
    with ExitStack() as running:
        yield lambda *answers, tls=None: running.enter_context(Gateway(*answers, tls=tls))


async def posted(
    url: str, *, private: bool = True, body: bytes = BODY, poster: Poster | None = None
) -> Outcome:
    async with poster or Poster(timeout=5.0) as posting:
        return await posting.post(Call(url, SECRET, "msg_1", body, private), AT)


# Signatures


def test_the_signature_is_that_of_the_scheme() -> None:
    """The example with which the scheme's own libraries are tested."""
    body, ident = b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek"
    made = webhook_signature.headers(SECRET, ident, datetime.fromtimestamp(1614265330, UTC), body)
    assert made == {
        "webhook-id": ident,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_check_that_the_documentation_shows_tells_ours_from_others() -> None:
    page = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
    shown: dict[str, Any] = {}
    exec(page.split("```python")[1].split("```")[0], shown)
    is_genuine = shown["is_genuine"]
    now = datetime.fromtimestamp(time.time(), UTC)
    made = webhook_signature.headers(SECRET, "msg_1", now, BODY)
    assert is_genuine(SECRET, made, BODY)
    assert not is_genuine(SECRET, made, BODY + b" ")
    assert not is_genuine(webhook_signature.new_secret(), made, BODY)
    assert not is_genuine(SECRET, made | {"webhook-id": "msg_2"}, BODY)
    old = webhook_signature.headers(SECRET, "msg_1", AT, BODY)
    assert not is_genuine(SECRET, old, BODY), "a call that was recorded is not taken later"


def test_new_secrets_are_usable_and_never_the_same() -> None:
    made = {webhook_signature.new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {webhook_signature.secret_problem(secret) for secret in made} == {""}


@pytest.mark.parametrize("secret", ["", "abc", "whsec_", "whsec_abc", "whsec_!!!!", "whsec_QUJD"])
def test_an_unusable_secret_is_told_without_repeating_it(secret: str) -> None:
    problem = webhook_signature.secret_problem(secret)
    assert problem
    assert not secret or secret == "whsec_" or secret not in problem


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/", "a.example", "https://", "https://:443/x", "http://a.example/x",
        "http://10.0.0.1/", "https://u:p@a.example/", "https://a.example:99999/",
        "https://a.example/a b", "https://a.example/\n", "https://ä.example/",
        "https://a.example/" + "x" * 1000, "file:///etc/passwd", "https://[::1",
    ],
)  # fmt: skip
def test_a_url_that_is_unusable_or_could_be_read_on_its_way_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        target_of(url)


def test_https_anywhere_and_http_on_this_machine_are_taken() -> None:
    assert target_of("https://a.example/x?y=1") == ("https", "a.example", 443)
    assert target_of("http://localhost:8080/x") == ("http", "localhost", 8080)
    assert target_of("http://[::1]/x") == ("http", "::1", 80)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_an_address_of_a_private_network_is_seen_however_it_is_written(address: str) -> None:
    assert private_among(["93.184.216.34", address]) == address


def test_public_addresses_are_left_alone() -> None:
    assert private_among(["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]) == ""


async def test_a_receiver_in_the_own_network_is_not_called_unless_that_was_asked_for(
    make_gateway: MakeGateway,
) -> None:
    gateway = make_gateway()
    outcome = await posted(gateway.url, private=False)
    assert isinstance(outcome, Deferred)
    assert "--allow-private" in outcome.reason
    assert gateway.asked == []
    assert await posted(gateway.url) == Sent("200")


async def test_a_name_is_judged_by_where_it_leads_at_the_call(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that was public when it was entered, and is not any more."""
    gateway = make_gateway()

    async def leads_inside(_target: webhook_address.Target) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    monkeypatch.setattr(webhook_address, "resolve", leads_inside)
    outcome = await posted(f"https://a.example:{gateway.port}/", private=False)
    assert isinstance(outcome, Deferred)
    assert "127.0.0.1" in outcome.reason
    assert gateway.asked == []


# Calls


async def test_a_call_carries_its_body_and_a_signature_that_fits(make_gateway: MakeGateway) -> None:
    gateway = make_gateway(204)
    assert await posted(f"{gateway.url}/in?x=1") == Sent("204")
    (asked,) = gateway.asked
    assert (asked.path, asked.body) == ("/in?x=1", BODY)
    assert asked.headers["host"] == f"127.0.0.1:{gateway.port}"
    assert asked.headers["content-type"] == "application/json"
    signed = webhook_signature.headers(SECRET, "msg_1", AT, BODY)
    assert {name: asked.headers[name] for name in signed} == signed


async def test_many_calls_use_one_connection(make_gateway: MakeGateway) -> None:
    gateway = make_gateway()
    async with Poster() as poster:
        for _ in range(5):
            call = Call(gateway.url, SECRET, "msg_1", BODY, True)
            assert await poster.post(call, AT) == Sent("200")
    assert len(gateway.asked) == 5
    assert gateway.connections == 1


@pytest.mark.parametrize("status", [400, 401, 404, 422])
async def test_what_the_receiver_does_not_take_is_put_off(
    make_gateway: MakeGateway, status: int
) -> None:
    outcome = await posted(make_gateway(status).url)
    assert outcome == Deferred(f"The receiver answered {status}: ok")


@pytest.mark.parametrize("answer", [429, 500, 503, "drop", "stall", "drip"])
async def test_a_receiver_that_is_down_or_busy_is_an_outage(
    make_gateway: MakeGateway, answer: int | str
) -> None:
    started = time.monotonic()
    outcome = await posted(make_gateway(answer).url, poster=Poster(timeout=0.4))
    assert isinstance(outcome, Deferred)
    assert outcome.retry is Retry.OUTAGE
    assert time.monotonic() - started < 3


async def test_nobody_listening_and_no_such_host_are_outages() -> None:
    with Gateway() as gone:
        pass
    for url in (gone.url, "https://nowhere.invalid/"):
        outcome = await posted(url)
        assert isinstance(outcome, Deferred)
        assert outcome.retry is Retry.OUTAGE
        assert "cannot be reached" in outcome.reason


async def test_a_receiver_that_is_gone_wants_no_more(make_gateway: MakeGateway) -> None:
    assert isinstance(await posted(make_gateway(410).url), Rejected)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_not_followed(make_gateway: MakeGateway, status: int) -> None:
    other = make_gateway()
    outcome = await posted(make_gateway((status, {"Location": other.url})).url)
    assert isinstance(outcome, Deferred)
    assert "redirects are not followed" in outcome.reason
    assert other.asked == []


async def test_a_huge_answer_is_not_fetched_and_a_huge_body_not_sent(
    make_gateway: MakeGateway,
) -> None:
    gateway = make_gateway("huge")
    started = time.monotonic()
    assert await posted(gateway.url) == Sent("200")
    assert time.monotonic() - started < 3
    assert isinstance(await posted(gateway.url, body=b"x" * (MOST_SENT + 1)), Deferred)
    assert len(gateway.asked) == 1


async def test_the_environment_sends_no_call_through_a_proxy(
    make_gateway: MakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert await posted(make_gateway().url) == Sent("200")


# Encryption


async def test_a_certificate_is_checked_for_the_name_that_was_called(
    make_gateway: MakeGateway, tls: Tls
) -> None:
    gateway = make_gateway(tls=tls.server)
    assert await posted(gateway.url, poster=Poster(tls_context=tls.trusting)) == Sent("200")
    # The same machine under a name that the certificate does not have.
    other = f"https://localhost:{gateway.port}/"
    for outcome in (
        await posted(gateway.url),
        await posted(other, poster=Poster(tls_context=tls.trusting)),
    ):
        assert isinstance(outcome, Deferred)
        assert "cannot be reached" in outcome.reason
    assert len(gateway.asked) == 1
