"""How far each item has come on day zero, as working days before (-) and after it.

The reminders and the ladder of the campaign's policy decide what may be due soon and which rung
an overdue item has reached, so that the first sweep after an import finds nothing to catch up.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from rules.policy import Policy
from rules.vocabulary import Outcome, Severity, Stage

STAGES = {
    Stage.INTAKE: 12,
    Stage.ASSIGNMENT: 25,
    Stage.DEADLINE: 80,
    Stage.REMINDER: 45,
    Stage.VERIFICATION: 30,
    Stage.CLOSURE: 18,
    Stage.CLOSED: 70,
}
OUTCOMES = {
    Outcome.RECTIFIED: 50,
    Outcome.LONG_TERM: 5,
    Outcome.UNSUBSTANTIATED: 6,
    Outcome.MERGED: 4,
    Outcome.TRANSFERRED: 4,
    Outcome.WITHDRAWN: 1,
}
SOFT = (Outcome.UNSUBSTANTIATED, Outcome.MERGED, Outcome.TRANSFERRED, Outcome.WITHDRAWN)
"""Outcomes that are reached without the work having been done."""

LATE = 11
"""How many of the rectified were closed after their deadline."""

CHASED = {"soon": 14, "0": 7, "1": 8, "2": 7, "3": 5, "4": 4}
"""Items in the reminder stage: due soon, or overdue with that rung of the ladder reached."""

_OVERDUE = {"0": (1, 1), "1": (3, 5), "2": (7, 10), "3": (12, 19), "4": (23, 36)}


class Life(NamedTuple):
    """One item's days as offsets in working days, and where it stands."""

    stage: Stage
    opened: int
    assigned: int | None = None
    due: int | None = None
    submitted: int | None = None
    closed: int | None = None
    outcome: Outcome | None = None
    level: int = 0
    round: int = 1


def level_at(policy: Policy, late: int) -> int:
    """The rung that an item has reached when its deadline was ``late`` working days ago.

    The overdue notice goes out on the first working day after the deadline.
    """
    return sum(rung.after + 1 <= late for rung in policy.ladder)


class Lives:
    """Draws lives. Each method draws one; what they share is the policy and the generator."""

    def __init__(self, policy: Policy, rng: Random) -> None:
        self._policy = policy
        self._rng = rng
        self._chased = [kind for kind, count in CHASED.items() for _ in range(count)]
        self._late = [True] * LATE + [False] * (OUTCOMES[Outcome.RECTIFIED] - LATE)
        rng.shuffle(self._chased)
        rng.shuffle(self._late)
        self._draw: dict[Stage, Callable[[Severity], Life]] = {
            Stage.INTAKE: self._intake,
            Stage.ASSIGNMENT: self._assignment,
            Stage.DEADLINE: self._deadline,
            Stage.REMINDER: self._reminder,
            Stage.VERIFICATION: self._verification,
            Stage.CLOSURE: self._closure,
        }

    def draw(self, stage: Stage, severity: Severity) -> Life:
        """A life of an open item in ``stage``."""
        return self._draw[stage](severity)

    def ended(self, outcome: Outcome, severity: Severity) -> Life:
        """A life of a closed item."""
        if outcome in SOFT:
            return self._ended_early(outcome)
        closed = -self._rng.randint(2, 95)
        late = outcome is Outcome.RECTIFIED and self._late.pop()
        due = closed - self._rng.randint(2, 14) if late else closed + self._rng.randint(0, 9)
        round_ = self._rng.choices((1, 2, 3), (14, 5, 1))[0]
        life = self._assigned(Stage.CLOSED, severity, due, closed - 3, round_)
        submitted = closed - self._rng.randint(1, 3)
        return life._replace(
            closed=closed, outcome=outcome, submitted=submitted, level=self._level(submitted - due)
        )

    def _ended_early(self, outcome: Outcome) -> Life:
        closed = -self._rng.randint(3, 70)
        opened = closed - self._rng.randint(2, 12)
        return Life(Stage.CLOSED, opened, closed=closed, outcome=outcome)

    def _intake(self, _severity: Severity) -> Life:
        return Life(Stage.INTAKE, -self._rng.choice((0, 0, 1, 1, 2, 3, 5)))

    def _assignment(self, severity: Severity) -> Life:
        assigned = -self._rng.choice((0, 0, 0, 1, 1, 1, 2, 2, 3))
        opened = assigned - self._rng.randint(1, 5)
        due = assigned + self._limit(severity)
        return Life(Stage.ASSIGNMENT, opened, assigned, due)

    def _deadline(self, severity: Severity) -> Life:
        first = max(self._policy.reminders_before, default=0) + 1
        last = min(40, self._limit(severity))
        return self._assigned(Stage.DEADLINE, severity, self._rng.randint(first, last), 0)

    def _reminder(self, severity: Severity) -> Life:
        kind = self._chased.pop()
        if kind == "soon":
            due = self._rng.randint(1, max(self._policy.reminders_before))
        else:
            due = -self._rng.randint(*_OVERDUE[kind])
        life = self._assigned(Stage.REMINDER, severity, due, due - 1)
        return life._replace(level=self._level(-due))

    def _verification(self, severity: Severity) -> Life:
        waiting = self._rng.choices((0, 1, 2, 3, 4, 7, 9), (5, 6, 6, 5, 4, 2, 2))[0]
        return self._submitted(Stage.VERIFICATION, severity, -waiting)

    def _closure(self, severity: Severity) -> Life:
        waiting = self._rng.choices((2, 3, 4, 5, 8), (5, 6, 4, 2, 1))[0]
        return self._submitted(Stage.CLOSURE, severity, -waiting)

    def _submitted(self, stage: Stage, severity: Severity, submitted: int) -> Life:
        early, late = self._rng.randint(0, 12), self._rng.randint(1, 6)
        due = submitted + self._rng.choices((early, -late), (4, 1))[0]
        round_ = self._rng.choices((1, 2, 3), (7, 3, 1))[0]
        life = self._assigned(stage, severity, due, submitted - 2, round_)
        return life._replace(submitted=submitted, level=self._level(submitted - due))

    def _assigned(
        self, stage: Stage, severity: Severity, due: int, latest: int, round_: int = 1
    ) -> Life:
        """A life with a deadline: the limit runs from the assignment, at ``latest`` or before.

        Each round of rework has moved the deadline once.
        """
        moved = (round_ - 1) * self._rng.randint(8, 12)
        assigned = min(due - self._limit(severity) - moved, latest)
        opened = assigned - self._rng.randint(1, 5)
        return Life(stage, opened, assigned, due, round=round_)

    def _limit(self, severity: Severity) -> int:
        days = self._policy.limits[severity].days
        assert days is not None, "the sample's policy counts its limits in days"
        return days

    def _level(self, late: int) -> int:
        return level_at(self._policy, late)
