"""Dates the sample's ledger: its days are working days before or after a day zero of choice.

Working days are Monday to Friday here, without holidays: the sample must not depend on a
published calendar. A deadline may therefore fall on a holiday, as in real ledgers.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from sample.files import path

OFFSET = "偏移"
"""Ends the name of a column that holds working days before (-) or after day zero."""

_FRIDAY = 4


def day(anchor: date, offset: int) -> date:
    """The weekday ``offset`` working days from ``anchor``; a weekend counts as its Friday."""
    start = anchor - timedelta(days=max(0, anchor.weekday() - _FRIDAY))
    weeks, rest = divmod(start.weekday() + offset, 5)
    return start - timedelta(days=start.weekday()) + timedelta(weeks=weeks, days=rest)


def ledger_rows(anchor: date) -> list[dict[str, str]]:
    """The ledger by column, in the layout of the ``ledger`` mapping, dates as YYYY-MM-DD.

    ``anchor`` is day zero, in the campaign's zone.
    """
    with path("ledger.csv").open(encoding="utf-8", newline="") as file:
        return [dict(_dated(row, anchor)) for row in csv.DictReader(file)]


def write_ledger(target: Path, today: date) -> int:
    """Write the ledger, dated from ``today``, as a CSV file; answers how many items it has.

    UTF-8 with its mark, so that spreadsheets show the Chinese. Raises OSError when ``target``
    cannot be written.
    """
    rows = ledger_rows(today)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _dated(row: dict[str, str], anchor: date) -> list[tuple[str, str]]:
    return [
        (name.removesuffix(OFFSET), _day(text, anchor) if name.endswith(OFFSET) else text)
        for name, text in row.items()
    ]


def _day(text: str, anchor: date) -> str:
    return day(anchor, int(text)).isoformat() if text else ""
