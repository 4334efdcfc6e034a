"""Where Prefect runs in our process: in one thread with an event loop of its own.

In the main thread Prefect's engine takes over SIGTERM while a flow runs, and marks the flow as
crashed; in any other thread it cannot, and a stop of the process is ours to do in good order.
Its work also does not hold up the event loop that answers people.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

HANDS = 16
"""Threads that do blocking work for the loop: the database's, above all."""

REST_SECONDS = 5.0
"""How long task runs and log lines that have not reached Prefect's server are waited for."""


class PrefectThread:
    """A thread with an event loop. Coroutines are handed to it from any other thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # By default there would be six of them on two cores.
        self._loop.set_default_executor(ThreadPoolExecutor(HANDS, "prefect-hand"))
        self._thread = threading.Thread(target=self._serve, name="prefect", daemon=True)

    def start(self) -> None:
        """Begin to take coroutines."""
        self._thread.start()

    @property
    def ident(self) -> int | None:
        """The thread's identity, None before it has started."""
        return self._thread.ident

    def call(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine there. Wait for it with ``result()`` or ``asyncio.wrap_future``."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> None:
        """End the thread; what still runs there is cancelled. Stop the worker before."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        else:
            self._loop.close()
        send_the_rest()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            # Connections that have been closed take one more turn to be gone.
            self._loop.run_until_complete(asyncio.sleep(0))
        finally:
            self._loop.close()


def send_the_rest() -> None:
    """Let Prefect's background threads send what they hold, while the server is still there.

    Blocking, at most ``REST_SECONDS``. Not from a thread in which an event loop runs.
    """
    if "prefect" in sys.modules:
        from prefect.events.worker import EventsWorker

        # One register holds all of Prefect's senders: this drains its log lines as well.
        EventsWorker.drain_all(timeout=REST_SECONDS, at_exit=False)
