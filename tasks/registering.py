"""Takes a ledger over: rows of a file become items, as history, in set-based chunks.

The file is read whole before anything is stored, so that a damaged one stores nothing. Rows are
recognised by their number: importing again creates nothing twice, and a row that is missing
closes nothing. What a ledger says differently now is taken over where it is mere description; a
difference that needs a decision is refused, with the command that decides it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from config.calendars import calendar_for
from ledgers.mapping import Mapping
from ledgers.reader import Ledger, open_ledger
from ledgers.row import CellProblem, LedgerRow, RowRefused
from models import policies, roster
from models.engine import reading, writing
from rules.commands import Relist
from rules.errors import Conflict, InputError, Refused, Unavailable
from rules.item import SYSTEM, PersonFact
from rules.policy import Policy
from rules.vocabulary import Stage
from tasks import told
from tasks.act import ATTEMPTS, act, enter, reference
from tasks.admission import refusals
from tasks.job_pulse import Stopped, Tell
from tasks.names import Names
from tasks.places import Draft, Places
from tasks.sifting import Change, Sieve, Sifted
from tasks.takeover import Taken, Takeover

CHUNK = 1000
"""Rows stored in one transaction: long enough to be fast, short enough to let others in."""

Progress = Tell
"""Told what is being done ("read", then "store") and how many of how many rows are done."""


@dataclass(slots=True)
class ImportReport:
    """What became of each row, and what a coordinator should look at.

    ``refused`` has one entry a problem, so a row may occur more than once. ``provisional`` counts
    new items that are planned into a year whose calendar is not published yet.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    remarks: tuple[str, ...] = ()
    provisional: int = 0
    strange: dict[tuple[str, str], int] = field(default_factory=dict)
    """How often each word was met that means nothing here, by field and word."""
    left: int = 0
    """Rows that were not looked at, because the import was stopped before."""

    @property
    def refused_rows(self) -> int:
        """How many rows were refused. Each row is created, updated, unchanged or refused."""
        return len({problem.row for problem in self.refused})


def import_ledger(
    engine: Engine,
    path: Path,
    mapping: Mapping,
    now: datetime,
    *,
    campaign: str = "",
    dry_run: bool = False,
    lang: str = "en",
    actor: PersonFact = SYSTEM,
    progress: Progress = lambda _what, _done, _of: None,
) -> ImportReport:
    """Import the ledger at ``path``; with ``dry_run`` say what would happen and store nothing.

    ``actor`` is who brings it: rows about units that are not theirs to coordinate are refused,
    and the history names them. The program itself, and who runs it, may take everything over.

    Raises:
        InputError: the file, its header or the mapping is unusable.
        NotFound: there is no such campaign.
        Stopped: ``progress`` has raised it before anything was stored. Raised later, it ends the
            import between two chunks, and the report says what is left.
        Unavailable: the file or the database cannot be read or written. What was stored until
            then is whole chunks of rows, which are recognised when the file is imported again.
    """
    with reading(engine) as connection:
        fact = policies.campaign(connection, campaign)
        policy = policies.policy(connection, fact.policy_id)
    calendar = calendar_for(policy)
    report = ImportReport()
    today = calendar.day_of(now)
    with open_ledger(path, mapping, zone=calendar.zone, today=today, lang=lang) as ledger:
        rows = list(_readable(ledger, report, progress))
        report.strange = _strange(ledger.strange, policy)
    takeover = Takeover(fact, policy, calendar, ledger, now)
    sieve = Sieve(fact.id, policy, ledger, told.source_of(mapping.name), actor)
    job = _Job(engine, takeover, sieve, report)
    if dry_run:
        job.rehearse(rows, progress)
    else:
        job.run(rows, progress)
    report.refused.sort(key=_by_row)
    report.warnings.sort(key=_by_row)
    return report


def _strange(words: Map[tuple[str, str], int], policy: Policy) -> dict[tuple[str, str], int]:
    """The words that mean nothing here: categories are the policy's."""
    return {
        (field, word): count
        for (field, word), count in words.items()
        if field != "category" or (policy.categories and policy.category(word) is None)
    }


def _by_row(problem: CellProblem) -> int:
    return problem.row


def _readable(ledger: Ledger, report: ImportReport, progress: Progress) -> Iterator[LedgerRow]:
    report.remarks = ledger.remarks
    for made in ledger:
        report.rows += 1
        if isinstance(made, RowRefused):
            report.refused += made.problems
        else:
            report.warnings += made.warnings
            yield made
        if report.rows % CHUNK == 0:
            progress("read", report.rows, max(report.rows, ledger.count))


@dataclass(frozen=True, slots=True)
class _Job:
    engine: Engine
    takeover: Takeover
    sieve: Sieve
    report: ImportReport

    def run(self, rows: Sequence[LedgerRow], progress: Progress) -> None:
        """Store the rows, a chunk a transaction; each chunk is whole or not there."""
        done = 0
        for chunk in _chunks(rows, CHUNK):
            try:
                for change in self._stored(chunk):
                    self._relist(change)
            except Unavailable as error:
                raise _interrupted(error, done, len(rows)) from error
            done += len(chunk)
            try:
                progress("store", done, len(rows))
            except Stopped:
                self.report.left = len(rows) - done
                return

    def rehearse(self, rows: Sequence[LedgerRow], progress: Progress) -> None:
        """Find out what would become of the rows, and write nothing."""
        done = 0
        with reading(self.engine) as connection:
            places = Places(connection, store=False)
            for chunk in _chunks(rows, CHUNK):
                sifted = self.sieve.sift(connection, chunk, places.names)
                taken = self._admitted(sifted, places)
                self._count(sifted, taken)
                self.report.updated += len(sifted.changed)
                done += len(chunk)
                progress("store", done, len(rows))
            self.report.drafts += places.drafts

    def _stored(self, chunk: Sequence[LedgerRow]) -> list[Change]:
        """Enter the new rows of a chunk; answer what known items are to be told."""
        for _ in range(ATTEMPTS):
            try:
                with writing(self.engine) as connection:
                    roster.hold(connection)
                    places = Places(connection)
                    sifted = self.sieve.sift(connection, chunk, places.names)
                    taken = self._admitted(sifted, places)
                    self._insert(connection, taken)
            except IntegrityError:
                # Somebody has registered one of the numbers, or entered one of the units, since
                # we looked: now they are known.
                continue
            # Nothing counts before its chunk is stored.
            self._count(sifted, taken)
            self.report.drafts += places.drafts
            return sifted.changed
        raise Unavailable("Others keep entering the same units.", "Import the file again.")

    def _admitted(self, sifted: Sifted, places: Places) -> list[Taken]:
        """The new rows as items, in the file's order: each sees the drafts of those before it."""
        taken = []
        for row in sifted.new:
            problems = refusals(row, places.names, self.sieve.ledger)
            if problems := problems or self.sieve.foreign(row, places.names):
                sifted.refused += problems
                continue
            made = self.takeover.item(row, places)
            made.texts["ledger"] = told.packed({self.sieve.source: told.words_of(row)})
            taken.append(made)
        return taken

    def _insert(self, connection: Connection, taken: Sequence[Taken]) -> None:
        if not taken:
            return
        campaign = self.takeover.campaign
        first = policies.take_numbers(connection, campaign.id, len(taken))
        decisions = [
            made.under(reference(campaign.code, number)) for number, made in enumerate(taken, first)
        ]
        texts = [made.texts for made in taken]
        enter(connection, decisions, texts, self.sieve.actor.id, self.takeover.now)

    def _count(self, sifted: Sifted, taken: Sequence[Taken]) -> None:
        report, calendar = self.report, self.takeover.calendar
        report.created += len(taken)
        report.unchanged += sifted.unchanged
        report.refused += sifted.refused
        report.warnings += sifted.warnings
        for made in taken:
            report.warnings += made.warnings
            item = made.decision.item
            if item.due and item.stage is not Stage.CLOSED:
                report.provisional += calendar.is_provisional(item.due)

    def _relist(self, change: Change) -> None:
        """Tell a known item what its ledger says now; looked at again when it has moved on."""
        problem = "Others kept changing it at the same moment; import the file again."
        for _ in range(ATTEMPTS):
            command = Relist(**change.texts)
            try:
                act(self.engine, change.ref, command, self.sieve.actor, self.takeover.now,
                    version=change.version)  # fmt: skip
            except Conflict:
                with reading(self.engine) as connection:
                    names = Names(roster.all_units(connection), roster.all_people(connection))
                    again = self.sieve.sift(connection, [change.row], names)
                if not again.changed:
                    self._count(again, ())
                    return
                [change] = again.changed
            except (Refused, InputError) as error:
                problem = str(error)
                break
            else:
                self.report.updated += 1
                return
        refused = self.sieve.ledger.problem(
            change.row.row, "number", "not_taken_over", reason=problem
        )
        self.report.refused.append(refused)


def _interrupted(error: Unavailable, done: int, of: int) -> Unavailable:
    """The same, and how far the import has come."""
    so_far = f"{done} of {of} rows were done; import the file again to go on." if done else ""
    return Unavailable(error.message, f"{error.hint} {so_far}".strip())


def _chunks(rows: Iterable[LedgerRow], size: int) -> Iterator[list[LedgerRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
