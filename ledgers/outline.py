"""What is in a file, before anybody has said how its columns are to be understood?

Its sheets with their first rows. Which of them is the header, and which mapping fits it best, is
proposed; whoever brings the file decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from openpyxl.utils.datetime import WINDOWS_EPOCH

from ledgers.filetype import Limits, recognise
from ledgers.header import find_header, fits_better, names_of, plan, suggested
from ledgers.mapping import Mapping
from ledgers.mapping_parts import FileShape
from ledgers.text_file import text_sheets
from ledgers.values import Formula, Sheet, Value, shown
from ledgers.xlsx_file import xlsx_sheets
from rules.errors import InputError

ROWS = 30
"""Rows of a sheet that are looked at."""

SAMPLES = 5
"""Rows below the header that are shown."""

MOST_COLUMNS = 400
LONGEST_SAMPLE = 120


class Fit(NamedTuple):
    """Where the table seems to be and how it may be understood: a mapping, and by it what each
    column is taken for."""

    sheet: str
    row: int
    names: tuple[str, ...]
    mapping: Mapping
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The sheets of a workbook, or the one table of a text with the sign between its columns."""

    sheets: tuple[str, ...]
    delimiter: str | None
    _rows: dict[str, list[tuple[int, tuple[Value, ...]]]]

    def rows(self, sheet: str) -> list[tuple[int, tuple[Value, ...]]]:
        """The first rows of a sheet that hold something, with their numbers."""
        return self._rows.get(sheet, [])

    def names(self, sheet: str, row: int) -> tuple[str, ...]:
        """The columns' names, if this row is the header; none when it is not there."""
        return next((names_of(cells) for number, cells in self.rows(sheet) if number == row), ())

    def samples(self, sheet: str, row: int) -> list[tuple[str, ...]]:
        """The first rows below the header, as texts."""
        below = [cells for number, cells in self.rows(sheet) if number > row][:SAMPLES]
        return [tuple(_sample(cell) for cell in cells) for cells in below]

    def fit(self, mappings: Sequence[Mapping], sheet: str = "", row: int = 0) -> Fit:
        """The header and mapping that fit best, the first of equals; within a sheet or at a row
        where these are given.

        Raises:
            InputError: there are no rows.
        """
        best: tuple[tuple[bool, int], Fit] | None = None
        for name in [sheet] if sheet in self._rows else self.sheets:
            for mapping in mappings:
                found = find_header(self._as_sheet(name, row), mapping)
                if found is None:
                    continue
                fit = (not found.missing, found.matched)
                if best is None or fit > best[0]:
                    names = found.names
                    best = fit, Fit(name, found.row, names, mapping, suggested(names, mapping))
        if best is None:
            raise InputError("The file holds no rows.", "Check that the right file was saved.")
        (complete, matched), found_fit = best
        if row or complete or matched > 1:
            return found_fit
        return self._guessed(found_fit)

    def _guessed(self, fit: Fit) -> Fit:
        """No mapping knows the header: the first row with the most texts is taken for it."""
        row, names = max(
            ((number, names_of(cells)) for number, cells in self.rows(fit.sheet)),
            key=lambda each: (len({name for name in each[1] if name}), -each[0]),
        )
        return fit._replace(row=row, names=names, choices=suggested(names, fit.mapping))

    def _as_sheet(self, name: str, row: int) -> Sheet:
        rows = [each for each in self.rows(name) if not row or each[0] == row]
        return Sheet(name, lambda: iter(rows), lambda: len(rows), lambda *_: "", WINDOWS_EPOCH)


def outline(path: Path, limits: Limits | None = None) -> Outline:
    """Look into the file, told by its content.

    Raises:
        InputError: it is no table, is damaged or too large, or has too many columns.
    """
    with _sheets(path, limits or Limits()) as (sheets, is_text):
        rows = {sheet.name: list(_first(sheet, path)) for sheet in sheets}
    if not is_text:
        return Outline(tuple(rows), None, rows)
    best = max(rows, key=lambda name: _width(rows[name]))
    delimiter = next(sign for sign, name in _TEXTS.items() if name == best)
    return Outline((best,), delimiter, {best: rows[best]})


_TEXTS = {sign: f"text separated by {name}" for sign, name in
          ((",", "comma"), ("\t", "tab"), (";", "semicolon"))}  # fmt: skip


def check(path: Path, mapping: Mapping, limits: Limits | None = None) -> None:
    """See that the mapping finds its columns in the file.

    Raises:
        InputError: a column is missing, or two mean the same.
    """
    with _sheets(path, limits or Limits(), mapping.file) as (sheets, _):
        found = [header for sheet in sheets if (header := find_header(sheet, mapping))]
    best = found[0] if found else None
    for header in found:
        if best is not None and fits_better(header, best):
            best = header
    if best is None:
        raise InputError("The file holds no rows.", "Check that the right file was saved.")
    plan(best, mapping, f"row {best.row}")


_ANYWHERE = FileShape()


@contextmanager
def _sheets(
    path: Path, limits: Limits, shape: FileShape = _ANYWHERE
) -> Iterator[tuple[list[Sheet], bool]]:
    if recognise(path, limits) == "xlsx":
        with xlsx_sheets(path, shape) as sheets:
            yield sheets, False
    else:
        yield text_sheets(path, shape), True


def _first(sheet: Sheet, path: Path) -> Iterator[tuple[int, tuple[Value, ...]]]:
    rows = islice(sheet.rows(), ROWS)
    while True:
        try:
            number, cells = next(rows, (0, ()))
        except InputError:
            # A text cut at a sign that it is not made of; or damaged, which reading it will tell.
            return
        if not number:
            return
        kept = _trimmed(cells)
        if len(kept) > MOST_COLUMNS:
            raise InputError(
                f"The table has {len(kept):,} columns, more than the {MOST_COLUMNS} that a ledger "
                "may have.", "Leave out columns that are not needed.", str(path),
            )  # fmt: skip
        if kept:
            yield number, kept


def _trimmed(cells: Sequence[Value]) -> tuple[Value, ...]:
    """Without the empty cells behind the last filled one."""
    last = max((i for i, cell in enumerate(cells, 1) if _is_filled(cell)), default=0)
    return tuple(cells[:last])


def _is_filled(cell: Value) -> bool:
    return isinstance(cell, Formula) or bool(shown(cell).strip())


def _width(rows: Sequence[tuple[int, tuple[Value, ...]]]) -> int:
    return max((sum(map(_is_filled, cells)) for _, cells in rows), default=0)


def _sample(cell: Value) -> str:
    text = "ƒ" if isinstance(cell, Formula) else " ".join(shown(cell).split())
    return text if len(text) <= LONGEST_SAMPLE else f"{text[:LONGEST_SAMPLE]}…"
