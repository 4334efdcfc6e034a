"""How does a ledger come back from being edited: what was in each row when it left?

A workbook that leaves to be edited has, on a sheet that nobody is shown, a line for each row: the
item's reference and version, what an import would have read from the row then, and a signature.
Rows may be sorted, filtered and deleted meanwhile, and columns moved or left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from openpyxl.utils.datetime import WINDOWS_EPOCH

from ledgers.filetype import Limits, recognise
from ledgers.layout import Layout, own_mapping
from ledgers.mapping import Mapping as LedgerMapping
from ledgers.mapping_parts import FileShape, Key, Part
from ledgers.reader import Ledger, ledger_in
from ledgers.row import ExportRow
from ledgers.values import Sheet, Value, shown
from ledgers.writer import BESIDE, LONGEST
from ledgers.xlsx_file import xlsx_sheets
from rules.errors import InputError

FORMAT = "1"
PIECE = 30_000
"""Characters of a cell of the sheet beside."""

NUMBER: Literal["number"] = "number"


class Base(NamedTuple):
    """What is known of a row as it left. ``signature`` is for whoever signed it to check."""

    ref: str
    version: int
    words: Mapping[str, Any]
    signature: str

    def signed(self, head: Head) -> str:
        """What the signature is about."""
        return "\n".join((*head, self.ref, str(self.version), _text(self.words)))


class Head(NamedTuple):
    """What all rows have in common."""

    format: str
    campaign: str
    lang: str
    at: str


@cache
def mapping() -> LedgerMapping:
    """Our own layout, its rows known by the item's reference; the number is one more column."""
    own = own_mapping()
    reference = own.ignore[:2]
    return own.model_copy(
        update={
            "name": "edited",
            "key": Key(columns=(Part(column=reference),)),
            "extra": (*own.extra, *own.key.columns[0].column),
            "ignore": own.ignore[2:],
            "unknown": "ignore",
        }
    )


def as_read(
    rows: Sequence[ExportRow], columns: Layout, *, zone: tzinfo, today: date, lang: str
) -> Ledger:
    """What an import would read of rows that are written so."""
    lines: list[tuple[int, Sequence[Value]]] = [(1, columns.names)]
    lines += [(n, [_cut(cell) for cell in columns.cells(row)]) for n, row in enumerate(rows, 2)]
    sheet = Sheet(
        BESIDE, lambda: iter(lines), lambda: len(lines), lambda row, *_: str(row), WINDOWS_EPOCH
    )
    return ledger_in(sheet, mapping(), zone=zone, today=today, lang=lang)


def _cut(cell: Any) -> Value:
    long = isinstance(cell, str) and len(cell) > LONGEST
    value: Value = f"{cell[: LONGEST - 1]}…" if long else cell
    return value


def lines_of(head: Head, bases: Iterable[Base]) -> Iterator[list[str]]:
    """The lines of the sheet beside."""
    yield list(head)
    for base in bases:
        words = _text(base.words)
        pieces = [words[start : start + PIECE] for start in range(0, len(words), PIECE)]
        yield [base.ref, str(base.version), base.signature, *pieces]


def bases_in(path: Path) -> tuple[Head, dict[str, Base]]:
    """What stands on the sheet beside; lines that make no sense are left out.

    Raises:
        InputError: the file was not exported to be edited.
    """
    foreign = InputError(
        "This file was not exported here to be edited.", "Export a ledger first.", str(path)
    )
    if recognise(path, Limits()) != "xlsx":
        raise foreign
    try:
        with xlsx_sheets(path, FileShape(sheet=BESIDE)) as sheets:
            lines = [[shown(cell) for cell in cells] for _, cells in sheets[0].rows()]
    except InputError as error:
        if "has no sheet" in error.message:
            raise foreign from error
        raise
    if not lines or len(lines[0]) < len(Head._fields) or lines[0][0] != FORMAT:
        raise foreign
    head = Head(*lines[0][: len(Head._fields)])
    found = (base for line in lines[1:] if (base := _base(line)) is not None)
    return head, {base.ref: base for base in found}


def _base(line: Sequence[str]) -> Base | None:
    if len(line) < 4 or not line[1].isdecimal() or len(line[1]) > 9:
        return None
    try:
        words = json.loads("".join(line[3:]))
    except ValueError:
        return None
    return Base(line[0], int(line[1]), words, line[2]) if isinstance(words, dict) else None


def _text(words: Mapping[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
