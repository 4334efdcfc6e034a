"""Items a second entered set-based, as an import does, beside the bare driver's inserts.

What is measured is the store: the decisions are made beforehand. The floor inserts the same rows
of items and events, in chunks of the same size.
"""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from bench.figure import Figure, Work, rates
from bench.stores import Bench, openings, stores
from rules.vocabulary import Stage

COUNT = 10_000
CHUNK = 1000
ROUNDS = 3
LEAST = 5000.0
APART = 10_000_000
"""Added to the ids of the rows that the bare driver copies, a round each."""


def run() -> list[Figure]:
    """The figures of every store."""
    figures = []
    with stores() as benches:
        for bench in benches:
            ours, bare = rates([_ours(bench), _bare(bench)], ROUNDS)
            figures.append(Figure(f"entering, {bench.name}", ours, "items/s", bare, least=LEAST))
    return figures


def _ours(bench: Bench) -> Work:
    # Decided upon before the round begins, so that the store alone is measured.
    rounds = [openings(bench.engine, COUNT, Stage.DEADLINE, DUE) for _ in range(ROUNDS)]

    def work() -> int:
        return rounds.pop()[1].enter(bench.engine, CHUNK)

    return work


DUE = date(2027, 3, 1)


def _bare(bench: Bench) -> Work:
    openings(bench.engine, COUNT, Stage.DEADLINE, DUE)[1].enter(bench.engine, CHUNK)
    item, event = (_rows(bench, table) for table in ("item", "event"))
    rounds = count(1)

    def work() -> int:
        apart = APART * next(rounds)
        for start in range(0, COUNT, CHUNK):
            cursor = bench.begin()
            for (statement, rows), shifted in ((item, _item), (event, _event)):
                part = rows[start : start + CHUNK]
                cursor.executemany(statement, [shifted(row, apart) for row in part])
            bench.bare.commit()
        return COUNT

    return work


def _rows(bench: Bench, table: str) -> tuple[str, list[tuple[Any, ...]]]:
    cursor = bench.bare.cursor()
    cursor.execute(f"SELECT * FROM {table} ORDER BY id")
    rows = [tuple(row) for row in cursor.fetchall()]
    names = ", ".join(column[0] for column in cursor.description)
    marks = ", ".join("?" for _ in cursor.description)
    bench.bare.commit()
    return bench.sql(f"INSERT INTO {table} ({names}) VALUES ({marks})"), rows


def _item(row: tuple[Any, ...], apart: int) -> tuple[Any, ...]:
    """The row under another id and reference, which are its first two columns."""
    return (row[0] + apart, f"X-{row[0] + apart}", *row[2:])


def _event(row: tuple[Any, ...], apart: int) -> tuple[Any, ...]:
    """The row under another id, of the item under its other id."""
    return (row[0] + apart, row[1] + apart, *row[2:])
