"""Writes items back as a ledger in our own layout, which an import recognises row by row.

Units are written as the path of their names below the root and people by their names, as long as
an import would find the same ones by them; otherwise by their codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from config.calendars import calendar_for
from ledgers.mapping import AnyField
from ledgers.row import ExportRow
from ledgers.writer import write
from models import directory, export, policies, roster
from models.engine import reading
from models.export import Called, Exported, Wanted
from models.roster import PersonRow, UnitRow
from rules.deadlines import light
from rules.vocabulary import Stage
from tasks.kept import unpacked
from tasks.names import Names, Spot, Unmatched

IN_CONFIDENCE: tuple[AnyField, ...] = ("complainant",)
"""Columns that only an export of confidential matters has."""


class ExportReport(NamedTuple):
    """What was written. ``left_out`` counts confidential items that were not asked for,
    ``shortened`` names cells whose text was longer than a workbook's cell can be."""

    path: Path
    campaign: str
    rows: int
    left_out: int
    shortened: tuple[str, ...]


def export_ledger(
    engine: Engine,
    path: Path,
    now: datetime,
    *,
    campaign: str = "",
    stages: Sequence[Stage] = (),
    unit: str = "",
    confidential: bool = False,
    lang: str = "zh-CN",
) -> ExportReport:
    """Write the items of a campaign to ``path`` (.xlsx or .csv), as they are at one moment.

    Confidential items and who complained are written only with ``confidential``.

    Raises:
        InputError: the path is no such file.
        NotFound: there is no such campaign or unit.
        Unavailable: the database cannot be read, or the file cannot be written.
    """
    with reading(engine) as connection:
        fact = policies.campaign(connection, campaign)
        below = directory.units(connection, [unit])[unit].path if unit else ""
        wanted = Wanted(fact.id, tuple(stages), below, confidential)
        zone = calendar_for(policies.policy(connection, fact.policy_id)).zone
        written = write(
            path,
            _rows(connection, wanted, now, lang),
            lang,
            zone=zone,
            extras=_columns(connection, wanted),
            omitted=() if confidential else IN_CONFIDENCE,
        )
        left_out = export.left_out(connection, wanted)
    return ExportReport(path, fact.code, written.rows, left_out, written.shortened)


def _columns(connection: Connection, wanted: Wanted) -> list[str]:
    """The other columns that occur, in the order of their first occurrence."""
    seen: dict[str, None] = {}
    for extra in export.extras(connection, wanted):
        seen |= dict.fromkeys(unpacked(extra).columns)
    return list(seen)


def _rows(connection: Connection, wanted: Wanted, now: datetime, lang: str) -> Iterator[ExportRow]:
    names = Names(roster.all_units(connection), roster.all_people(connection))
    words = Words(names, export.called(connection))
    for item in export.items(connection, wanted):
        yield row_of(item, words, connection, now, lang)


def row_of(
    item: Exported, words: Words, connection: Connection, now: datetime, lang: str
) -> ExportRow:
    """The item as a ledger's row."""
    kept = unpacked(item.extra)
    category = policies.policy(connection, item.policy_id).category(item.category)
    named = (category.zh if lang.startswith("zh") else category.en) if category else item.category
    unit = words.names.units_by_id.get(item.unit_id or 0)
    return ExportRow(
        number=item.number or item.ref,
        title=item.title,
        description=item.description,
        requirement=item.requirement,
        category=named,
        source=kept.source or item.source,
        severity=item.severity,
        unit=words.unit(unit) if unit else "",
        responsible=words.member(item.responsible_id, unit),
        leader=words.member(item.leader_id, unit),
        verifier=words.verifier(item.verifier_id, unit),
        co_units=tuple(words.unit_at(path) for path in item.co_unit_paths),
        opened=item.opened_at,
        due=item.due,
        due_superior=item.due_superior,
        closed=item.stage is Stage.CLOSED,
        closed_at=item.closed_at,
        stage=item.stage,
        outcome=item.outcome,
        level=item.level,
        confidential=item.confidential,
        complainant=item.complainant,
        note=kept.note,
        extra=kept.columns,
        reference=item.ref,
        light=light(item.stage, item.yellow_at, item.red_at, now),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """Units and people in the words by which an import finds them."""

    names: Names
    people: Mapping[int, Called]
    units: dict[int, str] = field(default_factory=dict)
    seats: dict[tuple[str, int, int], str] = field(default_factory=dict)

    def unit(self, unit: UnitRow) -> str:
        """The path of the unit's names below the root, or its code."""
        if unit.id not in self.units:
            path = "/".join(reversed([each.name for each in self._upwards(unit)]))
            self.units[unit.id] = path if self._finds_unit(path, unit) else unit.code
        return self.units[unit.id]

    def unit_at(self, path: str) -> str:
        """The same for the unit at a stored path."""
        unit = self.names.units_by_id.get(int(path.rstrip("/").rpartition("/")[2]))
        return self.unit(unit) if unit else path

    def member(self, person_id: int | None, unit: UnitRow | None) -> str:
        """The person's name where an import looks for it, or their code."""
        return self._person("member", person_id, unit)

    def verifier(self, person_id: int | None, unit: UnitRow | None) -> str:
        """The verifier's name where an import looks for it, or their code."""
        return self._person("verifier", person_id, unit)

    def _person(self, seat: str, person_id: int | None, unit: UnitRow | None) -> str:
        if person_id is None or person_id not in self.people:
            return ""
        key = (seat, person_id, unit.id if unit else 0)
        if key not in self.seats:
            person = self.people[person_id]
            found = self._found(seat, person.name, unit)
            self.seats[key] = person.name if found and found.id == person_id else person.code
        return self.seats[key]

    def _found(self, seat: str, name: str, unit: UnitRow | None) -> PersonRow | None:
        spot = Spot(unit) if unit else None
        try:
            if seat == "verifier":
                return self.names.verifier(name, spot)
            return self.names.member(name, spot) if spot else None
        except Unmatched:
            return None

    def _finds_unit(self, path: str, unit: UnitRow) -> bool:
        try:
            return self.names.unit(path) == Spot(unit)
        except Unmatched:
            return False

    def _upwards(self, unit: UnitRow) -> Iterator[UnitRow]:
        """The unit and those above it, but for the root (which stands for itself)."""
        yield unit
        above = self.names.units_by_id.get(unit.parent_id or 0)
        while above is not None and above.parent_id is not None:
            yield above
            above = self.names.units_by_id.get(above.parent_id)
