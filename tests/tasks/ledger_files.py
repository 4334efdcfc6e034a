"""Small ledgers for tests of taking over: written as files, imported, looked at in the store."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from ledgers.mapping import Mapping as LedgerMapping
from ledgers.mapping_files import load_mapping, read_mapping
from models import people
from models.engine import reading, writing
from rules.vocabulary import Role
from tasks.registering import ImportReport, import_ledger
from tests.conftest import MONDAY

OTHER = read_mapping(
    """
key: id
columns: {title: what, description: text, unit: who, due: until, complainant: caller}
closed: {column: done, yes: yes, no: no, date: done on}
extra: [area, ward]
""",
    "/anywhere/hotline.yaml",
)
"""A foreign ledger's mapping, kept in a file."""


def ledger(path: Path, *rows: Mapping[str, str], columns: Sequence[str] = ()) -> Path:
    """A CSV with a column for everything that the rows (or ``columns``) name."""
    names = list(dict.fromkeys((*columns, *(name for row in rows for name in row))))
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, names, restval="")
        lines.writeheader()
        lines.writerows(rows)
    return path


def row(number: str, **fields: str) -> dict[str, str]:
    """A row in our own layout: ``row("1", unit="某局")``; fields are named as in the mapping."""
    said = {header(field): text for field, text in fields.items()}
    return {"Number": number, "Title": f"Finding {number}", **said}


def header(field: str) -> str:
    """The English name of a field's column in our own layout."""
    return load_mapping("ledger").parts(field)[0].column[1]  # type: ignore[arg-type]


def load(
    engine: Engine,
    path: Path,
    mapping: str | LedgerMapping = "ledger",
    now: datetime = MONDAY,
    **options: Any,
) -> ImportReport:
    """Import the file, and see that every row is counted in one place."""
    how = load_mapping(mapping) if isinstance(mapping, str) else mapping
    report = import_ledger(engine, path, how, now, **options)
    counted = report.created + report.updated + report.unchanged + report.refused_rows
    assert report.rows == counted, report
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Created, updated, unchanged and refused rows."""
    return report.created, report.updated, report.unchanged, report.refused_rows


def refusals(report: ImportReport) -> list[tuple[int, str, str]]:
    """(row, column, code) of every reason."""
    return [(problem.row, problem.column, problem.code) for problem in report.refused]


def warned(report: ImportReport) -> list[tuple[int, str]]:
    """(row, code) of everything pointed out."""
    return [(problem.row, problem.code) for problem in report.warnings]


def item(engine: Engine, number: str) -> Any:
    """The item's row in the store, with the codes of its unit and people."""
    statement = text(
        "SELECT item.*, unit.code AS unit, r.code AS responsible, v.code AS verifier"
        " FROM item LEFT JOIN unit ON unit.id = item.unit_id"
        " LEFT JOIN person r ON r.id = item.responsible_id"
        " LEFT JOIN person v ON v.id = item.verifier_id WHERE item.number = :number"
    )
    with reading(engine) as connection:
        return connection.execute(statement, {"number": number}).one()


def table(engine: Engine, name: str) -> list[Any]:
    """Every row of a table of the store."""
    with reading(engine) as connection:
        return list(connection.execute(text(f"SELECT * FROM {name} ORDER BY id")))


def stored(engine: Engine) -> dict[str, int]:
    """How many rows each table has: what a dry run must not change."""
    names = ("item", "event", "unit", "person", "membership", "delivery", "campaign")
    return {name: len(table(engine, name)) for name in names}


def with_units(engine: Engine) -> Engine:
    """Two counties, each with a court and a clerk called 王五; one court has two clerks 赵六."""
    with writing(engine) as connection:
        root = 1
        for code in ("east", "west"):
            county, _ = people.add_unit(
                connection, code, {"east": "东县", "west": "西县"}[code], root
            )
            court, _ = people.add_unit(connection, f"{code}-court", "法院", county)
            held = [(Role.RESPONSIBLE, court)]
            people.add_person(connection, f"{code}-wang", "王五", court, held)
        for handle in ("zhao-1", "zhao-2"):
            people.add_person(connection, handle, "赵六", court, held)
        people.add_person(connection, "judge", "核查甲", 2, [(Role.VERIFIER, root)])
    return engine


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV that we wrote, by column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
