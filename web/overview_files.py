"""An overview's tables as files: a workbook with a sheet for each, or one text with commas."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import partial
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from ledgers.literal import clean, quoted
from tasks.overview import Overview
from web.overview_table import Line, Table, Value
from web.words import say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}

FIRST_COLUMN = 36
"""Width of a sheet's first column, in characters."""


def written(kind: str, overview: Overview, tables: Mapping[str, Table], lang: str) -> bytes:
    """The tables as a file of this kind. No cell is run as a formula."""
    if kind == "csv":
        return _text(overview, tables, lang)
    book = Workbook(write_only=True)
    for key, table in tables.items():
        sheet = book.create_sheet(say(lang, f"overview.{key}")[:31].replace("/", " "))
        sheet.column_dimensions["A"].width = FIRST_COLUMN
        sheet.append(_words(sheet, [about(overview, lang)], bold=False))
        sheet.append(_words(sheet, _heads(table), bold=True))
        for line in table.lines:
            name = _words(sheet, [line.name], bold=bool(line.kind))
            sheet.append([*name, *(_cell(sheet, value) for value in line.cells)])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def about(overview: Overview, lang: str) -> str:
    """Campaign, unit, period and moment, in one line."""
    tell = partial(say, lang)
    assert overview.as_of is not None
    at = f"{overview.as_of.astimezone(overview.zone):%Y-%m-%d %H:%M}"
    period = tell(f"overview.period.{overview.period.label}")
    parts = (overview.campaign.title, overview.unit.name, period, tell("overview.as_of", at=at))
    return " · ".join(parts)


def _text(overview: Overview, tables: Mapping[str, Table], lang: str) -> bytes:
    made = StringIO()
    rows = csv.writer(made, lineterminator="\r\n")
    rows.writerow([quoted(clean(about(overview, lang)))])
    for key, table in tables.items():
        rows.writerow([])
        rows.writerow([say(lang, f"overview.{key}")])
        rows.writerow(_heads(table))
        rows.writerows(_plain(line) for line in table.lines)
    # The mark tells spreadsheets that it is UTF-8.
    return made.getvalue().encode("utf-8-sig")


def _heads(table: Table) -> list[str]:
    """The heads of the columns that hold values: what is drawn is left out."""
    width = max((len(line.cells) for line in table.lines), default=len(table.heads) - 1)
    drawn = len(table.heads) - 1 - width
    heads = list(table.heads)
    return heads if drawn <= 0 else [*heads[:5], *heads[5 + drawn :]]


def _plain(line: Line) -> list[str | float]:
    return [quoted(clean(line.name)), *(_value(each) for each in line.cells)]


def _value(value: Value) -> str | float:
    if value.value is None:
        return ""
    if isinstance(value.value, str):
        return quoted(clean(value.value))
    return round(value.value, 4)


def _words(sheet: WriteOnlyWorksheet, words: list[str], *, bold: bool) -> list[Any]:
    cells = []
    for word in words:
        cell = WriteOnlyCell(sheet, clean(word))
        # Otherwise a name that begins with "=" would be run.
        cell.data_type = "s"
        cell.font = Font(bold=bold)
        cells.append(cell)
    return cells


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> Any:
    if isinstance(value.value, str):
        return _words(sheet, [value.value], bold=False)[0]
    cell = WriteOnlyCell(sheet, value.value)
    if value.rate:
        cell.number_format = "0.0%"
    return cell
