"""What an effect is, and what several of them share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar

from rules.case import Case
from rules.command import Command
from rules.deadlines import due_for
from rules.item import InForce
from rules.vocabulary import Stage


class Effect(NamedTuple):
    """What an accepted command changes."""

    changes: Mapping[str, Any] = {}
    """Fields of the item."""
    data: Mapping[str, Any] = {}
    """What the event says."""
    step_key: str | None = None
    """Key of the step that has fired."""
    texts: Mapping[str, Any] = {}
    """Columns of the item that no rule reads."""
    under: InForce | None = None
    """The policy by which the item goes on, when it is another one."""
    follows_plan: bool = False
    """The plan goes on as it was: what comes next is what ``case.due`` has found."""


NEW_ROUND: Mapping[str, Any] = {
    "evidence": 0,
    "extensions": 0,
    "waived": None,
    "passed_by": None,
    "submitted_at": None,
    "stay_until": None,
    "fired": (),
}
"""What a new round starts without."""

NO_REQUEST: Mapping[str, Any] = {
    "extension_due": None,
    "extension_by": None,
    "extension_at": None,
}
NO_HOLD_REQUEST: Mapping[str, Any] = {
    "hold_asked_until": None,
    "hold_asked_by": None,
    "hold_asked_at": None,
}
NO_HOLD: Mapping[str, Any] = {"on_hold": False, "hold_until": None, "held_at": None}
NO_RUNG: Mapping[str, Any] = {
    "level": 0,
    "served": 0,
    "confirmed": 0,
    "rung_at": None,
    "ladder_from": None,
}


class NewDue(NamedTuple):
    """A deadline, and how it came about: see the item's fields of the same names."""

    due: date | None
    due_from: date | None = None
    due_held: int = 0


def new_due(case: Case, new: NewDue) -> dict[str, Any]:
    """The fields of a deadline that is set anew: everything after it is planned from now."""
    return {
        **new._asdict(),
        "due_version": case.item.due_version + 1,
        "plan_from": case.now,
        **NO_RUNG,
        **NO_REQUEST,
    }


def _due_ahead(case: Case) -> NewDue | None:
    """The deadline in force if it still lies ahead, but never past the superior's: a finding may
    have been entered with a later one."""
    item = case.item
    if item.due is None or item.due <= case.today:
        return None
    due = min(item.due, item.due_superior) if item.due_superior else item.due
    return NewDue(due, item.due_from, item.due_held)


def due_to_set(case: Case) -> NewDue:
    """The deadline of work that starts, or starts again: as asked, else the one in force if it
    still lies ahead, else a new limit for the severity, from today."""
    item = case.item
    if asked := case.asked_day("due"):
        return NewDue(asked)
    ahead = None if item.stage is Stage.CLOSED else _due_ahead(case)
    if ahead is not None:
        return ahead
    limit = due_for(case.policy, item.severity, case.today, case.calendar, item.due_superior)
    return NewDue(limit, case.today)


def reason(case: Case) -> dict[str, Any]:
    """The reason as it was given, for the event."""
    return {"reason": case.asked("reason")}


C = TypeVar("C", bound=Command)


def given(case: Case, kind: type[C]) -> C:
    """The case's command, as what it is."""
    assert isinstance(case.command, kind)
    return case.command
