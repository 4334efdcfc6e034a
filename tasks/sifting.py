"""What becomes of each row of a ledger: new, unchanged, changed or refused? Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from ledgers.mapping import AnyField
from ledgers.reader import Ledger
from ledgers.row import CellProblem, LedgerRow
from models import export, known
from models.known import Known
from rules.duties import may_coordinate
from rules.item import SYSTEM, PersonFact
from rules.policy import Policy
from tasks.admission import unstorable
from tasks.kept import unpacked
from tasks.likeness import Here
from tasks.names import Names
from tasks.relisting import compare, says_the_same

WITHHELD: frozenset[AnyField] = frozenset({"complainant"})
"""What is not told to a person on the way: its reading is noted, item by item."""


class Change(NamedTuple):
    """A row whose item is known and is to be told something: the texts of a relisting."""

    row: LedgerRow
    ref: str
    version: int
    texts: Mapping[str, str]


@dataclass(slots=True)
class Sifted:
    """The rows, sorted. ``refused`` has one entry a problem; each row is in one place only."""

    new: list[LedgerRow] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refused: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)


class Sieve(NamedTuple):
    """What rows are judged by: the campaign, its policy, and what the ledger is called."""

    campaign_id: int
    policy: Policy
    ledger: Ledger
    source: str
    actor: PersonFact = SYSTEM

    def sift(self, connection: Connection, rows: Sequence[LedgerRow], names: Names) -> Sifted:
        """Sort the rows by what is known now."""
        found = Sifted()
        doubtful: list[tuple[LedgerRow, Known]] = []
        for row, item in self._with_items(connection, rows, found):
            if item is not None and says_the_same(row, item.ledger, self.source, self.ledger):
                found.unchanged += 1
            elif item is not None:
                doubtful.append((row, item))
            else:
                found.new.append(row)
        if doubtful:
            self._compare(connection, doubtful, names, found)
        return found

    def foreign(self, row: LedgerRow, names: Names) -> list[CellProblem]:
        """Whether a new row is about a unit that is not the actor's to coordinate."""
        spot = names.unit(row.unit) if row.unit else None
        if spot is None or may_coordinate(self.actor, spot.above.path):
            return []
        return [self.ledger.problem(row.row, "unit", "not_yours", text=row.unit)]

    def _with_items(
        self, connection: Connection, rows: Sequence[LedgerRow], found: Sifted
    ) -> Iterable[tuple[LedgerRow, Known | None]]:
        """Each row with the item that it names, if there is one."""
        numbered = known.by_number(connection, self.campaign_id, [row.number for row in rows])
        others = [row.number for row in rows if row.number not in numbered]
        unnumbered = known.by_reference(connection, self.campaign_id, others)
        for row in rows:
            item = numbered.get(row.number) or unnumbered.get(row.number)
            if row.number in unnumbered and not _was_exported_from(unnumbered[row.number], row):
                facts = {"number": row.number}
                problem = self.ledger.problem(row.row, "number", "number_is_reference", **facts)
                found.refused.append(problem)
            else:
                yield row, item

    def _compare(
        self,
        connection: Connection,
        doubtful: Sequence[tuple[LedgerRow, Known]],
        names: Names,
        found: Sifted,
    ) -> None:
        items = export.by_refs(connection, [item.ref for _, item in doubtful])
        people = export.called(connection)
        for row, known_as in doubtful:
            item = items[known_as.ref]
            unit = names.units_by_id.get(item.unit_id or 0)
            if unit is not None and not may_coordinate(self.actor, unit.path):
                # What holds here is not told to somebody who could not look it up.
                facts = {"number": row.number}
                found.refused.append(
                    self.ledger.problem(row.row, "number", "number_not_yours", **facts)
                )
                continue
            here = Here(item, unpacked(item.extra), people, names, self.policy)
            withheld = frozenset() if self.actor is SYSTEM else WITHHELD
            comparison = compare(row, here, self.source, self.ledger, withheld)
            problems = [*unstorable(row, self.ledger), *comparison.problems]
            found.warnings += comparison.warnings
            if problems:
                found.refused += problems
            elif comparison.texts:
                found.changed.append(Change(row, item.ref, item.version, comparison.texts))
            else:
                found.unchanged += 1


def _was_exported_from(item: Known, row: LedgerRow) -> bool:
    """An export numbers an item without a number by its reference. A foreign ledger may use such
    a number for something else, but not with the same instant of opening."""
    opened = item.opened_at.replace(microsecond=0)
    return row.opened is not None and row.opened.replace(microsecond=0) == opened
