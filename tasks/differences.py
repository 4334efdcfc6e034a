"""What has been changed in an edited ledger, cell by cell, and what comes of each change?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from ledgers import edited
from ledgers.edited import NUMBER, Base, Head
from ledgers.layout import own_mapping
from ledgers.reader import Ledger, open_ledger
from ledgers.row import CellProblem, LedgerRow, RowRefused
from ledgers.values import folded
from ledgers.writer import LONGEST
from models import items, policies
from models.engine import reading
from models.export import Exported
from models.items import Loaded
from rules.commands import Command, Correct, Relist
from rules.decide import refusal_for
from rules.duties import may_see_complainant
from rules.errors import InputError, Refusal
from rules.item import PersonFact
from rules.vocabulary import Stage
from tasks import told
from tasks.act import case_for, require_storable
from tasks.job_pulse import Tell
from tasks.kept import packed, unpacked
from tasks.office import Office
from tasks.relisting import DESCRIPTIVE
from tasks.roundtrip import sound_bases
from tasks.roundtrip_rows import snapshot_of, words_now

APPLY, SAME, CONFLICT, REFUSED, APPLIED = "apply", "same", "conflict", "refused", "applied"
"""What comes of a change: it may be applied, holds already, stands against another change since
the export, or is refused; at the end it is applied."""

EXTRA = "extra"
SLACK = timedelta(seconds=2)
"""Spreadsheets keep instants as fractions of days."""

_AT_ONCE = 500

COMMANDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("unit", "responsible", "leader", "co_units"), ("assign",)),
    **dict.fromkeys(("category", "severity"), ("accept",)),
    **dict.fromkeys(("closed", "outcome"), ("approve", "withdraw")),
    "verifier": ("appoint",),
    "level": ("serve",),
}
"""The commands that decide about a column; none where nothing does."""

_DUE: Mapping[Stage, tuple[str, ...]] = {
    Stage.ASSIGNMENT: ("assign",),
    Stage.DEADLINE: ("request_extension", "grant_extension"),
    Stage.REMINDER: ("request_extension", "grant_extension"),
    Stage.VERIFICATION: ("fail",),
    Stage.CLOSURE: ("deny",),
    Stage.CLOSED: ("reopen",),
}
_NEXT: Mapping[Stage, tuple[str, ...]] = {
    Stage.INTAKE: ("accept", "reject"),
    Stage.ASSIGNMENT: ("acknowledge",),
    Stage.DEADLINE: ("submit",),
    Stage.REMINDER: ("submit",),
    Stage.VERIFICATION: ("pass", "fail"),
    Stage.CLOSURE: ("approve", "deny"),
    Stage.CLOSED: ("reopen",),
}


class Change(NamedTuple):
    """One cell that says otherwise than when it left. ``field`` is a field of a ledger, or "extra"
    with the column's name; ``why`` is a code, or a rule's name with its sentence."""

    row: int
    cell: str
    column: str
    ref: str
    field: str
    name: str
    was: Any
    said: Any
    here: Any
    verdict: str
    why: str = ""
    reason: str = ""
    commands: tuple[str, ...] = ()


class Order(NamedTuple):
    """What is to be done to one item: the command, and the version that it was made for."""

    ref: str
    row: int
    command: Command
    version: int


class Found(NamedTuple):
    """Everything about one file. ``problems`` are rows that cannot be compared."""

    rows: int
    changes: list[Change]
    problems: list[CellProblem]
    remarks: tuple[str, ...]
    orders: list[Order]
    read: tuple[int, ...]
    """Confidential items of which something was read."""


def differences(
    office: Office, person: PersonFact, path: Path, lang: str, now: datetime,
    tell: Tell = lambda _what, _done, _of: None,
) -> Found:  # fmt: skip
    """Compare an edited ledger with its export and with what holds now; nothing is written.

    ``tell`` is told how many rows are read, then how many of those that were edited are compared.

    Raises:
        InputError: the file was not exported here, or is damaged.
        NotFound: its campaign is not known here.
    """
    head, all_bases = edited.bases_in(path)
    bases = sound_bases(office, head, all_bases)
    with reading(office.engine) as connection:
        fact = policies.campaign(connection, head.campaign)
        calendar = calendar_for(policies.policy(connection, fact.policy_id))
    today = calendar.day_of(now)
    found = Found(0, [], [], (), [], ())
    with open_ledger(
        path, edited.mapping(), zone=calendar.zone, today=today, lang=lang
    ) as ledger:  # fmt: skip
        touched: list[tuple[LedgerRow, list[Change]]] = []
        rows = 0
        for made in ledger:
            rows += 1
            if rows % _AT_ONCE == 0:
                tell("read", rows, ledger.count)
            if isinstance(made, RowRefused):
                found.problems.extend(_explained(made, ledger))
            elif made.number not in bases:
                found.problems.append(ledger.problem(made.row, NUMBER, "not_exported"))
            elif changes := list(_changes(made, bases[made.number], ledger)):
                touched.append((made, changes))
        found = found._replace(rows=rows, remarks=ledger.remarks)
    read: list[int] = []
    for start in range(0, len(touched), _AT_ONCE):
        tell("compare", start, len(touched))
        read += _judge(office, person, head, touched[start : start + _AT_ONCE], found, ledger, now)
    return found._replace(read=tuple(read))


def _explained(row: RowRefused, ledger: Ledger) -> Iterator[CellProblem]:
    """What is wrong with a row, as far as it is edited and no ledger to take over."""
    for problem in row.problems:
        if problem.code == "stage_clash":
            yield ledger.problem(row.row, "stage", "closing_decided")
        elif problem.code == "required" and problem.cell == ledger.place(row.row, NUMBER)[0]:
            yield ledger.problem(row.row, NUMBER, "not_exported")
        else:
            yield problem


def _changes(row: LedgerRow, base: Base, ledger: Ledger) -> Iterator[Change]:
    """The cells of a row that do not say what they said."""
    said, was = told.words_of(row), base.words
    for field in told.FIELDS:
        if field in ledger.fields and not _same(field, said.get(field), was.get(field)):
            cell, column = ledger.place(row.row, field)
            yield Change(row.row, cell, column, row.number, field, "", was.get(field),
                         said.get(field), None, "")  # fmt: skip
    now, before = said.get(EXTRA, {}), was.get(EXTRA, {})
    for name in dict.fromkeys((*before, *now)):
        if ledger.has_extra(name) and now.get(name) != before.get(name):
            cell, column = ledger.place(row.row, name, extra=True)
            what = NUMBER if _is_number(column) else EXTRA
            yield Change(row.row, cell, column, row.number, what, name, before.get(name),
                         now.get(name), None, "")  # fmt: skip


def _is_number(column: str) -> bool:
    return folded(column) in {folded(name) for name in own_mapping().key.columns[0].column}


def _same(field: str, one: Any, other: Any) -> bool:
    if one == other or field not in ("opened", "closed_at") or not one or not other:
        return bool(one == other)
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) <= SLACK


def _judge(
    office: Office, person: PersonFact, head: Head,
    touched: Sequence[tuple[LedgerRow, list[Change]]], found: Found, ledger: Ledger, now: datetime,
) -> list[int]:  # fmt: skip
    """What comes of the changes of some rows; the confidential items among them."""
    with reading(office.engine) as connection:
        refs = [row.number for row, _ in touched]
        taken = snapshot_of(connection, head, refs, person, now)
        words = words_now(taken, now)
        known = {one.ref: one for one in taken.items}
        loaded = items.by_refs(connection, known)
        for row, changes in touched:
            item = known.get(row.number)
            if item is None or item.ref not in words:
                found.problems.append(ledger.problem(row.row, NUMBER, "not_exported"))
                continue
            judge = _Judge(connection, person, item, loaded[item.ref], words[item.ref], now)
            judged, order = judge.all(changes)
            found.changes.extend(judged)
            if order is not None:
                found.orders.append(order)
    return [one.id for one in taken.items if one.confidential]


def _refused(change: Change, refusal: Refusal) -> Change:
    return change._replace(verdict=REFUSED, why=refusal.rule, reason=str(refusal))


class _Judge:
    """What may be done to one item, by this person, as it stands now."""

    def __init__(
        self, connection: Connection, person: PersonFact, item: Exported, loaded: Loaded,
        here: told.Words, now: datetime,
    ) -> None:  # fmt: skip
        self._connection, self._person, self._item = connection, person, item
        self._loaded, self._here, self._now = loaded, here, now

    def all(self, changes: Sequence[Change]) -> tuple[list[Change], Order | None]:
        """Each change judged, and the command for those that may be applied."""
        judged = [self._one(change) for change in changes]
        wanted = [change for change in judged if change.verdict == APPLY]
        if not wanted:
            return judged, None
        command = self._command(wanted)
        refusal = self._obstacle(command)
        if refusal is None:
            order = Order(self._item.ref, wanted[0].row, command, self._item.version)
            return judged, order
        return [_refused(c, refusal) if c.verdict == APPLY else c for c in judged], None

    def _one(self, change: Change) -> Change:
        field, stage = change.field, self._item.stage
        here = self._value(change)
        held = change._replace(here=here)
        if field == "complainant" and not may_see_complainant(self._person, self._loaded.item):
            return held._replace(here=None, verdict=REFUSED, why="secret")
        if _same(field, change.said, here):
            return held._replace(verdict=SAME)
        if field not in DESCRIPTIVE and field != EXTRA:
            by_stage = {"due": _DUE, "stage": _NEXT}.get(field, {})
            commands = by_stage.get(stage, ()) or COMMANDS.get(field, ())
            return held._replace(verdict=REFUSED, why="command", commands=commands)
        if isinstance(here, str) and len(here) == LONGEST and here.endswith("…"):
            return held._replace(verdict=REFUSED, why="cut")
        if not _same(field, here, change.was):
            return held._replace(verdict=CONFLICT)
        return held._replace(verdict=APPLY)

    def _value(self, change: Change) -> Any:
        if change.field in (EXTRA, NUMBER):
            return self._here.get(EXTRA, {}).get(change.name)
        return self._here.get(change.field)

    def _command(self, wanted: Sequence[Change]) -> Command:
        kept = unpacked(self._item.extra)
        columns = dict(kept.columns)
        note = kept.note
        texts: dict[str, str] = {}
        for change in wanted:
            said = str(change.said or "")
            if change.field == "note":
                note = said
            elif change.field == EXTRA:
                columns.pop(change.name, None)
                columns |= {change.name: said} if said else {}
            else:
                texts[change.field] = said
        if any(change.field in ("note", EXTRA) for change in wanted):
            extra = packed(kept._replace(note=note, columns=columns))
            return Relist(**texts, extra=extra)
        return Correct(**texts)

    def _obstacle(self, command: Command) -> Refusal | None:
        try:
            require_storable(command, None)
        except InputError as error:
            return Refusal("RequireStorable", error.message, error.hint)
        case = case_for(self._connection, self._loaded, command, self._person, self._now)
        return refusal_for(case)
