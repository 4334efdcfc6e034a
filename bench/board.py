"""How soon the board answers, as its reader waits for it: the whole page, made in this process.

The stores are those of ``bench.seeded``: ``BENCH_STORES`` in the environment names them, with a
blank between. Without it one of 100,000 items is made, on SQLite. Accounts are opened in them for
those who look: a coordinator over everything, one over a county, somebody of one bureau.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

import httpx
from sqlalchemy import Engine, text

from bench.asking import ITEMS, PAGE, STILL_OPEN, entered
from bench.figure import Figure
from bench.seeded import seed
from config.clock import SystemClock, wall
from config.settings import Settings
from models.engine import open_engine, reading
from tasks.office import Office
from web.app import create_app

ROUNDS = 6
READERS = ("coordinator", "p0001", "p0012")
PAGES = {
    "as it opens": ("", "sort=-due", "sort=opened", "sort=changed", "sort=level"),
    "filtered": (
        "light=red", "overdue=in_force", "stage=closure&sort=changed", "unit=c3-b01", "unit=c3",
        "person=p0012&scope=all", "category=files&severity=major&source=petition",
        "level=3&level=4&sort=level", "due_from=2026-01-01&due_to=2030-01-01&held=yes",
    ),
    "closed": (
        "scope=closed&sort=changed", "scope=closed", "scope=all&sort=opened",
        "scope=closed&unit=c3-b01", "scope=closed&outcome=merged&sort=changed",
        "scope=all&category=files&severity=major&source=petition&confidential=yes",
    ),
    "searched": (
        "q=监狱", "q=整改", "q=的", "q=罪&sort=changed", "q=石砚&scope=all", "q=监狱&scope=all",
        "q=8260&scope=all", "q=未及时&scope=all", "q=整改&scope=all&unit=c3-b01",
    ),
}  # fmt: skip
"""Queries of the board, by kind."""


class Waited(NamedTuple):
    """One page: for whom, of what, and how long it took in milliseconds."""

    kind: str
    query: str
    reader: str
    milliseconds: float


def run() -> list[Figure]:
    """The figures of every store."""
    figures: list[Figure] = []
    with TemporaryDirectory() as folder:
        for url in os.environ.get("BENCH_STORES", "").split() or [_seeded(Path(folder))]:
            engine = open_engine(url)
            waited = asyncio.run(_waited(engine, Path(folder)))
            figures += _figures(engine, waited)
            engine.dispose()
    return figures


def _seeded(folder: Path) -> str:
    url = f"sqlite:///{folder / 'seeded.db'}"
    seed(open_engine(url), ITEMS, STILL_OPEN, wall())
    return url


def _figures(engine: Engine, waited: list[Waited]) -> list[Figure]:
    with reading(engine) as connection:
        items = connection.execute(text("SELECT max(id) FROM item")).scalar_one()
    where = f"{items:,} items, {engine.dialect.name}"
    figures = []
    for kind in PAGES:
        times = [one.milliseconds for one in waited if one.kind == kind]
        figures.append(Figure(f"board {kind}, p95, {where}", _p95(times), "ms", most=PAGE))
    every = _p95([one.milliseconds for one in waited])
    figures.append(Figure(f"board, p95 of all, {where}", every, "ms", most=PAGE))
    worst = max(waited, key=lambda one: one.milliseconds)
    told = f"board, slowest ({worst.query or 'as it opens'}, {worst.reader}), {where}"
    return [*figures, Figure(told, worst.milliseconds, "ms")]


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


async def _waited(engine: Engine, home: Path) -> list[Waited]:
    settings = Settings(home=home, secret_key="s" * 40, public_url="https://bench.example.org")
    app = create_app(Office(settings, engine, SystemClock()))
    found = []
    for reader in READERS:
        headers = {"cookie": f"__Host-rectiflow={entered(engine, reader)}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url=settings.public_url, headers=headers
        ) as client:
            for kind, queries in PAGES.items():
                for query in queries:
                    found += await _timed(client, kind, query, reader)
    return found


async def _timed(client: httpx.AsyncClient, kind: str, query: str, reader: str) -> list[Waited]:
    """The page several times over; the first one warms what a running server has warm."""
    found = []
    for number in range(ROUNDS + 1):
        start = perf_counter()
        answer = await client.get(f"/board?{query or 'scope=open'}")
        took = (perf_counter() - start) * 1000
        assert answer.status_code == 200, (query, answer.status_code)
        if number:
            found.append(Waited(kind, query, reader, took))
    return found
