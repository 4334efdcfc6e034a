"""Marks: words beside an item's own, which no text holds, that say where the item stands.

They are looked up together with the words of a search, so that a search costs whoever sees little
as little as it finds. They sieve and judge nothing: who sees what is for ``models.visibility``.
An item is marked by the unit that leads it, those that help, and all above these; by whoever has
a seat; and while it is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.item import ItemState
from rules.vocabulary import Stage

SEATS = ("responsible_id", "leader_id", "verifier_id")
STANDING = ("stage", "unit_path", "co_unit_paths", *SEATS)
"""The columns that an item's marks are made of."""

ItemRow = Mapping[Any, Any]
"""An item's row, by the names of its columns."""

_SIGN = "¶"
"""Neither a letter nor a digit to us, and a letter to SQLite's tokenizer."""

OPEN = f"{_SIGN}o"
NO_UNIT = f"{_SIGN}u0"


def of_unit(ident: int | str) -> str:
    """The mark of what this unit, or one below it, leads or helps with."""
    return f"{_SIGN}u{ident}"


def of_person(ident: int) -> str:
    """The mark of that on which this person has a seat."""
    return f"{_SIGN}p{ident}"


def marks_of(item: ItemRow) -> set[str]:
    """The marks of the item with this row."""
    paths = (item["unit_path"] or "0", *item["co_unit_paths"])
    found = {of_unit(ident) for path in paths for ident in path.strip("/").split("/")}
    found |= {of_person(item[seat]) for seat in SEATS if item[seat] is not None}
    return found if item["stage"] == Stage.CLOSED else {*found, OPEN}


def stands(item: ItemState) -> tuple[Any, ...]:
    """What an item's marks are made of, to be compared."""
    return (item.stage is Stage.CLOSED, item.unit_path, item.co_unit_paths, item.responsible_id,
            item.leader_id, item.verifier_id)  # fmt: skip
