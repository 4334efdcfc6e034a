"""What goes between a long work and its row: signs of life and progress, and the wish to stop.

Instants are wall time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine

from models import jobs
from models.engine import writing
from models.jobs import JobRow
from rules.errors import Unavailable

log = logging.getLogger("rectiflow.jobs")

SIGN_SECONDS = 1.0
"""Between two signs of life."""

Tell = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much of it; raises :class:`Stopped` where the work
is to go no further. It is told between two pieces, when nothing is half done."""


One = TypeVar("One")

PIECE = 1000
"""Of what is gone through one by one, between two looks whether to go on."""


def untold(_what: str, _done: int, _of: int) -> None:
    """A :data:`Tell` for work that nobody follows."""


def telling(some: Iterable[One], what: str, of: int, tell: Tell) -> Iterator[One]:
    """The same, one by one; told how far it is.

    Raises:
        Stopped: it is not wanted any more.
    """
    for place, one in enumerate(some):
        if place % PIECE == 0:
            tell(what, place, of)
        yield one


class Stopped(Exception):
    """The work goes no further because it is not wanted any more.

    ``report`` is what a work that has done something tells of it; without one the report of the
    job stays as it was.
    """

    def __init__(self, report: str = "") -> None:
        super().__init__(report)
        self.report = report


class Pulse:
    """Signs of life and of progress, while a block of work lasts."""

    def __init__(self, engine: Engine, job: JobRow, wall: Callable[[], datetime]) -> None:
        self.job = job
        self._engine, self._wall = engine, wall
        self._over = threading.Event()
        self._unwanted = threading.Event()
        self._told: tuple[str, int, int] = ("", 0, 0)
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def tell(self, what: str, done: int, of: int) -> None:
        """Note how far it is.

        Raises:
            Stopped: it is not wanted any more.
        """
        self._told = (what, done, of)
        if self._unwanted.is_set():
            raise Stopped

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(SIGN_SECONDS):
            what, done, of = self._told
            values = {"seen_at": self._wall(), "what": what, "done": done, "of": of}
            try:
                with writing(self._engine) as connection:
                    wanted = jobs.go_on(connection, self.job, values)
            except Unavailable:
                log.warning("A sign of life could not be written.")
            else:
                if not wanted:
                    self._unwanted.set()
