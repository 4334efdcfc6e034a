"""How long the console's server takes for a page or a deed, in stores as large as they get.

The store is that of ``bench.asking``: made for the run, or named by ``BENCH_STORE``. Requests go
through the whole application without a network: session, rules, database, template.

Each deed leaves a comment in the store.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx
from sqlalchemy import Engine, text

from bench.asking import DEED, HERE, PAGE, entered, size_of, slow, store
from bench.figure import Figure
from config.clock import ManualClock, wall
from config.settings import Settings
from models.engine import reading
from rules.errors import InputError
from rules.vocabulary import Role, Stage
from tasks.office import Office
from web.app import create_app


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


async def _measured(engine: Engine) -> list[Figure]:
    with TemporaryDirectory() as home:
        settings = Settings(home=Path(home), secret_key="s" * 40, public_url=HERE)
        office = Office(settings, engine, ManualClock(wall()))
        transport = httpx.ASGITransport(create_app(office))
        told = size_of(engine)
        people = _people(engine)
        clients = {
            who: httpx.AsyncClient(transport=transport, base_url=HERE, cookies=cookies(engine, p))
            for who, p in people.items()
        }
        figures = []
        for asked in PAGES:
            path = asked.path.format(ref=_ref(engine, people[asked.who], asked.about))
            took = await slow(lambda c=clients[asked.who], p=path: c.get(p))  # type: ignore[misc]
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

    took = await slow(comment, fine=303)
    return [Figure(f"a comment on an item, {told}", took, "ms", most=DEED)]


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
    return {"rectiflow": entered(engine, person, administrator=person == CITY)}


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
