"""What does each cell of one row mean? Problems and warnings are gathered, not raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from ledgers import dates
from ledgers.header import Plan
from ledgers.literal import unquoted
from ledgers.mapping import AnyField, FieldName, Mapping, Word
from ledgers.row import CellProblem
from ledgers.sentences import say
from ledgers.values import CellError, Formula, Sheet, Value, folded, shown
from ledgers.words import known, word


@dataclass(frozen=True, slots=True)
class Reading:
    """What is the same for every row of a file. ``today`` is a day in ``zone``."""

    mapping: Mapping
    plan: Plan
    sheet: Sheet
    zone: tzinfo
    today: date
    lang: str
    blanks: frozenset[str]
    translations: Map[str, Map[str, Word]]
    says_closed: Map[str, bool]
    strange: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each word was met that no field of ours knows, and each category."""

    def column(self, name: AnyField) -> int:
        """The index of the first column of a field, 0 when it is a constant."""
        columns = self.plan.fields.get(name, ())
        return columns[0][0] if columns else 0

    def about(self, row: int, index: int, code: str, facts: Map[str, object]) -> CellProblem:
        """What the sentence ``code`` says of one cell."""
        names = self.plan.names
        header = names[index] if index < len(names) else ""
        cell = self.sheet.cell(row, index, header)
        return CellProblem(row, cell, header, say(code, self.lang, **facts), code)


@dataclass(slots=True)
class RowCells:
    """One row's cells, read field by field."""

    reading: Reading
    row: int
    cells: Sequence[Value]
    problems: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)

    def value(self, index: int) -> Value:
        """The cell's content, None beyond the row's end."""
        return self.cells[index] if index < len(self.cells) else None

    def plain(self, index: int) -> str:
        """The cell as text; a formula or an error is a problem."""
        value = self.value(index)
        if value is None:
            return ""
        if isinstance(value, Formula):
            self.refuse(index, "formula")
            return ""
        if isinstance(value, CellError):
            self.refuse(index, "cell_error", text=value.text)
            return ""
        return unquoted(shown(value), self.reading.blanks)

    def text(self, name: FieldName) -> str:
        """A field as text: its columns joined, translated, or the mapping's constant."""
        columns = self.reading.plan.fields.get(name, ())
        if len(columns) == 1 and not columns[0][1]:
            said = self.plain(columns[0][0])
        else:
            said = self._joined(name, columns)
        if said and name in self.reading.translations:
            said = str(self.reading.translations[name].get(folded(said), said))
        return said or str(self.reading.mapping.constants.get(name, ""))

    def _joined(self, name: FieldName, columns: Sequence[tuple[int, str]]) -> str:
        column = self.reading.mapping.columns.get(name)
        parts = [f"{label}{text}" for index, label in columns if (text := self.plain(index))]
        return column.separator.join(parts) if column else ""

    def word(self, name: FieldName) -> Any:
        """A field whose words are known (:mod:`ledgers.words`), None when blank."""
        text = self.text(name)
        if not text:
            return None
        found = word(name, text)
        if found is None:
            self.reading.strange[name, text] += 1
        if found is None and name != "source":
            index = self.column(name)
            self.refuse(index, "unknown_word", text=text, known=known(name, self.reading.lang))
        return text if found is None else found

    def when(self, name: AnyField) -> date | None:
        """A day or a naive or aware datetime, as written; None when blank or refused."""
        columns = self.reading.plan.fields.get(name, ())
        if not columns:
            return None
        index = columns[0][0]
        text = self.plain(index)
        if not text or self.reading.translations.get(name, {}).get(folded(text)) == "":
            return None
        value = self.value(index)
        try:
            said, from_number = dates.moment(
                text if isinstance(value, str) else value,
                self.reading.mapping.dates.formats,
                self.reading.sheet.epoch,
            )
        except dates.NotADate:
            self.refuse(index, "bad_date", text=text)
            return None
        if from_number:
            self.warn(index, "serial", text=text, date=said)
        return self._within_years(index, said)

    def _within_years(self, index: int, said: date) -> date | None:
        rules = self.reading.mapping.dates
        if rules.minimum_year <= said.year <= rules.maximum_year:
            return said
        low, high = rules.minimum_year, rules.maximum_year
        self.refuse(index, "year_outside", text=said, low=low, high=high)
        return None

    def day(self, name: AnyField) -> date | None:
        """A field as a day in the zone."""
        said = self.when(name)
        return None if said is None else dates.day(said, self.reading.zone)

    def instant(self, name: AnyField) -> datetime | None:
        """A field as an instant in UTC; one after today is pointed out."""
        said = self.when(name)
        if said is None:
            return None
        if dates.day(said, self.reading.zone) > self.reading.today:
            self.warn(self.column(name), "future", text=said)
        return dates.instant(said, self.reading.zone)

    def column(self, name: AnyField) -> int:
        """The index of the first column of a field, 0 when it is a constant."""
        return self.reading.column(name)

    def refuse(self, index: int, code: str, **facts: object) -> None:
        """Note a reason for refusing the row."""
        self.problems.append(self.reading.about(self.row, index, code, facts))

    def warn(self, index: int, code: str, **facts: object) -> None:
        """Note something that is accepted but should be looked at."""
        self.warnings.append(self.reading.about(self.row, index, code, facts))
