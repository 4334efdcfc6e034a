"""Everything that runs: Prefect's server, the worker, the follower and the clock, as one.

    with Service(office) as service:      # returns at once; Prefect comes up behind
        ...

Commands are accepted whether or not any of this is up; what they lead to catches up from here.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from config.logging import log_context
from flows.server import EmbeddedServer, check_server, enter_environment
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
        self.api_url = office.settings.prefect_api_url
        self.trouble = ""
        """Why the parts that need Prefect were not started, as a sentence; empty while they were."""

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
        if self._starter is not None:
            self._starter.join()
        if self._thread is not None:
            self._thread.call(self._wind_down()).result(GRACE_SECONDS + 20)
            self._thread.stop()
        if self._server is not None:
            self._server.stop()

    def _bring_up(self) -> None:
        try:
            self._assemble()
        except RectiflowError as error:
            log.error("%s %s", error, log_context("start"))
            self.trouble = str(error)
        except Exception as error:
            log.exception("Prefect's part could not be started. %s", log_context("start"))
            self.trouble = f"Prefect's part could not be started: {error!r}."

    def _assemble(self) -> None:
        """Import Prefect and start the worker, the follower and the clock in its thread."""
        from flows.follower import Follower
        from flows.prefect_thread import PrefectThread
        from flows.rectification import rectification
        from flows.schedule import Schedule
        from flows.worker import Worker
        from tasks.at_hand import install

        if self._stopping.is_set():
            return
        install(self._office)
        freed = bury_the_dead(self._office)
        if freed:
            log.info("A process before us ended at work. %s", log_context("start", freed=freed))
        worker = Worker(
            [rectification],
            name=f"rectiflow {WHO}",
            limit=self._office.settings.worker_limit,
            on_done=self._activation_ended,
        )
        self._worker = worker
        self._follower = Follower(self._office, worker)
        self._schedule = Schedule(self._office, worker, self._follower.nudge)
        self._thread = PrefectThread()
        self._thread.start()
        self._running = [
            self._thread.call(worker.run()),
            self._thread.call(self._follower.run()),
        ]
        self._thread.call(self._begin_ticking()).result()

    def _activation_ended(self, run_id: UUID, well: bool) -> None:
        if self._follower is not None:
            self._follower.activation_ended(run_id, well)

    async def _begin_ticking(self) -> None:
        assert self._schedule is not None
        self._schedule.start()

    async def _wind_down(self) -> None:
        """The clock first, then the follower, then the activations."""
        if self._schedule is not None:
            await self._schedule.stop(TICK_SECONDS)
        if self._follower is not None:
            self._follower.stop()
        if self._worker is not None:
            await self._worker.stop(GRACE_SECONDS)
        await asyncio.sleep(0)
        for future in self._running:
            future.cancel()
