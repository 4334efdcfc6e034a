"""The real server: where it listens, how it starts and ends, whom it believes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from rules.errors import Unavailable
from tasks.office import Office
from web import app as web_app
from web.at_hand import caller_of
from web.server import WebServer, serving

LOCAL = "127.0.0.1"


@contextmanager
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server((LOCAL, 0)) as other:
        yield other.getsockname()[1]


def test_it_answers_within_a_second_of_its_start_and_no_more_after_its_end(
    office: Office,
) -> None:
    began = time.monotonic()
    with serving(office, LOCAL, 0) as web:
        answer = httpx.get(f"{web.url}/healthz")
        passed = time.monotonic() - began
        assert (answer.status_code, answer.json()["alive"]) == (200, True)
        assert "server" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not web.moved
    # A second on an idle machine; tests share theirs.
    assert passed < 5.0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{web.url}/healthz")


def test_the_address_is_known_and_kept_before_anything_is_served() -> None:
    web = WebServer(LOCAL, 0)
    try:
        assert web.url == f"http://{LOCAL}:{web.port}"
        with pytest.raises(OSError, match="in use"), socket.socket() as other:
            other.bind((LOCAL, web.port))
    finally:
        web.stop()


def test_another_port_is_used_when_the_wanted_one_is_taken(office: Office) -> None:
    with taken() as port, serving(office, LOCAL, port) as web:
        assert web.moved
        assert web.port != port
        assert httpx.get(f"{web.url}/healthz").status_code == 200


def test_the_same_port_can_be_had_again_at_once(office: Office) -> None:
    with serving(office, LOCAL, 0) as first:
        assert httpx.get(f"{first.url}/login").status_code == 200
    with serving(office, LOCAL, first.port) as second:
        assert (second.port, second.moved) == (first.port, False)
        assert httpx.get(f"{second.url}/login").status_code == 200


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_said(host: str) -> None:
    with pytest.raises(Unavailable, match="cannot listen") as caught:
        WebServer(host, 0)
    assert "--host" in caught.value.hint


def test_every_address_is_shown_as_one_that_a_browser_here_can_open() -> None:
    web = WebServer("0.0.0.0", 0)
    try:
        assert web.url == f"http://127.0.0.1:{web.port}"
    finally:
        web.stop()


def test_a_request_in_progress_is_finished_when_it_stops(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on = threading.Event(), threading.Event()
    created = web_app.create_app

    def slow_app(at: Office, demo: object = ()) -> object:
        app = created(at)

        @app.get("/slow")
        def slow() -> Response:
            entered.set()
            go_on.wait(10)
            return PlainTextResponse("done")

        return app

    monkeypatch.setattr(web_app, "create_app", slow_app)
    web = WebServer(LOCAL, 0)
    web.start(office)
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(httpx.get(f"{web.url}/slow").text))
    asking.start()
    assert entered.wait(10)
    stopping = threading.Thread(target=web.stop)
    stopping.start()
    go_on.set()
    stopping.join(10)
    asking.join(10)
    assert answers == ["done"]


@pytest.mark.parametrize(("proxies", "seen"), [("", LOCAL), (LOCAL, "203.0.113.9")])
def test_only_a_proxy_that_is_set_is_believed(
    office: Office, monkeypatch: pytest.MonkeyPatch, proxies: str, seen: str
) -> None:
    created = web_app.create_app

    def telling(at: Office, demo: object = ()) -> object:
        app = created(at)

        @app.get("/who")
        def who(request: Request) -> Response:
            return PlainTextResponse(caller_of(request))

        return app

    monkeypatch.setattr(web_app, "create_app", telling)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    at = office._replace(settings=replace(office.settings, web_proxies=proxies))
    with serving(at, LOCAL, 0) as web:
        headers = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
        assert httpx.get(f"{web.url}/who", headers=headers).text == seen


def test_what_is_no_http_ends_nothing(office: Office) -> None:
    with serving(office, LOCAL, 0) as web:
        for sent in (
            b"\x16\x03\x01nonsense\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 99_000,
        ):
            with socket.create_connection((LOCAL, web.port), 5) as rude:
                rude.sendall(sent)
        assert httpx.get(f"{web.url}/healthz").status_code == 200
