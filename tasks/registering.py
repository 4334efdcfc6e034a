"""Takes a ledger over: rows of a file become items, as history, in set-based chunks.

The file is read whole before anything is stored, so that a damaged one stores nothing. Rows are
recognised by their number: importing again creates nothing twice, and a row that is missing
closes nothing. What a ledger says differently now is taken over where it is mere description; a
difference that needs a decision is refused, with the command that decides it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from config.calendars import calendar_for
from ledgers.mapping import Mapping
from ledgers.reader import open_ledger
from ledgers.row import CellProblem, LedgerItem, LedgerRow, RowRefused
from models import policies, roster
from models.engine import reading, writing
from models.policies import CampaignFact
from models.roster import Listed
from rules.commands import Relist
from rules.decide import Decision
from rules.events import canonical
from rules.item import SYSTEM
from rules.opening import Opening, opened, stage_of
from rules.policy import Policy
from rules.vocabulary import Outcome, Role, Severity, Source, Stage
from tasks.act import act, enter, reference
from tasks.places import Places, Unmatched

CHUNK = 1000
"""Rows stored in one transaction: long enough to be fast, short enough to let others in."""

Progress = Callable[[int, int], None]
"""Told how many of how many rows are done."""


@dataclass(slots=True)
class ImportReport:
    """What became of each row, and what a coordinator should look at."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    remarks: tuple[str, ...] = ()

    @property
    def refused_rows(self) -> int:
        """How many rows were refused; a row may have several problems."""
        return len({problem.row for problem in self.refused})


class _Rehearsed(Exception):
    """Raised to roll a dry run back."""


def import_ledger(
    engine: Engine,
    path: Path,
    mapping: Mapping,
    now: datetime,
    *,
    campaign: str = "",
    dry_run: bool = False,
    lang: str = "en",
    progress: Progress = lambda _done, _of: None,
) -> ImportReport:
    """Import the ledger at ``path``; with ``dry_run`` say what would happen and store nothing.

    Raises:
        InputError: the file, its header or the mapping is unusable.
        NotFound: there is no such campaign.
        Unavailable: the file or the database cannot be read or written.
    """
    with reading(engine) as connection:
        fact = policies.campaign(connection, campaign)
        policy = policies.policy(connection, fact.policy_id)
    calendar = calendar_for(policy)
    report = ImportReport()
    rows: list[LedgerRow] = []
    today = calendar.day_of(now)
    with open_ledger(path, mapping, zone=calendar.zone, today=today, lang=lang) as ledger:
        report.remarks = ledger.remarks
        for made in ledger:
            report.rows += 1
            if isinstance(made, RowRefused):
                report.refused.extend(made.problems)
            else:
                rows.append(made)
                report.warnings.extend(made.warnings)
    job = _Job(engine, fact, policy, mapping, now, report)
    if dry_run:
        job.rehearse(rows)
    else:
        job.run(rows, progress)
    return report


@dataclass(frozen=True, slots=True)
class _Job:
    engine: Engine
    campaign: CampaignFact
    policy: Policy
    mapping: Mapping
    now: datetime
    report: ImportReport

    def run(self, rows: Sequence[LedgerRow], progress: Progress) -> None:
        """Store the rows, a chunk a transaction; each is whole or not there."""
        done = 0
        for chunk in _chunks(rows, CHUNK):
            try:
                changed = self._store(chunk)
            except IntegrityError:
                # Another import has entered some of these numbers meanwhile: now they are known.
                changed = self._store(chunk)
            for row, known in changed:
                self._update(row, known)
            done += len(chunk)
            progress(done, len(rows))

    def rehearse(self, rows: Sequence[LedgerRow]) -> None:
        """Do all of it in one transaction and roll it back."""
        try:
            with writing(self.engine) as connection:
                changed = self._enter(connection, rows)
                self.report.updated += len(changed)
                raise _Rehearsed
        except _Rehearsed:
            pass

    def _store(self, rows: Sequence[LedgerRow]) -> list[tuple[LedgerRow, Listed]]:
        with writing(self.engine) as connection:
            return self._enter(connection, rows)

    def _enter(
        self, connection: Connection, rows: Sequence[LedgerRow]
    ) -> list[tuple[LedgerRow, Listed]]:
        """Enter the new rows; answer those whose description has changed."""
        known = roster.listed(connection, self.campaign.id, [row.number for row in rows])
        new, changed, refused, unchanged = [], [], [], 0
        for row in rows:
            before = known.get(row.number)
            if before is None:
                new.append(row)
            elif before.ledger == words_of(row):
                unchanged += 1
            elif problems := self._undecided(row, before):
                refused.extend(problems)
            else:
                changed.append((row, before))
        places = Places(connection)
        openings: list[tuple[LedgerRow, Opening]] = []
        for row in new:
            try:
                openings.append((row, self._opening(row, places)))
            except Unmatched as error:
                refused.append(self._problem(row, error.field, error.reason))
        self._insert(connection, openings)
        self.report.created += len(openings)
        self.report.unchanged += unchanged
        self.report.refused.extend(refused)
        self.report.drafts.extend(places.drafts)
        return changed

    def _opening(self, row: LedgerRow, places: Places) -> Opening:
        unit = places.unit(row.unit) if row.unit else None
        responsible = leader = verifier = None
        if unit is not None and row.responsible:
            responsible = places.member(row.responsible, unit, Role.RESPONSIBLE, "responsible")
        if unit is not None and row.leader:
            leader = places.member(row.leader, unit, Role.LEADER, "leader")
        if row.verifier:
            verifier = places.verifier(row.verifier)
        stage = stage_of(
            closed=bool(row.closed),
            assigned=responsible is not None,
            due=row.due,
            today=calendar_for(self.policy).day_of(self.now),
            hint=row.stage or (None if unit else Stage.INTAKE),
        )
        category = self.policy.category(row.category)
        return Opening(
            title=row.title,
            category=category.code if category else row.category,
            severity=row.severity or Severity.GENERAL,
            confidential=row.confidential,
            stage=stage,
            outcome=(row.outcome or Outcome.RECTIFIED) if stage is Stage.CLOSED else None,
            level=row.level,
            unit_id=unit.id if unit else None,
            unit_path=unit.path if unit else None,
            co_unit_paths=tuple(places.unit(name, "co_units").path for name in row.co_units),
            responsible_id=responsible.id if responsible else None,
            leader_id=leader.id if leader else None,
            verifier_id=verifier.id if verifier else None,
            due=row.due,
            due_superior=row.due_superior,
            closed_at=row.closed_at,
        )

    def _insert(self, connection: Connection, openings: list[tuple[LedgerRow, Opening]]) -> None:
        if not openings:
            return
        calendar = calendar_for(self.policy)
        first = policies.take_numbers(connection, self.campaign.id, len(openings))
        decisions: list[Decision] = []
        texts = []
        for number, (row, opening) in enumerate(openings, first):
            told = {"from_ledger": row.number, "stage": opening.stage.value}
            decisions.append(
                opened(
                    opening,
                    told,
                    ref=reference(self.campaign.code, number),
                    campaign_id=self.campaign.id,
                    now=self.now,
                    policy=self.policy,
                    calendar=calendar,
                )
            )
            texts.append(self._texts(row, opening))
        enter(connection, decisions, texts, SYSTEM.id, self.now)

    def _texts(self, row: LedgerRow, opening: Opening) -> dict[str, Any]:
        known_source = isinstance(row.source, Source)
        return {
            "policy_id": self.campaign.policy_id,
            "number": row.number,
            "description": row.description,
            "requirement": "",
            "source": row.source if known_source else Source.OTHER,
            "complainant": row.complainant,
            "extra": _extra(row),
            "ledger": words_of(row),
            "opened_at": row.opened or self.now,
            # History needs no flow; an open item's run is created suspended under its stage.
            "followed": -1 if opening.stage is Stage.CLOSED else 1,
        }

    def _undecided(self, row: LedgerRow, before: Listed) -> list[CellProblem]:
        """Differences from what the ledger said before that only a command can decide."""
        return [
            self._problem(
                row,
                name,
                f"It now says otherwise than when it was imported; an import decides nothing. "
                f"If it is right, see: rectiflow commands {before.ref}.",
            )
            for name in changed_fields(before.ledger, words_of(row))
            if name not in DESCRIPTIVE
        ]

    def _update(self, row: LedgerRow, before: Listed) -> None:
        command = Relist(
            title=row.title,
            description=row.description,
            complainant=row.complainant,
            extra=_extra(row),
            ledger=words_of(row),
        )
        act(self.engine, before.ref, command, SYSTEM, self.now)
        self.report.updated += 1

    def _problem(self, row: LedgerRow, name: str, reason: str) -> CellProblem:
        parts = self.mapping.parts(name)  # type: ignore[arg-type]
        column = parts[0].column[0] if parts else name
        return CellProblem(row.row, column, column, reason)


DESCRIPTIVE = frozenset({"title", "description", "complainant", "note", "extra"})
"""Fields that an import may take over into a known item."""


def words_of(row: LedgerRow) -> str:
    """What the ledger says of the item, as canonical text, to compare with the next import."""
    values = ((name, getattr(row, name)) for name in _FIELDS)
    words = {name: value for name, value in values if value not in _NOTHING}
    return canonical({**words, "extra": dict(row.extra)})


_FIELDS = tuple(f.name for f in fields(LedgerItem))
_NOTHING: tuple[object, ...] = (None, "", (), {})


def changed_fields(before: str, after: str) -> list[str]:
    """The fields in which two canonical texts differ, in alphabetical order."""

    old, new = json.loads(before or "{}"), json.loads(after)
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def _extra(row: LedgerRow) -> str:
    """Everything the ledger says beyond our fields, as canonical text."""
    extra: dict[str, object] = dict(row.extra)
    if row.note:
        extra["note"] = row.note
    if row.source and not isinstance(row.source, Source):
        extra["source"] = row.source
    return canonical(extra)


def _chunks(rows: Iterable[LedgerRow], size: int) -> Iterator[list[LedgerRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
