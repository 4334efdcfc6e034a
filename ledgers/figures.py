"""How do tables of figures leave, as a workbook with a sheet for each or as one CSV? No cell of
them is run as a formula, whatever it is called."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from ledgers.literal import clean, quoted

FIRST_COLUMN = 36
"""Width of a sheet's first column, in characters."""

LONGEST_TITLE = 31
"""Characters of a sheet's name, which has none of ``[]:*?/\\``."""


class Share(float):
    """A number from 0 to 1 that is shown in per cent."""


Content = str | float | None


class Row(NamedTuple):
    """One row; ``strong`` is one that sums up others."""

    cells: tuple[Content, ...]
    strong: bool = False


class Sheet(NamedTuple):
    """One table; ``about`` stands above it."""

    title: str
    about: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The tables as a workbook."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        made = book.create_sheet(_title(sheet.title))
        made.column_dimensions["A"].width = FIRST_COLUMN
        made.append([_cell(made, sheet.about)])
        made.append([_cell(made, head, strong=True) for head in sheet.heads])
        for row in sheet.rows:
            made.append([_cell(made, content, strong=row.strong) for content in row.cells])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def lines(sheets: Sequence[Sheet]) -> bytes:
    """The tables one below the other as CSV, in UTF-8 with the mark that spreadsheets look for."""
    made = StringIO()
    rows = csv.writer(made, lineterminator="\r\n")
    for place, sheet in enumerate(sheets):
        rows.writerow([_plain(sheet.about)] if place == 0 else [])
        rows.writerow([_plain(sheet.title)])
        rows.writerow(map(_plain, sheet.heads))
        rows.writerows(map(_plain, row.cells) for row in sheet.rows)
    return made.getvalue().encode("utf-8-sig")


def _title(text: str) -> str:
    return "".join(" " if char in "[]:*?/\\" else char for char in clean(text))[:LONGEST_TITLE]


def _plain(content: Content) -> str | float:
    if content is None:
        return ""
    return quoted(clean(content)) if isinstance(content, str) else round(content, 4)


def _cell(sheet: Any, content: Content, *, strong: bool = False) -> Any:
    is_text = isinstance(content, str)
    cell = WriteOnlyCell(sheet, clean(content) if isinstance(content, str) else content)
    if is_text:
        # Otherwise a name that begins with "=" would be run.
        cell.data_type = "s"
    if isinstance(content, Share):
        cell.number_format = "0.0%"
    if strong:
        cell.font = Font(bold=True)
    return cell
