"""What can a cell hold, and how does each kind of content read as text?"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that computes its value. What it showed last cannot be trusted, so it is not read."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that shows an error such as ``#REF!``."""

    text: str


Value: TypeAlias = (
    str | int | float | bool | datetime | date | time | timedelta | Formula | CellError | None
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One way of seeing a file as rows: a sheet of a workbook, or a text file cut at a delimiter.

    ``rows()`` starts anew at each call and yields the row's number with its cells; ``count()`` is
    how many rows hold something, the header and what stands above it included; ``cell(row, index,
    header)`` names a cell as a person would. Dates as numbers count from ``epoch``.
    """

    name: str
    rows: Callable[[], Iterator[tuple[int, Sequence[Value]]]]
    count: Callable[[], int]
    cell: Callable[[int, int, str], str]
    epoch: datetime


def shown(value: Value) -> str:
    """A cell's content as text, near to what a spreadsheet shows: 33.0 is "33", dates are ISO."""
    if value is None or isinstance(value, Formula):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Spreadsheets show 15 digits; repr would show the noise of binary fractions after them.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, CellError):
        return value.text
    return str(value)


def folded(text: str) -> str:
    """A key for comparing words and column names: no width, case or white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
