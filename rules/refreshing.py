"""Deadlines worked out anew after the calendar has changed: which move, where to, why others stay.

Nothing is remembered about a calendar that was an estimate. The deadline in force is the memory:
it was worked out from a day by a limit, and whenever today's calendar gives another day for the
same limit, it was worked out from another calendar. That holds for a year that has been
published since, for a correction of the package of holidays, and for days that a campaign has
added by a new version of its policy. While a year on the way is still an estimate the deadline
stays, so that nobody's deadline moves twice.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from rules.deadlines import due_for
from rules.item import ItemState
from rules.policy import Policy
from rules.workdays import WorkCalendar


class Reckoned(NamedTuple):
    """The deadline by today's calendar, and the years on the way to it that are estimates."""

    due: date
    estimated: tuple[int, ...]


def reckoned(item: ItemState, limits: Policy, calendar: WorkCalendar) -> Reckoned | None:
    """The deadline of the item as today's calendar has it; none when it was set by hand.

    ``limits`` is the policy by which the deadline was worked out, ``calendar`` that of the policy
    the item is under now. Holds have moved it by working days; the superior's day bounds it.
    """
    if item.due is None or item.due_from is None:
        return None
    due = due_for(limits, item.severity, item.due_from, calendar, item.due_superior)
    if item.due_held:
        later, superior = calendar.add(due, item.due_held), item.due_superior
        due = min(later, max(due, superior)) if superior else later
    years = range(item.due_from.year, max(due, item.due).year + 1)
    return Reckoned(due, tuple(y for y in years if calendar.is_provisional(date(y, 1, 1))))
