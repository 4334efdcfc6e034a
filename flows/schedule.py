"""The clock: a few ticks of APScheduler in memory, never one job an item.

A tick asks the database one cheap question and starts a flow only when the answer is yes. What is
due stands on the items themselves, so a missed tick costs nothing but a little time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prefect import Flow
from prefect.settings import (
    PREFECT_API_REQUEST_TIMEOUT,
    PREFECT_CLIENT_MAX_RETRIES,
    temporary_settings,
)

from config.clock import wall
from config.logging import log_context
from flows import chats, delivery, digest, sweep, webhooks
from flows.worker import Worker, without_results
from models import heartbeats
from models.engine import writing
from rules.errors import RectiflowError
from tasks import reach
from tasks.office import Office
from tasks.presence import WHO

log = logging.getLogger("rectiflow.clock")

T = TypeVar("T")

IMPATIENT = {PREFECT_CLIENT_MAX_RETRIES: 1, PREFECT_API_REQUEST_TIMEOUT: 10.0}
"""Prefect's own patience is minutes; by then a reminder would be late."""

HEARTBEAT_SECONDS = 15.0
"""How often the clock says that it is alive, even when nothing is due."""


class Schedule:
    """The ticks of one process."""

    def __init__(self, office: Office, worker: Worker, nudge_follower: Callable[[], None]) -> None:
        self._office = office
        self._worker = worker
        self._nudge_follower = nudge_follower
        self._ticking: set[asyncio.Task[Any]] = set()
        self._fruitful = True
        self._sweep_flow = without_results(sweep.sweep)
        self._delivery_flow = without_results(delivery.delivery)
        self._digest_flow = without_results(digest.digest)
        self._chats_flow = without_results(chats.chats)
        self._webhooks_flow = without_results(webhooks.webhooks)
        # A late tick is better than none, and two late ones are one (misfires are not dropped).
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(job_defaults=defaults, timezone="UTC")

    def start(self) -> None:
        """Begin to tick, in the event loop that is running."""
        settings = self._office.settings
        self._every(settings.sweep_seconds, self.sweep_tick, "sweep")
        self._every(settings.delivery_seconds, self.delivery_tick, "delivery")
        self._every(settings.delivery_seconds, self.digest_tick, "digest")
        self._every(settings.delivery_seconds, self.contacts_tick, "contacts")
        self._every(settings.delivery_seconds, self.chats_tick, "chats")
        self._every(settings.delivery_seconds, self.webhooks_tick, "webhooks")
        self._every(HEARTBEAT_SECONDS, self.heartbeat_tick, "heartbeat")
        self._scheduler.start()

    def tick_again(self) -> None:
        """Tick now and then at the usual pace: for when the machine's clock has been set.

        A tick that was planned by a clock since set back would be waited for as long as that.
        """
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=wall())

    async def stop(self, grace: float) -> None:
        """Tick no more; ticks in progress have ``grace`` seconds to end by themselves."""
        if self._scheduler.running:
            # Shutting down would cancel a mail on its way.
            self._scheduler.pause()
            if self._ticking:
                await asyncio.wait(set(self._ticking), timeout=grace)
            self._scheduler.shutdown(wait=False)

    async def sweep_tick(self) -> None:
        """Fire what is due, if anything is."""
        if await asyncio.to_thread(sweep.something_is_due, self._office):
            await self._sweep()
        await self._beat("sweep")

    async def _sweep(self) -> None:
        # Steps that cannot be fired stay due. Tried again at each tick, they should not make a
        # flow run each time; so after a sweep without fruit the next ones are done plainly.
        through = self._through_prefect if self._fruitful else _plainly
        swept = await through(self._sweep_flow, self._sweep_plainly)
        self._fruitful = swept.fired > 0
        if swept.fired:
            self._nudge_follower()
            await self.delivery_tick()

    async def delivery_tick(self) -> None:
        """Announce and send, if anything waits."""
        if await asyncio.to_thread(delivery.something_waits, self._office):
            await self._through_prefect(self._delivery_flow, delivery.run_plainly)
        await self._beat("delivery")

    async def contacts_tick(self) -> None:
        """Let items know whom mail does not reach, and whom it reaches again."""
        now = self._office.clock.now()
        if any(await asyncio.to_thread(reach.follow, self._office.engine, now)):
            self._nudge_follower()

    async def chats_tick(self) -> None:
        """Send by chats and other gateways, if anything waits; no mail waits for them."""
        if await asyncio.to_thread(chats.something_waits, self._office):
            await self._through_prefect(self._chats_flow, chats.run_plainly)

    async def digest_tick(self) -> None:
        """Write the digests of the day once they are due: late is better than never."""
        if await asyncio.to_thread(digest.is_due, self._office):
            await self._through_prefect(self._digest_flow, digest.run_plainly)

    async def webhooks_tick(self) -> None:
        """Tell the receivers of webhooks, if any waits; beside the mails, which wait for none."""
        if await asyncio.to_thread(webhooks.something_waits, self._office):
            await self._through_prefect(self._webhooks_flow, webhooks.run_plainly)

    async def heartbeat_tick(self) -> None:
        """Say that the clock is alive, and whether Prefect is reached."""
        await self._beat("clock", "prefect reached" if self._worker.connected else "no prefect")

    def _every(self, seconds: float, tick: Callable[[], Awaitable[None]], name: str) -> None:
        self._scheduler.add_job(
            self._guarded, "interval", args=(tick, name), seconds=seconds, id=name,
            next_run_time=wall(),
        )  # fmt: skip

    async def _guarded(self, tick: Callable[[], Awaitable[None]], name: str) -> None:
        """A tick that fails says why and leaves the next one to try again."""
        this = asyncio.current_task()
        assert this is not None
        self._ticking.add(this)
        this.add_done_callback(self._ticking.discard)
        try:
            await tick()
        except RectiflowError as error:
            log.error("%s %s", error, log_context(name))
        except Exception:
            log.exception("A tick failed. %s", log_context(name))

    async def _through_prefect(
        self, flow: Flow[[], Coroutine[Any, Any, T]], plainly: Callable[[], Awaitable[T]]
    ) -> T:
        """Do the work as a flow run; without one while Prefect is away, for time does not wait."""
        if not self._worker.connected:
            return await plainly()
        try:
            with temporary_settings(IMPATIENT):
                return await flow()
        except RectiflowError:
            raise
        except Exception as error:
            # All of it is idempotent: what the run has done already is not done again.
            log.warning("Prefect failed (%r). %s", error, log_context(flow.name))
            return await plainly()

    async def _sweep_plainly(self) -> sweep.Tally:
        return await asyncio.to_thread(sweep.fire_all, self._office)

    async def _beat(self, part: str, detail: str = "") -> None:
        await asyncio.to_thread(self._write_beat, part, detail)

    def _write_beat(self, part: str, detail: str) -> None:
        with writing(self._office.engine) as connection:
            heartbeats.beat(connection, part, wall(), WHO, detail)


async def _plainly(
    _flow: Flow[[], Coroutine[Any, Any, T]], plainly: Callable[[], Awaitable[T]]
) -> T:
    return await plainly()
