"""Loads a table of units into the tree that is there.

The row without a parent is the root: the one that the founding made takes its code and name. A
unit that the table puts elsewhere moves, with all that is below it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ledgers.row import CellProblem
from ledgers.table import Line, Table
from models import people, roster
from models.roster import UNIT_NAME, UnitRow
from rules.errors import Refused
from rules.item import SYSTEM, within
from tasks.unit_closing import close_empty

FLAGS = {**dict.fromkeys(("yes", "是", "true", "1"), True),
         **dict.fromkeys(("no", "否", "false", "0"), False)}  # fmt: skip
"""What the column says that tells whether a unit is closed, in small letters."""

KIND = 16
"""Characters of a kind of unit."""

_CODE = re.compile(r"[\w.-]{1,64}")


@dataclass(slots=True)
class Tally:
    """What became of the units, or of the people, that a table names; ``rows`` are its lines."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0


def load_units(
    connection: Connection, table: Table, tally: Tally, promoted: list[str]
) -> list[CellProblem]:
    """Enter and put right what the table names; what is wrong with it.

    ``promoted`` gets the codes of drafts that have become real.
    """
    tree = _Tree(connection, table, tally, promoted)
    for line in table.lines:
        tally.rows += 1
        if problems := [*bad_code(table, line), *tree.wrong(line)]:
            tree.problems += problems
        elif line["code"] and line["name"]:
            tree.take(line)
    if tree.has_moved:
        roster.settle_paths(connection)
    return [*table.problems, *tree.problems]


def close_units(connection: Connection, table: Table, closed: list[str]) -> list[CellProblem]:
    """Close the units that the table says are closed, after people have found their places; what
    still hangs on one of them is a problem of its line. A unit that the table does not name, or
    says nothing of, stays as it is. ``closed`` gets their codes."""
    units = {unit.code: unit for unit in roster.all_units(connection)}
    lines = [line for line in table.lines if _says(line) and not units[line["code"]].closed]
    problems = []
    # Those below before those above.
    for line in sorted(lines, key=lambda one: units[one["code"]].path.count("/"), reverse=True):
        try:
            close_empty(connection, line["code"])
        except Refused as error:
            reason = error.message.rstrip(".")
            problems.append(table.problem(line, "closed", "not_closed", reason=reason))
        else:
            closed.append(line["code"])
    return problems


def _says(line: Line) -> bool | None:
    """Whether the line says that its unit is closed; None when it says nothing."""
    return FLAGS.get(line["closed"].casefold())


def bad_code(table: Table, line: Line) -> Iterator[CellProblem]:
    """A code that could not be told from other words of a command."""
    code = line["code"]
    if code and (not _CODE.fullmatch(code) or code == SYSTEM.code):
        yield table.problem(line, "code", "bad_code", text=code)


@dataclass(slots=True)
class _Tree:
    connection: Connection
    table: Table
    tally: Tally
    promoted: list[str]
    problems: list[CellProblem] = field(default_factory=list)
    has_moved: bool = False
    reopened: set[int] = field(default_factory=set)
    _units: dict[str, UnitRow] = field(init=False)
    _root: UnitRow = field(init=False)
    _new_names: Counter[str] = field(init=False)
    _lines: dict[str, int] = field(default_factory=dict)
    _root_line: int = 0

    def __post_init__(self) -> None:
        self._units = {unit.code: unit for unit in roster.all_units(self.connection)}
        self._root = next(unit for unit in self._units.values() if unit.parent_id is None)
        new = (line for line in self.table.lines if line["code"] not in self._units)
        self._new_names = Counter(line["name"] for line in new)

    def wrong(self, line: Line) -> Iterator[CellProblem]:
        """What is wrong with a line, whatever is there already."""
        first = self._lines.setdefault(line["code"], line.row)
        if line["code"] and first != line.row:
            yield self._say(line, "code", "code_twice", text=line["code"], first=first)
        for column, limit in (("name", UNIT_NAME), ("kind", KIND)):
            if len(line[column]) > limit:
                yield self._say(line, column, "too_long", limit=limit)
        if line["closed"] and _says(line) is None:
            facts = {"text": line["closed"], "known": ", ".join(FLAGS)}
            yield self._say(line, "closed", "unknown_word", **facts)
        if not line["parent"]:
            if self._root_line:
                yield self._say(line, "parent", "second_root", first=self._root_line)
            self._root_line = self._root_line or line.row

    def take(self, line: Line) -> None:
        """Enter the unit, or put it right."""
        known = self._opened(line, self._units.get(line["code"]))
        if not line["parent"]:
            self._take_root(line, known)
            return
        parent = self._units.get(line["parent"])
        if parent is None:
            self._refuse(line, "parent", "no_such_unit", text=line["parent"])
        elif parent.closed and (known is None or not known.closed):
            self._refuse(line, "parent", "unit_closed", text=line["parent"])
        elif known is not None and known.parent_id is None:
            self._refuse(line, "parent", "root_elsewhere", text=known.code, here=known.name)
        elif known := known or self._draft(line, parent):
            self._put_right(line, known, parent)
        else:
            code, name, kind = line["code"], line["name"], line["kind"] or "unit"
            unit_id, path = people.add_unit(self.connection, code, name, parent.id, kind=kind)
            self._units[code] = UnitRow(unit_id, code, name, parent.id, path, kind)
            self.tally.created += 1

    def _opened(self, line: Line, unit: UnitRow | None) -> UnitRow | None:
        """The unit, opened again where the line says that it is not closed."""
        if unit is None or not unit.closed or _says(line) is not False:
            return unit
        people.change_unit(self.connection, unit.id, {"closed": False})
        self._units[unit.code] = unit._replace(closed=False)
        self.reopened.add(unit.id)
        return self._units[unit.code]

    def _take_root(self, line: Line, known: UnitRow | None) -> None:
        if known is not None and known.id != self._root.id:
            above = next(unit for unit in self._units.values() if unit.id == known.parent_id)
            here = f"{above.name}/{known.name}"
            self._refuse(line, "code", "root_elsewhere", text=known.code, here=here)
        else:
            self._put_right(line, self._root, None)

    def _put_right(self, line: Line, unit: UnitRow, parent: UnitRow | None) -> None:
        wanted = unit._replace(
            code=line["code"], name=line["name"], kind=line["kind"] or unit.kind, draft=False
        )
        changes = {
            key: getattr(wanted, key)
            for key in ("code", "name", "kind", "draft")
            if getattr(wanted, key) != getattr(unit, key)
        }
        moves = parent is not None and unit.parent_id != parent.id
        if parent is not None and moves and within(parent.path, unit.path):
            facts = {"text": unit.name, "parent": parent.name}
            self._refuse(line, "parent", "below_itself", **facts)
            return
        if unit.draft:
            self.promoted.append(line["code"])
        if changes:
            people.change_unit(self.connection, unit.id, changes)
            self._know(unit, wanted)
        if parent is not None and moves:
            self._move(self._units[line["code"]], parent)
        if changes or moves or unit.id in self.reopened:
            self.tally.updated += 1
        else:
            self.tally.unchanged += 1

    def _move(self, unit: UnitRow, parent: UnitRow) -> None:
        roster.move_unit(self.connection, unit, parent)
        self.has_moved = True
        path = f"{parent.path}{unit.id}/"
        for below in [each for each in self._units.values() if within(each.path, unit.path)]:
            above = parent.id if below.id == unit.id else below.parent_id
            moved = f"{path}{below.path.removeprefix(unit.path)}"
            self._know(below, below._replace(parent_id=above, path=moved))

    def _know(self, before: UnitRow, after: UnitRow) -> None:
        del self._units[before.code]
        self._units[after.code] = after
        if after.id == self._root.id:
            self._root = after

    def _draft(self, line: Line, parent: UnitRow) -> UnitRow | None:
        """The only draft of this name, in this place or named by a ledger without any place."""
        places = (parent.id, self._root.id)
        found = [
            unit
            for unit in self._units.values()
            if unit.draft and unit.name == line["name"] and unit.parent_id in places
        ]
        return found[0] if len(found) == 1 and self._new_names[line["name"]] == 1 else None

    def _refuse(self, line: Line, column: str, code: str, **facts: object) -> None:
        self.problems.append(self._say(line, column, code, **facts))

    def _say(self, line: Line, column: str, code: str, **facts: object) -> CellProblem:
        return self.table.problem(line, column, code, **facts)
