"""Why can a ledger's row not become an item here? Every reason, so that it is corrected once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from ledgers.mapping import AnyField
from ledgers.reader import Ledger
from ledgers.row import CellProblem, LedgerRow
from models.roster import PERSON_NAME, UNIT_NAME
from models.texts import COMMAND as LENGTHS
from rules.deadlines import FARTHEST
from rules.opening import EARLIEST
from tasks.names import Names, Spot, Unmatched

PEOPLE: tuple[AnyField, ...] = ("responsible", "leader", "verifier")
"""The fields that name people."""

_LIMITED: tuple[AnyField, ...] = ("number", "title", "category", "complainant")
_DATED: tuple[AnyField, ...] = ("opened", "due", "due_superior", "closed_at")


def refusals(row: LedgerRow, names: Names, ledger: Ledger) -> list[CellProblem]:
    """What the store or the rules cannot take, and names that fit several."""
    found = [*unstorable(row, ledger), *_ambiguous(row, names, ledger)]
    found = found or list(_closed(row, names, ledger))
    for field in _DATED:
        day = _day(getattr(row, field), ledger)
        if day is not None and not EARLIEST <= day <= FARTHEST:
            facts = {"text": day, "low": EARLIEST, "high": FARTHEST}
            found.append(ledger.problem(row.row, field, "out_of_time", **facts))
    return found


def _day(when: date | datetime | None, ledger: Ledger) -> date | None:
    return when.astimezone(ledger.zone).date() if isinstance(when, datetime) else when


def unstorable(row: LedgerRow, ledger: Ledger) -> Iterator[CellProblem]:
    """What no item can hold, new or known."""
    if not row.title:
        yield ledger.problem(row.row, "title", "required")
    limits: list[tuple[AnyField, tuple[str, ...], int]] = [
        *((field, (getattr(row, field),), LENGTHS[field]) for field in _LIMITED),
        *((field, (getattr(row, field),), PERSON_NAME) for field in PEOPLE),
        ("unit", tuple(row.unit.split("/")), UNIT_NAME),
        ("co_units", tuple(part for text in row.co_units for part in text.split("/")), UNIT_NAME),
    ]
    for field, texts, limit in limits:
        if any(len(text) > limit for text in texts):
            yield ledger.problem(row.row, field, "too_long", limit=limit)


def _ambiguous(row: LedgerRow, names: Names, ledger: Ledger) -> Iterator[CellProblem]:
    spot: Spot | None = None
    try:
        spot = names.unit(row.unit) if row.unit else None
    except Unmatched as error:
        yield _unmatched(row, "unit", error, ledger)
    for text in row.co_units:
        try:
            names.unit(text)
        except Unmatched as error:
            yield _unmatched(row, "co_units", error, ledger)
    for field in PEOPLE:
        try:
            _look_up(getattr(row, field), field, spot, names)
        except Unmatched as error:
            yield _unmatched(row, field, error, ledger)


def _closed(row: LedgerRow, names: Names, ledger: Ledger) -> Iterator[CellProblem]:
    """Units that take no new item, or below which a new unit would come to lie."""
    named: list[tuple[AnyField, str]] = [("unit", row.unit)]
    named += [("co_units", text) for text in row.co_units]
    for field, text in named:
        if text and names.unit(text).above.closed:
            yield ledger.problem(row.row, field, "unit_closed", text=text)


def _look_up(text: str, field: AnyField, spot: Spot | None, names: Names) -> None:
    if text and field == "verifier":
        names.verifier(text, spot)
    elif text and spot:
        names.member(text, spot)


def _unmatched(row: LedgerRow, field: AnyField, error: Unmatched, ledger: Ledger) -> CellProblem:
    return ledger.problem(row.row, field, error.code, text=error.text, codes=error.codes)
