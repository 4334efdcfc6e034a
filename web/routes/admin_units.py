"""The tree of units: one level at a time, each unit with what may be done about it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from models import admin_lists, suggestions
from models.admin_lists import PAGE, PeopleWanted
from models.engine import reading
from rules.errors import RectiflowError, Refused
from tasks import unit_closing
from tasks.admin import units
from web.admin_desk import (
    EMPTY,
    Administering,
    Changing,
    Desk,
    Looking,
    Settling,
    go,
    status_of,
    wrong,
)
from web.admin_desk import Form as Typed
from web.phrases.refusals import told

router = APIRouter(prefix="/admin/units")

SHOWN = 20
"""What hangs on a unit is listed one by one up to so many of a kind."""

Text = Annotated[str, Form(max_length=400)]


@router.api_route("", methods=["GET", "HEAD"])
def tree(desk: Looking, q: str = "", after: str = "") -> Response:
    """The units below the root, or those with these words in their names."""
    words = q.strip()[:100]
    if not words:
        return _sheet(desk, "", after)
    with reading(desk.office.engine) as connection:
        found = admin_lists.units_called(connection, words, after[:64])
    return desk.page(
        "units_found.html", "units", words=words, lines=found[:PAGE],
        more_page=_more("/admin/units", found, q=words),
    )  # fmt: skip


@router.post("")
def add(
    desk: Changing, code: Text = "", name: Text = "", parent: Text = "", kind: Text = ""
) -> Response:
    """Enter a unit below another one."""
    typed = {"code": code, "name": name, "parent": parent, "kind": kind}
    try:
        made = units.add(desk.admin, code, name, parent, kind)
    except RectiflowError as error:
        return _sheet(desk, parent, adding=wrong(error, typed, desk.lang), status=status_of(error))
    return go(f"/admin/units/{quote(made)}", "entered")


@router.api_route("/{code:path}/close", methods=["GET", "HEAD"])
def closing(desk: Administering, code: str, into: str = "") -> Response:
    """What hangs on the unit, and what comes of closing it; ``into`` takes over."""
    return _closing(desk, code, into.strip()[:64])


@router.post("/{code:path}/close")
def close(desk: Changing, code: str, into: Text = "") -> Response:
    """Let it take nothing new on; nothing is done where something stands against it."""
    try:
        units.close(desk.admin, code, into.strip(), desk.office.clock.now())
    except RectiflowError as error:
        form = wrong(error, {"into": into}, desk.lang)
        return _closing(desk, code, into.strip(), form, status_of(error))
    return go(f"/admin/units/{quote(code)}", "closed")


@router.post("/{code:path}/open")
def open_again(desk: Changing, code: str) -> Response:
    """Let it take something on again."""
    try:
        units.open_again(desk.admin, code)
    except RectiflowError as error:
        return _sheet(desk, code, form=wrong(error, {}, desk.lang), status=status_of(error))
    return go(f"/admin/units/{quote(code)}", "opened")


@router.api_route("/{code:path}", methods=["GET", "HEAD"])
def show(desk: Looking, code: str, after: str = "") -> Response:
    """One unit, and what lies directly below it."""
    return _sheet(desk, code, after)


@router.post("/{code:path}/move")
def move(desk: Changing, code: str, parent: Text = "") -> Response:
    """Put it, with all that is below it, under another unit."""
    try:
        units.move(desk.admin, code, parent.strip())
    except RectiflowError as error:
        form = wrong(error, {"parent": parent}, desk.lang)
        return _sheet(desk, code, moving=form, status=status_of(error))
    return go(f"/admin/units/{quote(code)}", "moved")


@router.post("/{code:path}")
def put_right(desk: Settling, code: str, name: Text = "", kind: Text = "") -> Response:
    """Put its name and kind right; a draft is confirmed by it."""
    try:
        units.put_right(desk.admin, code, name, kind)
    except RectiflowError as error:
        form = wrong(error, {"name": name, "kind": kind}, desk.lang)
        return _sheet(desk, code, form=form, status=status_of(error))
    return go(f"/admin/units/{quote(code)}", "saved")


def _closing(desk: Desk, code: str, into: str, form: Typed = EMPTY, status: int = 200) -> Response:
    now = desk.office.clock.now()
    try:
        seen = unit_closing.preview(desk.office.engine, code, "" if form.said else into, now)
    except RectiflowError as error:
        if not into or form.said:
            return _sheet(desk, code, form=wrong(error, {}, desk.lang), status=status_of(error))
        return _closing(desk, code, into, wrong(error, {}, desk.lang), status_of(error))
    with reading(desk.office.engine) as connection:
        known = suggestions.units(connection)
    return desk.page(
        "unit_close.html", "units", status=status, seen=seen, into=into, form=form, known=known,
        shown=SHOWN, refs=[(ref, ref) for ref in seen.ties.items],
        said_kept=[(one.ref, told(Refused(one.refusal), desk.lang)) for one in seen.kept],
    )  # fmt: skip


def _sheet(
    desk: Desk, code: str, after: str = "", *, form: Typed = EMPTY, adding: Typed = EMPTY,
    moving: Typed = EMPTY, status: int = 200,
) -> Response:  # fmt: skip
    with reading(desk.office.engine) as connection:
        unit = admin_lists.unit_sheet(connection, code) or admin_lists.unit_sheet(connection, "")
        if unit is None or (code and status == 200 and unit.code != code):
            raise HTTPException(404)
        lines = admin_lists.level(connection, unit.id, after[:64])
        people = admin_lists.people(connection, PeopleWanted(unit_id=unit.id))
        known = suggestions.units(connection)
    more = _more(f"/admin/units/{quote(unit.code)}", lines)
    return desk.page(
        "unit.html", "units", status=status, unit=unit, lines=lines[:PAGE], people=people[:PAGE],
        many=len(people) > PAGE, more_page=more, form=form, adding=adding, moving=moving,
        known=known,
    )  # fmt: skip


def _more(where: str, found: list[admin_lists.UnitLine], **also: str) -> str:
    if len(found) <= PAGE:
        return ""
    return f"{where}?{urlencode({**also, 'after': found[PAGE - 1].code})}"
