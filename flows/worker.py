"""Who runs the flow runs of our pool, and when: a worker inside this process.

Prefect's own workers start a process for each run, which costs seconds of imports. This one runs
the flow in the event loop. Prefect's ``BaseWorker`` is not its base: for each run it writes
labels and two more states, and on SQLite its ``/labels`` request fails with "database is locked"
as soon as two runs go at once. Measured on two cores, four at a time, on a server with default
settings: 0.3 activations a second with it, 4 with this loop, 7 with what ``_activate`` leaves
out. Only public calls of the client are used.

Runs are picked up when ``nudge`` is called (p50 0.2 s); looking every few seconds is a safety
net. Any number of workers may share a pool: a run that two of them see is given to one by the
server.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.flow_engine import run_flow_async
from prefect.settings import (
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    get_current_settings,
    temporary_settings,
)
from prefect.states import Pending
from prefect.utilities.engine import propose_state

from flows.bootstrap import POOL, Deployed, ensure_deployments

log = logging.getLogger("rectiflow.worker")

HEARTBEAT_SECONDS = 30
"""How often Prefect's pages are told that this worker is alive."""

RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)
"""Pauses between attempts to reach the server; the last one repeats."""

SAID_AT = 2
"""At which failure in a row it is said that the server is away."""

REPORT_SECONDS = 2.0
"""How long an activation that is cut off may take to tell the server."""

# The server hands out at most this many due runs at a time.
PAGE = 200


class Worker:
    """Runs due flow runs of one pool in the event loop in which ``run`` is awaited.

    ``flows`` are the flows this worker can run, known to the server by their names. ``limit``
    bounds how many run at a time. ``on_done`` is called after each activation with the run's id
    and whether it is known to sleep or to have ended; an item that moved meanwhile is looked at
    again there.
    """

    def __init__(
        self,
        flows: Sequence[Flow[..., Any]],
        *,
        name: str,
        pool: str = POOL,
        limit: int = 4,
        poll_seconds: float = 10.0,
        on_done: Callable[[UUID, bool], None] | None = None,
    ) -> None:
        self.name = name
        self._flows = {flow.name: without_results(flow) for flow in flows}
        self._pool = pool
        self._limit = limit
        self._poll_seconds = poll_seconds
        self._on_done = on_done
        self._deployed: dict[str, Deployed] = {}
        self._tasks: dict[UUID, asyncio.Task[bool]] = {}
        self._waiting: deque[FlowRun] = deque()
        self._once_more: set[UUID] = set()
        self._strangers: set[UUID] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._look = True
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self._failures = 0
        self._heartbeat_due = 0.0
        self._plain = contextvars.copy_context()

    @property
    def running(self) -> int:
        """How many activations are in progress."""
        return len(self._tasks)

    @property
    def connected(self) -> bool:
        """Whether the server answered the last time it was asked."""
        return self._ready.is_set()

    async def deployments(self) -> Mapping[str, Deployed]:
        """The ids on the server, by flow name. Waits until the server has been reached."""
        await self._ready.wait()
        return dict(self._deployed)

    def nudge(self) -> None:
        """Look for due runs now; from any thread. Calls during one look cause one more, no more."""
        if self._loop is None:
            self._look = True
            return
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            self._loop.call_soon_threadsafe(self._nudged)

    def _nudged(self) -> None:
        self._look = True
        self._wake.set()

    async def run(self) -> None:
        """Work until ``stop`` is called. The server may come and go meanwhile."""
        self._loop = asyncio.get_running_loop()
        # The engine also makes a synchronous client at each activation, without using it; one
        # that is there already saves 25 ms of the loop's time.
        with SyncClientContext.get_or_create():
            await self._serve()

    async def _serve(self) -> None:
        async with AsyncClientContext() as held:
            # Activations share this client. They wait out a restart of the server by Prefect's
            # own slow retries; our looking does without, so that it notices the return at once.
            # A heartbeat of a flow would be a thread and an event each, and nobody listens.
            with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
                self._plain = contextvars.copy_context()
            with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
                while not self._stopping.is_set():
                    await self._turn(held.client)
            await self._drained()

    async def stop(self, grace: float = 10.0) -> None:
        """Take on nothing new; let activations finish within ``grace`` seconds, then cut them off.

        One that is cut off is Crashed on the server, and set going again by the next ``resume``.
        """
        self._stopping.set()
        self._wake.set()
        self._waiting.clear()
        patience = grace
        while self._tasks:
            _, late = await asyncio.wait(list(self._tasks.values()), timeout=patience)
            # The first time the engine catches it, to tell the server of the crash, and would
            # try for a minute when the server is away; the second time it ends.
            for task in late:
                task.cancel()
            patience = REPORT_SECONDS
            await asyncio.sleep(0)

    async def _turn(self, client: PrefectClient) -> None:
        """Do what is to be done now, then wait for a nudge, a free place or the next look."""
        try:
            await self._register(client)
            await self._heartbeat(client)
            await self._pick_up(client)
        except ObjectNotFound:
            # The pool is gone: deleted, or the server has a new database.
            self._deployed.clear()
            await self._pause("has lost our work pool; it is made again")
        except httpx.HTTPError as error:
            await self._pause(f"is not reached ({str(error) or type(error).__name__})")
        else:
            self._found()
            await self._next_turn()

    async def _register(self, client: PrefectClient) -> None:
        if not self._deployed:
            self._deployed = await ensure_deployments(client, self._flows, self._pool)

    async def _heartbeat(self, client: PrefectClient) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._heartbeat_due:
            await client.send_worker_heartbeat(self._pool, self.name, HEARTBEAT_SECONDS)
            self._heartbeat_due = now + HEARTBEAT_SECONDS

    async def _pick_up(self, client: PrefectClient) -> None:
        while len(self._tasks) < self._limit and not self._stopping.is_set():
            if not self._waiting:
                if not self._look:
                    return
                self._look = False
                await self._fetch(client)
            if not self._waiting:
                return
            self._begin(client, self._waiting.popleft())

    async def _fetch(self, client: PrefectClient) -> None:
        due = await client.get_scheduled_flow_runs_for_work_pool(work_pool_name=self._pool)
        # A full page hides the rest: look again when it is worked off.
        self._look = self._look or len(due) >= PAGE
        for run in (entry.flow_run for entry in due):
            if run.id in self._tasks:
                # Woken again while its last activation is still tidying up.
                self._once_more.add(run.id)
            elif self._flow_of(run) is not None:
                self._waiting.append(run)
            elif run.id not in self._strangers:
                self._strangers.add(run.id)
                log.error("Run %s (%s) in our pool is of a flow we do not have.", run.name, run.id)

    def _begin(self, client: PrefectClient, run: FlowRun) -> None:
        flow = self._flow_of(run)
        assert flow is not None
        task = asyncio.get_running_loop().create_task(
            self._activate(client, run, flow), name=f"run {run.name}", context=self._plain.copy()
        )
        self._tasks[run.id] = task
        task.add_done_callback(lambda done: self._done(run, done))

    async def _activate(self, client: PrefectClient, run: FlowRun, flow: Flow[..., Any]) -> bool:
        """Run the flow once. True when the run sleeps or has ended well, as far as we know."""
        try:
            state = await propose_state(client, Pending(), flow_run_id=run.id)
            if not state.is_pending():
                return False
            # Without its deployment's id the engine does not open a thread, a loop and a
            # websocket per activation to hear of suspensions from outside (2.6 activations a
            # second with them, 7.7 without). We suspend from inside. A new version of Prefect
            # may look elsewhere: then it is slower again, no more. It reads the whole run again.
            lean = run.model_copy(update={"deployment_id": None})
            ended = await run_flow_async(
                flow, flow_run=lean, parameters=run.parameters, return_type="state"
            )
            if ended is not None and ended.is_failed():
                log.error("Run %s (%s) failed: %s", run.name, run.id, ended.message)
            return ended is not None and (ended.is_completed() or ended.is_cancelled())
        except Pause:
            # The usual end: the flow sleeps again.
            return True
        except Abort:
            # Another worker has the run, it was cancelled, or the server's answer was lost.
            return False

    def _done(self, run: FlowRun, task: asyncio.Task[bool]) -> None:
        del self._tasks[run.id]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("Run %s (%s) was not finished: %r", run.name, run.id, error)
        if run.id in self._once_more:
            self._once_more.discard(run.id)
            self._look = True
        self._wake.set()
        if self._on_done is not None:
            well = not task.cancelled() and error is None and task.result()
            self._on_done(run.id, well)

    def _flow_of(self, run: FlowRun) -> Flow[..., Any] | None:
        names = (name for name, d in self._deployed.items() if d.flow_id == run.flow_id)
        return next((self._flows[name] for name in names), None)

    async def _next_turn(self) -> None:
        # Cleared before the next look, never after it: a nudge during a look counts.
        try:
            await asyncio.wait_for(self._wake.wait(), self._poll_seconds)
        except TimeoutError:
            self._look = True
        self._wake.clear()

    def _found(self) -> None:
        if self._failures >= SAID_AT:
            log.info("Prefect is reached again.")
        self._failures = 0
        self._ready.set()

    async def _pause(self, what: str) -> None:
        """Wait before the next attempt; say so once, and not for a single failure."""
        self._look = True
        self._failures += 1
        if self._failures == SAID_AT:
            self._ready.clear()
            log.warning("Prefect %s. Items are accepted meanwhile; their runs catch up.", what)
        pause = RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS)) - 1]
        try:
            await asyncio.wait_for(self._stopping.wait(), pause)
        except TimeoutError:
            self._heartbeat_due = 0.0

    async def _drained(self) -> None:
        """The shared client is closed only when no activation needs it."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))
            await asyncio.sleep(0)


def without_results(flow: Flow[..., Any]) -> Flow[..., Any]:
    """The flow with everything said about results, of which we keep none.

    Otherwise the engine asks the server for it twice at each activation, once blocking the loop.
    """
    folder = flow.result_storage or get_current_settings().results.local_storage_path
    return flow.with_options(persist_result=flow.persist_result or False, result_storage=folder)
