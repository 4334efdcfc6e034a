"""``rectiflow commands``: what somebody may do with an item now, and why not the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

import typer
from sqlalchemy import Connection

from cli.here import here
from cli.options import AsJson, AsPerson, InLang, Lang, Ref
from cli.output import clean, emit, show, table
from cli.words import pick, said, titles
from models import items
from models.engine import reading
from rules.commands import COMMANDS, SYSTEM_COMMANDS, Register
from rules.errors import NotFound, Refusal
from rules.lifecycle import PERMITTED
from rules.prospect import blank, obstacle, required
from rules.vocabulary import NAMES
from tasks.act import case_for

app = typer.Typer(add_completion=False)


class Prospect(NamedTuple):
    """One command, whether it is open to the person now, and what it takes."""

    command: str
    refusal: Refusal | None
    leads_to: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]


@app.command()
def commands(ref: Ref, person: AsPerson, as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """Tell which commands the person may give on the item now, and why not the others.

    What is typed is judged when it is typed: a possible command can still be refused for it.
    """
    with here() as office, reading(office.engine) as connection:
        found = list(prospects(connection, ref, person, office.clock.now()))
    if as_json:
        emit({"ref": ref, "person": person, "commands": [_document(each) for each in found]})
        return
    _tell(found, lang)


def _tell(found: list[Prospect], lang: Lang) -> None:
    """The commands of this stage, open ones first; the others by name only."""
    made = table(*titles(lang, "指令|字段|通往|不可办的原因", "command|fields|leads to|why not"))
    here_now = [each for each in found if each.leads_to]
    for each in sorted(here_now, key=lambda each: each.refusal is not None):
        why = clean(str(each.refusal)) if each.refusal else ""
        goals = ", ".join(said(NAMES, goal, lang) for goal in each.leads_to)
        made.add_row(each.command, _fields(each), goals, why)
    elsewhere = ", ".join(each.command for each in found if not each.leads_to)
    show(made, f"{pick(lang, '本环节没有的指令', 'not in this stage')}: {elsewhere}")


def prospects(connection: Connection, ref: str, person: str, now: datetime) -> Iterator[Prospect]:
    """Every command that a person can give on an item, in the order of their table.

    Raises:
        NotFound: there is no such item or person.
    """
    loaded = items.by_ref(connection, ref)
    if loaded is None:
        raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")
    for kind in COMMANDS.values():
        if kind is Register or kind.name in SYSTEM_COMMANDS:
            continue
        case = case_for(connection, loaded, blank(kind), person, now)
        row = PERMITTED.get((case.item.stage, kind.name))
        goals = tuple(stage.value for stage in row.to) if row else ()
        needed = required(kind, row)
        others = tuple(each.name for each in fields(kind) if each.name not in needed)
        yield Prospect(kind.name, obstacle(case), goals, needed, others)


def _fields(prospect: Prospect) -> str:
    return " ".join((*prospect.required, *(f"[{name}]" for name in prospect.optional)))


def _document(prospect: Prospect) -> dict[str, Any]:
    refusal = prospect.refusal
    return {
        "command": prospect.command,
        "possible": refusal is None,
        "leads_to": list(prospect.leads_to),
        "required": list(prospect.required),
        "optional": list(prospect.optional),
        "refusal": refusal
        and {"rule": refusal.rule, "message": refusal.reason, "hint": refusal.remedy},
    }
