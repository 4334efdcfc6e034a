"""Due steps fired a second, beside what the bare driver needs to read and write in the same chunks.

All items are due at the same instant, as on the morning after a holiday. The floor does what no
sweep can do without: it reads the items of a chunk as the store has them, updates as many rows
under their versions and inserts as many events, set-based, each chunk a transaction. It decides
nothing, plans nothing and hashes nothing.

Then the morning on which a whole province falls due: 100,000 steps in one sweep, in a process of
its own, whose peak memory is held against that of a sweep of 10,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bench.figure import Figure, Work, rates
from bench.morning import Morning, morning
from bench.stores import NOW, Bench, openings, stores
from bench.transitions import INSERT
from models.engine import reading, writing
from models.items import next_due
from rules.item import ItemState
from rules.vocabulary import Stage
from tasks.act import fire_due

COUNT = 10_000
PROVINCE = 100_000
PORTION = 5_000
FLAT = 1.25
"""How much more memory the large sweep may take than the small one."""
CHUNK = 500
ROUNDS = 7
LEAST = 0.3
DUE = date(2027, 3, 1)

READ = f"SELECT {', '.join(ItemState._fields)} FROM item WHERE id >= ? AND id <= ?"
UPDATE = (
    "UPDATE item SET stage = ?, version = ?, moves = ?, head = ?, fired = ?, stage_since = ?,"
    " next_action_at = ?, yellow_at = ?, red_at = ? WHERE id = ? AND version = ?"
)
DATA = '{"level":0,"planned":"2026-12-15T01:00:00+00:00","step":"remind"}'


def run() -> list[Figure]:
    """The figures of every store."""
    figures = []
    with stores() as benches:
        for bench in benches:
            ours, bare = rates([_ours(bench), _bare(bench)], ROUNDS)
            figures.append(
                Figure(f"sweeping, {bench.name}", ours, "steps/s", bare, least_ratio=LEAST)
            )
            if bench.name.endswith("on disk"):
                figures += _province(bench)
    return figures


def _province(bench: Bench) -> list[Figure]:
    """A morning of 100,000 steps, and how much memory it takes beside one of 10,000."""
    url = bench.engine.url.render_as_string(hide_password=False)
    few = _morning(bench, url, COUNT)
    many = _morning(bench, url, PROVINCE)
    ids = _quiet(bench)[-PROVINCE:]
    floor = rates([_updates(bench, ids, version=2)], 1)[0]
    what = f"a sweep of {PROVINCE:,}, {bench.name}"
    small, large = few.peak / 1024, many.peak / 1024
    return [
        Figure(what, many.fired / many.seconds, "steps/s", floor, least_ratio=LEAST),
        Figure(f"peak memory of {what}", large, "MB", small, f"a sweep of {COUNT:,}",
               most=small * FLAT),
    ]  # fmt: skip


def _morning(bench: Bench, url: str, count: int) -> Morning:
    _quiet(bench)
    for _ in range(count // PORTION):
        openings(bench.engine, PORTION, Stage.DEADLINE, DUE)[1].enter(bench.engine, 1000)
    done = morning(url)
    assert done.fired == count
    return done


def _quiet(bench: Bench) -> list[int]:
    """Nothing is due any more; the ids of all items, the oldest first."""
    with writing(bench.engine) as connection:
        connection.exec_driver_sql("UPDATE item SET next_action_at = NULL")
        return [row.id for row in connection.exec_driver_sql("SELECT id FROM item ORDER BY id")]


def _ours(bench: Bench) -> Work:
    openings(bench.engine, COUNT, Stage.DEADLINE, DUE)[1].enter(bench.engine, 1000)

    def work() -> int:
        with reading(bench.engine) as connection:
            now = next_due(connection)
        assert now is not None
        fired = 0
        while (done := fire_due(bench.engine, now, CHUNK)).fired:
            fired += done.fired
        assert fired == COUNT
        return fired

    return work


def _bare(bench: Bench) -> Work:
    refs, taken = openings(bench.engine, COUNT, Stage.DEADLINE, DUE)
    taken.enter(bench.engine, 1000)
    with writing(bench.engine) as connection:
        known = connection.exec_driver_sql("SELECT id, ref FROM item").all()
        wanted = set(refs)
        ids = sorted(row.id for row in known if row.ref in wanted)
        quiet = f"UPDATE item SET next_action_at = NULL WHERE id >= {min(ids)}"
        connection.exec_driver_sql(quiet)
    return _updates(bench, ids, version=1)


def _updates(bench: Bench, ids: Sequence[int], version: int) -> Work:
    """Reads the items, which are at this version, updates them and inserts an event for each."""
    read, update, insert = bench.sql(READ), bench.sql(UPDATE), bench.sql(INSERT)
    now = bench.value(NOW)

    def work() -> int:
        nonlocal version
        new = version + 1
        for start in range(0, len(ids), CHUNK):
            cursor = bench.begin()
            chunk = ids[start : start + CHUNK]
            cursor.execute(read, (chunk[0], chunk[-1]))
            assert len(cursor.fetchall()) == len(chunk)
            cursor.executemany(
                update,
                [("reminder", new, new, "a" * 64, "chase/remind-7/r1.d1", now, None, now, now, i,
                  version) for i in chunk],
            )  # fmt: skip
            assert cursor.rowcount == len(chunk)
            cursor.executemany(
                insert,
                [(i, new, "step_fired", now, 0, "reminder", DATA, "a" * 64, "b" * 64,
                  f"chase/{new}", None, False) for i in chunk],
            )  # fmt: skip
            bench.bare.commit()
        version = new
        return len(ids)

    return work
