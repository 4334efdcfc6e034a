"""How is a plain table read (a roster of units, of people), whatever file it is in?

Columns are found by their names in the first row that holds something. Unlike a ledger a table is
small, and it is taken whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ledgers.filetype import Limits, recognise
from ledgers.literal import clean, trimmed, unquoted
from ledgers.mapping_parts import FileShape
from ledgers.row import CellProblem
from ledgers.sentences import say
from ledgers.text_file import text_sheets
from ledgers.values import CellError, Formula, Sheet, Value, folded, shown
from ledgers.xlsx_file import xlsx_sheets
from rules.errors import InputError

Columns: TypeAlias = Mapping[str, Sequence[str]]
"""The names under which each column may go, by what we call it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as a spreadsheet or an editor shows it, and its texts by column."""

    row: int
    texts: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.texts.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that hold something, and what is wrong with some of their cells."""

    path: Path
    lines: tuple[Line, ...]
    problems: tuple[CellProblem, ...]
    _layout: _Layout

    @property
    def lang(self) -> str:
        """The language in which cells are spoken of."""
        return self._layout.lang

    def problem(self, line: Line, column: str, code: str, **facts: object) -> CellProblem:
        """What the sentence ``code`` says of a cell."""
        return self._layout.problem(line.row, column, code, **facts)


def read_table(
    path: Path, columns: Columns, *, required: Sequence[str], ignored: Sequence[str], lang: str
) -> Table:
    """Read the table; ``required`` columns must be there and filled, ``ignored`` ones may be.

    Raises:
        InputError: the file is no table, or a column is missing, doubled or unknown.
        Unavailable: the file cannot be read.
    """
    with ExitStack() as opened:
        if recognise(path, Limits()) == "xlsx":
            sheets = opened.enter_context(xlsx_sheets(path, FileShape()))
        else:
            sheets = text_sheets(path, FileShape())
        layout = _layout(path, sheets, columns, required, ignored, lang)
        problems: list[CellProblem] = []
        lines = tuple(_lines(layout, required, problems))
    return Table(path, lines, tuple(problems), layout)


@dataclass(frozen=True, slots=True)
class _Layout:
    sheet: Sheet
    header_row: int
    names: tuple[str, ...]
    places: Mapping[str, int]
    lang: str

    def problem(self, row: int, column: str, code: str, **facts: object) -> CellProblem:
        index = self.places.get(column, 0)
        header = self.names[index]
        cell = self.sheet.cell(row, index, header)
        return CellProblem(row, cell, header, say(code, self.lang, **facts), code)


def _layout(
    path: Path,
    sheets: Sequence[Sheet],
    columns: Columns,
    required: Sequence[str],
    ignored: Sequence[str],
    lang: str,
) -> _Layout:
    """The layout of the sheet, or the way of cutting a text, that has most of the columns."""
    known = {folded(name): column for column, names in columns.items() for name in names}
    best: tuple[int, Sheet, int, tuple[str, ...]] | None = None
    for sheet in sheets:
        row, cells = next(_filled(sheet), (0, ()))
        names = tuple(trimmed(clean(shown(cell))) for cell in cells)
        found = sum(folded(name) in known for name in names)
        if row and (best is None or found > best[0]):
            best = found, sheet, row, names
    if best is None:
        raise InputError("The file is empty.", "Check that it was saved.", str(path))
    _, sheet, row, names = best
    places = _places(path, names, known, {folded(name) for name in ignored})
    if missing := [columns[column][0] for column in required if column not in places]:
        raise InputError(
            f"The column {', '.join(missing)} is missing.",
            f"The columns seen are: {', '.join(filter(None, names))}.",
            f"{path}, row {row}",
        )
    return _Layout(sheet, row, names, places, lang)


def _places(
    path: Path, names: Sequence[str], known: Mapping[str, str], ignored: set[str]
) -> dict[str, int]:
    places: dict[str, int] = {}
    for index, name in enumerate(names):
        column = known.get(folded(name))
        if column is None:
            if name and folded(name) not in ignored:
                raise InputError(
                    f'The column "{name}" is not known.',
                    f"Known are: {', '.join(known)}. Correct or remove it.",
                    str(path),
                )
            continue
        if column in places:
            raise InputError(f'The column "{name}" occurs twice.', "Remove one of them.", str(path))
        places[column] = index
    return places


def _filled(sheet: Sheet) -> Iterator[tuple[int, Sequence[Value]]]:
    for row, cells in sheet.rows():
        if any(isinstance(cell, (Formula, CellError)) or shown(cell).strip() for cell in cells):
            yield row, cells


def _lines(layout: _Layout, required: Sequence[str], problems: list[CellProblem]) -> Iterator[Line]:
    for row, cells in _filled(layout.sheet):
        if row <= layout.header_row:
            continue
        texts = {}
        for column, index in layout.places.items():
            value = cells[index] if index < len(cells) else None
            if isinstance(value, Formula):
                problems.append(layout.problem(row, column, "formula"))
            elif isinstance(value, CellError):
                problems.append(layout.problem(row, column, "cell_error", text=value.text))
            elif text := " ".join(unquoted(shown(value)).split()):
                texts[column] = text
            elif column in required:
                problems.append(layout.problem(row, column, "required"))
        yield Line(row, texts)
