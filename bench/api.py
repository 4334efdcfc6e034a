"""How long the API takes for a list, an item, a command, in the stores of ``bench.asking``.

Requests go through the whole application without a network: token, rules, database, JSON.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from sqlalchemy import Engine, text

from bench.asking import DEED, PAGE, size_of, slow, store
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
        handle, ref = _somebody(engine)
        told = size_of(engine)
        figures = []
        clients = {
            who: _client(app, engine, code)
            for who, code in (("coordinator", "coordinator"), ("responsible", handle))
        }
        for who, path in READS:
            address = f"/api/v1{path.format(ref=ref)}"
            took = await slow(lambda c=clients[who], a=address: c.get(a))  # type: ignore[misc]
            figures.append(Figure(f"GET {path} as {who}, {told}", took, "ms", most=PAGE))
        act, body = f"/api/v1/items/{ref}/commands/comment", {"text": "核实中"}
        took = await slow(lambda: clients["responsible"].post(act, json=body))
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


def _somebody(engine: Engine) -> tuple[str, str]:
    """Somebody responsible for an open item, and that item."""
    statement = (
        "SELECT p.code, i.ref FROM item i JOIN person p ON p.id = i.responsible_id"
        " WHERE i.stage = 'deadline' AND NOT i.confidential ORDER BY i.id DESC LIMIT 1"
    )
    with reading(engine) as connection:
        code, ref = connection.execute(text(statement)).one()
    return str(code), str(ref)
