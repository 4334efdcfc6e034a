"""Simulates policies over a past ledger: reads the file, and replays it under each policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple

from config.calendars import calendar_for
from ledgers.mapping import Mapping
from ledgers.reader import Ledger, open_ledger
from ledgers.row import LedgerRow, RowRefused
from rules.errors import InputError
from rules.policy import Policy
from rules.replay import PastItem
from rules.simulation import Assumptions, Tally, Window, simulate
from rules.vocabulary import Severity
from rules.workdays import WorkCalendar

NAMED = 1000
"""Rows that cannot be replayed are named up to this number; the others are only counted."""

_PLAIN = Assumptions()
_FAR = date(9999, 1, 1)

Progress = Callable[[str, int, int], None]


class Unusable(NamedTuple):
    """A row that cannot be replayed: its number as a spreadsheet shows it, its cell, and why."""

    row: int
    cell: str
    reason: str


class Result(NamedTuple):
    """What one policy would have caused."""

    policy: Policy
    tally: Tally


class Simulated(NamedTuple):
    """A simulation: the rows that could be used, the window, and each policy's result."""

    ledger: str
    rows: int
    unusable: int
    named: tuple[Unusable, ...]
    """The first of the unusable rows."""
    first: date
    last: date
    assumed: Assumptions
    results: tuple[Result, ...]


def simulate_ledger(
    path: Path,
    mapping: Mapping,
    policies: Sequence[Policy],
    *,
    first: date | None = None,
    last: date | None = None,
    assumed: Assumptions = _PLAIN,
    lang: str = "en",
    progress: Progress = lambda _what, _done, _of: None,
) -> Simulated:
    """Replay each policy over the ledger at ``path``, from the day ``first`` to ``last``.

    Without them the window runs from the first opening to the last event the ledger tells of.
    A row that does not say when the item was opened cannot be replayed; it is counted and named.
    ``progress`` is told what is done ("read" or "replay"), how far, and of how much.

    Raises:
        InputError: the file or the mapping is unusable, no row can be replayed, or the window
            ends before it begins.
    """
    if first is not None and last is not None and last < first:
        raise InputError(
            f"The window begins on {first} and ends on {last}.", "Exchange the days.", "--from"
        )
    zone = calendar_for(policies[0])
    with open_ledger(path, mapping, zone=zone.zone, today=_FAR, lang=lang) as ledger:
        if "opened" not in ledger.fields:
            raise InputError(
                "No column says when the items were opened, so nothing can be replayed.",
                "Map it (columns: opened:); the ledger needs it beside the deadline.",
                where=str(path),
            )
        past, unusable, rows = _read(ledger, progress)
    if not past:
        raise _nothing(path, rows, unusable)
    first = first or zone.day_of(min(item.opened for item in past))
    last = last or max(zone.day_of(max(item.closed or item.opened for item in past)), first)
    results = []
    for number, policy in enumerate(policies):
        shown = _shown(past, progress, number * len(past), len(policies) * len(past))
        calendar = calendar_for(policy)
        tally = simulate(shown, policy, calendar, _window(first, last, calendar), assumed)
        results.append(Result(policy, tally))
    named = tuple(unusable[:NAMED])
    return Simulated(
        path.name, rows, rows - len(past), named, first, last, assumed, tuple(results)
    )  # fmt: skip


def _read(ledger: Ledger, progress: Progress) -> tuple[list[PastItem], list[Unusable], int]:
    """The rows that can be replayed, those that cannot, and how many there are."""
    past: list[PastItem] = []
    unusable: list[Unusable] = []
    texts: dict[str, str] = {}
    rows = 0
    for rows, made in enumerate(ledger, 1):
        if isinstance(made, LedgerRow) and made.opened is not None:
            past.append(_past(made, texts))
        elif len(unusable) < NAMED:
            unusable += _why(ledger, made)
        if rows % 500 == 0:
            progress("read", rows, ledger.count)
    return past, unusable, rows


def _why(ledger: Ledger, made: LedgerRow | RowRefused) -> Iterator[Unusable]:
    if isinstance(made, RowRefused):
        problems = made.problems[:1]
    else:
        problems = (ledger.problem(made.row, "opened", "required"),)
    for problem in problems:
        yield Unusable(problem.row, problem.cell, problem.reason)


def _nothing(path: Path, rows: int, unusable: Sequence[Unusable]) -> InputError:
    if not rows:
        return InputError(
            "The ledger has a header and no rows.", "Check that it was saved.", str(path)
        )
    first = unusable[0]
    return InputError(
        "No row can be replayed: none says when its item was opened, in a way that can be read.",
        f"The first: {first.reason}",
        where=f"{path}, row {first.row}, {first.cell}",
    )


def _shown(
    past: Iterable[PastItem], progress: Progress, before: int, of: int
) -> Iterator[PastItem]:
    for done, item in enumerate(past):
        if done % 500 == 0:
            progress("replay", before + done, of)
        yield item


def _past(row: LedgerRow, texts: dict[str, str]) -> PastItem:
    """What is kept of a row; the same name is kept once for all rows."""
    assert row.opened is not None
    unit, responsible, leader = (
        texts.setdefault(text, text) for text in (row.unit, row.responsible, row.leader)
    )
    return PastItem(
        unit=unit,
        responsible=responsible,
        leader=leader,
        severity=row.severity or Severity.GENERAL,
        opened=row.opened,
        due=row.due,
        # Closed on an unknown day: nothing is known to have happened to it after its opening.
        closed=row.closed_at if row.closed_at or not row.closed else row.opened,
        outcome=row.outcome,
    )


def _window(first: date, last: date, calendar: WorkCalendar) -> Window:
    start = datetime.combine(first, time(), calendar.zone).astimezone(UTC)
    return Window(start, calendar.end_of(last))
