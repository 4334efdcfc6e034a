"""Rules about whose names stand on an item when a draft turns out to be somebody known."""

from __future__ import annotations

from typing import Any

from rules.case import Case
from rules.duties import is_independent
from rules.errors import Refusal
from rules.item import PersonFact, UnitFact
from rules.seats_changed import with_person, with_unit


def named_units(case: Case) -> tuple[UnitFact, UnitFact] | None:
    """The unit to be replaced and the one that takes its place, where both are named."""
    known = case.facts.units
    old, new = (known.get(str(case.asked(field))) for field in ("unit", "into_unit"))
    return (old, new) if old and new else None


def named_people(case: Case) -> tuple[PersonFact, PersonFact] | None:
    """The person to be replaced and the one who takes their place, where both are named."""
    known = case.facts.people
    old, new = (known.get(str(case.asked(field))) for field in ("person", "into_person"))
    return (old, new) if old and new else None


def seat_changes(case: Case) -> dict[str, Any]:
    """The item's fields that change."""
    units, people = named_units(case), named_people(case)
    changes = with_unit(case.item, *units) if units else {}
    return changes | (with_person(case.item, *people) if people else {})


def require_seat_to_change(case: Case) -> Refusal | None:
    """Only where a name stands can another one take its place."""
    if seat_changes(case):
        return None
    return Refusal(
        "RequireSeatToChange", f"{case.item.ref} does not name them.", "Look at the item again."
    )


def keep_judges_apart(case: Case) -> Refusal | None:
    """Two names turning out to be one person makes nobody the judge of their own work.

    A unit may come to be the verifier's own: that they may not judge it any more is refused when
    they try, like everywhere else.
    """
    people = named_people(case)
    if people is None:
        return None
    _, new = people
    after = case.item._replace(**seat_changes(case))
    if new.id in (after.verifier_id, after.passed_by) and not is_independent(new, after):
        return Refusal(
            "KeepJudgesApart",
            f"{new.code} would both answer for {after.ref} or sit in its unit, and judge it.",
            "Have somebody else verify it, or hand it to somebody else first.",
        )
    return None
