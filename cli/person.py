"""``rectiflow person``: enter a person, or put them right."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from cli.entering import address_of, code_of, free, name_of, roles_of, unit_called
from cli.here import here
from cli.merging import merge_person
from cli.options import AsJson, Lang
from cli.output import emit, show
from cli.person_feed import feed
from cli.person_notices import away, notices
from cli.person_reach import reachable, tell_regained
from models import directory, people, staff, unreachable
from models.engine import writing
from rules.item import UnitFact
from tasks import reach

app = typer.Typer(add_completion=False)

Code = Annotated[str, typer.Argument(metavar="CODE", help="the handle by which commands call them")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE[@UNIT]", help="over their unit, or over another; repeat"),
]


@app.callback()
def person() -> None:
    """Enter people, and complete those that a ledger has named."""


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="what people call them")],
    unit: Annotated[str, typer.Option(help="where they belong: code or name")],
    role: Roles = None,
    email: Annotated[str, typer.Option(help="where mail goes; none: no mail")] = "",
    lang: Annotated[Lang, typer.Option(help="language of their mail")] = Lang.ZH,
    as_json: AsJson = False,
) -> None:
    """Enter a person with their roles."""
    code, name, email = code_of(code, "person"), name_of(name), address_of(email)
    with here() as office, free(code, "person"), writing(office.engine) as connection:
        home = unit_called(connection, unit)
        roles = {(held, seat.id) for held, seat in roles_of(connection, role, home, "--role")}
        people.add_person(
            connection, code, name, home.id, sorted(roles), email=email, lang=lang.value
        )
    _done(code, "entered", as_json)


@app.command("set")
def change(
    code: Code,
    name: Annotated[str | None, typer.Option(help="what people call them")] = None,
    unit: Annotated[str | None, typer.Option(help="where they belong: code or name")] = None,
    role: Roles = None,
    drop_role: Annotated[
        list[str] | None, typer.Option(metavar="ROLE[@UNIT]", help="a role they lose; repeat")
    ] = None,
    email: Annotated[str | None, typer.Option(help="where mail goes; empty: no mail")] = None,
    lang: Annotated[Lang | None, typer.Option(help="language of their mail")] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="whether they still act")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a person right. What is set is confirmed: they are a draft no longer."""
    given = {
        "name": None if name is None else name_of(name),
        "email": None if email is None else address_of(email),
        "lang": None if lang is None else lang.value,
        "active": active,
    }
    changes: dict[str, object] = {key: value for key, value in given.items() if value is not None}
    with here() as office, writing(office.engine) as connection:
        found = directory.person(connection, code)
        home = None if unit is None else unit_called(connection, unit)
        if home is not None:
            changes["unit_id"] = home.id
        lost = bool(email) and unreachable.since_when(connection, found.id) is not None
        unsent = reach.can_be_reached(connection, found.id) if lost else []
        people.change_person(connection, found.id, {**changes, "draft": False})
        _change_roles(connection, found.id, home, role, drop_role)
    if lost:
        with here() as office:
            tell_regained(office, found.code, unsent, as_json)
    else:
        _done(found.code, "set", as_json)


app.command("feed")(feed)
app.command("notices")(notices)
app.command("away")(away)
app.command("reachable")(reachable)
app.command("merge")(merge_person)


def _change_roles(
    connection: Connection,
    person_id: int,
    home: UnitFact | None,
    gained: list[str] | None,
    lost: list[str] | None,
) -> None:
    """Give and take roles; one that is held already, or not held, stays as it is."""
    seat = home or staff.home_of(connection, person_id)
    for role, unit in roles_of(connection, lost, seat, "--drop-role"):
        people.drop_role(connection, person_id, unit.id, role)
    for role, unit in roles_of(connection, gained, seat, "--role"):
        if not people.has_role(connection, person_id, unit.id, role):
            people.add_role(connection, person_id, unit.id, role)


def _done(code: str, what: str, as_json: bool) -> None:
    if as_json:
        emit({"person": code, "done": what})
    else:
        show(f"{code} is {what}.")
