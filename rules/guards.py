"""Rules that can refuse a command: each is named as a sentence, and pure.

A guard looks at the case and returns nothing, or a :class:`Refusal` that says why not and what
to do instead. The lifecycle table names the guards of each row; a guard that finds nothing to
object to in a command without the field it looks at lets it pass.
"""

from __future__ import annotations

from rules.case import Case as Case
from rules.deadlines import FARTHEST
from rules.duties import covers, is_independent, sits_in_responsible_unit
from rules.errors import Refusal
from rules.item import is_root, within
from rules.vocabulary import Outcome, Role, Stage, name


def require_reason(case: Case) -> Refusal | None:
    """What is refused, returned, ended or stopped needs a reason that stands in the history."""
    if str(case.asked("reason") or "").strip():
        return None
    return Refusal(
        "RequireReason", f"{case.command.name} needs a reason.", "Give one with reason=."
    )


def require_title(case: Case) -> Refusal | None:
    """A correction never leaves an item without a title."""
    title = getattr(case.command, "title", None)
    if title is None or title.strip():
        return None
    return Refusal("RequireTitle", "The title would be empty.", "Give a title, or leave it out.")


def require_percent(case: Case) -> Refusal | None:
    """How far the work has come lies between nothing and all of it."""
    percent = getattr(case.command, "percent", None)
    if percent is None or 0 <= percent <= 100:
        return None
    return Refusal("RequirePercent", f"{percent} % is not possible.", "Give 0 to 100.")


def require_known_category(case: Case) -> Refusal | None:
    """An item is taken on under one of the policy's categories, where the policy has any."""
    text = str(case.asked("category") or case.item.category)
    if not case.policy.categories or case.policy.category(text):
        return None
    known = ", ".join(category.zh for category in case.policy.categories)
    given = f"The category {text!r} is not in the catalogue." if text else "It has no category yet."
    return Refusal("RequireKnownCategory", given, f"Give category= one of: {known}.")


def require_open_merge_target(case: Case) -> Refusal | None:
    """An item is merged into another one of the same campaign that is still open."""
    into = str(case.asked("into") or "")
    target = case.facts.items.get(into)
    if target is None:
        return Refusal(
            "RequireOpenMergeTarget", f"There is no item {into!r} here.", "Give into=REF."
        )
    if target.id == case.item.id:
        return Refusal("RequireOpenMergeTarget", "An item cannot be merged into itself.")
    if target.campaign_id != case.item.campaign_id:
        return Refusal("RequireOpenMergeTarget", f"{target.ref} belongs to another campaign.")
    if target.stage is Stage.CLOSED:
        return Refusal(
            "RequireOpenMergeTarget", f"{target.ref} is closed.", "Reopen it, or merge elsewhere."
        )
    return None


def require_responsible_in_unit(case: Case) -> Refusal | None:
    """Every clue ends with a named post and a named person: from the lead unit, and active."""
    unit = case.facts.units.get(str(case.asked("unit")))
    person = case.facts.people.get(str(case.asked("responsible")))
    if unit is None or person is None:
        return Refusal(
            "RequireResponsibleInUnit",
            "The lead unit and the responsible person are not named.",
            "Give unit= and responsible=.",
        )
    if not person.active:
        return Refusal("RequireResponsibleInUnit", f"{person.code} is no longer active.")
    leader = case.facts.people.get(str(case.asked("leader") or ""))
    if leader is not None and not leader.active:
        return Refusal("RequireResponsibleInUnit", f"{leader.code} is no longer active.")
    places = (person.unit_path, *(path for _, path in person.roles))
    if any(within(place, unit.path) for place in places):
        return None
    return Refusal(
        "RequireResponsibleInUnit",
        f"{person.code} does not belong to {unit.code}.",
        "Name somebody from the lead unit, or make their unit the lead.",
    )


def require_assignment(case: Case) -> Refusal | None:
    """Only what has been assigned can be received or sent back."""
    if case.item.responsible_id is not None:
        return None
    return Refusal(
        "RequireAssignment", "Nobody has been named responsible yet.", "Assign it first."
    )


def require_future_due(case: Case) -> Refusal | None:
    """A deadline that is set by hand has not passed yet."""
    due = case.asked_day("due")
    if due is None or due >= case.today:
        return None
    return Refusal(
        "RequireFutureDue", f"The deadline {due} has already passed.", "Give a later day."
    )


def keep_due_in_sight(case: Case) -> Refusal | None:
    """A deadline lies in years for which a calendar can be worked out."""
    due = case.asked_day("due")
    if due is None or due <= FARTHEST:
        return None
    return Refusal(
        "KeepDueInSight", f"The deadline {due} lies too far ahead.", f"Give a day up to {FARTHEST}."
    )


def keep_within_superior_limit(case: Case) -> Refusal | None:
    """Nothing passes the superior's deadline (上级时限)."""
    limit = case.item.due_superior
    due = case.asked_day("due")
    if due is None and case.command.name == "grant_extension":
        due = case.item.extension_due
    if limit is None or due is None or due <= limit:
        return None
    return Refusal(
        "KeepWithinSuperiorLimit",
        f"{due} is later than the superior's deadline {limit}.",
        f"Give a day up to {limit}.",
    )


def require_evidence(case: Case) -> Refusal | None:
    """Work that is said to be done is shown to be done."""
    if case.item.evidence or not case.policy.evidence_required:
        return None
    return Refusal(
        "RequireEvidence",
        "No evidence has been attached in this round.",
        "Attach some with attach_evidence, then submit.",
    )


def require_digest(case: Case) -> Refusal | None:
    """Evidence is known by the SHA-256 of its content."""
    digest = str(case.asked("sha256") or "")
    if len(digest) == 64 and all(char in "0123456789abcdef" for char in digest):
        return None
    return Refusal(
        "RequireDigest",
        "sha256= is not a SHA-256 in lower-case hexadecimal.",
        "Give the file instead.",
    )


def require_independent_verifier(case: Case) -> Refusal | None:
    """Who verifies holds the duty over the unit, and has no part in the work."""
    person = case.facts.people.get(str(case.asked("verifier")))
    if person is None:
        return Refusal("RequireIndependentVerifier", "No verifier is named.", "Give verifier=.")
    holds = any(covers(person, role, case.item) for role in (Role.VERIFIER, Role.SUPERVISOR))
    if not person.active or not holds:
        return Refusal(
            "RequireIndependentVerifier", f"{person.code} is not a verifier over this unit."
        )
    if not is_independent(person, case.item):
        return Refusal(
            "RequireIndependentVerifier",
            f"{person.code} belongs to the responsible unit and may not verify its work.",
            "Name somebody else, or have a supervisor exempt them (waive).",
        )
    return None


def forbid_judging_own_unit(case: Case) -> Refusal | None:
    """Nobody verifies, approves, grants, stops or ends what their own unit is responsible for."""
    if is_independent(case.actor, case.item):
        return None
    if case.actor.id in (case.item.responsible_id, case.item.leader_id):
        return Refusal(
            "ForbidSelfVerification",
            f"{case.actor.code} answers for this item and may not judge it.",
            "Somebody independent has to do it.",
        )
    return Refusal(
        "ForbidJudgingOwnUnit",
        f"{case.actor.code} belongs to the responsible unit and may not judge its work.",
        "Somebody from outside has to do it, or a supervisor exempts them (waive).",
    )


def forbid_approving_own_verification(case: Case) -> Refusal | None:
    """Whoever verified does not also decide on striking off."""
    if case.actor.id != case.item.passed_by:
        return None
    return Refusal(
        "ForbidApprovingOwnVerification",
        f"{case.actor.code} verified this item and may not decide on its closure as well.",
        "Another supervisor has to do it.",
    )


def forbid_waiving_for_oneself(case: Case) -> Refusal | None:
    """An exemption is given by a supervisor to somebody else, never to who does the work."""
    person = case.facts.people.get(str(case.asked("person")))
    if person is None:
        return Refusal("ForbidWaivingForOneself", "Nobody is named.", "Give person=.")
    if person.id == case.actor.id:
        return Refusal("ForbidWaivingForOneself", "Nobody exempts themselves.")
    if case.actor.id in (case.item.responsible_id, case.item.leader_id):
        return Refusal(
            "ForbidWaivingForOneself", f"{case.actor.code} answers for this item themselves."
        )
    if person.id in (case.item.responsible_id, case.item.leader_id):
        return Refusal(
            "ForbidWaivingForOneself", f"{person.code} answers for this item and stays excluded."
        )
    if not sits_in_responsible_unit(person, case.item):
        return Refusal("ForbidWaivingForOneself", f"{person.code} needs no exemption here.")
    return _forbid_waiving_among_colleagues(case)


def _forbid_waiving_among_colleagues(case: Case) -> Refusal | None:
    """Whoever exempts comes from outside, where there is an outside, and did not verify."""
    if case.actor.id == case.item.passed_by:
        return Refusal(
            "ForbidWaivingForOneself",
            f"{case.actor.code} verified this item and does not choose who approves it.",
        )
    # Under the root everybody sits in the responsible unit: then a third supervisor has to do.
    led_by_root = not case.item.unit_path or is_root(case.item.unit_path)
    if sits_in_responsible_unit(case.actor, case.item) and not led_by_root:
        return Refusal(
            "ForbidWaivingForOneself",
            f"{case.actor.code} belongs to the responsible unit and exempts nobody there.",
            "A supervisor from outside has to do it.",
        )
    return None


def require_running_clock(case: Case) -> Refusal | None:
    """While the clock is stopped nothing moves that the clock measures."""
    if not case.item.on_hold:
        return None
    return Refusal(
        "RequireRunningClock",
        f"The item is on hold until {case.item.hold_until}.",
        "Resume it first.",
    )


def require_stopped_clock(case: Case) -> Refusal | None:
    """Only a stopped clock can be started."""
    if case.item.on_hold:
        return None
    return Refusal("RequireStoppedClock", "The item is not on hold.")


def require_relapse_possible(case: Case) -> Refusal | None:
    """Only what was put right can relapse."""
    if case.item.outcome in (Outcome.RECTIFIED, Outcome.LONG_TERM):
        if case.item.responsible_id is not None:
            return None
        return Refusal(
            "RequireRelapsePossible",
            "It has no responsible person to work on it again.",
            "Register a new item about the matter.",
        )
    ended = name(case.item.outcome, "en").lower() if case.item.outcome else "closed"
    return Refusal(
        "RequireRelapsePossible",
        f"It ended as {ended}; there is nothing that could have relapsed.",
        "Register a new item about the matter.",
    )


def never_early(case: Case) -> Refusal | None:
    """A step fires at its instant or later."""
    if case.due is not None:
        return None
    return Refusal("NeverEarly", "No step of the agenda is due yet.")
