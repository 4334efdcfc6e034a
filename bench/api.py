"""How long the API takes for a list, an item, a command, in the stores of ``bench.console``.

Requests go through the whole application without a network: token, rules, database, JSON. Each
figure is the 95th of a hundred in order of size.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from sqlalchemy import Engine, text

from bench.console import store
from bench.figure import Figure
from config.clock import ManualClock, wall
from config.settings import Settings
from models.engine import reading
from rules.errors import InputError
from tasks import accounts, api_tokens
from tasks.api_tokens import Scope
from tasks.office import Office
from web.app import create_app
from web.throttle import Throttle

TIMES, WARM = 60, 5
READ, DEED = 150.0, 50.0
"""Milliseconds within which 95 of 100 answers are to be made."""

READS = (
    ("coordinator", "/items"),
    ("coordinator", "/items?limit=200"),
    ("coordinator", "/items?light=red&limit=200"),
    ("coordinator", "/items?q=整改"),
    ("responsible", "/items"),
    ("responsible", "/items?q=窗口答复&scope=open"),
    ("responsible", "/items/{ref}"),
    ("responsible", "/items/{ref}/history"),
    ("responsible", "/items/{ref}/commands"),
    ("responsible", "/items/{ref}/agenda"),
    ("responsible", "/items/{ref}/evidence"),
    ("coordinator", "/people"),
)
"""What programs ask for; ``{ref}`` stands for an open item of the responsible person."""


def run() -> list[Figure]:
    """The API's answers, in milliseconds."""
    with store() as engine:
        return asyncio.run(measured(engine))


async def measured(engine: Engine) -> list[Figure]:
    """The same for a store that is there."""
    with TemporaryDirectory() as home:
        office = Office(Settings(home=Path(home), secret_key="s" * 40), engine, ManualClock(wall()))
        app = create_app(office)
        # Here nobody else is kept waiting.
        app.state.api_calls = Throttle(1_000_000, 1.0)
        handle, ref, size = _somebody(engine)
        told = f"of {size:,} in {engine.dialect.name}"
        figures = []
        clients = {
            who: _client(app, engine, code)
            for who, code in (("coordinator", "coordinator"), ("responsible", handle))
        }
        for who, path in READS:
            address = f"/api/v1{path.format(ref=ref)}"
            took = await _slow(lambda c=clients[who], a=address: c.get(a))  # type: ignore[misc]
            figures.append(Figure(f"GET {path} as {who}, {told}", took, "ms", most=READ))
        act, body = f"/api/v1/items/{ref}/commands/comment", {"text": "核实中"}
        took = await _slow(lambda: clients["responsible"].post(act, json=body))
        figures.append(Figure(f"POST a comment, {told}", took, "ms", most=DEED))
        for client in clients.values():
            await client.aclose()
        return figures


def _client(app: object, engine: Engine, code: str) -> httpx.AsyncClient:
    with suppress(InputError):  # an earlier run has made the account
        accounts.add(engine, code, wall())
    token = api_tokens.new(engine, code, "bench", [Scope.ACT], wall(), timedelta(hours=1))
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    headers = {"authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers)


def _somebody(engine: Engine) -> tuple[str, str, int]:
    """Somebody responsible for an open item, that item, and how many items there are."""
    statement = (
        "SELECT p.code, i.ref FROM item i JOIN person p ON p.id = i.responsible_id"
        " WHERE i.stage = 'deadline' AND NOT i.confidential ORDER BY i.id DESC LIMIT 1"
    )
    with reading(engine) as connection:
        code, ref = connection.execute(text(statement)).one()
        size = connection.execute(text("SELECT count(*) FROM item")).scalar_one()
    return str(code), str(ref), int(size)


async def _slow(ask: Callable[[], Awaitable[httpx.Response]]) -> float:
    """Milliseconds within which 95 of 100 answers come."""
    took = []
    for turn in range(WARM + TIMES):
        began = time.perf_counter()
        answer = await ask()
        if turn >= WARM:
            took.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
    return sorted(took)[ceil(0.95 * len(took)) - 1]
