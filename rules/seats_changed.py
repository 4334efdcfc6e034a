"""What an item looks like when another unit, or another person, takes a place on it. Pure."""

from __future__ import annotations

from typing import Any

from rules.item import ItemState, PersonFact, UnitFact

PERSONAL = (
    "responsible_id", "leader_id", "verifier_id", "passed_by", "waived", "extension_by",
    "hold_asked_by",
)  # fmt: skip
"""Fields of an item that hold a person."""


def with_unit(item: ItemState, old: UnitFact, new: UnitFact) -> dict[str, Any]:
    """The fields that change when ``new`` stands where ``old`` stood; empty where it did not."""
    changes: dict[str, Any] = {}
    lead = item.unit_path
    if item.unit_id == old.id:
        changes |= {"unit_id": new.id, "unit_path": new.path}
        lead = new.path
    if old.path in item.co_unit_paths or (changes and new.path in item.co_unit_paths):
        paths = (new.path if path == old.path else path for path in item.co_unit_paths)
        changes["co_unit_paths"] = tuple(dict.fromkeys(path for path in paths if path != lead))
    return changes


def with_person(item: ItemState, old: PersonFact, new: PersonFact) -> dict[str, Any]:
    """The same for people, in whatever they are to the item."""
    return {field: new.id for field in PERSONAL if getattr(item, field) == old.id}
