"""What commands about time change: extensions, holds, new calendars, other policies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from rules import commands as c
from rules.case import Case
from rules.deadlines import due_after_hold, later_by_hold, plan_after_hold, stood_still
from rules.effect import (
    NO_HOLD,
    NO_HOLD_REQUEST,
    NO_REQUEST,
    Effect,
    NewDue,
    given,
    new_due,
    reason,
)
from rules.item import ItemState
from rules.notices import deciders
from rules.time_guards import listed_reason


def request_extension(case: Case) -> Effect:
    """More time is asked for."""
    command, item = given(case, c.RequestExtension), case.item
    changes = {
        "extension_due": command.due,
        "extension_by": case.actor.id,
        "extension_at": case.now,
        "asks": item.asks + 1,
    }
    listed = listed_reason(case.policy, command.reason)
    text = f"{command.reason}: {command.note}" if command.note else command.reason
    data = {"due": command.due, "from": item.due, "reason": text}
    if listed is not None:
        data["code"] = listed.code
    return Effect(changes, {**data, **deciders(case.policy)})


def grant_extension(case: Case) -> Effect:
    """More time is given, as asked or to another day."""
    due = given(case, c.GrantExtension).due or case.item.extension_due
    changes = {**new_due(case, NewDue(due)), "extensions": case.item.extensions + 1}
    return Effect(changes, {"due": due, "from": case.item.due, "asked": case.item.extension_due})


def refuse_extension(case: Case) -> Effect:
    """No more time is given."""
    return Effect(NO_REQUEST, {"asked": case.item.extension_due, **reason(case)})


def request_hold(case: Case) -> Effect:
    """Somebody who answers for the item asks that its clock be stopped."""
    until = given(case, c.RequestHold).until
    changes = {
        "hold_asked_until": until,
        "hold_asked_by": case.actor.id,
        "hold_asked_at": case.now,
    }
    return Effect(changes, {"until": until, **reason(case)})


def hold(case: Case) -> Effect:
    """The clock stops, as asked or of the office's own accord."""
    asked = case.item.hold_asked_until
    until = given(case, c.Hold).until or asked
    changes = {
        "on_hold": True,
        "hold_until": until,
        "held_at": case.now,
        "holds": case.item.holds + 1,
        **NO_HOLD_REQUEST,
    }
    data = {"until": until, **reason(case)}
    return Effect(changes, data if asked is None else {**data, "asked": asked})


def refuse_hold(case: Case) -> Effect:
    """The clock is not stopped."""
    return Effect(NO_HOLD_REQUEST, {"asked": case.item.hold_asked_until, **reason(case)})


def resume(case: Case) -> Effect:
    """The clock runs again."""
    changes = clock_restarted(case, case.now)
    return Effect(changes, {"due": changes["due"]})


def clock_restarted(case: Case, at: datetime) -> dict[str, Any]:
    """The fields of a clock that has run again since ``at``: the same plan, as much later.

    What has fired stays fired and the rung reached stays reached, because the version of the
    deadline, which is part of every step's key, does not change.
    """
    item, calendar = case.item, case.calendar
    due = due_after_hold(item, at, calendar)
    changes = {
        "due": due,
        "plan_from": plan_after_hold(item, at, calendar),
        **{field: later_by_hold(item, field, at, calendar) for field in _CLOCKS},
        **NO_HOLD,
        **_request_overtaken(item, due),
    }
    if item.due_from is not None:
        changes["due_held"] = item.due_held + stood_still(item, at, calendar)
    return changes


_CLOCKS = ("rung_at", "ladder_from", "extension_at")
"""From where something is counted that a hold interrupts."""


def _request_overtaken(item: ItemState, due: date | None) -> dict[str, Any]:
    """A request is dropped when the deadline has come to lie where it asks for, or beyond."""
    if item.extension_due is None or due is None or item.extension_due > due:
        return {}
    return dict(NO_REQUEST)


def recompute(case: Case) -> Effect:
    """The deadline follows a calendar that has changed; what has fired stays fired.

    An item that turns out not to be overdue at all starts its chase anew.
    """
    item, command = case.item, given(case, c.Recompute)
    data = {"due": command.due, "from": item.due, "by": command.by}
    changes: dict[str, Any] = {"due": command.due, **_request_overtaken(item, command.due)}
    if item.due is not None and item.due < case.today:
        changes = new_due(case, NewDue(command.due, item.due_from, item.due_held))
    if item.due_original == item.due:  # both are the same estimate
        changes["due_original"] = command.due
    return Effect(changes, data)


def adopt(case: Case) -> Effect:
    """The item goes on under another policy, as if it had been taken over now.

    Nothing is done that the new policy would have had done in the past, nothing is done again
    that has been done, and the rung reached stays reached. The deadline stays, too, and follows
    a calendar by the limit that it was worked out by (``rules.refreshing``).
    """
    item, command = case.item, given(case, c.Adopt)
    new = case.facts.policies[command.policy]
    level = min(item.level, len(new.policy.ladder))
    version = item.due_version + 1
    changes: dict[str, Any] = {
        "due_version": version,
        # What a hold has stopped goes on when it ends: until then the clock stands where it stood.
        "plan_from": item.held_at if item.on_hold and item.held_at else case.now,
        "fired": tuple(_carried(key, item, version) for key in item.fired),
        "level": level,
        "served": min(item.served, level),
        "confirmed": min(item.confirmed, level),
    }
    old = f"{case.policy.name}@{case.policy.version}"
    data = {"policy": command.policy, "from": old, "by": command.by}
    return Effect(changes, data, None, {"policy_id": new.id}, new)


def _carried(key: str, item: ItemState, version: int) -> str:
    """The key under which a step that has fired is known to the new plan. Requests for progress
    are counted from the plan's beginning and start anew."""
    plan = f"/r{item.round}.d{item.due_version}"
    if plan not in key or key.startswith("progress/"):
        return key
    return key.replace(plan, f"/r{item.round}.d{version}")
