"""A past item, lived again under a policy as if nobody had acted but to close it. Pure.

The same agenda that runs a live item is drawn for a past one, from the day it was opened to the
day it was closed, and each step is carried out at its instant, as if every sweep had come in time.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from rules.agenda import Step, StepKind, agenda, upcoming
from rules.case import Case
from rules.commands import FireStep
from rules.decide import Decision, decide
from rules.item import SYSTEM, Facts, ItemState
from rules.ladder_effects import act_served
from rules.opening import Opening, opened
from rules.policy import Policy
from rules.vocabulary import Outcome, Severity, Stage
from rules.workdays import WorkCalendar


class PastItem(NamedTuple):
    """What a past ledger tells of an item. Instants are UTC, ``due`` is the campaign's day."""

    unit: str
    responsible: str
    leader: str
    severity: Severity
    opened: datetime
    due: date | None
    closed: datetime | None
    outcome: Outcome | None = None
    """None of a closed item: it was put right."""


class Fired(NamedTuple):
    """A step that was carried out, and those of its track that it overtook."""

    step: Step
    overtaken: tuple[Step, ...]


class Replayed(NamedTuple):
    """What would have happened to an item."""

    fired: list[Fired]
    spared: int
    """Steps that were still to come when the item was closed."""
    ahead: int
    """Steps that are still to come at the end."""


class Replay:
    """Lives past items again under one policy until ``end``, which is not included.

    An act for whose service the ladder waits is served ``served_after`` working days after it.
    """

    def __init__(
        self, policy: Policy, calendar: WorkCalendar, end: datetime, served_after: int = 1
    ) -> None:
        self._policy, self._calendar = policy, calendar
        self._end, self._served_after = end, served_after
        # Whole ledgers are opened on a few hundred days: a life is worked out once for each.
        self._life = lru_cache(MOST_LIVES)(self._begun)
        self._afterwards = lru_cache(MOST_LIVES)(self._looked_back)

    def of(self, past: PastItem, due: date) -> Replayed:
        """The item's life with this deadline."""
        life = self._life(self._alike(past.opened, due), past.severity, due)
        if past.closed is None or past.closed >= self._end:
            number = life.until(self._end)
            return Replayed(life.fired[:number], 0, life.left(number))
        number = life.until(past.closed)
        outcome = past.outcome or Outcome.RECTIFIED
        later, ahead = self._afterwards(self._calendar.day_of(past.closed), outcome)
        return Replayed([*life.fired[:number], *later], life.left(number), ahead)

    def _alike(self, opened: datetime, due: date) -> datetime:
        """The one of all instants of opening that lead to the same life.

        Steps come at the opening of an office: what matters is the day, and whether the office
        was open already. An item that was overdue from the start is chased from that very moment.
        """
        if self._calendar.opening_after(due, 1) < opened:
            return opened
        opening = self._calendar.opening(self._calendar.day_of(opened))
        return opening if opened <= opening else opening + JUST_AFTER

    def _begun(self, opened: datetime, severity: Severity, due: date) -> _Life:
        item, planned = self._opened(opened, severity, due)
        return _Life(item, planned, self._policy, self._calendar, self._served_after)

    def _opened(
        self, at: datetime, severity: Severity, due: date | None
    ) -> tuple[ItemState, datetime | None]:
        """An item on the day it was opened, and when its first step comes."""
        opening = Opening("", severity=severity, stage=Stage.DEADLINE, responsible_id=1, due=due)
        decision = opened(
            opening, {}, ref="", campaign_id=0, now=at, policy=self._policy,
            calendar=self._calendar,
        )  # fmt: skip
        return decision.item, decision.next_action_at

    def _looked_back(self, closed: date, outcome: Outcome) -> tuple[list[Fired], int]:
        """The look-backs at an item closed on that day, and how many are still ahead."""
        at = self._calendar.opening(closed)
        item, _ = self._opened(at, Severity.GENERAL, None)
        item = item._replace(stage=Stage.CLOSED, outcome=outcome, closed_at=at)
        steps = agenda(item, self._policy, self._calendar)
        inside = [Fired(step, ()) for step in steps if step.at < self._end]
        return inside, len(steps) - len(inside)


MOST_LIVES = 4096
"""Lives that are remembered."""

JUST_AFTER = timedelta(microseconds=1)


class _Life:
    """What happens to an item for as long as it is not closed, worked out as far as asked for."""

    def __init__(
        self,
        item: ItemState,
        planned: datetime | None,
        policy: Policy,
        calendar: WorkCalendar,
        served_after: int,
    ) -> None:
        self._item, self._planned = item, planned
        self._policy, self._calendar, self._served_after = policy, calendar, served_after
        self._serving: datetime | None = None
        self._instants: list[datetime] = []
        self._states = [item]
        self._left: dict[int, int] = {}
        self.fired: list[Fired] = []

    def until(self, stop: datetime) -> int:
        """How many of the steps in ``fired`` come before ``stop``."""
        while (at := self._next()) is not None and at < stop:
            if at == self._serving:
                self._serve(at)
            else:
                self._fire(at)
        return bisect_left(self._instants, stop)

    def left(self, number: int) -> int:
        """How many steps are planned after the first ``number`` that fired."""
        if number not in self._left:
            self._left[number] = len(agenda(self._states[number], self._policy, self._calendar))
        return self._left[number]

    def _next(self) -> datetime | None:
        if self._serving is None or self._planned is None:
            return self._serving or self._planned
        return min(self._serving, self._planned)

    def _serve(self, at: datetime) -> None:
        # Before whatever else comes at that instant: the letter is handed over first.
        if self._item.served < self._item.level:  # else it counts as served already
            self._item = self._item._replace(**act_served(self._item, self._policy, at))
        self._serving = None
        step = upcoming(self._item, self._policy, self._calendar)
        self._planned = step.at if step else None
        self._states[-1] = self._item
        self._left.pop(len(self.fired), None)

    def _fire(self, at: datetime) -> None:
        case = Case(self._item, _FIRE, SYSTEM, at, self._policy, self._calendar, _NOTHING)
        decision, due = decide(case), case.due
        assert due is not None
        assert isinstance(decision, Decision)
        self._item, self._planned = decision.item, decision.next_action_at
        self.fired.append(Fired(due.step, due.overtaken))
        self._instants.append(at)
        self._states.append(self._item)
        if due.step.kind is StepKind.RUNG and self._policy.ladder[due.step.level - 1].served:
            day = self._calendar.day_of(at)
            self._serving = self._calendar.opening_after(day, self._served_after)


_FIRE, _NOTHING = FireStep(), Facts()
