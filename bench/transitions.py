"""Transitions a second through ``act``, beside the same update and insert by the bare driver.

The transition is a real one, between closure and verification: the item is loaded, the rules are
asked, its row is updated under its version, and the event is inserted, in one durable transaction.
The floor does the update and the insert of one such transition, in one transaction as durable.
"""

from __future__ import annotations

from datetime import date

from bench.figure import Figure, Work, rates
from bench.stores import NOW, Bench, openings, stores
from models.engine import writing
from rules.commands import Deny, Pass
from rules.vocabulary import Stage
from tasks.act import act

ROUNDS = 9
PORTION = 100
LEAST = {"SQLite": 0.3, "PostgreSQL": 0.5}

UPDATE = (
    "UPDATE item SET stage = ?, version = ?, moves = ?, head = ?, passed_by = ?, stage_since = ?,"
    " next_action_at = ?, yellow_at = ?, red_at = ? WHERE id = ? AND version = ?"
)
INSERT = (
    "INSERT INTO event (item_id, seq, kind, at, actor_id, stage, data, previous, hash, step_key,"
    " idempotency_key, announced) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
DATA = '{"finding":""}'


def run() -> list[Figure]:
    """The figures of every store."""
    figures = []
    with stores() as benches:
        for bench in benches:
            ours, bare = rates([_ours(bench), _bare(bench)], ROUNDS)
            least = LEAST[bench.name.split(" ", 1)[0]]
            figures.append(
                Figure(f"act, {bench.name}", ours, "transitions/s", bare, least_ratio=least)
            )
    return figures


def _ours(bench: Bench) -> Work:
    refs, taken = openings(bench.engine, 1, Stage.CLOSURE, date(2027, 3, 1))
    taken.enter(bench.engine, 1)
    commands = ((Deny(reason="证据不足"), "supervisor"), (Pass(), "verifier"))

    def work() -> int:
        for number in range(PORTION):
            command, who = commands[number % 2]
            act(bench.engine, refs[0], command, who, NOW)
        return PORTION

    return work


def _bare(bench: Bench) -> Work:
    refs, taken = openings(bench.engine, 1, Stage.CLOSURE, date(2027, 3, 1))
    taken.enter(bench.engine, 1)
    with writing(bench.engine) as connection:
        find = f"SELECT id FROM item WHERE ref = '{refs[0]}'"
        item_id = connection.exec_driver_sql(find).scalar_one()
    update, insert, now = bench.sql(UPDATE), bench.sql(INSERT), bench.value(NOW)
    version = 1

    def work() -> int:
        nonlocal version
        for _ in range(PORTION):
            cursor = bench.begin()
            new = version + 1
            cursor.execute(
                update,
                ("closure", new, new, "a" * 64, 2, now, now, now, now, item_id, version),
            )
            assert cursor.rowcount == 1
            cursor.execute(
                insert,
                (item_id, new, "passed", now, 2, "closure", DATA, "a" * 64, "b" * 64, None, None,
                 False),
            )  # fmt: skip
            bench.bare.commit()
            version = new
        return PORTION

    return work
