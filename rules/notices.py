"""Who hears of which event: one table, and the next best person when a seat is empty.

The table names seats on the item (its responsible person, its leader) and offices over its unit
(the coordinators, the supervisors). The store says who sits there; here it is only decided which
seats are addressed, with which kind of notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from rules.policy import Policy
from rules.seats import Seat as Seat
from rules.step import Step, StepKind


class Notice(NamedTuple):
    """One kind of notice for the holders of some seats."""

    kind: str
    seats: tuple[Seat, ...]


# fmt: off
_R, _L, _V = Seat.RESPONSIBLE, Seat.LEADER, Seat.VERIFIER
_C, _S, _H = Seat.COORDINATORS, Seat.SUPERVISORS, Seat.HELPERS

BY_EVENT: Mapping[str, tuple[Notice, ...]] = {
    "registered":          (Notice("registered", (_C,)),),
    "assigned":            (Notice("assigned", (_R, _L, _H)),),
    "declined":            (Notice("declined", (_C,)),),
    "extension_requested": (Notice("extension_requested", (_C, _S)),),
    "extension_granted":   (Notice("extension_granted", (_R, _L)),),
    "extension_refused":   (Notice("extension_refused", (_R, _L)),),
    "served":              (Notice("served", (_R, _L)),),
    "stayed":              (Notice("stayed", (_R, _L, _C)),),
    "stay_lifted":         (Notice("stay_lifted", (_R, _L, _C)),),
    "contact_lost":        (Notice("contact_lost", (_C,)),),
    "due_recomputed":      (Notice("due_recomputed", (_R, _L)),),
    "policy_adopted":      (Notice("policy_adopted", (_R,)),),
    "appointed":           (Notice("verification_requested", (_V,)),),
    "passed":              (Notice("closure_requested", (_S,)),),
    "failed":              (Notice("failed", (_R, _L)),),
    "approved":            (Notice("closed", (_R, _L, _C, _H)),),
    "denied":              (Notice("denied", (_R, _L, _V)),),
    "hold_requested":      (Notice("hold_requested", (_C, _S)),),
    "hold_refused":        (Notice("hold_refused", (_R, _L)),),
    "held":                (Notice("held", (_R, _L)),),
    "resumed":             (Notice("resumed", (_R, _L)),),
    "reopened":            (Notice("reopened", (_R, _L, _C)),),
    "withdrawn":           (Notice("withdrawn", (_R, _L, _H)),),
}

BY_STEP: Mapping[str, tuple[Notice, ...]] = {
    "remind":              (Notice("due_soon", (_R,)),),
    "overdue":             (Notice("overdue", (_R, _L)),),
    "overdue_again":       (Notice("overdue", (_R, _L)),),
    "rung":                (Notice("escalated", (_R, _L, _C)),),
    "progress":            (Notice("progress_due", (_R,)),),
    "acknowledge":         (Notice("acknowledge_due", (_R, _L)),),
    "deemed_received":     (Notice("acknowledge_due", (_R, _L, _C)),),
    "verification":        (Notice("verification_overdue", (_V, _C)),),
    "closure":             (Notice("closure_overdue", (_S, _C)),),
    "hold_expired":        (Notice("hold_expired", (_R, _L, _C)),),
    "look_back":           (Notice("look_back_due", (_C, _V)),),
    "announce":            (Notice("rung_announced", (_R,)),),
    "service_due":         (Notice("service_due", (_C,)),),
    "deemed_served":       (Notice("served", (_R, _L, _C)),),
    "extension_due":       (Notice("extension_requested", (_C, _S)),),
    "extension_lapsed":    (Notice("extension_lapsed", (_R, _L, _C)),),
    "hold_request_lapsed": (Notice("hold_lapsed", (_R, _L, _C)),),
}
# fmt: on

STANDS_IN: Mapping[Seat, Seat] = {
    Seat.RESPONSIBLE: Seat.COORDINATORS,
    Seat.VERIFIER: Seat.COORDINATORS,
    Seat.SUPERVISORS: Seat.COORDINATORS,
}
"""Who is told when a seat is empty, so that nothing goes unheard."""

MANDATORY = frozenset(
    {
        *("assigned", "declined", "failed", "denied", "reopened"),
        *("overdue", "escalated", "rung_announced", "served", "service_due", "contact_lost"),
        *("extension_requested", "extension_granted", "extension_refused", "extension_lapsed"),
        *("hold_requested", "due_recomputed"),
        *("verification_requested", "closure_requested", "cap_reached"),
    }
)
"""Kinds that nobody can switch off, nor are they skipped as repetitions: they ask for an act or a
decision, or change what somebody has to do and by when. They can wait for the digest."""

ANNOUNCED = frozenset({*BY_EVENT, "step_fired"})
"""Event kinds from which notices are derived at all."""


_DECIDERS = {"coordinators": (_C,), "supervisors": (_S,)}


def notices_for(kind: str, data: Mapping[str, Any]) -> tuple[Notice, ...]:
    """The notices that follow from an event, by its kind and, for a fired step, its step.

    Where the policy says who hears (of a rung, of a request to decide), the event does.
    """
    if kind == "step_fired":
        found = BY_STEP.get(str(data.get("step")), ())
    else:
        found = BY_EVENT.get(kind, ())
    seats = tuple(map(Seat, data.get("to", ()))) if data.get("step") == "rung" else ()
    seats = seats or _DECIDERS.get(str(data.get("deciders")), ())
    return tuple(Notice(notice.kind, seats) for notice in found) if seats else found


def notices_of(step: Step, policy: Policy) -> tuple[Notice, ...]:
    """The notices that a step will cause under a policy."""
    if step.kind is StepKind.RUNG:
        return (Notice("escalated", policy.ladder[step.level - 1].to),)
    if step.kind is StepKind.EXTENSION_DUE:
        return notices_for("step_fired", {"step": step.kind, **deciders(policy)})
    return BY_STEP[step.kind]


def deciders(policy: Policy) -> dict[str, str]:
    """Who decides on an extension, for the event, where the policy names one office."""
    office = policy.extensions_decided_by
    return {} if office == "either" else {"deciders": office}
