"""How does a ledger leave as a file that spreadsheets open, that runs nothing, and that an import
with the mapping ``ledger`` reads back as the same rows?"""

from __future__ import annotations

import csv
import errno
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import chain
from pathlib import Path
from typing import Any

from lxml.etree import SerialisationError
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from ledgers.layout import CellContent, Layout, layout
from ledgers.mapping import AnyField
from ledgers.row import ExportRow
from rules.errors import InputError, Unavailable

_MOST_ROWS = 1_048_575
LONGEST = 32_767
"""Characters that a workbook's cell holds."""
# OOXML reads _x000D_ in a text as that character; such a text's own underscore is written so.
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
BESIDE = "_rectiflow"
"""The name of the sheet that nobody is shown. Spreadsheets keep it, hidden, when they save."""

_HEADER = PatternFill("solid", start_color="FFDDE7F3")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written; ``shortened`` are the cells whose text was too long for a workbook."""

    path: Path
    rows: int
    shortened: tuple[str, ...] = ()


def write(
    path: Path,
    rows: Iterable[ExportRow],
    lang: str = "zh-CN",
    *,
    zone: tzinfo,
    extras: Sequence[str] | None = None,
    omitted: Collection[AnyField] = (),
    beside: Iterable[Sequence[str]] = (),
) -> Written:
    """Write a workbook, or a CSV (UTF-8) when ``path`` ends in .csv; whole or not at all.

    Instants are written to the second, in ``zone``. ``extras`` names the extra columns to write;
    None means all that occur, and then the rows are held in memory to find them. The fields in
    ``omitted`` get no column. ``beside`` are lines for a sheet of a workbook that nobody is shown
    (:data:`BESIDE`). Raises InputError for another kind of file, Unavailable when the
    disk refuses; what stood at ``path`` is replaced only when all is written. What ``rows`` raises
    is passed on (an OSError is taken for the disk's).
    """
    _check_name(path)
    if extras is None:
        rows = list(rows)
        extras = list(dict.fromkeys(chain.from_iterable(row.extra for row in rows)))
    columns = layout(extras, lang, zone, omitted)
    return write_as(path, rows, columns, "台账" if lang.startswith("zh") else "Ledger", beside)


def write_as(
    path: Path,
    rows: Iterable[Any],
    columns: Layout,
    title: str,
    beside: Iterable[Sequence[str]] = (),
) -> Written:
    """The same in any layout; what ``columns`` makes of a row must be harmless already."""
    _check_name(path)
    with _replacing(path) as temporary:
        if path.suffix.lower() == ".csv":
            return Written(path, _write_csv(temporary, rows, columns))
        return _write_xlsx(path, temporary, rows, columns, title, beside)


def _check_name(path: Path) -> None:
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise InputError(
            f"{path.name} is neither an .xlsx nor a .csv file.", "Name it accordingly.", str(path)
        )
    if path.is_dir():
        raise InputError("This is a folder.", "Name a file in it.", str(path))


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        # Made first, so that a folder that cannot be written to is told before the work.
        with _telling(path):
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            if target.exists():
                shutil.copymode(target, temporary)
            yield temporary
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritten(path, error.strerror or str(error)) from error
    except SerialisationError as error:
        # openpyxl writes by way of lxml, which names the system's error in its own manner.
        number = getattr(errno, str(error).removeprefix("IO_"), None)
        raise _unwritten(path, os.strerror(number) if number else str(error)) from error


def _unwritten(path: Path, reason: str) -> Unavailable:
    return Unavailable(
        f"{path} could not be written: {reason}.",
        "Check that the folder exists, that you may write to it and that the disk has room; "
        "close the file if a spreadsheet has it open. Nothing was changed.",
    )


def _write_csv(path: Path, rows: Iterable[ExportRow], columns: Layout) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(columns.names)
        for row in rows:
            lines.writerow([_csv_cell(content) for content in columns.cells(row)])
            count += 1
    return count


def _csv_cell(content: CellContent) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return content.isoformat(" ") if isinstance(content, datetime) else content.isoformat()


def _write_xlsx(
    path: Path, temporary: Path, rows: Iterable[ExportRow], columns: Layout, title: str,
    beside: Iterable[Sequence[str]],
) -> Written:  # fmt: skip
    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "C2"
    for index, width in enumerate(columns.widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    try:
        done = _append(path, sheet, rows, columns)
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns.names))}{done.rows + 1}"
        _append_beside(book, beside)
        book.save(temporary)
    except BaseException:
        _abandon(sheet)
        raise
    return done


def _append_beside(book: Any, lines: Iterable[Sequence[str]]) -> None:
    sheet: Any = None
    for line in lines:
        if sheet is None:
            sheet = book.create_sheet(BESIDE)
            sheet.sheet_state = "veryHidden"
        sheet.append([text_cell(sheet, text) for text in line])


def _append(path: Path, sheet: Any, rows: Iterable[ExportRow], columns: Layout) -> Written:
    sheet.append([_head(sheet, text) for text in columns.names])
    shortened: list[str] = []
    count = 0
    for count, row in enumerate(rows, 1):
        if count > _MOST_ROWS:
            raise InputError(
                f"A sheet holds {_MOST_ROWS:,} rows at most.",
                "Export to .csv, or fewer items.",
                str(path),
            )
        cells = columns.cells(row)
        shortened += _shorten(cells, count + 1)
        sheet.append([_cell(sheet, content) for content in cells])
    return Written(path, count, tuple(shortened))


def _abandon(sheet: Any) -> None:
    # openpyxl would keep its own temporary file, with what was written, until the program ends.
    for step in (sheet.close, lambda: sheet._writer.cleanup()):
        with suppress(Exception):
            step()


def _head(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, _escaped(text))
    cell.data_type = "s"
    cell.font = Font(bold=True)
    cell.fill = _HEADER
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def text_cell(sheet: Any, text: str) -> Any:
    """A text as a cell that nothing is guessed of and that runs nothing."""
    return _cell(sheet, text)


def _cell(sheet: Any, content: CellContent) -> Any:
    """The content itself, or a cell that says "text" where openpyxl would guess otherwise."""
    if not isinstance(content, str):
        return content
    content = _escaped(content)
    if content.startswith(("'", "=")) or content in ERROR_CODES:
        cell: Any = WriteOnlyCell(sheet, content)
        cell.data_type = "s"
        # The style that spreadsheets give to a text entered with an apostrophe.
        cell.quotePrefix = content.startswith("'")
        return cell
    return content


def _shorten(cells: list[CellContent], row: int) -> Iterator[str]:
    for index, content in enumerate(cells):
        if isinstance(content, str) and len(content) > LONGEST:
            cells[index] = content[: LONGEST - 1] + "…"
            yield f"{get_column_letter(index + 1)}{row}"


def _escaped(text: str) -> str:
    return _LIKE_AN_ESCAPE.sub("_x005F_", text) if "_x" in text else text
