"""What does a ledger say otherwise of an item that is known here, and what comes of it?

A field is left alone where the ledger says what it said when it was imported last, or what holds
here now. Where it says something new, mere description is taken over; a difference that needs a
decision is a problem, named with its column. A blank says nothing, unless this ledger had filled
the field before.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from ledgers.mapping import AnyField
from ledgers.reader import Ledger
from ledgers.row import CellProblem, LedgerRow
from tasks import told
from tasks.kept import Kept, packed
from tasks.likeness import Here, in_words, is_the_same, same_text, shown
from tasks.told import Words

DESCRIPTIVE = frozenset({"title", "description", "requirement", "complainant", "note"})
"""Fields that an import may take over into a known item."""

FILLED_IN_HERE = frozenset(
    {"category", "source", "severity", "opened", "stage", "outcome", "closed", "closed_at"}
)
"""Fields that hold something here even if no ledger says so: a blank there goes without saying."""


RECORDED = frozenset({"opened", "closed_at"})
"""Instants that no command changes: what is on record stands, and the difference is told."""


@dataclass(slots=True)
class Comparison:
    """What comes of a row: ``texts`` to take over, ``problems`` for which it is refused."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)


def says_the_same(row: LedgerRow, stored: str, source: str, ledger: Ledger) -> bool:
    """Whether the ledger says what it said when it was imported last."""
    words = told.words_of(row)
    if stored == told.packed({source: words}):
        return True
    before = told.unpacked(stored).get(source)
    return before is not None and told.kept_silent(words, before, ledger) == before


def compare(
    row: LedgerRow, here: Here, source: str, ledger: Ledger,
    withheld: Set[AnyField] = frozenset(),
) -> Comparison:  # fmt: skip
    """Field by field: what is new, and what is to be done with it.

    What holds here in a ``withheld`` field is not told.
    """
    all_told = told.unpacked(here.item.ledger)
    before = all_told.get(source, {})
    words = told.kept_silent(told.words_of(row), before, ledger)
    found = Comparison()
    for name in told.FIELDS:
        if words.get(name) != before.get(name):
            _judge(name, row, here, ledger, found)
        elif not before and name not in withheld:
            _point_out_blank(name, row, here, ledger, found)
    columns = _columns(row, here.kept, before, ledger)
    note = found.texts.pop("note", here.kept.note)
    if (note, columns) != (here.kept.note, here.kept.columns):
        found.texts["extra"] = packed(here.kept._replace(note=note, columns=columns))
    if found.texts:
        found.texts["ledger"] = told.packed({**all_told, source: words})
    return found


def _judge(name: AnyField, row: LedgerRow, here: Here, ledger: Ledger, found: Comparison) -> None:
    """The ledger has changed what it says: is it new here, and may an import take it over?"""
    value = getattr(row, name)
    if is_the_same(name, value, here, ledger):
        return
    if name in DESCRIPTIVE:
        found.texts[name] = value
        return
    facts = {"now": in_words(value, ledger), "here": shown(name, here, ledger)}
    if name in RECORDED:
        found.warnings.append(ledger.problem(row.row, name, "recorded_otherwise", **facts))
    else:
        facts["ref"] = here.item.ref
        found.problems.append(ledger.problem(row.row, name, "undecided", **facts))


def _point_out_blank(
    name: AnyField, row: LedgerRow, here: Here, ledger: Ledger, found: Comparison
) -> None:
    """In a ledger that speaks of the item for the first time, a blank might be meant to delete."""
    if name not in ledger.fields or name in FILLED_IN_HERE:
        return
    if not is_the_same(name, getattr(row, name), here, ledger):
        facts = {"here": shown(name, here, ledger)}
        found.warnings.append(ledger.problem(row.row, name, "blank_kept", **facts))


def _columns(row: LedgerRow, kept: Kept, before: Words, ledger: Ledger) -> dict[str, str]:
    """The other columns as they should be: what the ledger has changed, and the rest as it is."""
    columns, old = dict(kept.columns), before.get("extra", {})
    for name, said in row.extra.items():
        if said != old.get(name) and not same_text(said, columns.get(name, "")):
            columns[name] = said
    for name in old.keys() - row.extra.keys():
        if ledger.has_extra(name):
            columns.pop(name, None)
    return columns
