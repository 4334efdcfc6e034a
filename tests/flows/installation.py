"""An installation at work in this process: a store with the cast, its worker and its follower.

The Prefect server is the session's; the pool is the store's own, so that tests do not meet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from sqlalchemy import Engine, text

from config.clock import ManualClock, wall
from config.settings import Settings
from flows.bootstrap import pool_of
from flows.follower import Follower
from flows.prefect_thread import PrefectThread
from flows.rectification import rectification
from flows.suspension import RunState, describe
from flows.worker import Worker
from models import following
from models.engine import open_engine, reading, writing
from rules.policy import Policy
from tasks.at_hand import install
from tasks.office import Office
from tests.conftest import MONDAY
from tests.tasks.staff import staffed

PATIENCE = 60.0
"""Seconds in which anything must happen, however busy the machine is."""


class Installation:
    """What tests look at: the store, the parts at work, and what Prefect says of them."""

    def __init__(self, office: Office, limit: int = 4) -> None:
        self.office = office
        self.engine = office.engine
        self.thread = PrefectThread()
        with reading(office.engine) as connection:
            self.pool = pool_of(str(following.house(connection)))
        self.worker = Worker(
            [rectification], name="tester", pool=self.pool, limit=limit, on_done=self._done
        )
        self.follower = Follower(office, self.worker, self.pool)
        self.ended: list[tuple[UUID, bool]] = []
        """Activations that have ended, and whether they ended well."""

    def _done(self, run: UUID, well: bool) -> None:
        self.ended.append((run, well))
        self.follower.activation_ended(run, well)

    @property
    def clock(self) -> ManualClock:
        """Campaign time, moved by the test."""
        assert isinstance(self.office.clock, ManualClock)
        return self.office.clock

    def column(self, ref: str, columns: str) -> Any:
        """Columns of the item and of its present life's run."""
        statement = f"""
            SELECT {columns} FROM item LEFT JOIN flow_run
            ON flow_run.item_id = item.id AND flow_run.life = item.life WHERE ref = :ref
        """
        with reading(self.engine) as connection:
            return connection.execute(text(statement), {"ref": ref}).one()

    def verifier(self, ref: str) -> str:
        """The handle of whoever has been appointed to verify; empty while nobody is."""
        statement = """
            SELECT person.code FROM item JOIN person ON person.id = item.verifier_id
            WHERE ref = :ref
        """
        with reading(self.engine) as connection:
            return str(connection.execute(text(statement), {"ref": ref}).scalar() or "")

    def run_of(self, ref: str, life: int | None = None) -> UUID:
        """The run of a life of the item, without one the present."""
        item_id, present = self.column(ref, "item.id, item.life")
        with reading(self.engine) as connection:
            run = following.run_of(connection, item_id, life or present)
        assert run is not None, f"{ref} has no run"
        return UUID(run)

    def caught_up(self, ref: str) -> bool:
        """Whether the item's run has seen its last move and nobody is at work on it."""
        row = self.column(ref, "followed, moves, lease_until, flow_run.flow_run_id AS run")
        return bool(row.followed >= row.moves and row.lease_until is None and row.run)

    async def follows(self, ref: str) -> UUID:
        """The item's run, once it has caught up."""
        await until(lambda: self.caught_up(ref), f"{ref} is not followed")
        return self.run_of(ref)

    async def stands(self, client: PrefectClient, ref: str) -> RunState:
        """What Prefect says of the item's run, once it has caught up; the store says the same."""
        run = await self.follows(ref)
        state = (await describe(client, [run]))[run]
        assert self.column(ref, "flow_run.state AS state").state == state.name
        return state

    def lease(self, ref: str, who: str | None, until: datetime | None) -> None:
        """Let somebody hold the item."""
        with writing(self.engine) as connection:
            connection.execute(
                text("UPDATE item SET lease_by = :who, lease_until = :until WHERE ref = :ref"),
                {"who": who, "until": self._stored(until), "ref": ref},
            )

    def _stored(self, instant: datetime | None) -> Any:
        if instant is None or self.engine.dialect.name != "sqlite":
            return instant
        return instant.isoformat(timespec="microseconds")


async def until(
    what: Callable[[], bool], why: str = "it did not happen", seconds: float = PATIENCE
) -> None:
    """Wait for what happens in another thread or process; fails when it does not."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not what():
        assert loop.time() < end, why
        await asyncio.sleep(0.03)


def founded(url: str, policy: Policy | None = None) -> Engine:
    """A store with the cast, which is a house of its own."""
    engine = staffed(open_engine(url), policy)
    with writing(engine) as connection:
        instant: Any = wall()
        if engine.dialect.name == "sqlite":
            instant = instant.isoformat(timespec="microseconds")
        connection.execute(text("UPDATE campaign SET created_at = :at"), {"at": instant})
    return engine


@contextmanager
def installed(folder: Path, url: str = "", limit: int = 4) -> Iterator[Installation]:
    """An installation, its worker and follower at work; they come to an end in good order."""
    settings = Settings(home=folder, database_url=url, worker_limit=limit, follow_seconds=0.05)
    office = Office(settings, founded(settings.database), ManualClock(MONDAY))
    install(office)
    here = Installation(office, limit)
    here.thread.start()
    running = [here.thread.call(here.worker.run()), here.thread.call(here.follower.run())]
    try:
        here.thread.call(here.worker.deployments()).result(PATIENCE)
        yield here
    finally:
        here.follower.stop()
        here.thread.call(here.worker.stop(5)).result(PATIENCE)
        here.thread.call(here.follower.settled()).result(PATIENCE)
        for part in running:
            part.result(PATIENCE)
        here.thread.stop()
        here.engine.dispose()


def warnings_of(records: list[logging.LogRecord], name: str = "rectiflow.follower") -> list[str]:
    """What one of our logs has warned of."""
    return [r.getMessage() for r in records if r.name == name and r.levelno >= logging.WARNING]


async def reaches(client: PrefectClient, run: UUID, kind: StateType) -> RunState:
    """The run's state once it is of this type; fails when that does not happen."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while (state := (await describe(client, [run])).get(run)) is None or state.type != kind:
        assert loop.time() < end, f"{run} is {state}"
        await asyncio.sleep(0.05)
    return state
