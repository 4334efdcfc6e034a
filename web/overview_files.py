"""An overview's tables as files: a workbook with a sheet for each, or one text with commas."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ledgers.figures import Content, Row, Share, Sheet, lines, workbook
from tasks.overview import Overview
from web.overview_table import Table, Value
from web.words import say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


def written(kind: str, overview: Overview, tables: Mapping[str, Table], lang: str) -> bytes:
    """The tables as a file of this kind."""
    told = about(overview, lang)
    sheets = [_sheet(table, say(lang, f"overview.{key}"), told) for key, table in tables.items()]
    return lines(sheets) if kind == "csv" else workbook(sheets)


def about(overview: Overview, lang: str) -> str:
    """Campaign, unit, period and moment, in one line."""
    tell = partial(say, lang)
    assert overview.as_of is not None
    at = f"{overview.as_of.astimezone(overview.zone):%Y-%m-%d %H:%M}"
    period = tell(f"overview.period.{overview.period.label}")
    parts = (overview.campaign.title, overview.unit.name, period, tell("overview.as_of", at=at))
    return " · ".join(parts)


def _sheet(table: Table, title: str, told: str) -> Sheet:
    rows = tuple(
        Row((line.name, *map(_content, line.cells)), strong=bool(line.kind)) for line in table.lines
    )
    return Sheet(title, told, _heads(table), rows)


def _heads(table: Table) -> tuple[str, ...]:
    """The heads of the columns that hold values: what is drawn is left out."""
    width = max((len(line.cells) for line in table.lines), default=len(table.heads) - 1)
    drawn = len(table.heads) - 1 - width
    return table.heads if drawn <= 0 else (*table.heads[:5], *table.heads[5 + drawn :])


def _content(value: Value) -> Content:
    return Share(value.value) if value.rate and isinstance(value.value, float) else value.value
