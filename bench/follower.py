"""How soon and how fast flow runs follow their items, on a Prefect server of our own.

The floor of an activation is its four changes of state (scheduled, pending, running, asleep) made
by the bare client, as many at a time; what we add is the work itself, the looking and the leases.
The floor of a creation is the bare client's call. Items are moved over a connection of the
bench's own, so that the service learns of it as it would from another process.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from sqlalchemy import Engine, text

from bench.figure import Figure
from bench.stores import openings, staff
from config.clock import wall
from config.logging import set_up
from config.profiles import load_profile
from config.settings import Settings
from flows.service import Service
from models.engine import open_engine, reading
from rules.commands import AttachEvidence, Submit
from rules.vocabulary import Stage
from tasks.act import act
from tasks.founding import found
from tasks.office import open_office

MANY = 60
ONE_BY_ONE = 40
AT_A_TIME = 4
DUE = date(2027, 3, 1)
PATIENCE = 300.0
SOON = 1.0
"""Seconds within which an item that has moved should have been followed, 19 times in 20."""


def run() -> list[Figure]:
    """The figures of one installation as it comes: SQLite, embedded server."""
    with TemporaryDirectory() as folder, serving(Path(folder)) as (service, engine):
        created, refs = creations(engine)
        looked = latencies(engine, refs[:ONE_BY_ONE], lambda: None)
        nudged = latencies(engine, refs[ONE_BY_ONE : 2 * ONE_BY_ONE], service.nudge)
        activated = activations(engine, refs[2 * ONE_BY_ONE :])
        bare_creations, bare_cycles = asyncio.run(bare())
    return [
        Figure("runs made asleep", created, "runs/s", bare_creations, "bare client"),
        Figure(f"activations, {AT_A_TIME} at a time", activated, "runs/s", bare_cycles,
               "bare client's four changes of state"),
        Figure("followed after a move, median", middle(looked), "s"),
        Figure("followed after a move, p95", late(looked), "s", most=SOON),
        Figure("the same when nudged, median", middle(nudged), "s"),
        Figure("the same when nudged, p95", late(nudged), "s", most=SOON),
    ]  # fmt: skip


@contextmanager
def serving(home: Path) -> Iterator[tuple[Service, Engine]]:
    """A service that has nothing to do yet, and a way into its store beside it."""
    settings = Settings(home=home, worker_limit=AT_A_TIME, sweep_seconds=3600)
    office = open_office(settings)
    found(office.engine, load_profile("education-rectification"), wall())
    staff(office.engine)
    beside = open_engine(settings.database)
    set_up("ERROR", home / "bench.log")
    with Service(office) as service:
        service.wait_connected(PATIENCE)
        yield service, beside
    beside.dispose()
    office.engine.dispose()


def creations(engine: Engine) -> tuple[float, list[str]]:
    """Runs made a second for items fresh from a ledger, and the items' references."""
    refs, taken = openings(engine, MANY + 2 * ONE_BY_ONE, Stage.DEADLINE, DUE)
    start = perf_counter()
    taken.enter(engine, len(refs))
    wait(engine, "SELECT count(*) FROM item WHERE flow_run_id IS NULL")
    return len(refs) / (perf_counter() - start), refs


def latencies(engine: Engine, refs: list[str], nudge: Callable[[], None]) -> list[float]:
    """For items moved one at a time: seconds until the flow has done the new stage's work."""
    found = []
    for ref in refs:
        move(engine, ref)
        start = perf_counter()
        nudge()
        wait(engine, BEHIND)
        found.append(perf_counter() - start)
        wait(engine, BUSY)
    return found


def activations(engine: Engine, refs: list[str]) -> float:
    """Activations a second when many items move at the same moment."""
    for ref in refs:
        move(engine, ref)
    start = perf_counter()
    wait(engine, BUSY)
    return len(refs) / (perf_counter() - start)


BEHIND = "SELECT count(*) FROM item WHERE followed < moves"
BUSY = "SELECT count(*) FROM item WHERE followed < moves OR lease_until IS NOT NULL"


def move(engine: Engine, ref: str) -> None:
    """Submit the item, after which its flow finds somebody to verify it."""
    act(engine, ref, AttachEvidence(sha256="0" * 64, filename="a.jpg"), "responsible", wall())
    act(engine, ref, Submit(), "responsible", wall())


def wait(engine: Engine, count: str) -> None:
    """Return when the count is nought."""
    end = perf_counter() + PATIENCE
    while True:
        with reading(engine) as connection:
            left = connection.execute(text(count)).scalar_one()
        if not left:
            return
        if perf_counter() > end:
            raise TimeoutError(f"After {PATIENCE:g} seconds {left} were left of: {count}.")
        sleep(0.005)


def middle(seconds: list[float]) -> float:
    """The median."""
    return quantiles(seconds, n=2, method="inclusive")[0]


def late(seconds: list[float]) -> float:
    """What one in twenty exceeds."""
    return quantiles(seconds, n=20, method="inclusive")[-1]


async def bare() -> tuple[float, float]:
    """The bare client's creations a second, and rounds of an activation's changes of state."""
    # Prefect reads its settings when it is imported: after the service has made them.
    from prefect.client.orchestration import get_client

    from flows.bootstrap import ensure_deployments
    from flows.suspension import suspended_as

    async with get_client() as client:
        # Nobody works for this pool: what becomes of its runs is done here.
        deployed = (await ensure_deployments(client, ["bare"], "bare"))["bare"].deployment_id

        async def create(number: int) -> Any:
            asleep = suspended_as("Deadline")
            return await client.create_flow_run_from_deployment(
                deployed, parameters={"item": number}, state=asleep, name=f"B-{number}",
                idempotency_key=str(uuid.uuid4()),
            )  # fmt: skip

        start = perf_counter()
        runs = [(await create(number)).id for number in range(MANY)]
        creating = MANY / (perf_counter() - start)
        start = perf_counter()
        places = asyncio.Semaphore(AT_A_TIME)
        await asyncio.gather(*(_cycle(client, run, places) for run in runs))
        return creating, MANY / (perf_counter() - start)


async def _cycle(client: Any, run: uuid.UUID, places: asyncio.Semaphore) -> None:
    from prefect.states import Pending, Running, Scheduled

    from flows.suspension import suspended_as

    async with places:
        for state in (Scheduled(), Pending(), Running(), suspended_as("Verification")):
            await client.set_flow_run_state(run, state)
