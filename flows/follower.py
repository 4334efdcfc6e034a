"""The follower: wakes the runs of items that have moved, and makes runs for items without one.

It looks at the items, never at Prefect, to know what is to be done; so it does not matter what
was lost between. A lease on an item says that its run is being set going or is running. Leases
that run out belong to the dead: their runs are set going again, those of the living are left
alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

from config.logging import log_context
from flows.bootstrap import ensure_deployments
from flows.item_runs import ItemRuns
from flows.reconcile import Reconciler
from flows.rectification import AT_WORK, rectification, stage_name
from flows.suspension import Resumed, create_suspended, resume
from flows.worker import Worker
from models.following import Lag
from rules.errors import RectiflowError, Unavailable
from rules.vocabulary import Stage
from tasks.office import Office

log = logging.getLogger("rectiflow.follower")

UNSTARTED_AT_ONCE = 8
"""Runs made in one look for items fresh from a ledger; stage changes come first."""

REST = timedelta(seconds=10)
"""How long an item whose activation did not end well is left alone; twice as long each time."""

LONGEST_REST = timedelta(minutes=5)

AWAY = timedelta(seconds=2)
"""How long following pauses when Prefect or the database does not answer."""

CONNECTING_SECONDS = 0.2
"""How often it is asked whether Prefect is reached for the first time."""

BUSY_SECONDS = (0.05, 0.1, 0.2, 0.4)
"""Pauses before a request is repeated because another one had the server's database."""

NOT_FOUND, BUSY = 404, 503


class Follower:
    """Keeps Prefect in step with the items of one installation, whose work pool is ``pool``."""

    def __init__(self, office: Office, worker: Worker, pool: str) -> None:
        self._settings = office.settings
        self._runs = ItemRuns(office)
        self._reconciler = Reconciler(self._runs)
        self._worker = worker
        self._pool = pool
        self._deployment: UUID | None = None
        self._wake = asyncio.Event()
        self._stopping = False
        self._away = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._going: dict[UUID, Lag] = {}
        self._troubles: Counter[UUID] = Counter()
        self._settling: set[asyncio.Task[None]] = set()

    def nudge(self) -> None:
        """Look now; from any thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self) -> None:
        """End ``run`` after the look in progress."""
        self._stopping = True
        self._wake.set()

    async def settled(self) -> None:
        """Return when what activations have told is written down."""
        while self._settling:
            await asyncio.wait(self._settling)

    def activation_ended(self, run_id: UUID, well: bool) -> None:
        """An activation has ended, ``well`` when its run is known to sleep or to be over.

        Called by the worker.
        """
        lag = self._going.pop(run_id, None)
        task = asyncio.get_running_loop().create_task(self._settle(run_id, lag, well))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def run(self) -> None:
        """Follow until ``stop``. Prefect and the database may come and go meanwhile."""
        self._loop = asyncio.get_running_loop()
        while not self._worker.connected:
            await self._pause(CONNECTING_SECONDS)
            if self._stopping:
                return
        deployed = await self._worker.deployments()
        self._deployment = deployed[rectification.name].deployment_id
        # A request that fails is repeated by the next look, not by the client's slow retries.
        with temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}):
            while not self._stopping:
                try:
                    async with get_client() as client:
                        await self._follow(client)
                except Exception as error:
                    self._say_away(error)
                    await self._pause(AWAY.total_seconds())

    async def _follow(self, client: PrefectClient) -> None:
        while not self._stopping:
            busy = False
            if self._worker.connected:
                busy = await self.look(client)
                if not busy:
                    await self._reconciler.step(client)
                self._away = False
            await self._pause(0.01 if busy else self._settings.follow_seconds)

    async def look(self, client: PrefectClient) -> bool:
        """Set going what lags, or make a few missing runs. True when there may be more."""
        if not await self._runs.anything():
            return False
        room = await self._room()
        if room <= 0:
            return False
        lags = await self._runs.take(room)
        if lags:
            await self._set_all_going(client, lags)
            return len(lags) == room
        fresh = await self._runs.unstarted(UNSTARTED_AT_ONCE)
        for lag in fresh:
            await _patiently(partial(self._create, client, lag))
        return len(fresh) == UNSTARTED_AT_ONCE

    async def _room(self) -> int:
        """How many more items may be set going: the worker should have no gap, and no queue."""
        if len(self._going) > self._worker.running:
            # Runs that another process's worker took end there, and we never hear of it.
            ours = await self._runs.ours(self._going.values())
            self._going = {run: lag for run, lag in self._going.items() if lag.id in ours}
        return 2 * self._settings.worker_limit - len(self._going)

    async def _set_all_going(self, client: PrefectClient, lags: list[Lag]) -> None:
        for place, lag in enumerate(lags):
            try:
                await _patiently(partial(self._set_going, client, lag))
            except Exception as error:
                if _is_refusal(error):
                    # This item's affair; the others go on.
                    log.exception("A run cannot be woken. %s", log_context("follow", item=lag.ref))
                    await self._runs.rest([lag], LONGEST_REST)
                    continue
                await self._runs.rest(lags[place:], AWAY)
                raise
            if self._worker.running < self._settings.worker_limit:
                self._worker.nudge()

    async def _set_going(self, client: PrefectClient, lag: Lag) -> None:
        """Wake the run of the item's present life; make one where there is none."""
        if lag.id in AT_WORK:
            return  # It runs here, and this machine stood still; its lease has been renewed.
        run = UUID(lag.run) if lag.run else await self._begin_life(client, lag)
        woken = await self._wake_up(client, lag, run)
        if woken in (Resumed.RESUMED, Resumed.ALREADY_RUNNING):
            return
        if lag.stage is Stage.CLOSED and lag.followed >= lag.moves:
            # It had ended in good order; only its lease was left behind.
            await self._runs.release(lag)
            return
        # Deleted on the server, or cancelled there by hand: the item goes on, with a new run.
        log.warning("A run is replaced. %s", log_context("follow", item=lag.ref, was=woken.value))
        await self._wake_up(client, lag, await self._create(client, lag, after=run))

    async def _wake_up(self, client: PrefectClient, lag: Lag, run: UUID) -> Resumed:
        # Before it is awake, for its activation may end before the answer is here.
        self._going[run] = lag
        try:
            woken = await resume(client, run, recover=lag.abandoned)
        except BaseException:
            self._going.pop(run, None)
            raise
        if woken in (Resumed.TERMINAL, Resumed.MISSING):
            del self._going[run]
        return woken

    async def _begin_life(self, client: PrefectClient, lag: Lag) -> UUID:
        """A run for a life that has none; that of the life before sees for itself it is over."""
        former = await self._runs.run_of(lag, lag.life - 1)
        if former is not None:
            await resume(client, former, recover=lag.abandoned)
        return await self._create(client, lag)

    async def _create(self, client: PrefectClient, lag: Lag, after: UUID | None = None) -> UUID:
        assert self._deployment is not None
        try:
            run = await create_suspended(
                client,
                self._deployment,
                stage_name(lag.stage),
                parameters={"item": lag.id, "life": lag.life},
                name=lag.ref if lag.life == 1 else f"{lag.ref}/{lag.life}",
                idempotency_key=f"{self._pool}/{lag.ref}/{lag.life}/{after or 'first'}",
            )
        except httpx.HTTPStatusError as error:
            if error.response.status_code != NOT_FOUND:
                raise
            # Somebody has deleted the deployment on the server.
            deployed = await ensure_deployments(client, [rectification.name], self._pool)
            self._deployment = deployed[rectification.name].deployment_id
            raise Unavailable("The deployment was gone on Prefect's server.") from error
        await self._runs.attach(lag, run)
        return run

    async def _settle(self, run: UUID, lag: Lag | None, well: bool) -> None:
        """Free the item, or hold it for a while when its activation did not end well."""
        rest = min(REST * 2 ** min(self._troubles[run], 10), LONGEST_REST)
        try:
            well = await self._runs.settle(run, lag, well, rest)
        except Exception as error:
            # Its lease runs out by itself.
            log.warning("An item is not freed: %s %s", error, log_context("follow", run=run))
        if well:
            self._troubles.pop(run, None)
        else:
            self._troubles[run] += 1
        self._wake.set()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    def _say_away(self, error: Exception) -> None:
        """Once, until it goes on again; what nobody has foreseen, with where it came from."""
        unforeseen = not isinstance(error, httpx.HTTPError | RectiflowError)
        if not self._away:
            said = str(error) or type(error).__name__
            log.warning("Following pauses: %s %s", said, log_context("follow"), exc_info=unforeseen)
        self._away = True


async def _patiently(work: Callable[[], Awaitable[object]]) -> None:
    """Do it again when Prefect's server was busy, which on SQLite is over in a moment."""
    for pause in BUSY_SECONDS:
        try:
            await work()
        except httpx.HTTPStatusError as error:
            if error.response.status_code != BUSY:
                raise
            await asyncio.sleep(pause)
        else:
            return
    await work()


def _is_refusal(error: Exception) -> bool:
    """Whether the server is there and says no, or something is wrong with this very item."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code < 500
    return not isinstance(error, httpx.HTTPError | RectiflowError)
