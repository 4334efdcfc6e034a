"""What waits for longest, on both databases, and that an index answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, event, insert, text

from models import heartbeats, watch
from models.delivery import Delivery
from models.engine import reading, writing
from rules.vocabulary import Stage
from tests.conftest import MONDAY
from tests.stock import entered, led_by, staffed

DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
HOUR = timedelta(hours=1)


def test_an_empty_store_has_nothing_that_waits(engine: Engine) -> None:
    with reading(engine) as connection:
        seen = watch.watched(connection, MONDAY, MONDAY)
    assert seen == watch.Watched(None, None, False, None, None, None, {})


def test_the_oldest_of_each_is_found(engine: Engine) -> None:
    stock = staffed(engine)
    early, late = entered(
        engine,
        [led_by(stock, "bureau", Stage.DEADLINE, due=date(2026, 10, day)) for day in (16, 23)],
        MONDAY - timedelta(days=30),
    )
    with writing(engine) as connection:
        connection.execute(text("UPDATE item SET followed = moves WHERE ref = :ref"), {"ref": late})
        connection.execute(text("UPDATE item SET followed = 0 WHERE ref = :ref"), {"ref": early})
        connection.execute(text("UPDATE event SET announced = (item_id <> 1)"))
    with reading(engine) as connection:
        seen = watch.watched(connection, MONDAY, MONDAY)
    assert seen.step is not None
    assert seen.step.ref == early
    assert seen.step.at < MONDAY
    assert seen.event == seen.lag == seen.newest == MONDAY - timedelta(days=30)


def test_a_step_counts_from_its_instant_on(engine: Engine) -> None:
    stock = staffed(engine)
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, due=date(2026, 12, 18))])
    with reading(engine) as connection:
        due = watch.oldest_step(connection, MONDAY + timedelta(days=365))
        assert due is not None
        assert watch.oldest_step(connection, due.at) == due
        assert watch.oldest_step(connection, due.at - timedelta(microseconds=1)) is None


def posted(connection: Connection, state: str, at: datetime, **more: Any) -> None:
    """A delivery that was to leave at ``at``."""
    values = {"event_id": 1, "item_id": 1, "person_id": 1, "kind": state, "seat": "leader",
              "occasion": f"test {state} {at}"}  # fmt: skip
    moments = {"created_at": at, "next_attempt_at": at}
    connection.execute(insert(DELIVERY).values(**values, state=state, **moments, **more))


def test_a_mail_waits_when_it_is_due_and_nobody_has_it_in_hand(engine: Engine) -> None:
    stock = staffed(engine)
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE, due=date(2026, 12, 18))])
    held = {"claimed_by": "somebody", "claimed_until": MONDAY + HOUR}
    with writing(engine) as connection:
        posted(connection, "sent", MONDAY - HOUR * 9)
        posted(connection, "skipped", MONDAY - HOUR * 9)
        posted(connection, "pending", MONDAY - HOUR * 5, **held)
        assert watch.oldest_mail(connection, MONDAY) is None
        posted(connection, "failed", MONDAY)
        assert watch.oldest_mail(connection, MONDAY) == MONDAY
        assert watch.oldest_mail(connection, MONDAY - timedelta(microseconds=1)) is None
        assert watch.oldest_mail(connection, MONDAY + HOUR) == MONDAY - HOUR * 5


def test_a_trouble_keeps_its_begin_until_it_is_over(engine: Engine) -> None:
    with writing(engine) as connection:
        for minutes, why in ((0, "refused"), (5, "no answer")):
            at = MONDAY + timedelta(minutes=minutes)
            heartbeats.trouble(connection, heartbeats.MAIL_CLOSED, at, "test", why)
        assert heartbeats.beats(connection) == {heartbeats.MAIL_CLOSED: (MONDAY, "no answer")}
        heartbeats.over(connection, heartbeats.MAIL_CLOSED)
        heartbeats.over(connection, heartbeats.MAIL_CLOSED)
        assert heartbeats.beats(connection) == {}


QUESTIONS: dict[str, tuple[Callable[[Connection], object], tuple[str, ...]]] = {
    "step": (lambda c: watch.oldest_step(c, MONDAY), ("item_due",)),
    "mail": (lambda c: watch.oldest_mail(c, MONDAY), ("delivery_due",)),
    "event": (watch.oldest_unannounced, ("event_unannounced",)),
    "newest": (watch.newest_event, ("event_pkey", "SCAN event")),
    "lag": (watch.oldest_lag, ("item_lag",)),
}


def test_every_question_is_answered_from_an_index(engine: Engine) -> None:
    with writing(engine) as connection:
        if engine.dialect.name != "sqlite":
            # With a handful of rows any plan is good; what matters is that the index can serve.
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        for question, (ask, indexes) in QUESTIONS.items():
            plan = _plan(connection, ask)
            assert any(index in plan for index in indexes), f"{question}: {plan}"
            assert "TEMP B-TREE" not in plan, f"{question}: {plan}"


def _plan(connection: Connection, ask: Callable[[Connection], object]) -> str:
    """How the database would answer the statement that the question leads to."""
    asked: list[tuple[str, Any]] = []

    @event.listens_for(connection, "before_cursor_execute")
    def _note(_c: Any, _cursor: Any, said: str, values: Any, _ctx: Any, _many: Any) -> None:
        asked.append((said, values))

    ask(connection)
    event.remove(connection, "before_cursor_execute", _note)
    ((said, values),) = asked
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{explain} {said}", values)
    return "\n".join(str(row[-1]) for row in rows)
