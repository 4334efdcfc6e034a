"""Loads units and people from tables: all of it, or nothing where a row is wrong.

Units and people are recognised by their codes; a draft that a ledger has made is recognised by its
name, and becomes the real one. Nothing is ever deleted: who or what a table does not name stays.
A unit is closed, or opened again, only where its line says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine

from ledgers.row import CellProblem
from ledgers.table import Columns, Table, read_table
from models import roster
from models.engine import writing
from tasks.roster_people import load_people
from tasks.roster_units import Tally, close_units, load_units

UNIT_COLUMNS: Columns = {
    "code": ("code", "单位代码", "代码"),
    "name": ("name", "单位名称", "名称"),
    "parent": ("parent", "上级单位", "上级"),
    "kind": ("kind", "单位类别", "类别"),
    "closed": ("closed", "停用", "是否停用"),
}
UNIT_EXTRAS = ("level", "inspected", "层级", "是否巡查")
"""Columns of a table of units that tell nothing that is kept here."""

PEOPLE_COLUMNS: Columns = {
    "code": ("code", "人员代码", "代码"),
    "name": ("name", "姓名"),
    "unit": ("unit", "所在单位", "单位"),
    "role": ("role", "角色"),
    "scope": ("scope", "任职范围", "范围"),
    "email": ("email", "邮箱", "电子邮箱"),
    "lang": ("lang", "语言"),
}


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Something wrong with a cell of one of the files."""

    file: str
    row: int
    cell: str
    reason: str


@dataclass(slots=True)
class RosterReport:
    """What was loaded; nothing was where ``refused`` names anything. ``promoted`` are the codes
    of drafts that are no drafts any more, ``closed`` those of units that were closed."""

    units: Tally = field(default_factory=Tally)
    people: Tally = field(default_factory=Tally)
    promoted: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    refused: list[FileProblem] = field(default_factory=list)


class _Undone(Exception):
    """Raised to roll everything back."""


def load_roster(
    engine: Engine,
    units: Path | None,
    people: Path | None,
    *,
    dry_run: bool = False,
    lang: str = "en",
) -> RosterReport:
    """Load a table of units, one of people, or both, in one transaction.

    Raises:
        InputError: a file is no table, or a column is missing or unknown.
        Unavailable: a file or the database cannot be read or written.
    """
    unit_table = people_table = None
    if units is not None:
        unit_table = read_table(
            units, UNIT_COLUMNS, required=("code", "name"), ignored=UNIT_EXTRAS, lang=lang
        )
    if people is not None:
        people_table = read_table(
            people, PEOPLE_COLUMNS, required=("code", "name", "unit", "role"), ignored=(), lang=lang
        )
    report = RosterReport()
    try:
        with writing(engine) as connection:
            roster.hold(connection)
            _load(connection, unit_table, people_table, report)
            if dry_run or report.refused:
                raise _Undone
    except _Undone:
        pass
    return report


def _load(
    connection: Connection, units: Table | None, people: Table | None, report: RosterReport
) -> None:
    if units:
        problems = load_units(connection, units, report.units, report.promoted)
        report.refused += [_in_file(units, problem) for problem in problems]
    # People are looked at even if a unit was refused, so that all is corrected at once.
    if people:
        problems = load_people(connection, people, report.people, report.promoted)
        report.refused += [_in_file(people, problem) for problem in problems]
    # Only a table whose lines are all good says which units are to be closed.
    if units and not report.refused:
        problems = close_units(connection, units, report.closed)
        report.refused += [_in_file(units, problem) for problem in problems]


def _in_file(table: Table, problem: CellProblem) -> FileProblem:
    return FileProblem(table.path.name, problem.row, problem.cell, problem.reason)
