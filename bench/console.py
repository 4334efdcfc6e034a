"""How long the console's server takes for a page or a deed, in stores as large as they get.

A SQLite store of 100,000 items with 20,000 open is made for the run (half a minute). A store that
is there already, like one of a million items in PostgreSQL, is named by ``BENCH_STORE``; see
``python -m bench.seeded``. Requests go through the whole application without a network: session,
rules, database, template. Each figure is the 95th of a hundred in order of size.

Each deed leaves a comment in the store.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx
from sqlalchemy import Engine, text

from bench.figure import Figure
from bench.seeded import seed
from config.clock import ManualClock, wall
from config.settings import Settings
from models.engine import open_engine, reading
from rules.errors import InputError
from rules.vocabulary import Role, Stage
from tasks import accounts, signing_in
from tasks.office import Office
from web.app import create_app

ITEMS, STILL_OPEN = 100_000, 20_000
TIMES, WARM = 60, 5
PAGE, DEED = 150.0, 50.0
"""Milliseconds within which 95 of 100 answers are to be made."""
HERE = "http://rectiflow.example"


class Asked(NamedTuple):
    """A page as somebody sees it. ``{ref}`` stands for an item in the stage ``about``."""

    who: str
    path: str
    about: Stage = Stage.DEADLINE


CITY, COUNTY = "coordinator", "county coordinator"
PAGES = (
    Asked("responsible", "/mine"),
    Asked(COUNTY, "/mine"),
    Asked(CITY, "/board"),
    Asked(COUNTY, "/board"),
    Asked("viewer", "/board?light=red"),
    Asked(CITY, "/board?q=整改"),
    Asked(COUNTY, "/board?q=窗口答复"),
    Asked(CITY, "/board?scope=closed&sort=-due"),
    Asked(CITY, "/items/{ref}"),
    Asked("responsible", "/items/{ref}"),
    Asked(CITY, "/items/{ref}/print"),
    Asked("supervisor", "/approvals"),
    Asked("county supervisor", "/approvals"),
    Asked("supervisor", "/approvals/{ref}", Stage.CLOSURE),
    Asked("leader", "/overview"),
    Asked(CITY, "/overview"),
    Asked(CITY, "/launch"),
    Asked(CITY, "/admin"),
    Asked(CITY, "/admin/people"),
    Asked(CITY, "/admin/drafts"),
    Asked(CITY, "/admin/accounts"),
    Asked(CITY, "/admin/policies"),
    Asked(CITY, "/admin/units"),
    Asked(CITY, "/admin/mail"),
    Asked(CITY, "/admin/health"),
)
"""Every family of pages, as those see them who have most in them."""


def run() -> list[Figure]:
    """The pages and deeds of the console, in milliseconds."""
    with store() as engine:
        return asyncio.run(_measured(engine))


@contextmanager
def store() -> Iterator[Engine]:
    """The store that is named, or one that is made for the run."""
    with TemporaryDirectory() as folder:
        given = os.environ.get("BENCH_STORE", "")
        engine = open_engine(given or f"sqlite:///{Path(folder) / 'rectiflow.db'}")
        if not given:
            seed(engine, ITEMS, STILL_OPEN, wall())
        yield engine
        engine.dispose()


async def _measured(engine: Engine) -> list[Figure]:
    with TemporaryDirectory() as home:
        settings = Settings(home=Path(home), secret_key="s" * 40, public_url=HERE)
        office = Office(settings, engine, ManualClock(wall()))
        transport = httpx.ASGITransport(create_app(office))
        with reading(engine) as connection:
            size = connection.execute(text("SELECT count(*) FROM item")).scalar_one()
        told = f"of {size:,} in {engine.dialect.name}"
        people = _people(engine)
        clients = {
            who: httpx.AsyncClient(transport=transport, base_url=HERE, cookies=cookies(engine, p))
            for who, p in people.items()
        }
        figures = []
        for asked in PAGES:
            path = asked.path.format(ref=_ref(engine, people[asked.who], asked.about))
            took = await _slow(lambda c=clients[asked.who], p=path: c.get(p))  # type: ignore[misc]
            what = f"{asked.path} as {asked.who}, {told}"
            figures.append(Figure(what, took, "ms", most=PAGE))
        figures += await _deeds(clients, _ref(engine, people["responsible"], Stage.DEADLINE), told)
        for client in clients.values():
            await client.aclose()
        return figures


async def _deeds(clients: dict[str, httpx.AsyncClient], ref: str, told: str) -> list[Figure]:
    """Deeds on an item: the answer of a form, which leads on to the item's page."""
    client = clients["responsible"]
    page = (await client.get(f"/items/{ref}")).text
    csrf = dict(re.findall(r'name="(csrf)" value="([^"]+)"', page))["csrf"]
    version = int(re.findall(r'name="version" value="(\d+)"', page)[0])
    deeds = iter(range(10_000))

    async def comment() -> httpx.Response:
        number = next(deeds)
        form = {"csrf": csrf, "key": f"{number:032x}", "version": str(version + number),
                "f.text": "核实中"}  # fmt: skip
        return await client.post(f"/items/{ref}/do/comment", data=form)

    took = await _slow(comment, fine=303)
    return [Figure(f"a comment on an item, {told}", took, "ms", most=DEED)]


async def _slow(ask: Callable[[], Awaitable[httpx.Response]], fine: int = 200) -> float:
    """Milliseconds within which 95 of 100 answers come."""
    took = []
    for turn in range(WARM + TIMES):
        began = time.perf_counter()
        answer = await ask()
        if turn >= WARM:
            took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != fine:
            raise InputError(f"{answer.request.url} answered {answer.status_code}.")
    return sorted(took)[ceil(0.95 * len(took)) - 1]


def _people(engine: Engine) -> dict[str, str]:
    """Handles of those who look: the office's own, and the busiest of a county."""
    with reading(engine) as connection:

        def one(role: Role, like: str) -> str:
            found = connection.execute(
                text(
                    "SELECT p.code FROM person p JOIN membership m ON m.person_id = p.id"
                    " JOIN unit u ON u.id = m.unit_id WHERE m.role = :role AND u.code LIKE :like"
                    " ORDER BY p.code LIMIT 1"
                ),
                {"role": role.value, "like": like},
            )
            return str(found.scalar_one())

        return {
            CITY: "coordinator", "supervisor": "supervisor",
            COUNTY: one(Role.COORDINATOR, "c1"), "county supervisor": one(Role.SUPERVISOR, "c1"),
            "responsible": one(Role.RESPONSIBLE, "c1-b01"), "leader": one(Role.LEADER, "c1-b01"),
            "viewer": one(Role.VIEWER, "root"),
        }  # fmt: skip


def cookies(engine: Engine, person: str) -> dict[str, str]:
    """A session of this person's, with every page open to who administers."""
    now = wall()
    with suppress(InputError):  # an earlier run has
        accounts.add(engine, person, now, administrator=person == "coordinator")
    with reading(engine) as connection:
        account = accounts.named(connection, person)
    signed = signing_in.enter(engine, account.id, now, signing_in.From("bench", "127.0.0.1"))
    assert signed is not None
    return {"rectiflow": signed.token}


def _ref(engine: Engine, person: str, stage: Stage) -> str:
    """An item in this stage, of this person's where they have some."""
    with reading(engine) as connection:
        for condition in ("responsible_id = (SELECT id FROM person WHERE code = :who)", "1 = 1"):
            found = connection.execute(
                text(f"SELECT ref FROM item WHERE stage = :stage AND NOT confidential"
                     f" AND {condition} ORDER BY id DESC LIMIT 1"),
                {"stage": stage.value, "who": person},
            ).scalar()  # fmt: skip
            if found:
                return str(found)
    raise InputError(f"The store has no item in {stage}.")
