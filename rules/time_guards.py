"""Rules that can refuse what is asked about time: extensions, holds, new deadlines, policies.

Like those in :mod:`rules.guards`: named as sentences, and pure.
"""

from __future__ import annotations

from datetime import timedelta

from rules.case import Case
from rules.duties import Relation, relations
from rules.errors import Refusal
from rules.guards import require_reason
from rules.policy import Policy, Reason


def require_later_due(case: Case) -> Refusal | None:
    """An extension goes beyond the deadline in force."""
    due = case.asked_day("due") or case.item.extension_due
    if due is None or case.item.due is None:
        return None
    if due > case.item.due and due >= case.today:
        return None
    latest = max(case.item.due, case.today - timedelta(days=1))
    return Refusal(
        "RequireLaterDue",
        f"{due} is no extension of {case.item.due}.",
        f"Give a day after {latest}.",
    )


def require_unexpired_due(case: Case) -> Refusal | None:
    """More time is asked for before the time is up."""
    due = case.item.due
    if due is None:
        return Refusal("RequireUnexpiredDue", "The item has no deadline to extend.")
    if case.now < case.calendar.end_of(due):
        return None
    return Refusal(
        "RequireUnexpiredDue",
        f"The deadline {due} has passed; an extension is asked for before that.",
        "Submit what is done, or ask the coordinator.",
    )


def limit_extensions(case: Case) -> Refusal | None:
    """A deadline is extended so often and no more."""
    if case.item.extensions < case.policy.extensions_at_most:
        return None
    return Refusal(
        "LimitExtensions",
        f"The deadline has been extended {case.item.extensions} times; the policy allows no more.",
    )


def one_request_at_a_time(case: Case) -> Refusal | None:
    """A second request waits until the first is decided."""
    if case.item.extension_due is None:
        return None
    return Refusal(
        "OneRequestAtATime", f"A request for {case.item.extension_due} is still undecided."
    )


def require_pending_request(case: Case) -> Refusal | None:
    """Only what has been asked for can be granted or refused."""
    if case.item.extension_due is not None:
        return None
    return Refusal("RequirePendingRequest", "There is no undecided extension request.")


def listed_reason(policy: Policy, text: str) -> Reason | None:
    """The reason of the policy's list with this code or name."""
    wanted = text.strip()
    for reason in policy.extension_reasons:
        if wanted in (reason.code, reason.zh, reason.en):
            return reason
    return None


def require_listed_reason(case: Case) -> Refusal | None:
    """An extension is asked for with a reason, from the policy's list where it has one."""
    known = case.policy.extension_reasons
    if not known:
        return require_reason(case)
    text = str(case.asked("reason") or "")
    if listed_reason(case.policy, text):
        return None
    given = f"The reason {text!r} is not in the list." if text else "A reason is needed."
    choices = ", ".join(f"{reason.code} ({reason.zh})" for reason in known)
    return Refusal("RequireListedReason", given, f"Give reason= one of: {choices}.")


def limit_extension_length(case: Case) -> Refusal | None:
    """An extension moves the deadline so far at a time and no farther."""
    longest, due = case.policy.extension_longest, case.asked_day("due") or case.item.extension_due
    if not longest or due is None or case.item.due is None:
        return None
    if case.calendar.between(case.item.due, due) <= longest:
        return None
    latest = case.calendar.add(case.item.due, longest)
    return Refusal(
        "LimitExtensionLength",
        f"{due} is more than {longest} working days after {case.item.due}.",
        f"Give a day up to {latest}.",
    )


_DECIDERS = {"coordinators": Relation.COORDINATOR, "supervisors": Relation.SUPERVISOR}


def require_decider(case: Case) -> Refusal | None:
    """An extension is decided by the office that the policy names."""
    wanted = _DECIDERS.get(case.policy.extensions_decided_by)
    if wanted is None or wanted & relations(case.actor, case.item):
        return None
    office = case.policy.extensions_decided_by
    return Refusal(
        "RequireDecider",
        f"{case.actor.code} does not decide on extensions here.",
        f"Under this policy the {office} do.",
    )


def limit_hold(case: Case) -> Refusal | None:
    """A hold ends: on a day to come, within the longest time the policy allows."""
    until = case.asked_day("until") or case.item.hold_asked_until
    latest = case.today + timedelta(days=case.policy.hold_at_most)
    if until is not None and case.today <= until <= latest:
        return None
    given = f"A hold cannot last until {until}." if until else "A hold needs its last day."
    return Refusal("LimitHold", given, f"Give until= from today to {latest}.")


def require_reason_or_request(case: Case) -> Refusal | None:
    """A clock is stopped for a reason: one that is given, or that of the pending request."""
    return None if case.item.hold_asked_until else require_reason(case)


def one_hold_request_at_a_time(case: Case) -> Refusal | None:
    """A second request for a hold waits until the first is decided."""
    if case.item.hold_asked_until is None:
        return None
    return Refusal(
        "OneHoldRequestAtATime",
        f"A request for a hold until {case.item.hold_asked_until} is still undecided.",
    )


def require_pending_hold_request(case: Case) -> Refusal | None:
    """Only a hold that has been asked for can be refused."""
    if case.item.hold_asked_until is not None:
        return None
    return Refusal("RequirePendingHoldRequest", "There is no undecided request for a hold.")


def require_computed_due(case: Case) -> Refusal | None:
    """A calendar moves only deadlines that were worked out by it, and to another day."""
    if case.item.due_from is None:
        return Refusal("RequireComputedDue", "The deadline was set by hand and stays.")
    if case.asked_day("due") == case.item.due:
        return Refusal("RequireComputedDue", f"The deadline is {case.item.due} already.")
    return None


def require_known_policy(case: Case) -> Refusal | None:
    """An item moves to a policy that is stored here, and that is not its own already."""
    text = str(case.asked("policy") or "")
    known = case.facts.policies.get(text)
    if known is None:
        return Refusal(
            "RequireKnownPolicy", f"There is no policy {text!r} here.", "Give it like audit@2."
        )
    if known.policy == case.policy:
        return Refusal("RequireKnownPolicy", f"The item is under {text} already.")
    return None
