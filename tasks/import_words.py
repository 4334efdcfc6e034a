"""What became of a ledger, as programs read it: the same from commands and the API."""

from __future__ import annotations

from typing import Any

from ledgers.row import CellProblem
from tasks.registering import ImportReport


def document(report: ImportReport, dry_run: bool) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "rows": report.rows,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": [_cell(problem) for problem in report.refused],
        "warnings": [_cell(problem) for problem in report.warnings],
        "drafts": [draft._asdict() for draft in report.drafts],
        "remarks": list(report.remarks),
        "provisional": report.provisional,
        "dry_run": dry_run,
    }


def _cell(problem: CellProblem) -> dict[str, object]:
    return {
        "row": problem.row,
        "cell": problem.cell,
        "column": problem.column,
        "reason": problem.reason,
    }
