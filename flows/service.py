"""Everything that runs: Prefect's server, the worker, the follower and the clock, as one.

    with Service(office) as service:      # returns at once; Prefect comes up behind
        ...

Commands are accepted whether or not any of this is up; what they lead to catches up from here.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from config.logging import log_context
from flows.server import EmbeddedServer, check_server, enter_environment
from flows.watchdog import Watchdog
from models import following
from models.engine import reading
from rules.errors import RectiflowError, Unavailable
from tasks.office import Office
from tasks.presence import WHO, bury_the_dead

if TYPE_CHECKING:
    from flows.follower import Follower
    from flows.prefect_thread import PrefectThread
    from flows.schedule import Schedule
    from flows.worker import Worker

log = logging.getLogger("rectiflow.service")

GRACE_SECONDS = 10.0
"""How long activations may take to finish when the service stops."""

RETRY_SECONDS = 2.0
"""How long a database that is away is left alone before we ask again."""

TICK_SECONDS = 4.0
"""How long a tick in progress may take then: a batch of mails, a chunk of steps."""


class Service:
    """The running parts of one installation, in this process and its children."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._server: EmbeddedServer | None = None
        self._thread: PrefectThread | None = None
        self._running: list[Future[Any]] = []
        self._starter: threading.Thread | None = None
        self._stopping = threading.Event()
        self._worker: Worker | None = None
        self._follower: Follower | None = None
        self._schedule: Schedule | None = None
        self._watchdog = Watchdog(office, self._clock_was_set)
        self.api_url = office.settings.prefect_api_url
        self.trouble = ""
        """Why the parts that need Prefect could not be started, as a sentence; else empty."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def ui_url(self) -> str:
        """Where Prefect's own pages are."""
        return self.api_url.removesuffix("/").removesuffix("/api")

    @property
    def connected(self) -> bool:
        """Whether Prefect is reached."""
        return self._worker is not None and self._worker.connected

    def start(self) -> None:
        """Start everything; returns before Prefect is up.

        Raises:
            Unavailable: another process runs this home's server, the home cannot be written, or
                the Prefect server that is set cannot be used.
        """
        settings = self._office.settings
        settings.home.mkdir(parents=True, exist_ok=True)
        if settings.prefect_api_url:
            check_server(settings.prefect_api_url)
        else:
            self._server = EmbeddedServer(settings.home, settings.prefect_port)
            self._server.start()
            self.api_url = self._server.api_url
        enter_environment(settings.home, self.api_url)
        # Importing Prefect takes seconds; whoever started us has something to show meanwhile.
        self._starter = threading.Thread(target=self._bring_up, name="bring-up", daemon=True)
        self._starter.start()
        self._watchdog.start()

    def nudge(self) -> None:
        """Something has happened: look now instead of at the next tick."""
        if self._follower is not None:
            self._follower.nudge()

    def wait_connected(self, timeout: float) -> None:
        """Return when Prefect is reached.

        Raises:
            Unavailable: it was not within ``timeout`` seconds.
        """
        waiting = threading.Event()
        for _ in range(int(timeout / 0.05)):
            if self.connected:
                return
            waiting.wait(0.05)
        raise Unavailable(f"Prefect was not reached at {self.api_url} within {timeout:g} seconds.")

    def stop(self) -> None:
        """Stop everything in good order; what is in progress is finished or caught up later."""
        self._stopping.set()
        self._watchdog.stop()
        try:
            if self._starter is not None:
                self._starter.join()
            if self._thread is not None:
                thread, self._thread = self._thread, None
                self._stop_thread(thread)
        finally:
            if self._server is not None:
                self._server.stop()

    def _stop_thread(self, thread: PrefectThread) -> None:
        try:
            thread.call(self._wind_down()).result(GRACE_SECONDS + 20)
        except TimeoutError:
            log.error("Not everything came to its end in time. %s", log_context("stop"))
        finally:
            thread.stop()

    def _bring_up(self) -> None:
        try:
            self._assemble()
        except Exception as error:
            self._in_trouble(error)

    def _in_trouble(self, error: BaseException) -> None:
        """A part could not be started, or has ended though nobody asked it to."""
        if isinstance(error, RectiflowError):
            log.error("%s %s", error, log_context("start"))
            self.trouble = str(error)
        else:
            where = log_context("start")
            log.error("Prefect's part does not run. %s", where, exc_info=error)
            self.trouble = f"Prefect's part does not run: {error!r}."

    def _assemble(self) -> None:
        """Import Prefect and start the worker, the follower and the clock in its thread."""
        from flows.bootstrap import pool_of
        from flows.follower import Follower
        from flows.prefect_thread import PrefectThread
        from flows.rectification import rectification
        from flows.schedule import Schedule
        from flows.worker import Worker
        from tasks.at_hand import install

        install(self._office)
        house = self._settled_in()
        if house is None:
            return
        worker = Worker(
            [rectification],
            name=f"rectiflow {WHO}",
            pool=pool_of(house),
            limit=self._office.settings.worker_limit,
            on_done=self._activation_ended,
        )
        self._worker = worker
        self._follower = Follower(self._office, worker, pool_of(house))
        self._schedule = Schedule(self._office, worker, self._follower.nudge)
        self._thread = PrefectThread()
        self._thread.start()
        self._keep_running(worker.run())
        self._keep_running(self._follower.run())
        self._thread.call(self._begin_ticking()).result()

    def _settled_in(self) -> str | None:
        """Free what dead processes held, and the name of our house; waits for the database.

        None when we are stopped before.

        Raises:
            Unavailable: there is no campaign yet.
        """
        while not self._stopping.is_set():
            try:
                freed = bury_the_dead(self._office)
                with reading(self._office.engine) as connection:
                    house = following.house(connection)
            except Unavailable as error:
                log.warning("%s %s", error, log_context("start"))
                self._stopping.wait(RETRY_SECONDS)
                continue
            if freed:
                log.info("A process before us ended at work. %s", log_context("start", freed=freed))
            if house is None:
                raise Unavailable("There is no campaign to work for.", "Run: rectiflow init.")
            return house
        return None

    def _keep_running(self, part: Coroutine[Any, Any, None]) -> None:
        """Run a part of ours until we stop; should it end by itself, it is told."""
        assert self._thread is not None
        running = self._thread.call(part)
        running.add_done_callback(self._ended)
        self._running.append(running)

    def _ended(self, running: Future[None]) -> None:
        error = None if running.cancelled() else running.exception()
        if error is not None:
            self._in_trouble(error)

    def _activation_ended(self, run_id: UUID, well: bool) -> None:
        if self._follower is not None:
            self._follower.activation_ended(run_id, well)

    def _clock_was_set(self) -> None:
        if self._thread is not None and self._schedule is not None:
            self._thread.call(self._tick_again())

    async def _tick_again(self) -> None:
        assert self._schedule is not None
        self._schedule.tick_again()

    async def _begin_ticking(self) -> None:
        assert self._schedule is not None
        self._schedule.start()

    async def _wind_down(self) -> None:
        """No more ticks and activations; those in progress finish, and what they tell is kept."""
        assert self._schedule is not None
        assert self._follower is not None
        assert self._worker is not None
        self._follower.stop()
        await asyncio.gather(self._schedule.stop(TICK_SECONDS), self._worker.stop(GRACE_SECONDS))
        await self._follower.settled()
        parts = [asyncio.wrap_future(part) for part in self._running]
        _, late = await asyncio.wait(parts, timeout=TICK_SECONDS)
        for part in late:
            # It waits for an answer of Prefect's.
            part.cancel()
