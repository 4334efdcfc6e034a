"""A policy replayed over the past: what it would have caused, for whom, and when. Pure.

Nothing is sent and nothing is stored. Steps come from the agenda that runs live items, mails from
the planner that delivers for them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from rules.agenda import Step, StepKind
from rules.deadlines import due_for
from rules.notices import BY_STEP, Seat
from rules.policy import Policy
from rules.postbag import NO_STOPS, Letter, Postbag, Stops, stops
from rules.replay import PastItem, Replay
from rules.workdays import WorkCalendar

Cell = tuple[str, str]


class Window(NamedTuple):
    """The time that is looked at: from an instant, up to but not including another."""

    start: datetime
    end: datetime


class Assumptions(NamedTuple):
    """What a past ledger does not tell, and is assumed."""

    own_deadlines: bool = True
    """The ledger's deadlines are taken, and an item without one is never chased; otherwise each
    gets the policy's limit for its severity from the day it was opened."""
    served_after: int = 1
    """Working days after which an act is served, where the ladder waits for that."""


@dataclass(slots=True)
class Tally:
    """What a policy would have caused in the window.

    ``acts`` counts steps by what they do (a rung by its formal act), in all and by unit, by
    responsible person and by day. ``notices`` are those that follow from them; ``mails`` carry
    them, by person and day. ``held`` counts notices that waited, by the reason; ``skipped`` items
    and steps that caused nothing, by the reason.
    """

    items: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    acts_by_unit: Counter[Cell] = field(default_factory=Counter)
    acts_by_person: Counter[Cell] = field(default_factory=Counter)
    acts_by_day: Counter[tuple[date, str]] = field(default_factory=Counter)
    by_unit: Counter[str] = field(default_factory=Counter)
    """Notices about the unit's items."""
    by_person: Counter[str] = field(default_factory=Counter)
    by_day: Counter[date] = field(default_factory=Counter)
    by_person_and_day: Counter[tuple[str, date]] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    collapsed: Counter[str] = field(default_factory=Counter)
    """Notices that shared a mail with others, by what gathered them."""
    stops: Stops = NO_STOPS

    @property
    def notices(self) -> int:
        """All notices."""
        return self.by_unit.total()

    @property
    def mails(self) -> int:
        """All mails."""
        return self.by_day.total()


NO_DEADLINE = "no deadline: never chased"
CLOSED_EARLIER = "closed before the step came"
BEFORE_WINDOW = "before the time that is looked at"
AFTER_WINDOW = "after the time that is looked at"
BACKWARDS = "closed before it was opened"
OVERTAKEN = "overtaken by a weightier step at the same time"


def simulate(
    past: Iterable[PastItem],
    policy: Policy,
    calendar: WorkCalendar,
    window: Window,
    assumed: Assumptions = Assumptions(),  # noqa: B008  (an immutable value)
) -> Tally:
    """Replay ``policy`` over the items."""
    run = _Run(policy, calendar, window, assumed)
    for item in past:
        run.add(item)
    return run.finished()


class _Run:
    """One policy on its way through a ledger."""

    def __init__(
        self, policy: Policy, calendar: WorkCalendar, window: Window, assumed: Assumptions
    ) -> None:
        self.policy, self.calendar, self.window, self.assumed = policy, calendar, window, assumed
        self.tally = Tally()
        self.replay = Replay(policy, calendar, window.end, assumed.served_after)
        self.letters: dict[str, list[Letter]] = defaultdict(list)

    def add(self, item: PastItem) -> None:
        """Replay one item."""
        tally = self.tally
        tally.items += 1
        due = item.due
        if not self.assumed.own_deadlines:
            day = self.calendar.day_of(item.opened)
            due = due_for(self.policy, item.severity, day, self.calendar, None)
        if due is None:
            tally.skipped[NO_DEADLINE] += 1
            return
        if item.closed is not None and item.closed < item.opened:
            tally.skipped[BACKWARDS] += 1
            return
        done = self.replay.of(item, due)
        for fired in done.fired:
            if fired.step.at < self.window.start:
                tally.skipped[BEFORE_WINDOW] += 1
                continue
            tally.skipped[OVERTAKEN] += len(fired.overtaken)
            self._count(item, fired.step)
        tally.skipped[CLOSED_EARLIER] += done.spared
        tally.skipped[AFTER_WINDOW] += done.ahead

    def _count(self, item: PastItem, step: Step) -> None:
        rung = self.policy.ladder[step.level - 1] if step.kind is StepKind.RUNG else None
        act = str(rung.act.value if rung else step.kind.value)
        tally, day = self.tally, self.calendar.day_of(step.at)
        tally.acts[act] += 1
        tally.acts_by_unit[item.unit, act] += 1
        tally.acts_by_person[_reader(Seat.RESPONSIBLE, item), act] += 1
        tally.acts_by_day[day, act] += 1
        for notice in BY_STEP.get(step.kind, ()):
            seats = rung.to if rung else notice.seats
            for reader in sorted({_reader(seat, item) for seat in seats}):
                tally.by_unit[item.unit] += 1
                self.letters[reader].append(Letter(step.at, notice.kind))

    def finished(self) -> Tally:
        """The tally, with the mails that carry the notices."""
        tally, bag = self.tally, Postbag(self.policy.notices, self.calendar)
        instants: Counter[datetime] = Counter()
        for reader, letters in self.letters.items():
            for mail in bag.sent(letters):
                day = self.calendar.day_of(mail.at)
                instants[mail.at] += 1
                tally.by_person[reader] += 1
                tally.by_day[day] += 1
                tally.by_person_and_day[reader, day] += 1
                if mail.why:
                    tally.collapsed[mail.why] += mail.notices
        tally.held.update({why.value: count for why, count in bag.held.items()})
        tally.stops = stops(instants, self.policy.notices.cap_per_run)
        tally.skipped = +tally.skipped
        return tally


def _reader(seat: Seat, item: PastItem) -> str:
    """Who reads the mail: the person the ledger names, else the office of the item's unit."""
    named = {Seat.RESPONSIBLE: item.responsible, Seat.LEADER: item.leader}.get(seat, "")
    return f"{named} ({item.unit})" if named else f"coordinators of {item.unit or 'no unit'}"
