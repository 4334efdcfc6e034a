"""What the pages about launching share: who may be there, whose job it is, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request

from models.jobs import JobRow
from rules.duties import may_register
from rules.errors import Refusal
from rules.worded import worded
from tasks import jobs
from tasks.uploading import EDITED, LEDGER
from web.at_hand import InOffice
from web.phrases.refusals import place, reason_of
from web.viewer import Acting, Viewer, Viewing

UPLOADS = (LEDGER, EDITED)
"""Kinds of jobs that these pages are about."""


def brings(viewer: Viewer) -> bool:
    """Whether the reader may enter findings and bring ledgers."""
    return may_register(viewer.person)


def bringer(viewer: Viewing) -> Viewer:
    """Who looks at these pages: whoever may register items.

    Raises:
        HTTPException: they may not.
    """
    return _require(viewer)


def _acting_bringer(viewer: Acting) -> Viewer:
    return _require(viewer)


def _require(viewer: Viewer) -> Viewer:
    if not brings(viewer):
        raise HTTPException(403)
    return viewer


Looking = Annotated[Viewer, Depends(bringer)]

Bringing = Annotated[Viewer, Depends(_acting_bringer)]
"""Who sends their forms."""


def job_of(request: Request, viewer: Looking, office: InOffice, token: str) -> JobRow:
    """The job of the address: the reader's own.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    return jobs.find(office.engine, token, viewer.person, request.app.state.wall(), UPLOADS)


OfJob = Annotated[JobRow, Depends(job_of)]


def failure(report: Mapping[str, Any], lang: str) -> str:
    """Why a job has failed, in the reader's language; empty where the fault is ours."""
    said = str(report.get("error", ""))
    if rule := str(report.get("rule", "")):
        return reason_of(Refusal(rule, said), lang)
    where = place(str(report.get("where", "")), lang)
    shown = worded(said, lang)
    return f"{shown} ({where})" if shown and where else shown


def fields_of(form: Mapping[str, object], prefix: str) -> dict[str, str]:
    """What a form says in its fields with this prefix."""
    return {name.removeprefix(prefix): str(value) for name, value in form.items()
            if name.startswith(prefix)}  # fmt: skip
