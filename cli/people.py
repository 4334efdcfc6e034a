"""``rectiflow people``: who can be named on items, written to, and give commands."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import shapes
from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.words import pick, said, titles
from models import staff, unreachable
from models.engine import reading
from rules.vocabulary import NAMES

app = typer.Typer(add_completion=False)


@app.command()
def people(
    drafts: Annotated[bool, typer.Option("--drafts", help="only those to be confirmed")] = False,
    undeliverable: Annotated[
        bool, typer.Option("--undeliverable", help="only those whom no mail reaches, and why")
    ] = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """List the people with their roles. A draft was named by a ledger."""
    if undeliverable:
        _unreachable(as_json, lang)
        return
    with here() as office, reading(office.engine) as connection:
        found = staff.people(connection, drafts=drafts)
    if as_json:
        emit({"people": shapes.plain(found)})
        return
    made = table(*titles(lang, "代号|姓名|单位|职责|邮箱|状态", "code|name|unit|roles|mail|state"))
    for person in found:
        roles = ", ".join(_role(held, person.unit.code, lang) for held in person.roles)
        cells = (person.code, person.name, person.unit.name, roles, person.email)
        made.add_row(*map(clean, cells), _state(person, lang))
    show(made)


def _unreachable(as_json: bool, lang: Lang) -> None:
    """Whom no mail reaches, since when and why, and how many items wait for them."""
    with here() as office, reading(office.engine) as connection:
        found = unreachable.listing(connection)
    if as_json:
        emit({"people": shapes.plain(found)})
        return
    made = table(*titles(lang, "代号|姓名|邮箱|自|原因|事项", "code|name|mail|since|why|items"))
    for one in found:
        cells = (one.code, one.name, one.email, f"{one.since:%Y-%m-%d %H:%M}", one.why)
        made.add_row(*map(clean, cells), str(one.items))
    show(made)


def _role(held: staff.Held, home: str, lang: str) -> str:
    """The role, with its unit where that is not the person's own."""
    role = said(NAMES, held.role, lang)
    return role if held.unit.code == home else f"{role}@{held.unit.name}"


def _state(person: staff.PersonView, lang: str) -> str:
    states = []
    if person.draft:
        states.append(pick(lang, "草稿", "draft"))
    if not person.active:
        states.append(pick(lang, "停用", "inactive"))
    return " ".join(states)
