"""Runs are picked up at once, run in this process, and survive the death of worker and server."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import flow, task
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import StateType
from prefect.context import FlowRunContext

from flows.bootstrap import ensure_deployments
from flows.prefect_thread import PrefectThread
from flows.server import EmbeddedServer
from flows.suspension import Resumed, RunState, create_suspended, describe, resume, suspend
from flows.worker import REPORT_SECONDS, Worker
from rules.errors import InputError

ROOT = Path(__file__).resolve().parents[2]

script: dict[int, list[str]] = {}
"""What each item of these tests does in its next activations: a stage to sleep under, or how to
end. What has been done is taken off."""

threads: list[int] = []
"""In which process and thread bodies ran."""

gate = asyncio.Event()


@task
async def look_up(item_id: int) -> str:
    """Automatic work of a stage."""
    return script[item_id].pop(0)


@flow(name="rectification-test")
async def follow(item_id: int) -> None:
    """Sleep under the stage the item has reached, or end."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    assert isinstance(context.client, PrefectClient)
    threads.append(os.getpid())
    stage = await look_up(item_id)
    if stage == "wait":
        await gate.wait()
        stage = "Waited"
    if stage == "break":
        raise RuntimeError("a bug in the flow")
    if stage != "end":
        await suspend(context.client, context.flow_run.id, stage)


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Each test begins with an empty script."""
    global gate
    gate = asyncio.Event()
    script.clear()
    threads.clear()


@pytest.fixture
async def pool(server: EmbeddedServer) -> str:
    """A pool of the test's own."""
    return f"pool-{uuid.uuid4().hex[:8]}"


@asynccontextmanager
async def working(pool: str, poll_seconds: float = 60.0, **options: Any) -> AsyncIterator[Worker]:
    """A worker at work in the test's own loop. It looks only when nudged."""
    name = options.pop("name", "tester")
    worker = Worker([follow], pool=pool, name=name, poll_seconds=poll_seconds, **options)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop(grace=5)
        await running


async def new_run(client: PrefectClient, pool: str, item_id: int, *stages: str) -> UUID:
    """A sleeping run whose next activations do what ``stages`` say."""
    script[item_id] = list(stages)
    deployed = await ensure_deployments(client, [follow.name], pool)
    return await create_suspended(
        client,
        deployed[follow.name].deployment_id,
        "Intake",
        parameters={"item_id": item_id},
        name=f"ZG-{item_id:04}",
        idempotency_key=str(uuid.uuid4()),
    )


async def reaches(
    client: PrefectClient, run: UUID, wanted: Callable[[RunState], bool], seconds: float = 15.0
) -> RunState:
    """The run's state once it is as wanted; fails when that does not happen."""
    state = None
    async with asyncio.timeout(seconds):
        while state is None or not wanted(state):
            await asyncio.sleep(0.03)
            state = (await describe(client, [run]))[run]
    return state


async def until(what: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait for something that another task does; fails when it does not happen."""
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - the other side knows of no event
            await asyncio.sleep(0.01)


def asleep_as(stage: str) -> Callable[[RunState], bool]:
    """Whether a run sleeps under this name."""
    return lambda state: state.suspended and state.name == stage


async def test_a_run_lives_through_its_stages_in_this_process(
    client: PrefectClient, pool: str
) -> None:
    done: list[tuple[UUID, bool]] = []
    run = await new_run(client, pool, 1, "Assignment", "Deadline", "end")
    async with working(pool, on_done=lambda *told: done.append(told)) as worker:
        for stage in ("Assignment", "Deadline"):
            assert await resume(client, run) is Resumed.RESUMED
            worker.nudge()
            await reaches(client, run, asleep_as(stage))
        await resume(client, run)
        worker.nudge()
        state = await reaches(client, run, lambda found: found.ended)
    assert state.type == StateType.COMPLETED
    # Waking is not a retry.
    assert state.run_count == 0
    assert threads == [os.getpid()] * 3
    assert done == [(run, True)] * 3
    names = [s.name for s in await client.read_flow_run_states(run)]
    woken = ["Resuming", "Pending", "Running"]
    assert names == ["Intake", *woken, "Assignment", *woken, "Deadline", *woken, "Completed"]


async def test_a_nudged_worker_picks_up_within_a_second(client: PrefectClient, pool: str) -> None:
    run = await new_run(client, pool, 2, "Deadline", "Deadline")
    async with working(pool) as worker:
        await worker.deployments()
        for _ in range(2):
            await resume(client, run)
            began = time.monotonic()
            worker.nudge()
            await until(lambda: bool(threads))
            assert time.monotonic() - began < 1.0
            threads.clear()
            await reaches(client, run, asleep_as("Deadline"))


async def test_a_due_run_is_found_without_a_nudge(client: PrefectClient, pool: str) -> None:
    run = await new_run(client, pool, 3, "Deadline")
    async with working(pool, poll_seconds=0.1) as worker:
        await worker.deployments()
        await resume(client, run)
        await reaches(client, run, asleep_as("Deadline"))


async def test_no_more_runs_than_the_limit_go_at_a_time_and_none_is_forgotten(
    client: PrefectClient, pool: str
) -> None:
    runs = [await new_run(client, pool, number, "wait") for number in range(10, 15)]
    for run in runs:
        await resume(client, run)
    async with working(pool, limit=2) as worker:
        await until(lambda: len(threads) == 2)
        worker.nudge()
        await asyncio.sleep(0.3)
        assert (worker.running, len(threads)) == (2, 2)
        gate.set()
        for run in runs:
            await reaches(client, run, asleep_as("Waited"))
    assert len(threads) == 5


async def test_two_workers_never_run_the_same_activation(client: PrefectClient, pool: str) -> None:
    runs = [await new_run(client, pool, number, "Deadline") for number in range(20, 26)]
    async with working(pool, name="one") as one, working(pool, name="two") as two:
        await asyncio.gather(one.deployments(), two.deployments())
        for run in runs:
            await resume(client, run)
        one.nudge()
        two.nudge()
        for run in runs:
            await reaches(client, run, asleep_as("Deadline"))
    # A second activation of an item would have found its script empty and failed.
    assert len(threads) == len(runs)


async def test_a_run_that_fails_is_told_and_set_going_by_the_next_resume(
    client: PrefectClient, pool: str, caplog: pytest.LogCaptureFixture
) -> None:
    # Prefect gives a woken flow one second attempt at once.
    run = await new_run(client, pool, 4, "break", "break", "Deadline")
    well: list[bool] = []
    async with working(pool, on_done=lambda _, told: well.append(told)) as worker:
        await resume(client, run)
        worker.nudge()
        await reaches(client, run, lambda state: state.type == StateType.FAILED)
        assert await resume(client, run) is Resumed.RESUMED
        worker.nudge()
        await reaches(client, run, asleep_as("Deadline"))
    assert well == [False, True]
    assert [r.message for r in caplog.records if r.name == "rectiflow.worker"] == [
        f"Run ZG-0004 ({run}) failed: Flow run encountered an exception:"
        " RuntimeError: a bug in the flow"
    ]


async def test_an_activation_that_is_cut_off_is_crashed_and_resumed(
    client: PrefectClient, pool: str
) -> None:
    run = await new_run(client, pool, 5, "wait", "Deadline")
    async with working(pool) as worker:
        await resume(client, run)
        worker.nudge()
        await until(lambda: bool(threads))
        await worker.stop(grace=0.05)
    assert (await describe(client, [run]))[run].type == StateType.CRASHED
    assert await resume(client, run) is Resumed.RESUMED
    async with working(pool):
        await reaches(client, run, asleep_as("Deadline"))


async def test_a_pool_of_another_kind_is_refused(client: PrefectClient, pool: str) -> None:
    await client.create_work_pool(WorkPoolCreate(name=pool, type="process"))
    with pytest.raises(InputError, match="of type 'process', not ours"):
        await Worker([follow], pool=pool, name="tester").run()


async def test_making_the_deployments_again_changes_nothing(
    client: PrefectClient, pool: str
) -> None:
    first = await ensure_deployments(client, ["one", "two"], pool)
    assert await ensure_deployments(client, ["one", "two"], pool) == first


async def test_a_pool_that_was_deleted_is_made_again(client: PrefectClient, pool: str) -> None:
    async with working(pool, poll_seconds=0.1) as worker:
        await worker.deployments()
        await client.delete_work_pool(pool)
        run = await new_run(client, pool, 6, "Deadline")
        await resume(client, run)
        await reaches(client, run, asleep_as("Deadline"))


async def test_the_engine_hears_of_no_suspensions_from_outside(
    client: PrefectClient, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an activation's time would go into it; a new version of Prefect may do it elsewhere."""
    observed: list[Any] = []
    import prefect.flow_engine

    monkeypatch.setattr(
        prefect.flow_engine, "observe_flow_run_suspension", lambda *_: observed.append(1)
    )
    run = await new_run(client, pool, 8, "Deadline")
    async with working(pool) as worker:
        await resume(client, run)
        worker.nudge()
        await reaches(client, run, asleep_as("Deadline"))
    assert observed == []


async def test_stopping_takes_no_longer_because_the_server_is_away(
    client: PrefectClient, server: EmbeddedServer, pool: str
) -> None:
    run = await new_run(client, pool, 9, "wait")
    assert server.pid is not None
    async with working(pool) as worker:
        await resume(client, run)
        worker.nudge()
        await until(lambda: bool(threads))
        # A stopped process keeps its connections and answers nothing.
        os.kill(server.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            await worker.stop(grace=0.1)
            assert time.monotonic() - began < 2 * REPORT_SECONDS
        finally:
            os.kill(server.pid, signal.SIGCONT)


CHILD = """
import asyncio, signal, sys, threading
from pathlib import Path
from flows.prefect_thread import PrefectThread
from flows.server import enter_environment
enter_environment(Path(sys.argv[1]), sys.argv[2])
from prefect import flow
from prefect.context import FlowRunContext
from flows.suspension import suspend
from flows.worker import Worker

@flow(name="rectification-test")
async def follow(item_id: int) -> None:
    context = FlowRunContext.get()
    print("begun", flush=True)
    await asyncio.sleep(float(sys.argv[4]))
    await suspend(context.client, context.flow_run.id, "Deadline")

asked = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: asked.set())
prefect = PrefectThread()
prefect.start()
worker = Worker([follow], name="child", pool=sys.argv[3])
running = prefect.call(worker.run())
asked.wait()
prefect.call(worker.stop(grace=10)).result()
running.result()
prefect.stop()
"""


def child_worker(server: EmbeddedServer, pool: str, seconds: float) -> subprocess.Popen[str]:
    """A worker in a process of its own, whose activations take so long."""
    arguments = [str(server.home), server.api_url, pool, str(seconds)]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


async def begun(child: subprocess.Popen[str]) -> None:
    """Wait until the child runs an activation."""
    assert child.stdout is not None
    assert await asyncio.wait_for(asyncio.to_thread(child.stdout.readline), 30) == "begun\n"


@pytest.mark.slow
async def test_the_run_of_a_killed_worker_is_recovered(
    client: PrefectClient, server: EmbeddedServer, pool: str
) -> None:
    run = await new_run(client, pool, 30, "Deadline")
    await resume(client, run)
    with child_worker(server, pool, 60) as child:
        await begun(child)
        child.kill()
    assert (await describe(client, [run]))[run].type == StateType.RUNNING
    async with working(pool) as worker:
        assert await resume(client, run) is Resumed.ALREADY_RUNNING
        assert await resume(client, run, recover=True) is Resumed.RESUMED
        worker.nudge()
        state = await reaches(client, run, asleep_as("Deadline"))
    assert state.run_count == 1


@pytest.mark.slow
async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun(
    client: PrefectClient, server: EmbeddedServer, pool: str
) -> None:
    run = await new_run(client, pool, 31, "unused")
    await resume(client, run)
    with child_worker(server, pool, 0.5) as child:
        await begun(child)
        child.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(child.wait, 20) == 0
    names = [state.name for state in await client.read_flow_run_states(run)]
    assert names[-2:] == ["Running", "Deadline"]


@pytest.mark.slow
async def test_a_killed_server_comes_back_with_its_runs_and_work_goes_on(
    client: PrefectClient, server: EmbeddedServer, pool: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = server.restarts
    amid = await new_run(client, pool, 40, "wait")
    later = await new_run(client, pool, 41, "Deadline")
    async with working(pool, poll_seconds=0.2) as worker:
        await resume(client, amid)
        worker.nudge()
        await until(lambda: bool(threads))
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        gate.set()
        # Begun before the server died, this one sleeps when it is back.
        await reaches(client, amid, asleep_as("Waited"), 60)
        assert server.restarts == before + 1
        assert await resume(client, later) is Resumed.RESUMED
        await reaches(client, later, asleep_as("Deadline"))
    said = [r.message for r in caplog.records if r.name == "rectiflow.worker"]
    assert len(said) <= 2, said


def test_a_thread_for_prefect_runs_what_it_is_given_and_ends() -> None:
    thread = PrefectThread()
    thread.start()

    async def where() -> int:
        await asyncio.sleep(0)
        import threading

        return threading.get_ident()

    assert thread.call(where()).result(5) == thread.ident
    forgotten = thread.call(asyncio.sleep(3600))
    thread.stop()
    assert forgotten.cancelled()
    PrefectThread().stop()
