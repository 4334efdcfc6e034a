"""Who and what is meant by the names in a ledger? Nothing is entered here.

Names are matched exactly: a guess would write to the wrong person. Two people of the same name
are told apart by the unit that the row names; where that does not help, the row is refused and
says which codes there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from models.roster import PersonRow, UnitRow
from rules.item import within
from rules.vocabulary import Role

JUDGES = frozenset({Role.VERIFIER, Role.SUPERVISOR})


class Unmatched(Exception):
    """A name fits several; ``code`` names the sentence that says so, ``codes`` to choose from."""

    def __init__(self, code: str, text: str, found: Iterable[UnitRow | PersonRow]) -> None:
        self.code = code
        self.text = text
        self.codes = ", ".join(each.code for each in list(found)[:5])
        super().__init__(f"{text}: {self.codes}")


class Spot(NamedTuple):
    """A unit, or where it would be: below ``above``, by the names that are ``missing``."""

    above: UnitRow
    missing: tuple[str, ...] = ()


class Names:
    """The units and people known, found by what a ledger calls them."""

    def __init__(
        self,
        units: Iterable[UnitRow],
        people: Iterable[PersonRow],
        unit_aliases: Mapping[str, int] = {},
        person_aliases: Mapping[str, int] = {},
    ) -> None:
        self.units_by_id: dict[int, UnitRow] = {}
        self.units_by_code: dict[str, UnitRow] = {}
        self.people_by_code: dict[str, PersonRow] = {}
        self._units: dict[str, list[UnitRow]] = defaultdict(list)
        self._people: dict[str, list[PersonRow]] = defaultdict(list)
        for unit in units:
            self.add_unit(unit)
        self.root = next(unit for unit in self.units_by_code.values() if unit.parent_id is None)
        for person in people:
            self.add_person(person)
        self._know_aliases(unit_aliases, person_aliases)

    def _know_aliases(self, units: Mapping[str, int], people: Mapping[str, int]) -> None:
        """Names of drafts that were merged mean whom they were merged into, where no other
        has the name."""
        for name, unit_id in units.items():
            if name not in self._units and unit_id in self.units_by_id:
                self._units[name].append(self.units_by_id[unit_id])
        by_id = {person.id: person for person in self.people_by_code.values()}
        for name, person_id in people.items():
            known = by_id.get(person_id)
            if name not in self._people and known is not None and known.active:
                self._people[name].append(known)

    def add_unit(self, unit: UnitRow) -> None:
        """Know one unit more."""
        self.units_by_id[unit.id] = self.units_by_code[unit.code] = unit
        self._units[unit.name].append(unit)

    def add_person(self, person: PersonRow) -> None:
        """Know one person more; who has left is known by code alone."""
        self.people_by_code[person.code] = person
        if person.active:
            self._people[person.name].append(person)

    def unit(self, text: str) -> Spot:
        """The unit called ``text``: a code, a name, or names from the top with "/" between.

        The path may begin with the root, or with any unit whose name no other has.

        Raises:
            Unmatched: several units have this name.
        """
        if text in self.units_by_code:
            return Spot(self.units_by_code[text])
        parts = [name for part in text.split("/") if (name := part.strip())]
        if len(parts) > 1 and self.root.name in parts:
            parts = parts[parts.index(self.root.name) + 1 :]
        here, rest = self._first(parts)
        while rest and (below := self._below(rest[0], here)):
            here, rest = below, rest[1:]
        return Spot(here, tuple(rest))

    def _first(self, parts: list[str]) -> tuple[UnitRow, list[str]]:
        if not parts or self._below(parts[0], self.root):
            return self.root, parts
        named = _standing(self._units.get(parts[0], []))
        if len(named) > 1:
            raise Unmatched("several_units", parts[0], named)
        return (named[0], parts[1:]) if named else (self.root, parts)

    def _below(self, name: str, parent: UnitRow) -> UnitRow | None:
        named = self._units.get(name, ())
        found = _standing([unit for unit in named if unit.parent_id == parent.id])
        if len(found) > 1:
            raise Unmatched("several_units", name, found)
        return found[0] if found else None

    def member(self, text: str, spot: Spot) -> PersonRow | None:
        """The person called ``text`` at the spot, below it or above it; None when nobody is.

        A code means its person wherever they are, unless it is no more than a draft's name.

        Raises:
            Unmatched: several people there have this name.
        """
        named = self._people.get(text, ())
        path = spot.above.path
        near = [p for p in named if not spot.missing and within(p.unit_path, path)]
        return self._one(near or [p for p in named if within(path, p.unit_path)], text)

    def verifier(self, text: str, spot: Spot | None) -> PersonRow | None:
        """The verifier called ``text``, wherever they sit, else somebody of that name at the spot.

        Raises:
            Unmatched: several verifiers have this name.
        """
        named = self._people.get(text, ())
        found = [p for p in named if any(role in JUDGES for role, _ in p.roles)]
        if not found and spot is not None and not spot.missing:
            found = [p for p in named if within(p.unit_path, spot.above.path)]
        return self._one(found, text)

    def _one(self, found: list[PersonRow], text: str) -> PersonRow | None:
        if len(found) > 1:
            raise Unmatched("several_people", text, found)
        if found:
            return found[0]
        handle = self.people_by_code.get(text)
        return handle if handle and handle.active and handle.name != text else None


def _standing(units: list[UnitRow]) -> list[UnitRow]:
    """Those that are not closed, where there are any: a successor may have the old name."""
    return [unit for unit in units if not unit.closed] or units
