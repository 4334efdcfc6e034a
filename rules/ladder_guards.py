"""Rules that can refuse what is asked about the ladder: service, stays, lost contact.

Like those in :mod:`rules.guards`: named as sentences, and pure.
"""

from __future__ import annotations

from datetime import timedelta

from rules.case import Case
from rules.errors import Refusal
from rules.ladder import reached
from rules.policy import Rung
from rules.vocabulary import Stage, name


def rung_reached(case: Case) -> Rung | None:
    """The rung of the policy's ladder that the item has reached."""
    level = reached(case.item, case.policy)
    return case.policy.ladder[level - 1] if level else None


def require_unserved_act(case: Case) -> Refusal | None:
    """An act is served once, and only where there is one."""
    rung = rung_reached(case)
    if rung is None:
        return Refusal("RequireUnservedAct", "No act of the ladder has been made yet.")
    if case.item.served >= case.item.level:
        act = name(rung.act, "en").lower()
        return Refusal("RequireUnservedAct", f"The {act} counts as served already.")
    return None


def require_unconfirmed_act(case: Case) -> Refusal | None:
    """Receipt of an act is confirmed once, and only where there is one."""
    rung = rung_reached(case)
    if rung is None:
        return Refusal("RequireUnconfirmedAct", "No act of the ladder has been made yet.")
    if case.item.confirmed >= case.item.level:
        act = name(rung.act, "en").lower()
        return Refusal("RequireUnconfirmedAct", f"Receipt of the {act} is confirmed already.")
    return None


def keep_service_in_time(case: Case) -> Refusal | None:
    """An act is not served on a day to come, nor before the item was chased at all."""
    on = case.asked_day("on")
    if on is None:
        return None
    if on > case.today:
        return Refusal("KeepServiceInTime", f"{on} has not come yet.", "Give on= up to today.")
    chased = case.calendar.day_of(case.item.stage_since)
    if case.item.stage is Stage.REMINDER and on < chased:
        return Refusal(
            "KeepServiceInTime",
            f"On {on} there was nothing to serve yet.",
            f"Give on= from {chased} on.",
        )
    return None


def require_minutes(case: Case) -> Refusal | None:
    """An interview that was held has its minutes, where the policy asks for them."""
    rung = rung_reached(case)
    if rung is None or not rung.minutes or str(case.asked("minutes") or "").strip():
        return None
    act = name(rung.act, "en").lower()
    return Refusal("RequireMinutes", f"The {act} is served with its minutes.", "Give minutes=.")


def limit_stay(case: Case) -> Refusal | None:
    """A stay ends: on a day to come, within the longest time the policy allows."""
    until = case.asked_day("until")
    latest = case.today + timedelta(days=case.policy.stay_at_most)
    if until is not None and case.today <= until <= latest:
        return None
    return Refusal(
        "LimitStay", f"A stay cannot last until {until}.", f"Give until= from today to {latest}."
    )


def require_running_stay(case: Case) -> Refusal | None:
    """Only a stay that is not over can be lifted."""
    until = case.item.stay_until
    if until is not None and until >= case.today:
        return None
    return Refusal("RequireRunningStay", "The ladder is not stayed.")


def require_contact(case: Case) -> Refusal | None:
    """Contact is lost once."""
    if not case.item.unreachable:
        return None
    return Refusal("RequireContact", "The responsible person cannot be reached already.")


def require_lost_contact(case: Case) -> Refusal | None:
    """Only lost contact is regained."""
    if case.item.unreachable:
        return None
    return Refusal("RequireLostContact", "The responsible person can be reached.")
