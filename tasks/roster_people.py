"""Loads a table of people, one line a role, into the directory that is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from ledgers.row import CellProblem
from ledgers.table import Line, Table
from models import people, roster
from models.roster import PERSON_NAME, PersonRow, UnitRow
from notifications.addresses import address_problem
from rules.vocabulary import NAMES, Role, name
from tasks.names import JUDGES
from tasks.roster_units import Tally, bad_code

LANGS = ("zh-CN", "en")
_ROLES = {word.casefold(): role for role in Role for word in (role.value, *NAMES[role])}
_OF_A_PERSON = ("name", "unit", "email", "lang")
"""Columns in which all lines of a person say the same."""


def load_people(
    connection: Connection, table: Table, tally: Tally, promoted: list[str]
) -> list[CellProblem]:
    """Enter and put right whom the table names; what is wrong with it.

    Roles are added, never taken away but from drafts, where they were guessed. ``promoted`` gets
    the codes of drafts that became real.
    """
    staff = _Staff(connection, table, tally, promoted)
    lines: dict[str, list[Line]] = {}
    for line in table.lines:
        tally.rows += 1
        if line["code"]:
            lines.setdefault(line["code"], []).append(line)
    staff.new_names = Counter(
        of_one[0]["name"] for code, of_one in lines.items() if not staff.knows(code)
    )
    for of_one in lines.values():
        if problems := list(staff.wrong(of_one)):
            staff.problems += problems
        elif all(line["name"] and line["unit"] and line["role"] for line in of_one):
            staff.take(of_one)
    return [*table.problems, *staff.problems]


class _Duty(NamedTuple):
    role: Role
    seat: UnitRow


@dataclass(slots=True)
class _Staff:
    connection: Connection
    table: Table
    tally: Tally
    promoted: list[str]
    problems: list[CellProblem] = field(default_factory=list)
    new_names: Counter[str] = field(default_factory=Counter)
    _units: dict[str, UnitRow] = field(init=False)
    _people: dict[str, PersonRow] = field(init=False)
    _held: set[tuple[int, int, Role]] = field(init=False)

    def __post_init__(self) -> None:
        self._units = {unit.code: unit for unit in roster.all_units(self.connection)}
        self._people = {person.code: person for person in roster.all_people(self.connection)}
        self._held = roster.memberships(self.connection)

    def knows(self, code: str) -> bool:
        """Whether somebody has this code already."""
        return code in self._people

    def wrong(self, lines: list[Line]) -> Iterator[CellProblem]:
        """What is wrong with the lines of one person."""
        first = lines[0]
        yield from bad_code(self.table, first)
        for line in lines:
            yield from self._wrong(line)
            for column in _OF_A_PERSON:
                if line[column] != first[column]:
                    facts = {"text": first["code"], "first": first.row}
                    yield self.table.problem(line, column, "told_twice", **facts)

    def _wrong(self, line: Line) -> Iterator[CellProblem]:
        say = self.table.problem
        if len(line["name"]) > PERSON_NAME:
            yield say(line, "name", "too_long", limit=PERSON_NAME)
        for column in ("unit", "scope"):
            if line[column] and line[column] not in self._units:
                yield say(line, column, "no_such_unit", text=line[column])
        if line["role"] and line["role"].casefold() not in _ROLES:
            known = ", ".join(name(role, self.table.lang) for role in Role)
            yield say(line, "role", "unknown_word", text=line["role"], known=known)
        if line["email"] and (reason := address_problem(line["email"])):
            yield say(line, "email", "bad_address", reason=reason.rstrip("."))
        if line["lang"] and line["lang"] not in LANGS:
            known = ", ".join(LANGS)
            yield say(line, "lang", "unknown_word", text=line["lang"], known=known)

    def take(self, lines: list[Line]) -> None:
        """Enter the person with their roles, or put them right."""
        first = lines[0]
        unit = self._units[first["unit"]]
        duties = [
            _Duty(_ROLES[line["role"].casefold()], self._units[line["scope"] or line["unit"]])
            for line in lines
        ]
        known = self._people.get(first["code"]) or self._draft(first, unit, duties)
        if closed := list(self._closed(lines, known, unit, duties)):
            self.problems += closed
            return
        if known is None:
            person_id = people.add_person(
                self.connection, first["code"], first["name"], unit.id,
                email=first["email"], lang=first["lang"] or LANGS[0],
            )  # fmt: skip
            self._give(person_id, duties)
            self.tally.created += 1
        else:
            self._put_right(first, known, unit, duties)

    def _closed(
        self, lines: list[Line], known: PersonRow | None, unit: UnitRow, duties: list[_Duty]
    ) -> Iterator[CellProblem]:
        """Units that take nobody on, where the lines would put somebody there."""
        comes = unit.closed and (known is None or known.unit_id != unit.id)
        if comes:
            yield self.table.problem(lines[0], "unit", "unit_closed", text=unit.code)
        for line, duty in zip(lines, duties, strict=True):
            held = known is not None and (known.id, duty.seat.id, duty.role) in self._held
            if duty.seat.closed and not held and not (comes and duty.seat.id == unit.id):
                column = "scope" if line["scope"] else "unit"
                yield self.table.problem(line, column, "unit_closed", text=duty.seat.code)

    def _put_right(self, line: Line, known: PersonRow, unit: UnitRow, duties: list[_Duty]) -> None:
        wanted = {
            "code": line["code"],
            "name": line["name"],
            "unit_id": unit.id,
            "email": line["email"] or known.email,
            "lang": line["lang"] or known.lang,
            "draft": False,
        }
        changes = {key: value for key, value in wanted.items() if getattr(known, key) != value}
        if changes:
            people.change_person(self.connection, known.id, changes)
        if known.draft:
            self.promoted.append(line["code"])
            del self._people[known.code]
            self._take_back(known.id)
        if self._give(known.id, duties) or changes:
            self.tally.updated += 1
        else:
            self.tally.unchanged += 1

    def _give(self, person_id: int, duties: list[_Duty]) -> bool:
        """Add the roles that the person does not hold yet; whether there were any."""
        new = {(person_id, duty.seat.id, duty.role) for duty in duties} - self._held
        for _, seat, role in sorted(new):
            people.add_role(self.connection, person_id, seat, role)
        self._held |= new
        return bool(new)

    def _take_back(self, person_id: int) -> None:
        """The roles of a draft were guessed from where a ledger named it; now they are known."""
        guessed = {each for each in self._held if each[0] == person_id}
        for _, seat, role in guessed:
            people.drop_role(self.connection, person_id, seat, role)
        self._held -= guessed

    def _draft(self, line: Line, unit: UnitRow, duties: list[_Duty]) -> PersonRow | None:
        """The draft that a ledger made of this person: in their unit, or beside the office when it
        named a verifier. None when more than one may be meant."""
        if self.new_names[line["name"]] != 1:
            return None
        drafts = [p for p in self._people.values() if p.draft and p.name == line["name"]]
        found = [person for person in drafts if person.unit_id == unit.id]
        if not found and any(duty.role in JUDGES for duty in duties):
            found = [person for person in drafts if _is_judge_of_all(person)]
        return found[0] if len(found) == 1 else None


def _is_judge_of_all(person: PersonRow) -> bool:
    return any(role in JUDGES and path == person.unit_path for role, path in person.roles)
