"""What commands about the ladder change: service, stays, lost contact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rules import commands as c
from rules.case import Case
from rules.effect import Effect, given, reason
from rules.item import ItemState
from rules.policy import Policy


def act_served(item: ItemState, policy: Policy, at: datetime) -> dict[str, Any]:
    """The fields of an act that counts as served since ``at``.

    Where the ladder waits for service, the gap to the next rung counts from there; elsewhere, and
    above the last rung, it does not matter when an act was served.
    """
    changes: dict[str, Any] = {"served": item.level}
    if policy.ladder[item.level - 1].served and item.level < len(policy.ladder):
        changes["ladder_from"] = max(at, item.ladder_from or at)
    return changes


def serve(case: Case) -> Effect:
    """The act of the rung reached was served, today or on a day before."""
    command, calendar = given(case, c.Serve), case.calendar
    on = command.on or case.today
    at = case.now if on == case.today else calendar.opening(on)
    data = {"level": case.item.level, "how": command.how, "on": on, "minutes": command.minutes}
    return Effect(act_served(case.item, case.policy, at), data)


def confirm(case: Case) -> Effect:
    """Whoever has the act confirms it. An interview still has to be held, and its minutes kept."""
    item = case.item
    changes: dict[str, Any] = {"confirmed": item.level}
    if item.served < item.level and not case.policy.ladder[item.level - 1].minutes:
        changes |= act_served(item, case.policy, case.now)
    return Effect(changes, {"level": item.level, "served": "served" in changes})


def stay(case: Case) -> Effect:
    """The ladder stands still until a day."""
    until = given(case, c.Stay).until
    return Effect({"stay_until": until}, {"until": until, **reason(case)})


def lift_stay(case: Case) -> Effect:
    """The stay is over as if yesterday had been its last day: what was due is due now."""
    told = {"until": case.item.stay_until, **reason(case)}
    return Effect({"stay_until": case.today - timedelta(days=1)}, told)


def lose_contact(case: Case) -> Effect:
    """The ladder stands still: nobody is escalated for what never reached them."""
    return Effect({"unreachable": True}, reason(case))


def regain_contact(case: Case) -> Effect:
    """The ladder goes on, with the whole gap before the next rung."""
    return Effect({"unreachable": False, "ladder_from": case.now})
