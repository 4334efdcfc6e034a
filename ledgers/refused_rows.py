"""How do the rows that were refused go back to whoever filled them in, with the reasons?

As a ledger with the same columns and one more, which an import ignores by its name: corrected, it
is imported again as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from ledgers.filetype import Limits, recognise
from ledgers.header import REASON, find_header
from ledgers.literal import clean, quoted
from ledgers.mapping import Mapping as LedgerMapping
from ledgers.text_file import text_sheets
from ledgers.values import Formula, Sheet, Value, shown
from ledgers.writer import LONGEST, text_cell
from ledgers.xlsx_file import xlsx_sheets
from rules.errors import InputError


def write_refused(
    source: Path, mapping: LedgerMapping, reasons: Mapping[int, str], to: Path, lang: str
) -> int:
    """Write the rows of ``source`` with these numbers and the reasons to ``to`` (.xlsx or .csv);
    how many there are.

    Raises:
        InputError: the source is no ledger (any more).
    """
    with _table(source, mapping) as (sheet, header_row):
        rows = _rows(sheet, header_row, reasons, REASON[0 if lang.startswith("zh") else 1])
        if to.suffix == ".csv":
            return _as_csv(to, rows)
        return _as_xlsx(to, rows)


@contextmanager
def _table(source: Path, mapping: LedgerMapping) -> Iterator[tuple[Sheet, int]]:
    if recognise(source, Limits()) == "xlsx":
        with xlsx_sheets(source, mapping.file) as sheets:
            yield _best(sheets, mapping)
    else:
        yield _best(text_sheets(source, mapping.file), mapping)


def _best(sheets: Sequence[Sheet], mapping: LedgerMapping) -> tuple[Sheet, int]:
    for sheet in sheets:
        header = find_header(sheet, mapping)
        if header is not None and not header.missing:
            return sheet, header.row
    raise InputError("The file has no such table.", "Upload it again.")


def _rows(
    sheet: Sheet, header_row: int, reasons: Mapping[int, str], title: str
) -> Iterator[list[Value]]:
    for number, cells in sheet.rows():
        if number == header_row:
            yield [title, *cells]
        elif number > header_row and number in reasons:
            yield [reasons[number], *cells]


def _as_csv(to: Path, rows: Iterator[list[Value]]) -> int:
    with to.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        written = 0
        for row in rows:
            lines.writerow([_text(cell) for cell in row])
            written += 1
    return max(written - 1, 0)


def _as_xlsx(to: Path, rows: Iterator[list[Value]]) -> int:
    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 48
    written = 0
    for row in rows:
        sheet.append([_content(sheet, cell) for cell in row])
        written += 1
    book.save(to)
    return max(written - 1, 0)


def _content(sheet: Any, cell: Value) -> Any:
    """Numbers and days as they are, everything else as a text."""
    if isinstance(cell, (bool, int, float, date)):
        return cell
    return text_cell(sheet, _text(cell)[:LONGEST]) if cell not in (None, "") else None


def _text(cell: Value) -> str:
    """A cell as text that no spreadsheet runs, and an import reads as what it was."""
    return "ƒ" if isinstance(cell, Formula) else quoted(clean(shown(cell)))
