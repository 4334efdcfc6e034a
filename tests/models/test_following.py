"""What the follower keeps: who lags, who is at work on it, which run follows which life."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from models import following, heartbeats, leases
from models.engine import reading, writing
from models.following import Lag
from rules.commands import Reopen
from rules.vocabulary import Outcome, Stage
from tasks.act import act
from tests.conftest import MONDAY
from tests.stock import Stock, entered, led_by, staffed

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
SOON = MONDAY + MINUTE


@pytest.fixture
def stock(engine: Engine) -> Stock:
    return staffed(engine)


def lagging(engine: Engine, stock: Stock, count: int) -> list[str]:
    """References of items that have moved once, which nobody has followed."""
    return entered(engine, [led_by(stock, "bureau", Stage.DEADLINE)] * count)


def take(
    engine: Engine, who: str = "one", at: timedelta = timedelta(), size: int = 50
) -> list[Lag]:
    now = MONDAY + at
    with writing(engine) as connection:
        return following.take_lagging(connection, who, now, now + MINUTE, size)


def holder(engine: Engine, item_id: int) -> tuple[str | None, bool]:
    """Who holds the item, and whether the lease says until when."""
    with reading(engine) as connection:
        statement = text("SELECT lease_by, lease_until FROM item WHERE id = :of")
        row = connection.execute(statement, {"of": item_id}).one()
    return row.lease_by, row.lease_until is not None


def test_a_lagging_item_is_taken_once_until_its_lease_runs_out(
    engine: Engine, stock: Stock
) -> None:
    [ref] = lagging(engine, stock, 1)
    [lag] = take(engine)
    assert (lag.ref, lag.stage, lag.life, lag.moves, lag.followed) == (ref, "deadline", 1, 1, 0)
    assert (lag.run, bool(lag.abandoned)) == (None, False)
    assert take(engine, "two", MINUTE - SECOND) == []
    [again] = take(engine, "two", MINUTE)
    assert again == lag._replace(abandoned=again.abandoned)
    assert again.abandoned
    assert holder(engine, lag.id) == ("two", True)


def test_an_item_that_has_been_caught_up_with_is_left_alone(engine: Engine, stock: Stock) -> None:
    lagging(engine, stock, 1)
    [lag] = take(engine)
    with writing(engine) as connection:
        following.followed(connection, lag.id, lag.moves)
        leases.release(connection, [lag.id], "one")
    assert take(engine, at=2 * MINUTE) == []
    with reading(engine) as connection:
        assert following.seen(connection, lag.id).followed == 1


def test_one_whose_holder_died_is_taken_though_it_has_nothing_to_catch_up_with(
    engine: Engine, stock: Stock
) -> None:
    lagging(engine, stock, 1)
    [lag] = take(engine)
    with writing(engine) as connection:
        following.followed(connection, lag.id, lag.moves)
    [again] = take(engine, "two", MINUTE)
    assert again.abandoned


def test_the_flow_never_counts_backwards(engine: Engine, stock: Stock) -> None:
    lagging(engine, stock, 1)
    [lag] = take(engine)
    for moves in (3, 2):
        with writing(engine) as connection:
            following.followed(connection, lag.id, moves)
    with reading(engine) as connection:
        assert following.seen(connection, lag.id).followed == 3


def test_leases_of_others_are_neither_kept_nor_released(engine: Engine, stock: Stock) -> None:
    lagging(engine, stock, 2)
    first, second = (lag.id for lag in take(engine))
    with writing(engine) as connection:
        leases.hold(connection, [second], "two", SOON)
    with writing(engine) as connection:
        leases.keep(connection, [first, second], "one", SOON + MINUTE)
        assert leases.still_held(connection, [first, second], "one") == {first}
    assert [lag.id for lag in take(engine, "three", MINUTE)] == [second]
    with writing(engine) as connection:
        leases.release(connection, [first, second], "one")
    assert holder(engine, first) == (None, False)
    assert holder(engine, second) == ("three", True)


def test_nothing_is_asked_of_the_database_for_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        leases.hold(connection, [], "one", SOON)
        leases.keep(connection, [], "one", SOON)
        leases.release(connection, [], "one")
        assert leases.still_held(connection, [], "one") == set()
        assert leases.forget(connection, []) == 0


def test_the_dead_are_forgotten_and_the_living_are_not(engine: Engine, stock: Stock) -> None:
    lagging(engine, stock, 3)
    take(engine, "dead", size=2)
    take(engine, "alive")
    with writing(engine) as connection:
        assert sorted(leases.holders(connection)) == ["alive", "dead"]
        assert leases.forget(connection, ["dead"]) == 2
    again = take(engine, "new")
    assert len(again) == 2
    assert all(lag.abandoned for lag in again)


def test_a_doubtful_run_is_looked_after_unless_its_item_has_moved_or_is_held(
    engine: Engine, stock: Stock
) -> None:
    lagging(engine, stock, 3)
    quiet, moved, held = (lag.id for lag in take(engine))
    with writing(engine) as connection:
        for item_id in (quiet, moved, held):
            following.followed(connection, item_id, 1)
        leases.release(connection, [quiet, moved], "one")
    with writing(engine) as connection:
        assert leases.doubt(connection, [(quiet, 1), (moved, 0), (held, 1)]) == 1
    [lag] = take(engine, "two")
    assert (lag.id, bool(lag.abandoned)) == (quiet, True)


def test_whether_there_is_anything_to_take_up_is_known_without_taking_it(
    engine: Engine, stock: Stock
) -> None:
    def anything() -> bool:
        with reading(engine) as connection:
            return following.anything(connection, MONDAY + SECOND)

    assert not anything()
    entered(engine, [led_by(stock, "bureau", Stage.DEADLINE)], texts={"followed": 1})
    assert anything(), "an item fresh from a ledger has no run yet"
    with writing(engine) as connection:
        following.attach(connection, 1, 1, "run-1", MONDAY)
    assert not anything()
    lagging(engine, stock, 1)
    assert anything()
    take(engine)
    assert not anything(), "somebody is at work on it"


def test_items_from_a_ledger_have_no_run_yet_and_closed_history_needs_none(
    engine: Engine, stock: Stock
) -> None:
    opening = led_by(stock, "bureau", Stage.DEADLINE)
    closed = led_by(stock, "bureau", Stage.CLOSED, outcome=Outcome.RECTIFIED, closed_at=MONDAY)
    [fresh] = entered(engine, [opening], texts={"followed": 1})
    entered(engine, [closed], texts={"followed": -1})
    lagging(engine, stock, 1)
    with reading(engine) as connection:
        [lag] = following.unstarted(connection, 10)
    assert (lag.ref, lag.run, bool(lag.abandoned)) == (fresh, None, False)
    assert len(take(engine)) == 1


def test_history_that_relapses_is_followed_from_then_on(engine: Engine, stock: Stock) -> None:
    closed = led_by(stock, "bureau", Stage.CLOSED, outcome=Outcome.RECTIFIED, closed_at=MONDAY)
    [ref] = entered(engine, [closed], texts={"followed": -1})
    assert take(engine) == []
    act(engine, ref, Reopen(reason="反弹"), "coordinator", MONDAY)
    [lag] = take(engine)
    assert (lag.ref, lag.life, lag.run, lag.moves - lag.followed) == (ref, 2, None, 1)


def test_each_life_has_its_run_and_a_replacement_takes_its_place(
    engine: Engine, stock: Stock
) -> None:
    lagging(engine, stock, 1)
    for life, run, state in ((1, "run-1", "Deadline"), (1, "run-1b", ""), (2, "run-2", "Intake")):
        with writing(engine) as connection:
            following.attach(connection, 1, life, run, MONDAY, state)
    with reading(engine) as connection:
        runs = connection.execute(text("SELECT life, flow_run_id, state FROM flow_run")).all()
        assert following.run_of(connection, 1, 1) == "run-1b"
        assert following.item_of_run(connection, "run-2") == (1, 2)
        assert following.item_of_run(connection, "run-1") is None
    assert [tuple(row) for row in sorted(runs)] == [(1, "run-1b", ""), (2, "run-2", "Intake")]
    [lag] = take(engine)
    assert lag.run == "run-1b", "the run of the item's present life"


def test_two_followers_may_attach_the_same_run_at_the_same_moment(
    engine: Engine, stock: Stock
) -> None:
    lagging(engine, stock, 1)
    together = threading.Barrier(4)

    def attach(_: int) -> None:
        together.wait()
        with writing(engine) as connection:
            following.attach(connection, 1, 1, "run-1", MONDAY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(attach, range(4)))
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM flow_run")).scalar_one() == 1


def test_followers_on_one_database_never_take_the_same_item(engine: Engine, stock: Stock) -> None:
    refs = lagging(engine, stock, 60)
    together = threading.Barrier(4)

    def follow(who: int) -> list[str]:
        together.wait()
        taken: list[str] = []
        while found := take(engine, f"f{who}", size=3):
            taken += [lag.ref for lag in found]
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = Counter(ref for each in pool.map(follow, range(4)) for ref in each)
    assert taken == Counter(refs)


def test_a_follower_does_not_wait_for_another_ones_transaction(
    engine: Engine, stock: Stock
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a SQLite writer is alone")
    lagging(engine, stock, 4)
    with writing(engine) as connection:
        first = following.take_lagging(connection, "one", MONDAY, SOON, 2)
        second = take(engine, "two")
    assert len(first) == len(second) == 2
    assert {lag.id for lag in first}.isdisjoint({lag.id for lag in second})


def test_runs_are_walked_through_in_order_but_those_known_to_have_ended(
    engine: Engine, stock: Stock
) -> None:
    lagging(engine, stock, 3)
    with writing(engine) as connection:
        for item_id, life, state in (
            (1, 1, "Completed"),
            (1, 2, ""),
            (2, 1, "Deadline"),
            (3, 1, ""),
        ):
            following.attach(connection, item_id, life, f"run-{item_id}.{life}", MONDAY, state)
        following.followed(connection, 2, 1)
        following.note_state(connection, "run-3.1", "Cancelled")
    with reading(engine) as connection:
        found = following.runs_after(connection, (0, 0), ("Completed", "Cancelled"), 10)
        later = following.runs_after(connection, (1, 2), ("Completed", "Cancelled"), 10)
    assert [(one.run, one.present, bool(one.quiet)) for one in found] == [
        ("run-1.2", 1, False), ("run-2.1", 1, True),
    ]  # fmt: skip
    assert later == found[1:]
    assert (found[1].stage, found[1].state, found[1].moves) == (Stage.DEADLINE, "Deadline", 1)


def test_a_house_is_known_by_its_first_campaign(engine: Engine) -> None:
    with writing(engine) as connection:
        name = following.house(connection)
        assert name is not None
        assert len(name) == 12
        moved = {"at": (MONDAY + timedelta(microseconds=1)).isoformat(timespec="microseconds")}
        connection.execute(text("UPDATE campaign SET created_at = :at"), moved)
        assert following.house(connection) not in (None, name)
        connection.execute(text("DELETE FROM campaign"))
        assert following.house(connection) is None


def test_parts_beat_at_the_same_moment_for_the_first_time(engine: Engine) -> None:
    together = threading.Barrier(4)

    def beat(number: int) -> None:
        together.wait()
        with writing(engine) as connection:
            heartbeats.beat(connection, "clock", MONDAY + number * SECOND, f"p{number}", "x" * 900)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(beat, range(4)))
    with reading(engine) as connection:
        [(at, detail)] = heartbeats.beats(connection).values()
    assert MONDAY <= at <= MONDAY + 3 * SECOND
    assert detail == "x" * 500
