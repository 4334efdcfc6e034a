"""How do the cells of a row become a row of the ledger, or the reasons why not?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from openpyxl.utils import get_column_letter

from ledgers import dates
from ledgers.literal import unquoted
from ledgers.row import LedgerRow, RowRefused
from ledgers.row_cells import Reading, RowCells
from ledgers.values import CellError, Formula, Value, folded, shown
from rules.vocabulary import Outcome, Stage

_SEPARATORS = re.compile(r"[、，,；;]")
_SHORTENED = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")


class RowMaker:
    """Makes rows of one file and remembers the numbers seen."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._mapping = reading.mapping
        self._first: dict[str, tuple[int, int]] = {}

    def make(self, row: int, values: Sequence[Value]) -> LedgerRow | RowRefused | None:
        """The row read, or refused with every reason; None when it is blank."""
        cells = RowCells(self._reading, row, values)
        if self._is_blank(values):
            return None
        number = self._number(cells)
        made = self._made(cells, number)
        self._check_required(cells, made)
        self._check_loose(cells)
        if cells.problems:
            return RowRefused(row, tuple(cells.problems), number)
        return made

    def _is_blank(self, values: Sequence[Value]) -> bool:
        blanks = self._reading.blanks
        return not any(
            isinstance(value, (Formula, CellError)) or unquoted(shown(value), blanks)
            for value in values
            if value is not None and value != ""
        )

    def _number(self, cells: RowCells) -> str:
        parts = []
        for index, label in self._reading.plan.fields["number"]:
            text = cells.plain(index)
            value = cells.value(index)
            wide = isinstance(value, (int, float)) and abs(value) >= 1e15
            if wide or _SHORTENED.fullmatch(text):
                cells.refuse(index, "rounded", text=text)
            if text:
                parts.append(f"{label}{text}")
            elif not isinstance(value, (Formula, CellError)):
                cells.refuse(index, "required")
        if len(parts) < len(self._reading.plan.fields["number"]):
            return ""
        number = self._mapping.key.separator.join(parts)
        self._check_first(cells, number)
        return number

    def _check_first(self, cells: RowCells, number: str) -> None:
        same = hash(tuple(cells.cells))
        first, content = self._first.setdefault(number, (cells.row, same))
        if first != cells.row:
            code = "repeated" if content == same else "duplicate"
            cells.refuse(cells.column("number"), code, number=number, first=first)

    def _made(self, cells: RowCells, number: str) -> LedgerRow:
        extra = self._extra(cells)
        opened, due = cells.instant("opened"), cells.day("due")
        stage = cells.word("stage")
        closed, closed_at = self._closing(cells, stage, extra)
        outcome = self._outcome(cells, closed)
        due_superior = cells.day("due_superior")
        self._check_order(cells, opened, due, closed_at)
        if due and due_superior and due > due_superior:
            cells.warn(cells.column("due"), "due_beyond_superior", due=due, superior=due_superior)
        return LedgerRow(
            row=cells.row,
            number=number,
            title=cells.text("title"),
            description=cells.text("description"),
            requirement=cells.text("requirement"),
            category=self._category(cells),
            source=cells.word("source") or "",
            severity=cells.word("severity"),
            unit=cells.text("unit"),
            responsible=cells.text("responsible"),
            leader=cells.text("leader"),
            verifier=cells.text("verifier"),
            co_units=_names(cells.text("co_units")),
            opened=opened,
            due=due,
            due_superior=due_superior,
            closed=closed,
            closed_at=closed_at,
            stage=stage,
            outcome=outcome,
            level=cells.word("level") or 0,
            confidential=cells.word("confidential") or False,
            complainant=cells.text("complainant"),
            note=cells.text("note"),
            extra=extra,
            warnings=tuple(cells.warnings),
        )

    def _category(self, cells: RowCells) -> str:
        text = cells.text("category")
        if text:
            # Which categories there are is for the campaign's policy to say.
            self._reading.strange["category", text] += 1
        return text

    def _extra(self, cells: RowCells) -> dict[str, str]:
        extra = {}
        for index, name in self._reading.plan.extras:
            value = cells.value(index)
            if value is None or value == "":
                continue
            if isinstance(value, Formula):
                cells.warn(index, "formula_left_out")
            elif text := unquoted(shown(value), self._reading.blanks):
                extra[name] = text
        if self._reading.plan.loose == "keep":
            extra |= {get_column_letter(index + 1): text for index, text in self._loose(cells)}
        return extra

    def _closing(
        self, cells: RowCells, stage: Stage | None, extra: dict[str, str]
    ) -> tuple[bool | None, datetime | None]:
        said = self._said_closed(cells)
        closed_at = cells.instant("closed_at")
        index = cells.column("closed_at")
        if said is None and stage is not None:
            said = stage is Stage.CLOSED
        elif said is None and closed_at is not None and self._mapping.closed.by_date:
            said = True
        elif said is not None and stage is not None and said != (stage is Stage.CLOSED):
            cells.refuse(cells.column("stage"), "stage_clash", stage=cells.text("stage"))
        if said and closed_at is None and "closed_at" in self._reading.plan.fields:
            cells.warn(index, "closed_without_date")
        if said is False and closed_at is not None:
            text = cells.plain(index)
            cells.warn(index, "open_with_date", text=text)
            extra.setdefault(self._reading.plan.names[index], text)
            closed_at = None
        return said, closed_at

    def _outcome(self, cells: RowCells, closed: bool | None) -> Outcome | None:
        outcome: Outcome | None = cells.word("outcome")
        if outcome is not None and closed is False:
            cells.warn(cells.column("outcome"), "outcome_while_open", text=cells.text("outcome"))
        return outcome

    def _said_closed(self, cells: RowCells) -> bool | None:
        if "closed" not in self._reading.plan.fields:
            return None
        index = cells.column("closed")
        text = cells.plain(index)
        said = self._reading.says_closed.get(folded(text))
        if text and said is None:
            self._reading.strange["closed", text] += 1
            known = ", ".join((*self._mapping.closed.yes, *self._mapping.closed.no))
            cells.refuse(index, "unknown_word", text=text, known=known)
        return said

    def _check_order(
        self, cells: RowCells, opened: datetime | None, due: date | None, closed: datetime | None
    ) -> None:
        zone = self._reading.zone
        start = dates.day(opened, zone) if opened else None
        years = self._mapping.dates.far_years
        # A deadline is often a day written as its midnight: before the opening, yet the same day.
        if start and due and due < start:
            cells.warn(cells.column("due"), "due_before_opening", due=due, opened=start)
        if due and due.year - (start or self._reading.today).year > years:
            cells.warn(cells.column("due"), "due_far", due=due, years=years)
        if start and closed and dates.day(closed, zone) < start:
            day = dates.day(closed, zone)
            cells.warn(cells.column("closed_at"), "closed_before_opening", closed=day, opened=start)

    def _check_required(self, cells: RowCells, made: LedgerRow) -> None:
        blamed = {problem.cell for problem in cells.problems}
        for name in self._mapping.required:
            if name == "number" or getattr(made, name) not in (None, "", ()):
                continue
            before = len(cells.problems)
            cells.refuse(cells.column(name), "required")
            if cells.problems[-1].cell in blamed:
                # What is there was refused already; that it is missing too would mislead.
                del cells.problems[before:]

    def _check_loose(self, cells: RowCells) -> None:
        if self._reading.plan.loose == "refuse":
            for index, text in self._loose(cells):
                cells.refuse(index, "surplus", text=text)

    def _loose(self, cells: RowCells) -> Iterator[tuple[int, str]]:
        """Values in columns that the header gives no name."""
        names = self._reading.plan.names
        for index, value in enumerate(cells.cells):
            if value is None or (index < len(names) and names[index]):
                continue
            if text := unquoted(shown(value), self._reading.blanks):
                yield index, text


def _names(text: str) -> tuple[str, ...]:
    # One name a line when there are lines: a name may itself contain a comma.
    parts = text.split("\n") if "\n" in text else _SEPARATORS.split(text)
    return tuple(name for part in parts if (name := part.strip()))
