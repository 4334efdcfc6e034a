"""The work of jobs about ledgers: a dry run, and the taking over; and what is told of both.

A report is JSON: counts, the first of each kind of thing that a coordinator should look at, and
words that mean nothing here. What was refused stands whole in a file beside the upload, from which
those rows can be had as a ledger with the reasons.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from ledgers.row import CellProblem
from ledgers.sentences import retold
from models import directory
from models.engine import reading
from models.jobs import JobRow
from rules.errors import InputError, Refusal, Refused
from rules.item import PersonFact
from tasks.jobs import Stopped, Tell
from tasks.office import Office
from tasks.registering import ImportReport, import_ledger
from tasks.uploading import file_of, mapping_of, require_bringer

TOLD = 300
"""Cells that a report names; the file beside the upload names all."""

WORDS_TOLD = 100


def rehearse(office: Office, job: JobRow, tell: Tell) -> str:
    """What would become of each row; nothing is stored."""
    return _imported(office, job, tell, dry_run=True)


def run(office: Office, job: JobRow, tell: Tell) -> str:
    """Take the ledger over; rows that are known are recognised."""
    return _imported(office, job, tell, dry_run=False)


def _imported(office: Office, job: JobRow, tell: Tell, *, dry_run: bool) -> str:
    actor = bringer_of(office.engine, job)
    mapping = mapping_of(job)
    if mapping is None:
        raise InputError("Nobody has said what the columns mean.", "Map them first.")
    path = file_of(office.settings, job)
    report = import_ledger(
        office.engine, path, mapping, office.clock.now(), campaign=job.campaign,
        dry_run=dry_run, lang=job.lang, actor=actor, progress=tell,
    )  # fmt: skip
    _keep_refused(path, report.refused)
    told = json.dumps({**summary(report, dry_run), "before": _before(job)}, ensure_ascii=False)
    if report.left:
        raise Stopped(told)
    return told


def _before(job: JobRow) -> dict[str, int]:
    """What earlier goes of a job that was stopped have entered and updated."""
    last = job.told
    if last.get("dry_run", True):
        return {"created": 0, "updated": 0}
    return {key: last[key] + last["before"][key] for key in ("created", "updated")}


def bringer_of(engine: Engine, job: JobRow) -> PersonFact:
    """Who has asked for the job, as they are now.

    Raises:
        Refused: they may not bring ledgers any more.
    """
    person = asker_of(engine, job)
    require_bringer(person)
    return person


def asker_of(engine: Engine, job: JobRow) -> PersonFact:
    """Who has asked for the job, as they are now.

    Raises:
        Refused: they are nobody here any more.
    """
    with reading(engine) as connection:
        found = directory.people_by_id(connection, [job.person_id])
    if job.person_id not in found:
        raise Refused(Refusal("HoldTheDuty", "Whoever has asked for this is not known."))
    return found[job.person_id]


def summary(report: ImportReport, dry_run: bool) -> dict[str, Any]:
    """What is told of an import."""
    strange = sorted(report.strange.items(), key=lambda each: (each[0][0], -each[1]))
    return {
        "dry_run": dry_run,
        "rows": report.rows,
        "left": report.left,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused_rows": report.refused_rows,
        "refused": [_cell(one) for one in report.refused[:TOLD]],
        "refused_cells": len(report.refused),
        "warnings": [_cell(one) for one in report.warnings[:TOLD]],
        "warned_cells": len(report.warnings),
        "drafts": [draft._asdict() for draft in report.drafts[:TOLD]],
        "drafted": len(report.drafts),
        "remarks": list(report.remarks),
        "provisional": report.provisional,
        "strange": [[field, word, count] for (field, word), count in strange[:WORDS_TOLD]],
    }


def _cell(problem: CellProblem) -> dict[str, Any]:
    return {"row": problem.row, "cell": problem.cell, "column": problem.column,
            "reason": problem.reason, "code": problem.code}  # fmt: skip


def _keep_refused(upload: Path, refused: Sequence[CellProblem]) -> None:
    reasons: dict[int, list[tuple[str, ...]]] = {}
    for one in refused:
        reasons.setdefault(one.row, []).append((one.column or one.cell, one.code, one.reason))
    beside = upload.with_name(f"{upload.name}.refused")
    beside.write_text(json.dumps(reasons, ensure_ascii=False), encoding="utf-8")


def reasons_of(upload: Path, lang: str) -> dict[int, str]:
    """Why rows were refused, by their numbers; none when it is not known (any more)."""
    try:
        kept = json.loads(upload.with_name(f"{upload.name}.refused").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    colon = "：" if lang.startswith("zh") else ": "
    return {
        int(row): "\n".join(
            colon.join(filter(None, (where, retold(code, reason, lang))))
            for where, code, reason in said
        )
        for row, said in kept.items()
    }
