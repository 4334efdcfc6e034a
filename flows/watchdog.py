"""The watchdog: a plain thread that looks every minute whether everything else does its work.

It is no job of the scheduler's and runs in no event loop, so that it stands still with neither.
What kills the whole process is noticed by ``rectiflow watch`` from outside.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from config.clock import wall
from config.logging import log_context
from tasks.health import Finding, Health, look, silent
from tasks.office import Office
from tasks.watching import watch

log = logging.getLogger("rectiflow.watchdog")

LOOK_SECONDS = 60.0

FIRST_SECONDS = 120.0
"""After a start there may be a night to catch up with, and Prefect takes half a minute."""

ANSWER_SECONDS = 30.0
"""How long the database may take to answer before that is itself what stands still."""

STEP = timedelta(seconds=30)
"""Two clocks of one machine that differ by more between two looks: one of them was set."""


class Watchdog:
    """Looks after one installation. ``on_clock_set`` is called when the machine's clock was set."""

    def __init__(
        self,
        office: Office,
        on_clock_set: Callable[[], None] = lambda: None,
        *,
        first: float = FIRST_SECONDS,
        every: float = LOOK_SECONDS,
    ) -> None:
        self._office = office
        self._on_clock_set = on_clock_set
        self._first, self._every = first, every
        self._stopping = threading.Event()
        self._looking: _Looking | None = None
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a look in progress is not waited for."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(1.0)

    def look_once(self, now: datetime) -> None:
        """Look, and tell the operator what there is to tell. ``now`` is wall time."""
        settings = self._office.settings
        writes = bool(settings.operator_mail and settings.smtp_url)
        watch(settings, self._found(), now, mail=writes)

    def _run(self) -> None:
        pause = self._first
        shown, passed = wall(), time.monotonic()
        while not self._stopping.wait(pause):
            pause = self._every
            now, monotonic = wall(), time.monotonic()
            if abs(now - shown - timedelta(seconds=monotonic - passed)) > STEP:
                log.warning("The machine's clock was set. %s", log_context("watchdog"))
                self._on_clock_set()
            shown, passed = now, monotonic
            try:
                self.look_once(now)
            except Exception:
                log.exception("The watchdog failed. %s", log_context("watchdog"))

    def _found(self) -> tuple[Finding, ...]:
        """What stands still; a database that does not answer is not waited for."""
        if self._looking is None or self._looking.ended:
            self._looking = _Looking(self._office)
        health = self._looking.result(ANSWER_SECONDS)
        return (silent(ANSWER_SECONDS),) if health is None else health.findings


class _Looking:
    """A look in a thread of its own, which may hang without anybody hanging with it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._health: Health | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._look, name="look", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether it has come to its end, well or not."""
        return not self._thread.is_alive()

    def result(self, seconds: float) -> Health | None:
        """What was seen; None when it takes longer than this."""
        self._thread.join(seconds)
        if self._error is not None:
            raise self._error
        return self._health if self.ended else None

    def _look(self) -> None:
        try:
            self._health = look(self._office)
        except Exception as error:
            self._error = error
