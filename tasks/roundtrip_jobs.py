"""The work of jobs about edited ledgers: the differences, and applying them; what is told of both.

The report is JSON: counts by what comes of the changes, and rows that could not be compared. The
changes stand in a file beside the upload, a line each, from which they are shown in pages.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from models.jobs import JobRow
from rules.errors import InputError, Refused, Unavailable
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
"""Rows that a report names because they could not be compared."""

PAGE = 100
"""Changes on a page, those that are not simply applied first."""


class Result(NamedTuple):
    """The place of the event in the item's history, or the rule that refused and its sentence."""

    seq: int
    rule: str
    reason: str


def rehearse(office: Office, job: JobRow, tell: Tell) -> str:
    """What has been changed, and what would come of it; nothing is written to any item."""
    person = bringer_of(office.engine, job)
    found = _found(office, person, job, tell)
    _note(office, person, found, job.seen_at)
    return _told(office, job, found, {})


def run(office: Office, job: JobRow, tell: Tell) -> str:
    """Apply what may be applied, item by item; what has changed since is looked at anew."""
    person = bringer_of(office.engine, job)
    found = _found(office, person, job, tell)
    results: dict[str, Result] = {}
    try:
        for place, order in enumerate(found.orders):
            tell("store", place, len(found.orders))
            results[order.ref] = _applied(office, person, job, order)
    except Stopped as stopped:
        raise Stopped(_told(office, job, found, results)) from stopped
    return _told(office, job, found, results)


def _found(office: Office, person: PersonFact, job: JobRow, tell: Tell) -> Found:
    path = file_of(office.settings, job)
    return differences(office, person, path, job.lang, office.clock.now(), tell)


def _applied(office: Office, person: PersonFact, job: JobRow, order: Order) -> Result:
    key = f"job/{job.token}/{order.ref}/{order.version}"
    try:
        receipt = act(
            office.engine, order.ref, order.command, person, office.clock.now(),
            key=key, version=order.version,
        )  # fmt: skip
    except Refused as error:
        return Result(0, error.rule, str(error))
    except InputError as error:
        return Result(0, "", str(error))
    return Result(receipt.seq, "", "")


def _note(office: Office, person: PersonFact, found: Found, at: datetime) -> None:
    note_readings(office, person, found.read, visible.CONFIDENTIAL, at)


def _told(office: Office, job: JobRow, found: Found, results: Mapping[str, Result]) -> str:
    changes = [_after(change, results) for change in found.changes]
    changes.sort(key=lambda one: (one.verdict in (APPLY, APPLIED), one.row))
    pages = _kept(changes_beside(file_of(office.settings, job)), changes, results)
    told = {**summary(found, changes, results), "pages": pages, "before": _before(job)}
    return json.dumps(told, ensure_ascii=False)


def summary(
    found: Found, changes: Sequence[Change], results: Mapping[str, Result]
) -> dict[str, Any]:
    """What is told of an edited ledger, but for the changes themselves."""
    return {
        "rows": found.rows,
        "counts": dict(Counter(change.verdict for change in changes)),
        "items": len({change.ref for change in changes}),
        "to_change": len(found.orders),
        "applied": sum(bool(result.seq) for result in results.values()),
        "left": len(found.orders) - len(results),
        "changed": len(changes),
        "problems": [
            {
                "row": one.row,
                "cell": one.cell,
                "column": one.column,
                "reason": one.reason,
                "code": one.code,
            }
            for one in found.problems[:TOLD]
        ],
        "unreadable": len(found.problems),
        "remarks": list(found.remarks),
    }


def _before(job: JobRow) -> dict[str, int]:
    """What earlier goes of a job that was stopped have applied."""
    last = job.told
    before = last.get("before", {"items": 0, "cells": 0})
    cells = last.get("counts", {}).get(APPLIED, 0)
    return {"items": before["items"] + last.get("applied", 0), "cells": before["cells"] + cells}


def changes_beside(upload: Path) -> Path:
    """Where the changes stand, a line each, as long as the upload is kept."""
    return upload.with_name(f"{upload.name}.changes")


def _kept(path: Path, changes: Sequence[Change], results: Mapping[str, Result]) -> list[int]:
    """Write the changes down; where in the file each page of them begins."""
    pages, begun = [], path.with_name(f"{path.name}.new")
    try:
        with begun.open("wb") as file:
            for place, change in enumerate(changes):
                if place % PAGE == 0:
                    pages.append(file.tell())
                seq = results[change.ref].seq if change.ref in results else 0
                line = json.dumps({**change._asdict(), "seq": seq}, ensure_ascii=False)
                file.write(line.encode("utf-8", "replace") + b"\n")
        begun.replace(path)
    except OSError as error:
        raise Unavailable(f"The changes cannot be kept: {error.strerror or error}.") from error
    return pages


def changes_on(upload: Path, pages: Sequence[int], page: int) -> list[dict[str, Any]]:
    """The changes of one page, the first being 1; none where they are not kept (any more)."""
    if not 1 <= page <= len(pages):
        return []
    try:
        with changes_beside(upload).open("rb") as file:
            file.seek(pages[page - 1])
            return [json.loads(line) for line in islice(file, PAGE)]
    except (OSError, ValueError):
        return []


def _after(change: Change, results: Mapping[str, Result]) -> Change:
    if change.verdict != APPLY or change.ref not in results:
        return change
    seq, rule, reason = results[change.ref]
    if seq:
        return change._replace(verdict=APPLIED)
    return change._replace(verdict=REFUSED, why=rule or "unusable", reason=reason)
