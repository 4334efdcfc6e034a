"""The cast of the demonstration: invented people who act by themselves, through ordinary commands.

What somebody does to an item follows from the item alone (where it stands, for how long, its
number), so that every showing goes the same way: most do their work when reminded, some only when
it is escalated, a few only once they are listed; some work is returned, some closures are denied.
"""

from __future__ import annotations

import csv
import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from cli.demo_exhibits import attach
from cli.demo_scene import sample_campaign
from config.logging import log_context
from config.profiles import load_profile
from models.engine import reading
from models.listing import Wanted, page
from models.views import ItemView
from rules.commands import parse
from rules.errors import RectiflowError, Refused
from rules.vocabulary import OPEN_STAGES, Stage
from rules.workdays import WorkCalendar
from sample.files import path
from tasks.act import act
from tasks.office import Office

log = logging.getLogger("rectiflow.demo")

MOST = 10_000
"""Open items that the cast can oversee."""

TURNS = ("approve", "submit", "pass", "accept", "submit", "pass", "approve", "submit", "pass",
         "acknowledge", "serve")  # fmt: skip
"""Whose turn it is, over and over, so that no step of an item's life holds up the next."""

INTERVIEW = 2
"""The rung of the sample's ladder that nobody confirms: it takes place."""

PATIENCE = {6: 1, 7: 1, 8: 3, 9: 4}
"""The rung of the ladder that it takes, by the last digit of the item's number; else a reminder."""


class Wish(NamedTuple):
    """What somebody wants to do: the first of ``people`` who may does it."""

    kind: str
    """The turn in which it comes: one of :data:`TURNS`."""
    people: tuple[str, ...]
    command: str
    fields: Mapping[str, object] = {}


def wish(view: ItemView, today: date, calendar: WorkCalendar, *, eager: bool) -> Wish | None:
    """What is done next to an item by whoever has to, or nothing yet.

    ``eager`` people do not wait for another day, for where a day takes a day.
    """
    waited = MOST if eager else calendar.between(calendar.day_of(view.stage_since), today)
    if view.on_hold or waited < 1:
        return None
    number = int(view.ref.rpartition("-")[2])
    match view.stage:
        case Stage.INTAKE:
            return _at_intake(view, number)
        case Stage.ASSIGNMENT:
            return _at_assignment(view, number)
        case Stage.DEADLINE | Stage.REMINDER:
            return _at_work(view, number, today, calendar)
        case Stage.VERIFICATION:
            return _at_verification(view, number, waited)
        case Stage.CLOSURE:
            return _at_closure(view, number)
    return None


def _at_intake(view: ItemView, number: int) -> Wish:
    people = _offices(view, "c1")
    if number % 6 == 0:
        return Wish("accept", people, "reject", {"reason": "经初核，反映问题不属实。"})
    return Wish("accept", people, "accept")


def _at_assignment(view: ItemView, number: int) -> Wish | None:
    if view.responsible is None:
        unit = view.unit.code if view.unit else inspected()[number % len(inspected())]
        named = {"unit": unit, "responsible": f"{unit}-r1", "leader": f"{unit}-l1"}
        return Wish("accept", _offices(view, "c1"), "assign", named)
    if number % 5 == 0:  # In the end it counts as received.
        return None
    return Wish("acknowledge", (view.responsible.code,), "acknowledge")


def _at_work(view: ItemView, number: int, today: date, calendar: WorkCalendar) -> Wish | None:
    if view.responsible is None or view.due is None:
        return None
    who = (view.responsible.code,)
    first = view.due == view.due_original and view.extension_requested is None
    if number % 8 == 5 and first and 0 <= calendar.between(today, view.due) <= 4:
        later = calendar.add(view.due, 5)
        if view.due_superior is None or later <= view.due_superior:
            why = {"reason": "cooperation", "note": "涉及多部门，需补充核查。"}
            asked = {"due": later.isoformat(), **why}
            return Wish("acknowledge", who, "request_extension", asked)
    if view.extension_requested is not None:
        if view.extension_requested < today:
            late = {"reason": "期限已过，请尽快报核。"}
            return Wish("accept", _offices(view, "c1"), "refuse_extension", late)
        return Wish("accept", _offices(view, "c1"), "grant_extension")
    rung = PATIENCE.get(number % 10, 0)
    if view.level < rung or (not rung and view.stage != Stage.REMINDER):
        return _about_the_act(view, number)
    return Wish("submit", who, "submit", {"summary": "已按要求整改，佐证材料附后。"})


def _about_the_act(view: ItemView, number: int) -> Wish | None:
    """The act of the rung is served, or confirmed by whoever has it; some wait until it counts as
    served. An interview takes place, with its minutes."""
    if view.served >= view.level or number % 3 == 0:
        return None
    if number % 2 and view.level != INTERVIEW and view.responsible is not None:
        return Wish("acknowledge", (view.responsible.code,), "confirm")
    said = {"how": "in_person", "minutes": "已当面说明问题、时限和责任。"}
    return Wish("serve", _offices(view, "c1"), "serve", said)


def _at_verification(view: ItemView, number: int, waited: int) -> Wish | None:
    if view.verifier is None:
        # Usually the item's run has named somebody by now.
        fields = {"verifier": _offices(view, "v1")[0]}
        return Wish("pass", _offices(view, "c1"), "appoint", fields) if waited > 1 else None
    if number % 7 == 0 and waited < 4:
        # One in seven is left for whoever tries a command in a second terminal.
        return None
    who = (view.verifier.code,)
    if view.round == 1 and number % 4 == 1:
        return Wish("pass", who, "fail", {"reason": "佐证材料不全，缺少逐案整改记录。"})
    return Wish("pass", who, "pass", {"finding": "现场核查，整改到位。"})


def _at_closure(view: ItemView, number: int) -> Wish:
    people = (*_offices(view, "s1"), "city-office-s2")
    if view.round == 1 and number % 9 == 4:
        why = {"reason": "长效机制尚未建立。", "to": "deadline"}
        return Wish("approve", people, "deny", why)
    outcome = "long_term" if number % 12 == 7 else "rectified"
    return Wish("approve", people, "approve", {"outcome": outcome, "checked": ticks()})


@cache
def ticks() -> tuple[str, ...]:
    """Every line of the sample's checklist: the cast looks at all of it."""
    return tuple(line.code for line in load_profile(sample_campaign().profile).closure_checklist)


def _offices(view: ItemView, seat: str) -> tuple[str, ...]:
    """Handles of the offices over the item's unit: its district's, then the city's."""
    place = view.unit.code.partition("-")[0] if view.unit else "city"
    return tuple(dict.fromkeys((f"{place}-office-{seat}", f"city-office-{seat}")))


@cache
def inspected() -> tuple[str, ...]:
    """The codes of the sample's inspected units."""
    with path("units.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["code"] for row in csv.DictReader(file) if row["inspected"] == "true")


class Cast:
    """Lets the people act, one turn every ``pause`` seconds, in a thread of their own."""

    def __init__(
        self, office: Office, calendar: WorkCalendar, pause: float, *, eager: bool
    ) -> None:
        self._office = office
        self._calendar = calendar
        self._pause = pause
        self._eager = eager
        self._turn = 0
        self._refused: set[tuple[str, int]] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cast", daemon=True)

    def start(self) -> None:
        """Begin to act."""
        self._thread.start()

    def stop(self) -> None:
        """Act no more; returns when the turn in progress is over."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._pause):
            try:
                self.turn()
            except RectiflowError as error:
                log.warning("The cast waits: %s %s", error, log_context("cast"))

    def turn(self) -> str | None:
        """One of the people acts; the item's reference, or None when nobody has anything to do."""
        with reading(self._office.engine) as connection:
            now = self._office.clock.now()
            views = page(connection, Wanted(OPEN_STAGES), now, MOST).items
        today = self._calendar.day_of(now)
        wished = [
            (view, found)
            for view in views
            if (view.ref, view.version) not in self._refused
            and (found := wish(view, today, self._calendar, eager=self._eager))
        ]
        self._turn += 1
        chosen = choose(wished, self._turn)
        if chosen is None:
            return None
        self._carry_out(*chosen)
        return chosen[0].ref

    def _carry_out(self, view: ItemView, wanted: Wish) -> None:
        for person in wanted.people:
            try:
                if wanted.command == "submit":
                    attach(self._office, view, person)
                command = parse(wanted.command, wanted.fields)
                act(self._office.engine, view.ref, command, person, self._office.clock.now())
            except Refused as refused:
                log.info("%s %s", refused, log_context("cast", item=view.ref, rule=refused.rule))
                continue
            return
        # Nobody may: not tried again before the item has changed.
        self._refused.add((view.ref, view.version))


def choose(wished: Sequence[tuple[ItemView, Wish]], turn: int) -> tuple[ItemView, Wish] | None:
    """Who acts in this turn: somebody of its kind, else of the next; the longest waiting first."""
    waiting = sorted(wished, key=lambda one: (one[0].stage_since, one[0].id))
    for step in range(len(TURNS)):
        kind = TURNS[(turn + step) % len(TURNS)]
        for one in waiting:
            if one[1].kind == kind:
                return one
    return None
