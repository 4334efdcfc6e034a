"""What rules look at: one command on one item at one moment, and what it refers to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from types import EllipsisType

from rules.agenda import DueStep, due_step
from rules.commands import Command
from rules.item import Facts, ItemState, PersonFact
from rules.policy import Policy
from rules.workdays import WorkCalendar


@dataclass(eq=False)
class Case:
    """All that a rule may look at."""

    item: ItemState
    command: Command
    actor: PersonFact
    now: datetime
    policy: Policy
    calendar: WorkCalendar
    facts: Facts

    _due: DueStep | EllipsisType | None = field(default=..., init=False, repr=False)

    @property
    def due(self) -> DueStep | None:
        """The step of the agenda to carry out now: may it fire, and what? Worked out once."""
        if isinstance(self._due, EllipsisType):
            self._due = due_step(self.item, self.policy, self.calendar, self.now)
        return self._due

    @property
    def today(self) -> date:
        """The campaign's day of the case."""
        return self.calendar.day_of(self.now)

    def asked(self, field: str) -> object:
        """The command's field, or None when this command has no such field or it is empty."""
        return getattr(self.command, field, None) or None

    def asked_day(self, field: str) -> date | None:
        """The command's field as a day."""
        value = self.asked(field)
        return value if isinstance(value, date) else None
