"""The follower: wakes the runs of items that have moved, and makes runs for items without one.

It looks at the items, never at Prefect, to know what is to be done; so it does not matter what
was lost between. A lease on an item says that its run is being set going or is running. Leases
that run out belong to the dead: their runs are set going again, those of the living are left
alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from datetime import timedelta
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client

from config.clock import wall
from config.logging import log_context
from flows.rectification import LEASE, rectification, stage_name
from flows.suspension import Resumed, create_suspended, resume
from flows.worker import Worker
from models import following
from models.engine import reading, writing
from models.following import Lag
from rules.errors import RectiflowError
from tasks.office import Office
from tasks.presence import WHO

log = logging.getLogger("rectiflow.follower")

UNSTARTED_AT_ONCE = 8
"""Runs made in one look for items fresh from a ledger; stage changes come first."""

REST = timedelta(seconds=10)
"""How long an item whose activation did not end well is left alone."""


class Follower:
    """Keeps Prefect in step with the items of one installation."""

    def __init__(self, office: Office, worker: Worker) -> None:
        self._office = office
        self._worker = worker
        self._wake = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._going: dict[UUID, Lag] = {}
        self._since: dict[UUID, float] = {}
        self._settling: set[asyncio.Task[None]] = set()
        self._house = hashlib.sha256(office.settings.database.encode()).hexdigest()[:12]
        self.pick_ups = 0

    def nudge(self) -> None:
        """Look now; from any thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self) -> None:
        """End ``run`` after the look in progress."""
        self._stopping = True
        self._wake.set()

    def activation_ended(self, run_id: UUID, well: bool) -> None:
        """An activation has ended, ``well`` when its run is known to sleep or to be over.

        Called by the worker.
        """
        lag = self._going.pop(run_id, None)
        self._since.pop(run_id, None)
        task = asyncio.get_running_loop().create_task(self._settle(run_id, lag, well))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def run(self) -> None:
        """Follow until ``stop``. Prefect and the database may come and go meanwhile."""
        self._loop = asyncio.get_running_loop()
        await self._worker.deployments()
        while not self._stopping:
            try:
                busy = await self.look()
            except (httpx.HTTPError, RectiflowError) as error:
                log.warning("Following pauses: %s %s", error, log_context("follow"))
                busy = False
            pause = 0.0 if busy else self._office.settings.follow_seconds
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), pause or 0.01)
            self._wake.clear()

    async def look(self) -> bool:
        """Set going what lags, then make a few missing runs. True when there may be more."""
        self._forget_strangers()
        room = 2 * self._office.settings.worker_limit - len(self._going)
        lags = await asyncio.to_thread(self._take, room) if room > 0 else []
        async with get_client() as client:
            for lag in lags:
                await self._set_going(client, lag)
            if lags:
                self.pick_ups += len(lags)
                self._worker.nudge()
                return len(lags) == room
            fresh = await asyncio.to_thread(self._unstarted)
            for lag in fresh:
                await self._create(client, lag)
        return len(fresh) == UNSTARTED_AT_ONCE

    async def _set_going(self, client: PrefectClient, lag: Lag) -> None:
        """Wake the run of the item's present life; make one where there is none."""
        known = await asyncio.to_thread(self._run_of, lag)
        if known is None:
            await self._end_former_life(client, lag)
            known = await self._create(client, lag)
        if known in self._going:
            return  # It runs here, only slowly; its lease has just been renewed.
        self._goes(known, lag)
        woken = await resume(client, known, recover=lag.abandoned)
        if woken in (Resumed.RESUMED, Resumed.ALREADY_RUNNING):
            return
        del self._going[known], self._since[known]
        if woken is Resumed.TERMINAL and lag.followed >= lag.moves:
            # It had ended in good order; only its lease was left behind.
            await asyncio.to_thread(self._release, lag.id)
            return
        # Deleted on the server, or cancelled there by hand: the item goes on, with a new run.
        log.warning("A run is replaced. %s", log_context("follow", item=lag.ref, was=woken.value))
        replacement = await self._create(client, lag, after=known)
        self._goes(replacement, lag)
        await resume(client, replacement)

    def _goes(self, run_id: UUID, lag: Lag) -> None:
        self._going[run_id] = lag
        self._since[run_id] = asyncio.get_running_loop().time()

    def _forget_strangers(self) -> None:
        """Runs that another process's worker took end there, and we never hear of it."""
        oldest = asyncio.get_running_loop().time() - LEASE.total_seconds()
        for run_id in [run_id for run_id, since in self._since.items() if since < oldest]:
            self._going.pop(run_id, None)
            del self._since[run_id]

    async def _create(self, client: PrefectClient, lag: Lag, after: UUID | None = None) -> UUID:
        deployed = (await self._worker.deployments())[rectification.name]
        run_id = await create_suspended(
            client,
            deployed.deployment_id,
            stage_name(lag.stage),
            parameters={"item": lag.id, "life": lag.life},
            name=lag.ref if lag.life == 1 else f"{lag.ref}/{lag.life}",
            idempotency_key=f"{self._house}/{lag.ref}/{lag.life}/{after or 'first'}",
        )
        await asyncio.to_thread(self._attach, lag, run_id)
        return run_id

    async def _end_former_life(self, client: PrefectClient, lag: Lag) -> None:
        """The run of the life before sees for itself that it is over, if it has not yet."""
        if lag.life > 1:
            former = await asyncio.to_thread(self._run_of, lag._replace(life=lag.life - 1))
            if former is not None:
                await resume(client, former)

    async def _settle(self, run_id: UUID, lag: Lag | None, well: bool) -> None:
        """Free the item, or hold it for a while when its activation did not end well."""
        with contextlib.suppress(RectiflowError):
            await asyncio.to_thread(self._free, run_id, lag, well)
        self._wake.set()

    # What touches the database, in threads.

    def _take(self, room: int) -> list[Lag]:
        now = wall()
        with writing(self._office.engine) as connection:
            return following.take_lagging(connection, WHO, now, now + LEASE, room)

    def _unstarted(self) -> list[Lag]:
        with reading(self._office.engine) as connection:
            return following.unstarted(connection, UNSTARTED_AT_ONCE)

    def _run_of(self, lag: Lag) -> UUID | None:
        with reading(self._office.engine) as connection:
            known = following.run_of(connection, lag.id, lag.life)
        return UUID(known) if known else None

    def _attach(self, lag: Lag, run_id: UUID) -> None:
        with writing(self._office.engine) as connection:
            following.attach(connection, lag.id, lag.life, str(run_id), wall())

    def _release(self, item_id: int) -> None:
        with writing(self._office.engine) as connection:
            following.release(connection, item_id)

    def _free(self, run_id: UUID, lag: Lag | None, well: bool) -> None:
        with writing(self._office.engine) as connection:
            found = following.item_of_run(connection, str(run_id))
            if found is None:
                return
            item_id, life = found
            seen = following.seen(connection, item_id)
            if seen.life != life:
                return
            if well and (lag is None or seen.followed >= lag.moves):
                following.release(connection, item_id)
                return
            # Its tasks failed beyond their retries, or its run may still stand as Running. The
            # lease runs out, and the run is set going anew; not at once, or it would spin.
            following.renew(connection, item_id, WHO, wall() + REST)
