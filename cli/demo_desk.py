"""The desk at which a life of the check is lived: commands, and waiting for what follows from them.

Nothing here is a shortcut: commands go the way of ``rectiflow act``, days pass by the campaign's
clock, and what a flow run does is read from Prefect's API.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from cli.demo_cast import ticks
from cli.demo_scene import Scene
from config.clock import ManualClock
from flows.run_state import RunSeen, read_run
from models import deliveries, history
from models.board import backlog
from models.engine import reading
from models.views import ItemView, view
from rules.commands import AttachEvidence, Register, parse
from rules.errors import Unavailable
from rules.vocabulary import Stage, name
from tasks.act import act, register
from tasks.evidence import keep
from tasks.office import Office

T = TypeVar("T")

LOOK_SECONDS = 0.1

REGISTRAR = "city-office-c1"
"""A coordinator of the city's office, who enters the items."""


class NotSeen(Exception):
    """Something that had to follow did not, in time."""


class Limit(NamedTuple):
    """Until when things are waited for: an instant of the monotonic clock, or a signal to stop."""

    until: float
    asked: threading.Event

    def poll(self, what: str, look: Callable[[], T | None]) -> T:
        """Look again and again, until there is something to see.

        Raises:
            NotSeen: time is up.
        """
        while not self.asked.is_set() and time.monotonic() < self.until:
            if found := look():
                return found
            self.asked.wait(LOOK_SECONDS)
        raise NotSeen(f"Not seen in time: {what}.")


class Days:
    """Lets working days pass: each lasts until all that it has brought is done, but ``seconds``.

    So the ladder is climbed rung by rung on the slowest machine, and quickly on any other.
    """

    def __init__(self, office: Office, clock: ManualClock, seconds: float, limit: Limit) -> None:
        self.may_pass = threading.Event()
        """Set once everybody who is still at work waits for days to pass."""
        self._office = office
        self._clock = clock
        self._seconds = seconds
        self._limit = limit

    def pass_one(self, scene: Scene) -> None:
        """On to the opening of the next working day."""
        self._limit.poll("the work of a day is done", self._is_done)
        self._limit.asked.wait(self._seconds)
        today = scene.calendar.day_of(self._clock.now())
        self._clock.move_to(scene.calendar.opening_after(today, 1))

    def _is_done(self) -> bool:
        if not self.may_pass.is_set():
            return False
        with reading(self._office.engine) as connection:
            left = backlog(connection, self._clock.now())
            return not any(left) and not deliveries.has_unannounced(connection)


class Desk:
    """Where one life is lived."""

    def __init__(self, scene: Scene, office: Office, days: Days, limit: Limit) -> None:
        self._scene = scene
        self._office = office
        self._days = days
        self._limit = limit
        self.ref = ""
        self.states: list[str] = []
        """Names of the run's states, as Prefect has told them one after the other."""

    def enter(self, title: str, unit: str, *, soon: bool = False) -> None:
        """Register, accept and assign an item, and have it received in ``unit``.

        With ``soon`` it is due on the next working day, else within the policy's limit.
        """
        words: dict[str, object] = {
            "title": title, "description": f"{title}（演示所用，纯属虚构）", "category": "files",
            "severity": "major", "source": "inspection",
        }  # fmt: skip
        command = parse("register", words)
        assert isinstance(command, Register)
        now = self._office.clock.now()
        self.ref = register(self._office.engine, command, REGISTRAR, now).ref
        self.wait_asleep(Stage.INTAKE)
        coordinator = f"{unit.partition('-')[0]}-office-c1"
        self.give("accept", coordinator)
        self.wait_asleep(Stage.ASSIGNMENT)
        due = {"due": self._next_day()} if soon else {}
        named = {"unit": unit, "responsible": f"{unit}-r1", "leader": f"{unit}-l1"}
        self.give("assign", coordinator, **named, **due)
        self.wait_asleep(Stage.ASSIGNMENT)
        self.give("acknowledge", f"{unit}-r1")
        self.wait_asleep(Stage.DEADLINE)

    def submit(self, unit: str) -> None:
        """The responsible person shows that the work is done."""
        sheet = self._office.settings.home / f"{self.ref}.txt"
        sheet.write_text(f"{self.ref} 整改佐证材料（虚构）\n", encoding="utf-8")
        kept = keep(self._office, sheet)
        now = self._office.clock.now()
        command = AttachEvidence(**kept._asdict())
        act(self._office.engine, self.ref, command, f"{unit}-r1", now)
        self.give("submit", f"{unit}-r1", summary="已按要求整改。")
        self.wait_asleep(Stage.VERIFICATION)

    def judge(self, command: str, **fields: object) -> None:
        """The verifier whom the run has named passes or fails the work."""
        named = self.wait("a verifier is named", lambda item: item.verifier is not None)
        assert named.verifier is not None
        self.give(command, named.verifier.code, **fields)

    def close(self, unit: str) -> None:
        """The verifier passes, a supervisor of the place strikes off, and the run ends."""
        self.judge("pass", finding="现场核查，整改到位。")
        self.wait_asleep(Stage.CLOSURE)
        self.give("approve", f"{unit.partition('-')[0]}-office-s1", checked=ticks())
        self._wait_run("its run ends", lambda run: run.type in ("COMPLETED", "CANCELLED"))

    def give(self, command: str, person: str, **fields: object) -> None:
        """One command, the same way as ``rectiflow act``."""
        now = self._office.clock.now()
        act(self._office.engine, self.ref, parse(command, fields), person, now)

    def wait_asleep(self, stage: Stage) -> None:
        """Wait until the item's run has done the stage's work and sleeps under its name."""
        asleep = RunSeen("PAUSED", name(stage, "en"))
        what = f"its run sleeps as {asleep.name}"
        self._wait_run(what, lambda run: run == asleep and self._has_caught_up())

    def wait(self, what: str, seen: Callable[[ItemView], bool]) -> ItemView:
        """Wait until the item is as ``seen`` wants it.

        Raises:
            NotSeen: it was not in time.
        """

        def look() -> ItemView | None:
            item = self.look()
            return item if seen(item) else None

        return self._limit.poll(what, look)

    def climb_to(self, level: int) -> None:
        """Let days pass until this rung of the ladder is reached."""
        while self.look().level < level:
            self._days.pass_one(self._scene)

    def look(self) -> ItemView:
        """The item as it stands."""
        with reading(self._office.engine) as connection:
            return view(connection, self.ref, self._office.clock.now())

    def _next_day(self) -> str:
        calendar = self._scene.calendar
        return calendar.add(calendar.day_of(self._office.clock.now()), 1).isoformat()

    def _wait_run(self, what: str, wanted: Callable[[RunSeen], bool]) -> None:
        """Wait until the run is as wanted, and note the name of its state."""

        def look() -> RunSeen | None:
            run = self._run()
            return run if run is not None and wanted(run) else None

        self.states.append(self._limit.poll(what, look).name)

    def _has_caught_up(self) -> bool:
        with reading(self._office.engine) as connection:
            following = history.following(connection, self.look().id)
        return following.followed == following.moves

    def _run(self) -> RunSeen | None:
        with reading(self._office.engine) as connection:
            runs = history.runs(connection, self.look().id)
        if not runs or self._scene.service is None:
            return None
        try:
            return read_run(self._scene.service.api_url, runs[0].flow_run_id)
        except Unavailable:
            return None
