"""What is a row of a ledger, whatever file it came from or goes to?

Neutral values only: names as people wrote them, words of :mod:`rules.vocabulary` where a word was
recognised, days as ``date`` in the campaign's zone, instants as aware UTC ``datetime``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from rules.vocabulary import Light, Outcome, Severity, Source, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerItem:
    """The fields that a row read and a row written have in common.

    ``number`` is unique within the ledger; ``requirement`` is what has to be done; ``unit`` is a
    name or a path such as "市/区/单位".
    ``source`` is a word of the vocabulary, or the ledger's own text when it is none of them.
    ``due_superior`` is the superior's time limit. ``closed`` is None when the ledger does not say;
    a closed row may lack ``closed_at``. ``level`` is the rung of the ladder reached, 0 for none.
    ``extra`` holds what the ledger says beyond these fields, by column name, blanks left out.
    """

    number: str
    title: str
    description: str = ""
    requirement: str = ""
    category: str = ""
    source: Source | str = ""
    severity: Severity | None = None
    unit: str = ""
    responsible: str = ""
    leader: str = ""
    verifier: str = ""
    co_units: tuple[str, ...] = ()
    opened: datetime | None = None
    due: date | None = None
    due_superior: date | None = None
    closed: bool | None = None
    closed_at: datetime | None = None
    stage: Stage | None = None
    outcome: Outcome | None = None
    level: int = 0
    confidential: bool = False
    complainant: str = ""
    note: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Something about one cell that a person should look at.

    ``row`` is the number that a spreadsheet (or, for text, an editor) shows, from 1. ``cell`` is
    the address ("C12") in a workbook and the column's name in a text file; ``code`` names the
    sentence in :mod:`ledgers.sentences` that ``reason`` was made from.
    """

    row: int
    cell: str
    column: str
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow(LedgerItem):
    """A row that was read. ``warnings``: accepted, but worth a look."""

    row: int
    warnings: tuple[CellProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class RowRefused:
    """A row that cannot be taken as it is, with every reason, so that it is corrected once."""

    row: int
    problems: tuple[CellProblem, ...]
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow(LedgerItem):
    """A row to write. ``reference`` and ``light`` are for people: an import ignores them."""

    reference: str = ""
    light: Light | None = None
