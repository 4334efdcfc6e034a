"""Reading the committed sample, as anybody else would: as CSV files."""

from __future__ import annotations

import csv

from sample.files import path

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """The rows of one of the sample's CSV files, by column."""
    with path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def offset(row: Row, column: str) -> int | None:
    """The working days in a column of the ledger, None when it is blank."""
    text = row[f"{column}偏移"]
    return int(text) if text else None
