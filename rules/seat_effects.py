"""What changes on an item when a draft turns out to be somebody known."""

from __future__ import annotations

from typing import Any

from rules.case import Case
from rules.commands import Reseat
from rules.effect import Effect, given
from rules.seat_guards import named_people, named_units, seat_changes


def reseat(case: Case) -> Effect:
    """The other name stands wherever the one stood; nothing else of the item's life changes.

    ``was`` is the id of what stood there: events before this one hold it.
    """
    command = given(case, Reseat)
    data: dict[str, Any] = {"by": command.by}
    if units := named_units(case):
        data |= {"unit": units[1].id, "was": units[0].id, "from": units[0].code}
    if people := named_people(case):
        data |= {"person": people[1].id, "was": people[0].id, "from": people[0].code}
    return Effect(seat_changes(case), data)
