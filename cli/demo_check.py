"""``rectiflow demo --check``: three whole lives, unattended, and a report of what was seen of them.

Besides the lives, the sample's people are loaded and its ledger is rehearsed, not stored: with a
clock that passes a month in seconds, its 210 open items would keep Prefect busy for minutes with
nothing that is checked here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from cli import demo_report
from cli.demo_desk import LOOK_SECONDS, Days, Desk, Limit, NotSeen
from cli.demo_home import demo_home
from cli.demo_lives import LIVES, Life
from cli.demo_scene import Scene
from cli.output import emit
from cli.stopping import stop_asked
from cli.terminal import note
from config.logging import set_up
from models import audit, deliveries
from models.engine import reading
from rules.errors import RectiflowError, Unavailable
from tasks.office import Office

MAIL_SECONDS = 20.0
"""How long mails may take once the last life has ended."""


def run_check(
    seconds: float, time_limit: float, keep: Path | None, database: str, *, quiet: bool
) -> int:
    """Live the lives and print the report; the exit code: 0, or 1 when anything is missing.

    ``seconds`` is the least that a working day lasts.

    Raises:
        InputError: the folder or the database to use holds something else.
        Unavailable: something that is needed cannot be had.
    """
    began = time.monotonic()
    with stop_asked() as asked, demo_home(keep) as home:
        set_up("INFO", home / "rectiflow.log")
        limit = Limit(began + time_limit, asked)
        with Scene(home, seconds, database=database, unattended=True) as scene:
            report = _Check(scene, seconds, limit, began, quiet=quiet).report()
        report["totals"]["seconds"] = round(time.monotonic() - began, 1)
    emit(report)
    return 0 if report["ok"] else 1


class _Check:
    """One run of the check."""

    def __init__(
        self, scene: Scene, seconds: float, limit: Limit, began: float, *, quiet: bool
    ) -> None:
        self._scene = scene
        self._day_seconds = seconds
        self._limit = limit
        self._began = began
        self._quiet = quiet
        self._missing: list[str] = []
        self._seconds: dict[str, float] = {}

    def report(self) -> dict[str, Any]:
        """Everything that was seen, once all of it has been or time is up."""
        office = self._opened()
        connected = self._waited(lambda: self._scene.connected)
        prefect_seconds = self._passed()
        if connected:
            self._tell("Prefect is reached; three lives begin.")
        else:
            self._missing.append("Prefect was not reached in time.")
        desks = self._live(office) if connected else {}
        self._waited(lambda: self._mails_are_there(office, desks), MAIL_SECONDS)
        seen = self._look(office, desks)
        with reading(office.engine) as connection:
            verdict = audit.verify(connection)
        self._missing += [
            f"{one.item.ref}: {what}" for one in seen for what in demo_report.lacks(one)
        ]
        self._missing += [f"{one.ref}: {one.detail}" for one in verdict.breaches]
        if len(seen) < len(LIVES) and connected:
            self._missing.append("Not every life has begun.")
        return {
            "ok": not self._missing,
            "missing": self._missing,
            "items": [
                demo_report.told(one, desks[one.life.name].states, self._seconds[one.life.name])
                for one in seen
            ],
            "totals": {
                "items": len(seen),
                "completed": sum(
                    one.run is not None and one.run.type == "COMPLETED" for one in seen
                ),
                "mails_expected": sum(len(one.mails) for one in seen),
                "mails_caught": len(self._scene.catcher.mails),
                "events_verified": verdict.events,
                "histories_broken": len(verdict.breaches),
                "prefect_seconds": prefect_seconds,
            },
            "sample": self._scene.loaded,
            "database": office.engine.url.get_backend_name(),
        }

    def _opened(self) -> Office:
        """The office, once the sample is in its store.

        Raises:
            Unavailable: it was not in time.
        """
        self._waited(lambda: self._scene.office is not None)
        if self._scene.office is None:
            raise Unavailable("The check was not set up in time.", "Give it a longer --time-limit.")
        self._tell("The sample's people are in the store; waiting for Prefect.")
        return self._scene.office

    def _live(self, office: Office) -> dict[str, Desk]:
        """Live all lives at once, each in a thread; the desks at which they were lived."""
        assert self._scene.clock is not None
        days = Days(office, self._scene.clock, self._day_seconds, self._limit)
        desks = {life.name: Desk(self._scene, office, days, self._limit) for life in LIVES}
        with ThreadPoolExecutor(len(LIVES)) as threads:
            lived = [
                (life, threads.submit(self._live_one, life, desks[life.name])) for life in LIVES
            ]
            wait([future for life, future in lived if not life.days_pass])
            days.may_pass.set()
        return desks

    def _live_one(self, life: Life, desk: Desk) -> None:
        began = time.monotonic()
        try:
            life.live(desk)
            self._tell(f"{desk.ref} ({life.name}) has ended.")
        except (NotSeen, RectiflowError) as error:
            self._missing.append(f"{desk.ref or life.name}: {error}")
            self._tell(f"{desk.ref or life.name}: {error}")
        self._seconds[life.name] = round(time.monotonic() - began, 1)

    def _mails_are_there(self, office: Office, desks: dict[str, Desk]) -> bool:
        with reading(office.engine) as connection:
            if deliveries.has_unannounced(connection):
                return False
        return all(one.mails_are_there for one in self._look(office, desks))

    def _look(self, office: Office, desks: dict[str, Desk]) -> list[demo_report.Seen]:
        lives = [(life, desks[life.name].ref) for life in LIVES if life.name in desks]
        return demo_report.look_at_all(self._scene, office, lives)

    def _waited(self, until: Callable[[], bool], at_most: float = 3600.0) -> bool:
        """Whether it came about before time was up.

        Raises:
            Unavailable: it cannot come about any more.
        """
        end = min(self._limit.until, time.monotonic() + at_most)
        while not self._limit.asked.is_set() and time.monotonic() < end:
            self._scene.require_sound()
            if until():
                return True
            self._limit.asked.wait(LOOK_SECONDS)
        return False

    def _passed(self) -> float:
        return round(time.monotonic() - self._began, 1)

    def _tell(self, sentence: str) -> None:
        if not self._quiet:
            note(f"{self._passed():6.1f} s  {sentence}")
