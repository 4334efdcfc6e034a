"""Which columns does our own ledger have, and what is written in each?

The columns' names are those of the mapping ``ledger`` (the first Chinese, the second English), so
that what is written is what an import reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import cache
from typing import TypeAlias

from ledgers.literal import clean, quoted
from ledgers.mapping import AnyField, Mapping
from ledgers.mapping_files import load_mapping
from ledgers.row import ExportRow
from ledgers.words import word
from rules.vocabulary import name, rung_name

CellContent: TypeAlias = str | date | datetime | None

# (field, width in characters); reference and light are read by people only.
_ORDER: tuple[tuple[AnyField, int], ...] = (
    ("number", 18), ("title", 36), ("description", 48), ("requirement", 36), ("category", 16),
    ("source", 12), ("severity", 9), ("unit", 28), ("responsible", 10), ("leader", 10),
    ("verifier", 10), ("co_units", 20), ("opened", 18), ("due", 11), ("due_superior", 11),
    ("stage", 10), ("level", 10), ("closed", 9), ("closed_at", 18), ("outcome", 14),
    ("confidential", 9), ("complainant", 12), ("note", 30),
)  # fmt: skip
_DERIVED = (("reference", 16), ("light", 7))
_EXTRA_WIDTH = 16
_OLDEST = 1901


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file: names, widths, and how a row becomes contents."""

    names: tuple[str, ...]
    widths: tuple[int, ...]
    cells: Callable[[ExportRow], list[CellContent]]


@cache
def own_mapping() -> Mapping:
    """The mapping that reads what is written here."""
    return load_mapping("ledger")


def layout(
    extras: Sequence[str], lang: str, zone: tzinfo, omitted: Collection[AnyField] = ()
) -> Layout:
    """The layout in ``lang`` with a column for each of ``extras``; times are shown in ``zone``.

    There is no column for the fields in ``omitted``: an import then leaves them as they are.
    """
    own = own_mapping()
    which = 0 if lang.startswith("zh") else 1
    heads = [own.parts(field)[0].column[which] for field, _ in _ORDER]
    derived = own.ignore[: 2 * len(_DERIVED)][which::2]
    prefix = own.extra_prefix[which]
    names = (*heads, *derived, *(f"{prefix}{clean(extra)}" for extra in extras))
    widths = (*(width for _, width in (*_ORDER, *_DERIVED)), *[_EXTRA_WIDTH] * len(extras))
    writer = _Cells(lang, zone, frozenset(own.blanks), tuple(extras))
    dropped = {place for place, (field, _) in enumerate(_ORDER) if field in omitted}
    if not dropped:
        return Layout(names, widths, writer.cells)
    kept = [place for place in range(len(names)) if place not in dropped]

    def cells(row: ExportRow) -> list[CellContent]:
        every = writer.cells(row)
        return [every[place] for place in kept]

    return Layout(tuple(names[i] for i in kept), tuple(widths[i] for i in kept), cells)


@dataclass(frozen=True, slots=True)
class _Cells:
    lang: str
    zone: tzinfo
    blanks: frozenset[str]
    extras: tuple[str, ...]

    def cells(self, row: ExportRow) -> list[CellContent]:
        """In the order of ``_ORDER``, then the derived columns, then the extras."""
        return [
            self._text(row.number),
            self._text(row.title),
            self._text(row.description),
            self._text(row.requirement),
            self._text(row.category),
            self._word(word("source", row.source)) or self._text(row.source),
            self._word(row.severity),
            self._text(row.unit),
            self._text(row.responsible),
            self._text(row.leader),
            self._text(row.verifier),
            self._names(row.co_units),
            self._instant(row.opened),
            _day(row.due),
            _day(row.due_superior),
            self._word(row.stage),
            self._level(row.level),
            self._flag(row.closed),
            self._instant(row.closed_at),
            self._word(row.outcome),
            self._flag(row.confidential),
            self._text(row.complainant),
            self._text(row.note),
            self._text(row.reference),
            self._word(row.light),
            *(self._text(row.extra.get(extra, "")) for extra in self.extras),
        ]

    def _text(self, text: str) -> str | None:
        return quoted(clean(text), self.blanks) if text else None

    def _word(self, member: object) -> str | None:
        return name(member, self.lang) if isinstance(member, StrEnum) else None

    def _names(self, names: tuple[str, ...]) -> str | None:
        # The line end says "one name a line" where a single name would be cut at its commas.
        return self._text("\n".join(names) + ("\n" if len(names) == 1 else ""))

    def _level(self, level: int) -> str | None:
        return rung_name(level, self.lang) or None

    def _flag(self, flag: bool | None) -> str | None:
        if flag is None:
            return None
        yes, no = ("是", "否") if self.lang.startswith("zh") else ("yes", "no")
        return yes if flag else no

    def _instant(self, instant: datetime | None) -> CellContent:
        return None if instant is None else clock_time(instant, self.zone)


def clock_time(instant: datetime, zone: tzinfo) -> datetime | str:
    """Local time to the second, a real date for a cell; UTC as text where the clock shows it
    twice."""
    utc = instant.astimezone(UTC).replace(microsecond=0)
    local = utc.astimezone(zone).replace(tzinfo=None, fold=0)
    exact = local.replace(tzinfo=zone).astimezone(UTC) == utc
    return local if exact and local.year >= _OLDEST else utc.isoformat(" ")


def _day(day: date | None) -> CellContent:
    # Spreadsheets have no dates before 1900 and count 1900 as a leap year.
    return day if day is None or day.year >= _OLDEST else day.isoformat()
