"""Events are announced once each, none is forgotten, and a bad one holds nobody up."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from models import deliveries
from models.engine import open_engine, reading
from rules import notices
from rules.notices import Notice
from rules.vocabulary import Stage
from tasks.delivery import announce
from tests.tasks import post
from tests.tasks.post import WALL, announced, ask, change, happen, rows, told
from tests.tasks.staff import entered, item_in


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


def unannounced(engine: Engine) -> int:
    return int(ask(engine, "SELECT count(*) AS n FROM event WHERE NOT announced")[0].n)


def test_a_second_look_finds_nothing(engine: Engine, item: str) -> None:
    happen(engine, item, "failed", "verifier")
    assert announce(engine, WALL) == 1
    before = rows(engine)
    assert announce(engine, WALL + timedelta(days=1)) == 0
    assert rows(engine) == before


def test_a_delivery_is_due_at_once(engine: Engine, item: str) -> None:
    happen(engine, item, "failed", "verifier")
    announced(engine)
    with reading(engine) as connection:
        assert deliveries.next_attempt(connection) == WALL
        assert not deliveries.has_due(connection, WALL - timedelta(microseconds=1))
        assert deliveries.has_due(connection, WALL)


def test_many_events_are_taken_in_batches_oldest_first(engine: Engine, item: str) -> None:
    events = [happen(engine, item, "failed", "verifier", {"n": n}) for n in range(5)]
    assert announce(engine, WALL, size=2) == 2
    assert {row.event_id for row in rows(engine)} == set(events[:2])
    assert [announce(engine, WALL, size=2) for _ in range(3)] == [2, 1, 0]
    assert {row.event_id for row in rows(engine)} == set(events)


def test_a_batch_takes_as_many_statements_as_one_event(engine: Engine, item: str) -> None:
    def statements(events: int) -> int:
        for n in range(events):
            happen(engine, item, "failed", "verifier", {"n": n})
        seen: list[str] = []

        def note(*said: Any) -> None:
            seen.append(said[2])

        event.listen(engine, "before_cursor_execute", note)
        assert announce(engine, WALL) == events
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    assert statements(1) == statements(40)


def test_several_processes_announce_each_event_once(engine: Engine, item: str) -> None:
    """Each with an engine of its own, all at the same moment, in small batches."""
    events = {happen(engine, item, "failed", "verifier", {"n": n}) for n in range(60)}
    url = engine.url.render_as_string(hide_password=False)
    starting = threading.Barrier(3)
    taken: list[int] = []

    def work() -> None:
        own = open_engine(url)
        starting.wait()
        # Nothing at hand is no end: another one may hold what is left.
        while unannounced(own):
            taken.append(announce(own, WALL, size=7))
        own.dispose()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 60
    found = [(row.event_id, row.who) for row in rows(engine)]
    assert len(found) == len(set(found)) == 120
    assert {event for event, _ in found} == events


def test_history_from_a_ledger_is_not_announced(engine: Engine) -> None:
    entered(engine, 5, stage=Stage.REMINDER, level=2)
    assert announce(engine, WALL) == 0
    assert rows(engine) == []


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("assigned", "{not json"),
        ("assigned", "[1, 2]"),
        ("assigned", '{"responsible": 987654, "leader": null}'),
        ("assigned", '{"responsible": "zhang"}'),
        ("step_fired", "{}"),
        ("step_fired", '{"step": "from a newer version"}'),
    ],
)
def test_an_event_that_cannot_be_understood_holds_up_nothing_and_stays_visible(
    engine: Engine, item: str, kind: str, data: str
) -> None:
    before = happen(engine, item, "failed", "verifier", {"n": 1})
    bad = happen(engine, item, kind, data=data)
    after = happen(engine, item, "failed", "verifier", {"n": 2})
    assert announce(engine, WALL) == 3
    assert unannounced(engine) == 0
    assert len(told(engine, before)) == len(told(engine, after)) == 2
    unheard = [row for row in rows(engine) if row.event_id == bad]
    assert {(row.seat, row.who, row.state) for row in unheard} == {
        ("coordinators", "c-one", "dead"), ("coordinators", "c-two", "dead"),
    }  # fmt: skip
    assert all(f"the event {bad} ({kind})" in row.reason for row in unheard)


def test_a_seat_that_nobody_knows_holds_up_nothing(
    engine: Engine, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    throne: Any = "throne"
    table = {**notices.BY_EVENT, "failed": (Notice("failed", (throne,)),)}
    monkeypatch.setattr(notices, "BY_EVENT", table)
    bad = happen(engine, item, "failed", "verifier")
    good = happen(engine, item, "held", "c-one")
    announced(engine)
    assert {row.state for row in rows(engine) if row.event_id == bad} == {"dead"}
    assert len(told(engine, good)) == 2


def test_an_event_for_nobody_is_announced_all_the_same(engine: Engine, item: str) -> None:
    change(engine, "UPDATE person SET active = false")
    happen(engine, item, "withdrawn", "supervisor")
    announced(engine)
    assert unannounced(engine) == 0
    assert {row.state for row in rows(engine)} == {"skipped"}
