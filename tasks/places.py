"""The units and people that a ledger names: those we know, or drafts of them.

A draft works like any other unit or person; it is listed for the coordinator to confirm, complete
with an address, or merge.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import NamedTuple

from sqlalchemy import Connection

from models import people, roster
from models.roster import PersonRow, UnitRow
from rules.item import SYSTEM
from rules.vocabulary import Role
from tasks.names import Names, Spot

LONGEST_CODE = 56
"""Characters of a name that become the code of a draft: room is left for a number after it."""


class Draft(NamedTuple):
    """Something that a ledger named and nobody knew: ``kind`` is unit or person, ``unit`` the code
    of the unit above it."""

    kind: str
    code: str
    name: str
    unit: str


class Places:
    """Finds or drafts what a ledger names, within one transaction.

    Without ``store`` nothing is entered: drafts get ids that no row has.
    """

    def __init__(self, connection: Connection, *, store: bool = True) -> None:
        units, people = roster.all_units(connection), roster.all_people(connection)
        self.names = Names(units, people, *roster.aliases(connection))
        self.drafts: list[Draft] = []
        self._connection = connection
        self._store = store
        self._fancied = count(-1, -1)

    def unit(self, spot: Spot) -> UnitRow:
        """The unit at the spot, drafted with those above it where they are missing."""
        unit = spot.above
        for name in spot.missing:
            unit = self._draft_unit(name, unit)
        return unit

    def member(self, text: str, unit: UnitRow, role: Role) -> PersonRow:
        """The person called ``text`` in the unit, below it or above it; a draft when nobody is.

        Raises:
            Unmatched: several people there have this name.
        """
        return self.names.member(text, Spot(unit)) or self._draft_person(text, unit, role)

    def verifier(self, text: str, unit: UnitRow | None) -> PersonRow:
        """The verifier called ``text``; a draft beside the office when nobody is.

        Raises:
            Unmatched: several verifiers have this name.
        """
        spot = Spot(unit) if unit else None
        known = self.names.verifier(text, spot)
        return known or self._draft_person(text, self.names.root, Role.VERIFIER)

    def _draft_unit(self, name: str, parent: UnitRow) -> UnitRow:
        code = _free(name, self.names.units_by_code)
        if self._store:
            unit_id, path = people.add_unit(self._connection, code, name, parent.id, draft=True)
        else:
            unit_id = next(self._fancied)
            path = f"{parent.path}{unit_id}/"
        unit = UnitRow(unit_id, code, name, parent.id, path, draft=True)
        self.names.add_unit(unit)
        self.drafts.append(Draft("unit", code, name, parent.code))
        return unit

    def _draft_person(self, name: str, unit: UnitRow, role: Role) -> PersonRow:
        code = _free(name, self.names.people_by_code)
        if self._store:
            held = [(role, unit.id)]
            person_id = people.add_person(self._connection, code, name, unit.id, held, draft=True)
        else:
            person_id = next(self._fancied)
        roles = ((role, unit.path),)
        person = PersonRow(person_id, code, name, unit.path, roles, unit_id=unit.id, draft=True)
        self.names.add_person(person)
        self.drafts.append(Draft("person", code, name, unit.code))
        return person


def _free(name: str, taken: Mapping[str, object]) -> str:
    """The name itself as a code, with a number when it is taken."""
    base = name[:LONGEST_CODE]
    code, number = base, 1
    while code in taken or code == SYSTEM.code:
        number += 1
        code = f"{base}-{number}"
    return code
