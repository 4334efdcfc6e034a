"""Drafts that ledgers have made: where each comes from, and whom it may really mean."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from models import admin_lists, roster
from models.admin_lists import PAGE, PeopleWanted
from models.roster import PersonRow, UnitRow

ALIKE = 0.5
"""Names that share less than this are not worth proposing."""
PROPOSED = 8


Row = TypeVar("Row", UnitRow, PersonRow)


class DraftLine(NamedTuple):
    """One draft of a list. ``where`` is its unit, or the kind of unit; ``ref`` an item that names
    it."""

    kind: str
    code: str
    name: str
    where: str
    ref: str


class Candidate(NamedTuple):
    """Somebody whom a draft may mean."""

    code: str
    name: str
    where: str


def listed(connection: Connection, kind: str, after: str = "") -> tuple[list[DraftLine], str]:
    """A page of drafts by code, and the code after which the next one begins."""
    rows: Sequence[admin_lists.UnitLine | admin_lists.PersonLine]
    if kind == "unit":
        rows = admin_lists.draft_units(connection, after)
    else:
        rows = admin_lists.people(connection, PeopleWanted(which="drafts"), after)
    lines = [
        DraftLine(
            kind, row.code, row.name,
            row.unit if isinstance(row, admin_lists.PersonLine) else row.kind,
            admin_lists.first_item(connection, kind, row.id),
        )
        for row in rows[:PAGE]
    ]  # fmt: skip
    return lines, rows[PAGE - 1].code if len(rows) > PAGE else ""


def candidates(connection: Connection, kind: str, code: str, words: str = "") -> list[Candidate]:
    """Whom the draft of this code may mean: those whose names are most like its own, or have these
    words in them."""
    if kind == "unit":
        units = [unit for unit in roster.all_units(connection) if not unit.closed]
        names = {unit.id: unit.name for unit in units}
        near = _alike(units, code, words)
        return [Candidate(one.code, one.name, names.get(one.parent_id or 0, "")) for one in near]
    names_by_path = {unit.path: unit.name for unit in roster.all_units(connection)}
    people = [person for person in roster.all_people(connection) if person.active]
    return [
        Candidate(one.code, one.name, names_by_path.get(one.unit_path, ""))
        for one in _alike(people, code, words)
    ]


def _alike(rows: Sequence[Row], code: str, words: str) -> list[Row]:
    mine = next((row for row in rows if row.code == code), None)
    others = [row for row in rows if row.code != code]
    if mine is None:
        return []
    if words:
        return [row for row in others if words in row.name or words == row.code][:PROPOSED]
    matcher = SequenceMatcher(b=mine.name)
    found = []
    for row in others:
        matcher.set_seq1(row.name)
        inside = row.name in mine.name or mine.name in row.name
        score = matcher.ratio() if matcher.quick_ratio() >= ALIKE or inside else 0.0
        if inside or score >= ALIKE:
            # Somebody known comes before another draft of the same likeness.
            found.append((-score, row.draft, row.code, row))
    return [row for *_, row in sorted(found, key=lambda each: each[:3])[:PROPOSED]]
