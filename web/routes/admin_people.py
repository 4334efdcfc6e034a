"""People: found, entered, put right; their roles and addresses."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from models import admin_lists, suggestions
from models.admin_lists import PAGE, PeopleWanted
from models.engine import reading
from rules.errors import InputError, RectiflowError
from rules.vocabulary import Role
from tasks.admin import staff
from tasks.admin.staff import Particulars
from tasks.hearing import today
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
from web.hearing import shown

router = APIRouter(prefix="/admin/people")

Text = Annotated[str, Form(max_length=400)]
WHICH = ("", "drafts", "inactive", "unreachable")


@router.api_route("", methods=["GET", "HEAD"])
def people(desk: Looking, q: str = "", which: str = "", after: str = "") -> Response:
    """Everybody, or those with these words in their handle, name or address."""
    words, asked = q.strip()[:100], which if which in WHICH else ""
    with reading(desk.office.engine) as connection:
        found = admin_lists.people(connection, PeopleWanted(words, asked), after[:64])
    more = ""
    if len(found) > PAGE:
        given = {"q": words, "which": asked, "after": found[PAGE - 1].code}
        more = f"/admin/people?{urlencode(given)}"
    return desk.page(
        "people.html", "people", lines=found[:PAGE], words=words, which=asked, choices=WHICH,
        more_page=more,
    )  # fmt: skip


@router.api_route("/new", methods=["GET", "HEAD"])
def blank(desk: Administering, unit: str = "") -> Response:
    """A form for a new person."""
    return _new(desk, Typed({"unit": unit[:64]}))


@router.post("/new")
def add(
    desk: Changing, code: Text = "", name: Text = "", unit: Text = "", email: Text = "",
    lang: Text = "zh-CN", role: Text = "",
) -> Response:  # fmt: skip
    """Enter a person, with a role over their unit."""
    typed = {"code": code, "name": name, "unit": unit, "email": email, "lang": lang, "role": role}
    try:
        held = [_role(role)] if role else []
        made = staff.add(desk.admin, code, Particulars(name, unit, email, lang), held)
    except RectiflowError as error:
        return _new(desk, wrong(error, typed, desk.lang), status_of(error))
    return go(f"/admin/people/{quote(made)}", "entered")


@router.api_route("/{code:path}", methods=["GET", "HEAD"])
def show(desk: Looking, code: str) -> Response:
    """One person, with everything that is kept of them."""
    return sheet(desk, code)


@router.post("/{code:path}/do/{deed}")
def do(
    desk: Changing, code: str, deed: str, role: Text = "", seat: Text = "", active: Text = ""
) -> Response:
    """Give or take a role; let them act no more, or again; say that mail arrives."""
    admin, typed = desk.admin, {"role": role, "seat": seat}
    try:
        match deed:
            case "give":
                staff.give_role(admin, code, _role(role), seat.strip())
            case "take":
                staff.take_role(admin, code, _role(role), seat.strip())
            case "active":
                staff.switch(admin, code, active == "yes")
            case "reachable":
                staff.reachable(admin, code)
            case _:
                raise HTTPException(404)
    except RectiflowError as error:
        form = wrong(error, typed, desk.lang)
        return sheet(desk, code, status=status_of(error), roles=form)
    return go(f"/admin/people/{quote(code)}", "saved")


@router.post("/{code:path}")
def put_right(
    desk: Settling, code: str, name: Text = "", unit: Text = "", email: Text = "",
    lang: Text = "zh-CN",
) -> Response:  # fmt: skip
    """Put them right; a draft is confirmed by it."""
    typed = {"name": name, "unit": unit, "email": email, "lang": lang}
    try:
        staff.put_right(desk.admin, code, Particulars(name, unit, email, lang))
    except RectiflowError as error:
        return sheet(desk, code, wrong(error, typed, desk.lang), status_of(error))
    return go(f"/admin/people/{quote(code)}", "saved")


def _role(word: str) -> Role:
    if word not in tuple(Role):
        raise InputError("There is no such role.", "Choose one of the list.", where="role")
    return Role(word)


def _new(desk: Desk, form: Typed, status: int = 200) -> Response:
    with reading(desk.office.engine) as connection:
        known = suggestions.units(connection)
    return desk.page(
        "person_new.html", "people", status=status, form=form, known=known, all_roles=tuple(Role)
    )


def sheet(
    desk: Desk, code: str, form: Typed = EMPTY, status: int = 200, roles: Typed = EMPTY,
    leave: Typed = EMPTY, ways: Typed = EMPTY,
) -> Response:  # fmt: skip
    """One person's page, with what was typed into one of its forms and refused."""
    with reading(desk.office.engine) as connection:
        person = admin_lists.person_sheet(connection, code)
        if person is None:
            raise HTTPException(404)
        found = shown(connection, person.id, today(connection, desk.office.clock.now()))
        known = suggestions.units(connection)
    return desk.page(
        "person.html", "people", status=status, person=person, form=form, seating=roles,
        known=known, all_roles=tuple(Role), hearing=found, leave_form=leave, ways_form=ways,
        none_typed=EMPTY,
    )  # fmt: skip
