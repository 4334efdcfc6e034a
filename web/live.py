"""Who of those that look at pages must hear that something has happened.

One task of the process asks the database once a second, and only while somebody listens. Ids of
events are given before they are committed: one with a lower id may appear later, so that the last
few seconds are asked again each time, and what was told before is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from config.logging import log_context
from models import news
from models.engine import reading
from models.news import News
from rules.errors import Unavailable
from tasks.office import Office

log = logging.getLogger("rectiflow.live")

LOOK_SECONDS = 1.0
LATE_SECONDS = 15.0
"""How long a transaction may take between its event's id and its end and still be told."""
MOST_NEWS = 2000
"""Events told one by one; when there are more at once, everything is said to have changed."""
MOST_STREAMS = 4
"""Of one session: browsers open six connections to a server at most, and need some for pages."""


class Listener:
    """One open page: the items that have changed since it was asked last."""

    def __init__(self) -> None:
        self.changed: set[int] = set()
        self.everything = False
        self.woken = asyncio.Event()

    def take(self) -> tuple[set[int], bool]:
        """What has changed since, and whether it was too much to say."""
        taken, self.changed = self.changed, set()
        everything, self.everything = self.everything, False
        self.woken.clear()
        return taken, everything


class Live:
    """The listeners of one process. All but ``stop`` is for the server's own loop."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._listeners: set[Listener] = set()
        self._of: Counter[int] = Counter()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: set[int] = set()
        self._places: deque[tuple[float, int]] = deque()
        self._ready = asyncio.Event()
        self.stopped = False
        self.place = 0
        """The newest event that was told."""

    @contextmanager
    def listening(self, session: int) -> Iterator[Listener | None]:
        """A listener of this session while the block lasts; None when it has too many."""
        if self.stopped or self._of[session] >= MOST_STREAMS:
            yield None
            return
        self._loop = asyncio.get_running_loop()
        listener = Listener()
        self._listeners.add(listener)
        self._of[session] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            self._of[session] -= 1
            self._of += Counter()  # forgets those of whom nobody is left

    async def ready(self) -> None:
        """Wait until it is known what is old; not for a database that cannot be read."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), LATE_SECONDS)

    def stop(self) -> None:
        """End every stream now; from any thread."""
        self.stopped = True
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._ready.set()
        for each in self._listeners:
            each.woken.set()

    async def _look(self) -> None:
        """Ask as long as anybody listens."""
        self._told, self._places, begun = set(), deque(), False
        self._ready.clear()
        while self._listeners and not self.stopped:
            try:
                if begun:
                    self._tell(await asyncio.to_thread(self._since, self._floor()))
                else:
                    self._begin(await asyncio.to_thread(self._newest))
                    begun = True
            except Unavailable as error:
                log.warning("News cannot be read. %s", log_context("live", error=str(error)))
                await asyncio.sleep(LOOK_SECONDS * 4)
            except Exception:
                log.exception("News cannot be told. %s", log_context("live"))
                await asyncio.sleep(LOOK_SECONDS * 4)
            await asyncio.sleep(LOOK_SECONDS)

    def _newest(self) -> int:
        with reading(self._office.engine) as connection:
            return news.newest(connection)

    def _since(self, floor: int) -> list[News]:
        with reading(self._office.engine) as connection:
            return news.since(connection, floor, MOST_NEWS)

    def _begin(self, newest: int) -> None:
        self.place = newest
        self._places.append((monotonic(), newest))
        self._ready.set()

    def _floor(self) -> int:
        """The newest event of some seconds ago: whatever comes after it may be news."""
        now = monotonic()
        while len(self._places) > 1 and now - self._places[1][0] >= LATE_SECONDS:
            self._places.popleft()
        return self._places[0][1]

    def _tell(self, found: list[News]) -> None:
        fresh = [one for one in found if one.id not in self._told]
        self._told = {one.id for one in found}
        if not fresh:
            return
        self.place = max(self.place, found[-1].id)
        self._places.append((monotonic(), self.place))
        many = len(found) >= MOST_NEWS
        if many:
            # There is more than was read: begin after what is here by the next look.
            self._places = deque([(monotonic(), self.place)])
        ids = {one.item_id for one in fresh}
        for each in self._listeners:
            each.changed |= ids
            each.everything = each.everything or many
            each.woken.set()
