"""Does a ledger's field mean what holds of the item here? One comparison a field.

A ledger calls things by many words (a unit by name, path or code, a closing by its day); what is
compared is what they mean here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from ledgers.literal import clean
from ledgers.reader import Ledger
from models.export import Called, Exported
from rules.policy import Policy
from rules.vocabulary import Stage, name
from tasks.kept import Kept
from tasks.names import Names, Unmatched

LONGEST_CELL = 32_767
"""Characters that a workbook's cell holds: an export cuts what is longer and ends it with "…"."""


class Here(NamedTuple):
    """The item as it is here, with the words that people use for what it refers to."""

    item: Exported
    kept: Kept
    people: Mapping[int, Called]
    names: Names
    policy: Policy


def is_the_same(field: str, value: Any, here: Here, ledger: Ledger) -> bool:
    """Whether the ledger's value of the field is what holds here."""
    return _SAME[field](value, here, ledger.zone)


def shown(field: str, here: Here, ledger: Ledger) -> str:
    """What holds here, in words."""
    return in_words(_VALUE[field](here), ledger)


def in_words(value: Any, ledger: Ledger) -> str:
    """A value as people read it in the ledger's language."""
    zh = ledger.lang.startswith("zh")
    match value:
        case None | "" | ():
            return "（空）" if zh else "(blank)"
        case bool():
            return ("是" if value else "否") if zh else ("yes" if value else "no")
        case StrEnum():
            return name(value, ledger.lang)
        case datetime():
            return value.astimezone(ledger.zone).isoformat(" ", "seconds")
        case tuple():
            return ("、" if zh else ", ").join(value)
    return str(value)


def same_text(said: str, held: str) -> bool:
    """Whether a cell holds this text, as far as cells can."""
    held = clean(held)
    cut = len(said) == LONGEST_CELL and said.endswith("…") and held.startswith(said[:-1])
    return said == held or cut


def _same_instant(said: datetime | None, held: datetime | None, zone: tzinfo) -> bool:
    """To the second; a day without a time is any instant of that day."""
    if said is None or held is None:
        return said is held
    local = said.astimezone(zone)
    if local.time() == time() and local.date() == held.astimezone(zone).date():
        return True
    return said.replace(microsecond=0) == held.replace(microsecond=0)


def _same_unit(said: str, here: Here, _: tzinfo) -> bool:
    return _unit_path(said, here) == _lead_path(here)


def _unit_path(said: str, here: Here) -> str | None:
    if not said:
        return None
    try:
        spot = here.names.unit(said)
    except Unmatched:
        return said
    return said if spot.missing else spot.above.path


def _lead_path(here: Here) -> str | None:
    unit = here.names.units_by_id.get(here.item.unit_id or 0)
    return unit.path if unit else None


def _same_co_units(said: tuple[str, ...], here: Here, _: tzinfo) -> bool:
    return {_unit_path(text, here) for text in said} == set(here.item.co_unit_paths)


def _same_category(said: str, here: Here, _: tzinfo) -> bool:
    category = here.policy.category(said)
    return (category.code if category else said) == here.item.category


def _same_level(said: int, here: Here, _: tzinfo) -> bool:
    return min(said, len(here.policy.ladder)) == here.item.level


Same: TypeAlias = Callable[[Any, Here, tzinfo], bool]
Held: TypeAlias = Callable[[Here], Any]


def _texts(held: Held) -> Same:
    return lambda said, here, _: same_text(said, held(here))


def _equal(held: Held) -> Same:
    return lambda said, here, _: bool(said == held(here))


def _instants(held: Held) -> Same:
    return lambda said, here, zone: _same_instant(said, held(here), zone)


def _people(seat: str) -> Same:
    def same(said: str, here: Here, _: tzinfo) -> bool:
        person = here.people.get(getattr(here.item, seat) or 0)
        return said in (person.code, person.name) if person else not said

    return same


def _of_item(column: str) -> Held:
    return lambda here: getattr(here.item, column)


def _person(seat: str) -> Held:
    def called(here: Here) -> str:
        person = here.people.get(getattr(here.item, seat) or 0)
        return person.name if person else ""

    return called


def _unit(here: Here) -> str:
    unit = here.names.units_by_id.get(here.item.unit_id or 0)
    return unit.name if unit else ""


def _co_units(here: Here) -> tuple[str, ...]:
    at = {unit.path: unit.name for unit in here.names.units_by_id.values()}
    return tuple(at.get(path, path) for path in here.item.co_unit_paths)


_VALUE: dict[str, Held] = {
    **{
        field: _of_item(field)
        for field in ("title", "description", "requirement", "complainant", "category", "severity",
                      "due", "due_superior", "stage", "outcome", "level", "confidential",
                      "closed_at")
    },
    "note": lambda here: here.kept.note,
    "source": lambda here: here.kept.source or here.item.source,
    "unit": _unit,
    "co_units": _co_units,
    "responsible": _person("responsible_id"),
    "leader": _person("leader_id"),
    "verifier": _person("verifier_id"),
    "opened": _of_item("opened_at"),
    "closed": lambda here: here.item.stage is Stage.CLOSED,
}  # fmt: skip

_SAME: dict[str, Same] = {
    **{field: _equal(held) for field, held in _VALUE.items()},
    **{
        field: _texts(_VALUE[field])
        for field in ("title", "description", "requirement", "complainant", "note")
    },
    "opened": _instants(_VALUE["opened"]),
    "closed_at": _instants(_VALUE["closed_at"]),
    "unit": _same_unit,
    "co_units": _same_co_units,
    "responsible": _people("responsible_id"),
    "leader": _people("leader_id"),
    "verifier": _people("verifier_id"),
    "category": _same_category,
    "level": _same_level,
}
