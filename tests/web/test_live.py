"""Open pages hear that they are old: over a real port, for as long as they may, and no longer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from config.clock import wall
from models import news
from models.engine import reading, writing
from rules.vocabulary import Stage
from tasks import signing_in
from tasks.office import Office
from tests.tasks.staff import entered, give, item_in, state
from tests.web.desks import token_of
from web.live import MOST_STREAMS, Listener, Live
from web.routes import live as live_routes
from web.server import WebServer

PATIENCE = 20.0


class Stream:
    """One open page's stream, read by a thread of its own."""

    def __init__(self, url: str, token: str, **asked: Any) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.comments = 0
        self.status = 0
        self.ended = threading.Event()
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(url, token, asked), daemon=True)
        self._thread.start()

    def _read(self, url: str, token: str, asked: dict[str, Any]) -> None:
        headers = {"cookie": f"rectiflow={token}"}
        try:
            with httpx.stream(
                "GET", f"{url}/live", params=asked, headers=headers, timeout=PATIENCE
            ) as answer:
                self.status = answer.status_code
                self.headers = answer.headers
                kind = ""
                for line in answer.iter_lines():
                    if self._left.is_set():
                        return
                    name, _, value = line.partition(": ")
                    if line.startswith(":"):
                        self.comments += 1
                    elif name == "event":
                        kind = value
                    elif name == "data":
                        self.events.append((kind, json.loads(value)))
        except httpx.HTTPError:
            pass
        finally:
            self.ended.set()

    def hears(self, kind: str, count: int = 1) -> dict[str, Any]:
        """Wait until so many events of this kind have come; what the last says."""
        until(lambda: sum(one == kind for one, _ in self.events) >= count)
        return [data for one, data in self.events if one == kind][-1]

    def leave(self) -> None:
        """The page is closed at its next line."""
        self._left.set()


def until(holds: Any) -> None:
    """Wait for something that another thread brings about."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.02)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and heartbeats that a test can wait for."""
    monkeypatch.setattr("web.live.LOOK_SECONDS", 0.05)
    monkeypatch.setattr(live_routes, "HEARTBEAT_SECONDS", 0.2)


@contextmanager
def serving(office: Office) -> Iterator[WebServer]:
    web = WebServer("127.0.0.1", 0)
    here = type(office.settings)(
        home=office.settings.home, secret_key="s" * 40, public_url=web.url,
        database_url=office.settings.database_url,
    )  # fmt: skip
    web.start(office._replace(settings=here))
    try:
        yield web
    finally:
        web.stop()


@pytest.fixture
def served(office: Office, quick: None) -> Iterator[str]:
    with serving(office) as web:
        yield web.url


def test_an_item_page_hears_that_its_item_has_moved_and_of_no_other(
    office: Office, served: str
) -> None:
    ref, other = (item_in(office.engine, Stage.DEADLINE) for _ in range(2))
    version = state(office.engine, ref).version
    page = Stream(served, token_of(office, "responsible"), item=ref, seen=version)
    page.hears("hello")
    assert page.headers["content-type"].startswith("text/event-stream")
    assert page.headers["cache-control"] == "no-store"
    give(office.engine, other, "comment", "coordinator", text="SECRET WORDS")
    give(office.engine, ref, "comment", "coordinator", text="SECRET WORDS")
    assert page.hears("changed") == {"refs": [ref], "more": False}
    until(lambda: page.comments > 1)
    assert [kind for kind, _ in page.events] == ["hello", "changed"]
    assert "SECRET" not in json.dumps(page.events)
    page.leave()


def test_what_happened_between_the_page_and_its_stream_is_told_at_once(
    office: Office, served: str
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    with reading(office.engine) as connection:
        newest = news.newest(connection)
    give(office.engine, ref, "comment", "coordinator", text="x")
    token = token_of(office, "responsible")
    version = state(office.engine, ref).version
    assert Stream(served, token, item=ref, seen=version - 1).hears("changed")["refs"] == [ref]
    assert Stream(served, token, seen=newest).hears("changed")["refs"] == [ref]


def test_a_list_hears_of_what_its_reader_may_see_alone(office: Office, served: str) -> None:
    seen = item_in(office.engine, Stage.DEADLINE)
    hidden = item_in(office.engine, Stage.DEADLINE, confidential=True)
    page = Stream(served, token_of(office, "viewer"))
    page.hears("hello")
    give(office.engine, hidden, "comment", "coordinator", text="x")
    give(office.engine, seen, "comment", "coordinator", text="x")
    assert page.hears("changed")["refs"] == [seen]
    until(lambda: page.comments > 1)
    assert hidden not in json.dumps(page.events)


def test_nobody_listens_to_an_item_that_they_may_not_see(office: Office, served: str) -> None:
    hidden = item_in(office.engine, Stage.DEADLINE, confidential=True)
    for token, status in ((token_of(office, "viewer"), 404), ("", 204), ("x" * 43, 204)):
        stream = Stream(served, token, item=hidden, seen=1)
        assert stream.ended.wait(PATIENCE)
        assert (stream.status, stream.events) == (status, [])


def test_a_session_that_is_ended_elsewhere_ends_its_streams(office: Office, served: str) -> None:
    token = token_of(office, "viewer")
    page = Stream(served, token)
    page.hears("hello")
    here = signing_in.present(office.engine, token, wall())
    assert here is not None
    signing_in.sign_out(office.engine, here, wall())
    page.hears("over")
    assert page.ended.wait(PATIENCE)


def test_listening_does_not_keep_a_session_alive(office: Office, served: str) -> None:
    token = token_of(office, "viewer")
    page = Stream(served, token)
    page.hears("hello")
    ago = wall() - signing_in.IDLE / 2
    with writing(office.engine) as connection:
        connection.execute(text("UPDATE session SET seen_at = :ago"),
                           {"ago": ago.isoformat(timespec="microseconds")})  # fmt: skip
    until(lambda: page.comments > 3)
    with reading(office.engine) as connection:
        seen = connection.execute(text("SELECT seen_at FROM session")).scalar_one()
    assert seen == ago.isoformat(timespec="microseconds")


def test_a_session_has_some_streams_and_no_more_until_one_is_closed(
    office: Office, served: str
) -> None:
    token = token_of(office, "viewer")
    pages = [Stream(served, token) for _ in range(MOST_STREAMS)]
    for each in pages:
        each.hears("hello")
    late = Stream(served, token)
    late.hears("full")
    assert late.ended.wait(PATIENCE)
    other = Stream(served, token_of(office, "auditor"))
    other.hears("hello")
    pages[0].leave()
    assert pages[0].ended.wait(PATIENCE)

    def heard() -> bool:
        again = Stream(served, token)
        until(lambda: again.events)
        return again.events[0][0] == "hello"

    until(heard)


def test_the_server_stops_at_once_although_pages_listen(office: Office, quick: None) -> None:
    with serving(office) as web:
        pages = [Stream(web.url, token_of(office, who)) for who in ("viewer", "auditor")]
        for each in pages:
            each.hears("hello")
        began = time.monotonic()
        web.stop()
        # It is told to the streams: without that they would be cut off after five seconds.
        assert time.monotonic() - began < 3.0
        assert all(each.ended.wait(PATIENCE) for each in pages)


def test_an_event_that_is_committed_after_a_later_one_is_told(office: Office) -> None:
    hub, listener = Live(office), Listener()
    hub._begin(5)
    hub._tell([news.News(7, 70)])
    hub._listeners.add(listener)
    assert hub._floor() == 5
    hub._tell([news.News(6, 60), news.News(7, 70)])
    assert listener.take() == ({60}, False)


def test_news_are_read_in_their_order_and_no_further_than_asked(
    office: Office,
) -> None:
    with reading(office.engine) as connection:
        before = news.newest(connection)
    refs = entered(office.engine, 3)
    with reading(office.engine) as connection:
        found = news.since(connection, before, 2)
        assert [one.id for one in found] == [before + 1, before + 2]
        assert news.refs(connection, [one.item_id for one in found]) == refs[:2]
