"""How does somebody's file become rows of a ledger?

    with open_ledger(path, load_mapping("ledger"), zone=zone, today=today) as ledger:
        for row in ledger:          # LedgerRow or RowRefused, in the file's order
            ...

Rows are made one at a time; the whole file is never held as rows. What is wrong with the file or
its header raises InputError before the first row; a file that turns out damaged further down
raises it there, so whoever stores rows does so in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from ledgers.filetype import Limits, recognise
from ledgers.header import Header, Plan, find_header, fits_better, plan
from ledgers.mapping import AnyField, Mapping
from ledgers.row import CellProblem, LedgerRow, RowRefused
from ledgers.row_cells import Reading
from ledgers.row_maker import RowMaker
from ledgers.text_file import text_sheets
from ledgers.values import Sheet, folded
from ledgers.xlsx_file import xlsx_sheets
from rules.errors import InputError

_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Ledger:
    """A file opened with a mapping. Iterating reads it; each iteration starts anew.

    ``count`` is the number of rows below the header that hold something, for a progress bar (a
    few of them may turn out blank); ``remarks`` are sentences about the file as a whole.
    """

    sheet: str
    header_row: int
    columns: tuple[str, ...]
    count: int
    remarks: tuple[str, ...]
    _reading: Reading

    @property
    def fields(self) -> frozenset[AnyField]:
        """The fields that the file has a column for, or the mapping a constant."""
        return frozenset((*self._reading.plan.fields, *self._reading.mapping.constants))

    @property
    def zone(self) -> tzinfo:
        """The zone of the file's days."""
        return self._reading.zone

    @property
    def lang(self) -> str:
        """The language in which cells are spoken of."""
        return self._reading.lang

    @property
    def strange(self) -> dict[tuple[str, str], int]:
        """How often each word was met, in the rows read so far, that no field of ours knows (by
        field and word), and each category."""
        return dict(self._reading.strange)

    def has_extra(self, name: str) -> bool:
        """Whether the file has a column that is kept under this name."""
        plan = self._reading.plan
        return name in plan.names or any(name == kept for _, kept in plan.extras)

    def problem(self, row: int, field: AnyField, code: str, **facts: object) -> CellProblem:
        """What the sentence ``code`` says of the cell of a field, also when the file is closed."""
        return self._reading.about(row, self._reading.column(field), code, facts)

    def place(self, row: int, name: str, *, extra: bool = False) -> tuple[str, str]:
        """The cell of a field, or of a column that is kept under this name, and its column's name;
        as a person would say."""
        plan = self._reading.plan
        kept = next((index for index, under in plan.extras if under == name), 0)
        index = kept if extra else next((i for i, _ in plan.fields.get(name, ())), 0)  # type: ignore[call-overload]
        header = plan.names[index] if index < len(plan.names) else ""
        return self._reading.sheet.cell(row, index, header), header

    def __iter__(self) -> Iterator[LedgerRow | RowRefused]:
        maker = RowMaker(self._reading)
        for row, values in self._reading.sheet.rows():
            if row > self.header_row and (made := maker.make(row, values)) is not None:
                yield made


@contextmanager
def open_ledger(
    path: Path,
    mapping: Mapping,
    *,
    zone: tzinfo,
    today: date,
    lang: str = "en",
    limits: Limits = _DEFAULT_LIMITS,
) -> Iterator[Ledger]:
    """Open a workbook (.xlsx) or text table, told by its content, for one reading.

    ``zone`` is the campaign's, for times without one, unless the mapping names another; ``today``
    is the day there. ``lang`` ("zh-CN" or "en") is for what is said about cells. Raises
    InputError (NotFound, too large, another kind of file, damaged, a column missing or unknown)
    and Unavailable when the disk does not give the file.
    """
    if recognise(path, limits) == "xlsx":
        with xlsx_sheets(path, mapping.file) as sheets:
            yield _opened(path, sheets, mapping, zone, today, lang)
    else:
        yield _opened(path, text_sheets(path, mapping.file), mapping, zone, today, lang)


def ledger_in(
    sheet: Sheet, mapping: Mapping, *, zone: tzinfo, today: date, lang: str = "en"
) -> Ledger:
    """A sheet that is in no file, understood by a mapping.

    Raises:
        InputError: a column is missing, doubled or unknown.
    """
    return _opened(Path(sheet.name), [sheet], mapping, zone, today, lang)


def _opened(
    path: Path, sheets: list[Sheet], mapping: Mapping, zone: tzinfo, today: date, lang: str
) -> Ledger:
    sheet, header, rivals = _table(path, sheets, mapping)
    where = f"{path}, {sheet.name}, row {header.row}"
    columns = plan(header, mapping, where)
    reading = _reading(mapping, columns, sheet, zone, today, lang)
    remarks = tuple(_remarks(columns.ignored, rivals))
    count = max(0, sheet.count() - header.above)
    return Ledger(sheet.name, header.row, columns.names, count, remarks, reading)


def _remarks(ignored: Sequence[str], rivals: Sequence[str]) -> Iterator[str]:
    if ignored:
        yield f"Columns that the mapping does not know were ignored: {', '.join(ignored)}."
    for rival in rivals:
        yield (
            f'The sheet "{rival}" has such a header too and was not read; import it by its own '
            "mapping (file: sheet:)."
        )


def _reading(
    mapping: Mapping, columns: Plan, sheet: Sheet, zone: tzinfo, today: date, lang: str
) -> Reading:
    return Reading(
        mapping=mapping,
        plan=columns,
        sheet=sheet,
        zone=ZoneInfo(mapping.dates.zone) if mapping.dates.zone else zone,
        today=today,
        lang=lang,
        blanks=frozenset(text.strip() for text in mapping.blanks),
        translations={
            field: {folded(text): word for text, word in words.items()}
            for field, words in mapping.values.items()
        },
        says_closed={folded(text): True for text in mapping.closed.yes}
        | {folded(text): False for text in mapping.closed.no},
    )


def _table(path: Path, sheets: list[Sheet], mapping: Mapping) -> tuple[Sheet, Header, list[str]]:
    """The sheet with the header that fits best, and the other sheets that have one."""
    best: tuple[Sheet, Header] | None = None
    complete = []
    unreadable: list[InputError] = []
    for sheet in sheets:
        try:
            header = find_header(sheet, mapping)
        except InputError as error:
            unreadable.append(error)
            continue
        if header is None:
            continue
        if best is None or fits_better(header, best[1]):
            best = sheet, header
        if not header.missing:
            complete.append(sheet.name)
    if unreadable and not complete:
        raise unreadable[0]
    if best is None:
        raise InputError(
            "The file holds no rows.", "Check that the right file and sheet were saved.", str(path)
        )
    return *best, [name for name in complete if name != best[0].name]
