"""The clock ticks on, asks before it starts anything, and waits for nobody."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from apscheduler.events import EVENT_JOB_MISSED
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.settings import PREFECT_API_URL, temporary_settings
from sqlalchemy import text

from config.clock import wall
from flows.rectification import rectification
from flows.schedule import Schedule
from flows.server import EmbeddedServer
from flows.worker import Worker
from models import heartbeats
from models.engine import reading, writing
from tests.conftest import MONDAY
from tests.flows.installation import PATIENCE, Installation, installed, until, warnings_of
from tests.flows.test_sweep import cure, spoil
from tests.tasks.staff import CHASED, FAR, entered, kinds

CLOCK = "rectiflow.clock"


@pytest.fixture(scope="module")
def here(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One installation for the tests of this module."""
    with installed(tmp_path_factory.mktemp("home")) as here:
        yield here


@pytest.fixture(autouse=True)
def quiet(here: Installation) -> Iterator[None]:
    """Each test begins with nothing due and nothing to announce."""
    with writing(here.engine) as connection:
        connection.execute(text("UPDATE item SET next_action_at = NULL"))
        connection.execute(text("UPDATE event SET announced = true"))
        connection.execute(text("DELETE FROM delivery"))
    here.clock.move_to(MONDAY)
    yield
    here.clock.move_to(MONDAY)


def schedule_of(here: Installation, nudge: Callable[[], None] = lambda: None) -> Schedule:
    """A clock that ticks only when told to."""
    return Schedule(here.office, here.worker, nudge)


def tick(here: Installation, what: Awaitable[None]) -> None:
    """Let it tick in the thread in which Prefect runs, and wait for the end."""

    async def ticking() -> None:
        await what

    here.thread.call(ticking()).result(PATIENCE)


async def runs_of(client: PrefectClient, flow: str) -> dict[Any, FlowRun]:
    """The newest runs of a flow, by id."""
    named = FlowFilter(name=FlowFilterName(any_=[flow]))
    found = await client.read_flow_runs(
        flow_filter=named, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=200
    )
    return {run.id: run for run in found}


async def made(client: PrefectClient, flow: str, before: dict[Any, FlowRun]) -> list[FlowRun]:
    """The runs of a flow that are new."""
    return [run for key, run in (await runs_of(client, flow)).items() if key not in before]


async def test_without_anything_due_no_flow_run_is_made(
    here: Installation, client: PrefectClient
) -> None:
    entered(here.engine, 1, due=FAR)
    flows = ("sweep", "delivery", "chats", "webhooks")
    before = {flow: await runs_of(client, flow) for flow in flows}
    schedule = schedule_of(here)
    ticks = (schedule.sweep_tick, schedule.delivery_tick, schedule.heartbeat_tick)
    ours = (schedule.contacts_tick, schedule.chats_tick, schedule.webhooks_tick)
    for what in (*ticks, *ours):
        tick(here, what())
    for flow, known in before.items():
        assert await made(client, flow, known) == []
    with reading(here.engine) as connection:
        beats = heartbeats.beats(connection)
    assert {"sweep", "delivery", "clock"} <= set(beats)
    assert beats["clock"][1] == "prefect reached"


async def test_what_is_due_is_fired_and_told_by_one_run_each(
    here: Installation, client: PrefectClient
) -> None:
    refs = entered(here.engine, 3, due=FAR)
    give_address(here)
    here.clock.move_to(CHASED)
    before = {flow: await runs_of(client, flow) for flow in ("sweep", "delivery")}
    nudged: list[bool] = []
    tick(here, schedule_of(here, lambda: nudged.append(True)).sweep_tick())
    assert [kinds(here.engine, ref).count("step_fired") for ref in refs] == [1, 1, 1]
    assert nudged == [True]
    for flow, known in before.items():
        [run] = await made(client, flow, known)
        assert run.state_type == StateType.COMPLETED
    assert sent(here) >= 3


async def test_while_prefect_is_away_steps_fire_and_mails_leave_all_the_same(
    here: Installation, client: PrefectClient
) -> None:
    [ref] = entered(here.engine, 1, due=FAR)
    give_address(here)
    here.clock.move_to(CHASED)
    before = {flow: await runs_of(client, flow) for flow in ("sweep", "delivery")}
    unreached = Worker([rectification], name="unreached", pool=here.pool)
    tick(here, Schedule(here.office, unreached, lambda: None).sweep_tick())
    assert kinds(here.engine, ref).count("step_fired") == 1
    assert sent(here) >= 1
    for flow, known in before.items():
        assert await made(client, flow, known) == []


def give_address(here: Installation) -> None:
    """Let everybody have one."""
    with writing(here.engine) as connection:
        connection.execute(text("UPDATE person SET email = code || '@rectiflow.example'"))


def sent(here: Installation) -> int:
    """How many mails have left."""
    with reading(here.engine) as connection:
        states = connection.execute(text("SELECT state FROM delivery")).scalars().all()
    assert set(states) <= {"sent"}, states
    return len(states)


async def test_a_server_that_has_just_gone_holds_no_step_up(
    here: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    [ref] = entered(here.engine, 1, due=FAR)
    here.clock.move_to(CHASED)
    schedule = schedule_of(here)

    async def with_nobody_there() -> None:
        with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
            await schedule.sweep_tick()

    assert here.worker.connected
    here.thread.call(with_nobody_there()).result(PATIENCE)
    assert kinds(here.engine, ref).count("step_fired") == 1
    said = warnings_of(caplog.records, CLOCK)
    assert any(line.startswith("Prefect failed (") and "sweep" in line for line in said)


async def test_a_step_that_can_never_be_fired_makes_no_run_at_each_tick(
    here: Installation, client: PrefectClient
) -> None:
    spoiled, later = entered(here.engine, 2, due=FAR)
    spoil(here.office, spoiled)
    here.clock.move_to(CHASED)
    schedule = schedule_of(here)
    before = await runs_of(client, "sweep")
    for _ in range(4):
        tick(here, schedule.sweep_tick())
    assert kinds(here.engine, later).count("step_fired") == 1
    # One fired the other item, the next one nothing; after that it is tried without a run.
    assert len(await made(client, "sweep", before)) == 2
    cure(here.office, spoiled)
    tick(here, schedule.sweep_tick())
    assert kinds(here.engine, spoiled).count("step_fired") == 1
    assert len(await made(client, "sweep", before)) == 2
    here.clock.advance(timedelta(days=2))
    tick(here, schedule.sweep_tick())
    assert len(await made(client, "sweep", before)) == 3, "there is fruit again"


@asynccontextmanager
async def ticking(here: Installation, schedule: Schedule) -> AsyncIterator[Schedule]:
    """The clock runs in its thread."""

    async def start() -> None:
        schedule.start()

    here.thread.call(start()).result(PATIENCE)
    try:
        yield schedule
    finally:
        here.thread.call(schedule.stop(10)).result(PATIENCE)


def quick(here: Installation) -> Schedule:
    """A clock that ticks several times a second."""
    settings = replace(here.office.settings, sweep_seconds=0.1, delivery_seconds=0.1)
    return Schedule(here.office._replace(settings=settings), here.worker, lambda: None)


def beaten(here: Installation, part: str) -> datetime | None:
    """When the part last did its work."""
    with reading(here.engine) as connection:
        found = heartbeats.beats(connection).get(part)
    return found[0] if found else None


async def test_a_tick_that_fails_says_why_and_the_clock_goes_on(
    here: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    async with ticking(here, quick(here)):
        rename_table(here, "item", "item_away")
        try:
            await until(
                lambda: any("action=sweep" in line for line in warnings_of(caplog.records, CLOCK))
            )
            heart = beaten(here, "delivery")
            await until(lambda: beaten(here, "delivery") != heart, "the other ticks stopped")
        finally:
            rename_table(here, "item_away", "item")
        heart = beaten(here, "sweep")
        await until(lambda: beaten(here, "sweep") != heart, "the tick that failed never came again")
        [ref] = entered(here.engine, 1, due=FAR)
        here.clock.move_to(CHASED)
        await until(lambda: "step_fired" in kinds(here.engine, ref))


def rename_table(here: Installation, old: str, new: str) -> None:
    """As if the table were not there."""
    with contextlib.closing(sqlite3.connect(here.engine.url.database or "", timeout=15)) as driver:
        driver.execute("PRAGMA legacy_alter_table = ON")
        driver.execute(f"ALTER TABLE {old} RENAME TO {new}")


async def test_a_tick_that_is_late_after_a_pause_is_made_up_for_and_not_dropped(
    here: Installation,
) -> None:
    schedule = quick(here)
    missed: list[Any] = []
    schedule._scheduler.add_listener(missed.append, EVENT_JOB_MISSED)
    async with ticking(here, schedule):
        await until(lambda: beaten(here, "sweep") is not None)

        async def stand_still() -> None:
            # APScheduler would drop what is late by more than one second.
            time.sleep(1.5)  # noqa: ASYNC251

        here.thread.call(stand_still()).result(PATIENCE)
        heart = beaten(here, "sweep")
        await until(lambda: beaten(here, "sweep") != heart)
    assert missed == []


async def test_stopping_lets_a_tick_in_progress_end(here: Installation) -> None:
    [ref] = entered(here.engine, 1, due=FAR)
    here.clock.move_to(CHASED)
    schedule = quick(here)
    with contextlib.closing(sqlite3.connect(here.engine.url.database or "")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")

        async def start() -> None:
            schedule.start()

        here.thread.call(start()).result(PATIENCE)
        await until(lambda: len(schedule._ticking) > 0)
        stopping = here.thread.call(schedule.stop(10))
        await asyncio.sleep(0.2)
        assert not stopping.done(), "it was cut off"
        other.execute("ROLLBACK")
    stopping.result(PATIENCE)
    assert "step_fired" in kinds(here.engine, ref)
    assert schedule._ticking == set()


async def test_ticks_that_a_clock_since_set_back_has_planned_are_brought_forward(
    here: Installation,
) -> None:
    schedule = schedule_of(here)
    jobs = schedule._scheduler
    ticked = asyncio.Event()

    async def tick_once() -> None:
        ticked.set()

    planned = wall() + timedelta(hours=2)
    jobs.add_job(tick_once, "interval", seconds=3600, id="tick", next_run_time=planned)
    jobs.start()
    try:
        schedule.tick_again()
        await asyncio.wait_for(ticked.wait(), PATIENCE)
    finally:
        await schedule.stop(0.1)
