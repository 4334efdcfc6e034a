"""Makes small ledgers in code, each carrying one oddity, and reads them back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from ledgers.mapping import Mapping
from ledgers.mapping_files import load_mapping, read_mapping
from ledgers.reader import Ledger, open_ledger
from ledgers.row import LedgerRow, RowRefused

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
TODAY = date(2026, 3, 2)

SMALL = """
key: no
columns: {title: title, description: text, unit: unit, opened: opened, due: due, note: note}
closed: {column: done, yes: yes, no: no, date: done on}
required: [title]
blanks: ["\\\\", "/", "-"]
extra: [amount]
"""


def naive(*parts: int) -> datetime:
    """A clock's reading somewhere."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type,misc]


def small(**changes: str) -> Mapping:
    """The mapping SMALL with lines added (``unknown="keep"``) for one test."""
    return read_mapping(SMALL + "".join(f"{k}: {v}\n" for k, v in changes.items()), "small")


def workbook(path: Path, rows: Sequence[Sequence[Any]], dress: Callable[[Any], None] = id) -> Path:
    """A workbook with these rows; ``dress`` may do more to its sheet."""
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    dress(sheet)
    book.save(path)
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    """A text file, written byte for byte as given."""
    path.write_bytes(content.encode(encoding))
    return path


def edited(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one part of its zip changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def read(
    path: Path, mapping: Mapping | str | None = None, zone: ZoneInfo = SHANGHAI, lang: str = "en"
) -> list[LedgerRow | RowRefused]:
    """Every row of the file, by a mapping or a mapping's name, SMALL by default."""
    with opened(path, mapping, zone, lang) as ledger:
        return list(ledger)


def opened(
    path: Path, mapping: Mapping | str | None = None, zone: ZoneInfo = SHANGHAI, lang: str = "en"
) -> Any:
    """The ledger, to be used in a ``with`` block."""
    if mapping is None:
        mapping = small()
    elif isinstance(mapping, str):
        mapping = load_mapping(mapping)
    return open_ledger(path, mapping, zone=zone, today=TODAY, lang=lang)


def only(rows: Sequence[LedgerRow | RowRefused] | Ledger) -> LedgerRow:
    """The one row there is, accepted."""
    [row] = rows
    assert isinstance(row, LedgerRow), row
    return row


def refused(rows: Sequence[LedgerRow | RowRefused]) -> list[tuple[int, str, str]]:
    """(row, cell, code) of every reason for refusing."""
    return [
        (problem.row, problem.cell, problem.code)
        for row in rows
        if isinstance(row, RowRefused)
        for problem in row.problems
    ]


def warned(row: LedgerRow | RowRefused) -> list[tuple[str, str]]:
    """(cell, code) of every warning of an accepted row."""
    assert isinstance(row, LedgerRow), row
    return [(warning.cell, warning.code) for warning in row.warnings]
