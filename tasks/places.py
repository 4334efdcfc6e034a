"""Matches the units and people that a ledger names with those we know, or makes drafts of them.

A draft works like any other unit or person; it is listed for the coordinator to confirm, complete
with an address, or merge. Names are matched exactly: a guess would write to the wrong person.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection

from models import people, roster
from models.roster import PersonRow, UnitRow
from rules.item import within
from rules.vocabulary import Role


class Unmatched(Exception):
    """A name fits several; ``field`` says which of the row's."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class Places:
    """The units and people known in one import, kept in step with the drafts it makes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.drafts: list[str] = []
        self._units = {unit.id: unit for unit in roster.all_units(connection)}
        self._root = next(unit for unit in self._units.values() if unit.parent_id is None)
        self._by_name: dict[str, list[UnitRow]] = defaultdict(list)
        for unit in self._units.values():
            self._by_name[unit.name].append(unit)
        self._unit_codes = {unit.code: unit for unit in self._units.values()}
        self._people: dict[str, list[PersonRow]] = defaultdict(list)
        self._person_codes: dict[str, PersonRow] = {}
        for person in roster.all_people(connection):
            self._remember(person)

    def unit(self, text: str, field: str = "unit") -> UnitRow:
        """The unit called ``text``: a code, a name, or a path of names from the top.

        Raises:
            Unmatched: several units have this name.
        """
        if text in self._unit_codes:
            return self._unit_codes[text]
        parts = [part.strip() for part in text.split("/") if part.strip()]
        if len(parts) == 1:
            named = self._by_name[parts[0]]
            if len(named) > 1:
                codes = ", ".join(unit.code for unit in named[:5])
                raise Unmatched(field, f"Several units are called {text}; write a code: {codes}.")
            return named[0] if named else self._draft_unit(parts[0], self._root)
        here = self._root
        for part in parts if parts[0] != self._root.name else parts[1:]:
            below = (unit for unit in self._by_name[part] if unit.parent_id == here.id)
            here = next(below, None) or self._draft_unit(part, here)
        return here

    def member(self, text: str, unit: UnitRow, role: Role, field: str) -> PersonRow:
        """The person called ``text`` in ``unit``, below it or above it; a draft when nobody is.

        Raises:
            Unmatched: several people there have this name.
        """
        if text in self._person_codes:
            return self._person_codes[text]
        near = [p for p in self._people[text] if within(p.unit_path, unit.path)]
        above = [p for p in self._people[text] if within(unit.path, p.unit_path)]
        found = near or above
        if len(found) > 1:
            codes = ", ".join(person.code for person in found[:5])
            raise Unmatched(field, f"Several people in {unit.name} are called {text}: {codes}.")
        return found[0] if found else self._draft_person(text, unit, role)

    def verifier(self, text: str) -> PersonRow:
        """The verifier called ``text``, wherever they sit; a draft beside the office when nobody.

        Raises:
            Unmatched: several verifiers have this name.
        """
        if text in self._person_codes:
            return self._person_codes[text]
        found = [p for p in self._people[text] if p.roles & {Role.VERIFIER, Role.SUPERVISOR}]
        if len(found) > 1:
            codes = ", ".join(person.code for person in found[:5])
            raise Unmatched("verifier", f"Several verifiers are called {text}: {codes}.")
        return found[0] if found else self._draft_person(text, self._root, Role.VERIFIER)

    def _draft_unit(self, name: str, parent: UnitRow) -> UnitRow:
        code = _free(name, self._unit_codes)
        unit_id, path = people.add_unit(self._connection, code, name, parent.id, draft=True)
        unit = UnitRow(unit_id, code, name, parent.id, path)
        self._units[unit_id] = self._unit_codes[code] = unit
        self._by_name[name].append(unit)
        self.drafts.append(f"unit {code}")
        return unit

    def _draft_person(self, name: str, unit: UnitRow, role: Role) -> PersonRow:
        code = _free(name, self._person_codes)
        person_id = people.add_person(
            self._connection, code, name, unit.id, [(role, unit.id)], draft=True
        )
        person = PersonRow(person_id, code, name, unit.path, frozenset({role}))
        self._remember(person)
        self.drafts.append(f"person {code}")
        return person

    def _remember(self, person: PersonRow) -> None:
        self._people[person.name].append(person)
        self._person_codes[person.code] = person


def _free(name: str, taken: dict[str, UnitRow] | dict[str, PersonRow]) -> str:
    """The name itself as a code, with a number when it is taken."""
    base = name[:56]
    code, count = base, 1
    while code in taken:
        count += 1
        code = f"{base}-{count}"
    return code
