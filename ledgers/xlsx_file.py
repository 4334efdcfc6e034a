"""How is a workbook read, row by row, without trusting what it says about itself?"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from ledgers.filetype import damaged
from ledgers.mapping_parts import FileShape
from ledgers.values import CellError, Formula, Sheet, Value
from rules.errors import InputError

_MOST_ROWS = 1_048_576
_BATCH = 200
_LONGEST_ROW = 32 << 20
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, ParseError, InvalidFileException, KeyError,
    ValueError, TypeError, IndexError, AttributeError, OverflowError,
)  # fmt: skip
# Chinese built-in date formats (ECMA-376 part 1, 18.8.30), which openpyxl takes for plain numbers.
_CHINESE_DATES = frozenset({*range(27, 32), 36, *range(50, 55), 57, 58})
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_HAS_VALUE = re.compile(rb"<(?:\w+:)?[vt][ >]")


@contextmanager
def xlsx_sheets(path: Path, shape: FileShape) -> Iterator[list[Sheet]]:
    """The sheets that may hold the table, open until the end of the ``with`` block.

    Raises InputError when the workbook is damaged or has no such sheet, at opening or later.
    """
    # openpyxl judges a path by its ending; the content has been judged already.
    with path.open("rb") as file:
        with _telling(path), warnings.catch_warnings():
            # It warns of styles and extensions that do not matter to rows.
            warnings.simplefilter("ignore")
            # Formulas are wanted as such: the value they last showed may be years old.
            book: Any = load_workbook(file, read_only=True, data_only=False)
        yield [
            Sheet(
                name=sheet.title,
                rows=partial(_rows, sheet, path),
                count=partial(_count, sheet, path),
                cell=_cell,
                epoch=book.epoch,
            )
            for sheet in _chosen(book, shape.sheet, path)
        ]


def _chosen(book: Any, wanted: str | int | None, path: Path) -> list[Any]:
    sheets = book.worksheets
    if wanted is None:
        return [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    if isinstance(wanted, int) and wanted <= len(sheets):
        return [sheets[wanted - 1]]
    found = [sheet for sheet in sheets if sheet.title.strip() == str(wanted).strip()]
    if not found:
        raise InputError(
            f'The workbook has no sheet "{wanted}".',
            f"It has {', '.join(sheet.title for sheet in sheets)}; "
            "name one in the mapping (file: sheet:).",
            str(path),
        )
    return found


def _cell(row: int, index: int, header: str) -> str:
    return f"{get_column_letter(index + 1)}{row}"


def _rows(sheet: Any, path: Path) -> Iterator[tuple[int, Sequence[Value]]]:
    # What a sheet says about its size is often wrong, and openpyxl would stop there.
    sheet.reset_dimensions()
    rows = enumerate(sheet.iter_rows(max_row=_MOST_ROWS), 1)
    while True:
        with _telling(path), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            batch = [(row, [_value(cell) for cell in cells]) for row, cells in islice(rows, _BATCH)]
        if not batch:
            return
        yield from batch


def _value(cell: Any) -> Value:
    value = cell.value
    kind = cell.data_type
    if kind == "f":
        return Formula()
    if value is None:
        return None
    if kind == "s":
        return unescape(value) if "_x" in value else str(value)
    if kind == "e":
        return CellError(str(value))
    if kind == "n" and cell.has_style and cell.style_array.numFmtId in _CHINESE_DATES:
        return _date(value, cell)
    plain: Value = value
    return plain


def _date(value: Any, cell: Any) -> Value:
    try:
        said: Value = from_excel(value, cell.parent.parent.epoch)
    except (OverflowError, ValueError):
        return CellError("#VALUE!")
    return said


def _count(sheet: Any, path: Path) -> int:
    """Rows with a value in any cell, told from the XML without building cells."""
    found = 0
    with _telling(path), sheet._get_source() as source:
        rest = b""
        while chunk := source.read(1 << 20):
            *rows, rest = _ROW_END.split(rest + chunk)
            found += sum(1 for row in rows if _HAS_VALUE.search(row))
            if len(rest) > _LONGEST_ROW:
                raise damaged(path, "a row without an end")
    return found


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Turn what openpyxl and the zip and XML parsers raise for broken files into a sentence."""
    try:
        yield
    except _BROKEN as error:
        raise damaged(path, f"{type(error).__name__}: {error}"[:200]) from error
