"""The work of jobs about edited ledgers: the differences, and applying them; what is told of both.

The report is JSON: counts by what comes of the changes, the changes, and rows that could not be
compared.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.jobs import JobRow
from rules.errors import InputError, Refused
from rules.item import PersonFact
from tasks import visible
from tasks.act import act
from tasks.differences import APPLIED, APPLY, REFUSED, Change, Found, Order, differences
from tasks.jobs import Stopped, Tell
from tasks.ledger_jobs import bringer_of
from tasks.office import Office
from tasks.roundtrip import note_readings
from tasks.uploading import file_of

TOLD = 1000
"""Changes that a report names, those that are not simply applied first."""


def rehearse(office: Office, job: JobRow, tell: Tell) -> str:
    """What has been changed, and what would come of it; nothing is written to any item."""
    person = bringer_of(office.engine, job)
    found = _found(office, person, job)
    _note(office, person, found, job.seen_at)
    return json.dumps(summary(found, {}), ensure_ascii=False)


def run(office: Office, job: JobRow, tell: Tell) -> str:
    """Apply what may be applied, item by item; what has changed since is looked at anew."""
    person = bringer_of(office.engine, job)
    found = _found(office, person, job)
    results: dict[str, tuple[int, str, str]] = {}
    try:
        for place, order in enumerate(found.orders):
            tell("store", place, len(found.orders))
            results[order.ref] = _applied(office, person, job, order)
    except Stopped as stopped:
        raise Stopped(json.dumps(summary(found, results), ensure_ascii=False)) from stopped
    return json.dumps(summary(found, results), ensure_ascii=False)


def _found(office: Office, person: PersonFact, job: JobRow) -> Found:
    path = file_of(office.settings, job)
    return differences(office, person, path, job.lang, office.clock.now())


def _applied(office: Office, person: PersonFact, job: JobRow, order: Order) -> tuple[int, str, str]:
    """The place of the event in the item's history, or the rule that refused and its sentence."""
    key = f"job/{job.token}/{order.ref}/{order.version}"
    try:
        receipt = act(
            office.engine, order.ref, order.command, person, office.clock.now(),
            key=key, version=order.version,
        )  # fmt: skip
    except Refused as error:
        return 0, error.rule, str(error)
    except InputError as error:
        return 0, "", str(error)
    return receipt.seq, "", ""


def _note(office: Office, person: PersonFact, found: Found, at: datetime) -> None:
    note_readings(office, person, found.read, visible.CONFIDENTIAL, at)


def summary(found: Found, results: Mapping[str, tuple[int, str, str]]) -> dict[str, Any]:
    """What is told of an edited ledger."""
    changes = [_after(change, results) for change in found.changes]
    counts = Counter(change.verdict for change in changes)
    first = sorted(changes, key=lambda one: (one.verdict in (APPLY, APPLIED), one.row))
    return {
        "rows": found.rows,
        "counts": dict(counts),
        "items": len({change.ref for change in changes}),
        "to_change": len(found.orders),
        "changes": [change._asdict() for change in first[:TOLD]],
        "changed": len(changes),
        "problems": [
            {"row": one.row, "cell": one.cell, "column": one.column, "reason": one.reason}
            for one in found.problems[:TOLD]
        ],
        "remarks": list(found.remarks),
        "versions": {ref: seq for ref, (seq, _, _) in results.items() if seq},
    }


def _after(change: Change, results: Mapping[str, tuple[int, str, str]]) -> Change:
    if change.verdict != APPLY or change.ref not in results:
        return change
    seq, rule, reason = results[change.ref]
    if seq:
        return change._replace(verdict=APPLIED)
    return change._replace(verdict=REFUSED, why=rule or "unusable", reason=reason)
