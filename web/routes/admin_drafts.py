"""Drafts: units and people that a ledger has named, to be confirmed, or merged with known ones."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from models import admin_lists
from models.engine import reading
from rules.errors import RectiflowError
from tasks import merging
from tasks.admin import drafts, staff, units
from web.admin_desk import EMPTY, Desk, Looking, Settling, go, status_of, wrong
from web.admin_desk import Form as Typed

router = APIRouter(prefix="/admin/drafts")

KINDS = ("unit", "person")


@router.api_route("", methods=["GET", "HEAD"])
def listed(desk: Looking, units_after: str = "", people_after: str = "") -> Response:
    """What waits to be confirmed or merged, with an item that names it."""
    with reading(desk.office.engine) as connection:
        parts = [
            (kind, *drafts.listed(connection, kind, after[:64]))
            for kind, after in (("unit", units_after), ("person", people_after))
        ]
    return desk.page("drafts.html", "drafts", parts=parts)


@router.api_route("/{kind}/{code:path}", methods=["GET", "HEAD"])
def show(desk: Looking, kind: str, code: str, into: str = "", q: str = "") -> Response:
    """Whom the draft may mean; with ``into``, what merging them would change."""
    if not into:
        return _choose(desk, kind, code, q=q.strip()[:100])
    now = desk.office.clock.now()
    try:
        preview = merging.preview_units if kind == "unit" else merging.preview_people
        seen = preview(desk.office.engine, code, into, now)
    except RectiflowError as error:
        form = wrong(error, {"into": into}, desk.lang)
        return _choose(desk, kind, code, form, status_of(error))
    return desk.page("merge.html", "drafts", kind=kind, seen=seen, said_kept=_kept(desk, seen))


@router.post("/{kind}/{code:path}")
def merge(
    desk: Settling, kind: str, code: str, into: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Merge the draft; nothing is done where a rule keeps an open item from it."""
    now = desk.office.clock.now()
    try:
        (units if kind == "unit" else staff).merge(desk.admin, code, into, now)
    except RectiflowError as error:
        form = wrong(error, {"into": into}, desk.lang)
        return _choose(desk, kind, code, form, status_of(error))
    where = "units" if kind == "unit" else "people"
    return go(f"/admin/{where}/{quote(into)}", "merged")


def _kept(desk: Desk, seen: merging.Merger) -> list[tuple[str, str]]:
    """The items that a rule keeps from it, and why."""
    return [(one.ref, str(one.refusal) if desk.lang == "en" else "") for one in seen.kept]


def _choose(
    desk: Desk, kind: str, code: str, form: Typed = EMPTY, status: int = 200, q: str = ""
) -> Response:
    if kind not in KINDS:
        raise HTTPException(404)
    with reading(desk.office.engine) as connection:
        if not admin_lists.is_draft(connection, kind, code):
            raise HTTPException(404)
        found = drafts.candidates(connection, kind, code, q)
    return desk.page(
        "draft.html", "drafts", status=status, kind=kind, code=code, form=form, found=found, q=q
    )
