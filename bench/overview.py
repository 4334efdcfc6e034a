"""How long an overview takes: the page from kept counts, the page while it is counted again behind
it, and the counts themselves, which nobody waits for.

The store is that of ``bench.asking``: 100,000 items in SQLite made for the run, or the one that
``BENCH_STORE`` names. Whoever is asked for has the most to add up: the office, which sees the whole
campaign and what is confidential.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from sqlalchemy import Engine

from bench.asking import HERE, PAGE, size_of, slow, store
from bench.console import cookies
from bench.figure import Figure
from config.clock import ManualClock, wall
from config.settings import Settings
from rules.overview import OFFICE, PLAIN, Part
from tasks.office import Office
from tasks.recounting import Recounter, count_again
from web.app import create_app

WHO, ROOT, CAMPAIGN = "coordinator", "/1/", 1
TIMES = 100
PATHS = ("/overview", "/overview?period=quarter", "/overview/tables.xlsx")
PARTS = (Part(PLAIN, ROOT), Part(OFFICE, ROOT))


def run() -> list[Figure]:
    """The pages and the counts, in milliseconds."""
    with store() as engine, TemporaryDirectory() as home:
        settings = Settings(home=Path(home), secret_key="s" * 40, public_url=HERE)
        office = Office(settings, engine, ManualClock(wall()))
        told = size_of(engine)
        return [*_counts(office, told), *asyncio.run(_pages(office, engine, told))]


def _counts(office: Office, told: str) -> list[Figure]:
    """How long counting takes: what is open, and the rest."""
    figures = []
    for place, what in enumerate(("what is open", "what was opened and closed")):
        began = time.perf_counter()
        for part in PARTS:
            count_again(office, CAMPAIGN, part.halves[place], wall)
        took = (time.perf_counter() - began) * 1000
        figures.append(Figure(f"counting {what}, behind the page, {told}", took, "ms"))
    return figures


async def _pages(office: Office, engine: Engine, told: str) -> list[Figure]:
    transport = httpx.ASGITransport(create_app(office))
    jar = cookies(engine, WHO)
    figures = []
    async with httpx.AsyncClient(transport=transport, base_url=HERE, cookies=jar) as client:
        for path in PATHS:
            took = await slow(partial(client.get, path), times=TIMES, warm=0)
            most = PAGE if path.startswith("/overview?") or path == "/overview" else None
            figures.append(Figure(f"{path}, {told}", took, "ms", most=most))
        recounter = Recounter(office, wall)
        recounter.ask(CAMPAIGN, [half for part in PARTS for half in part.halves])
        took = await slow(partial(client.get, PATHS[0]), times=TIMES, warm=0)
        figures.append(Figure(f"/overview while it is counted again, {told}", took, "ms"))
        recounter.wait(120)
    return figures
