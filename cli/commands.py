"""``rectiflow commands``: what somebody may do with an item now, and why not the rest."""

from __future__ import annotations

import typer

from cli.here import here
from cli.options import AsJson, AsPerson, InLang, Lang, Ref, require_person
from cli.output import clean, emit, show, table
from cli.words import pick, said, titles
from config.settings import works_elsewhere
from models import items
from models.engine import reading
from rules.errors import NotFound
from rules.vocabulary import NAMES
from tasks.prospects import Prospect, document, prospects

app = typer.Typer(add_completion=False)


@app.command()
def commands(
    ref: Ref, person: AsPerson = "", as_json: AsJson = False, lang: InLang = Lang.ZH
) -> None:
    """Tell which commands the person may give on the item now, and why not the others.

    What is typed is judged when it is typed: a possible command can still be refused for it.
    """
    if works_elsewhere():
        _tell_elsewhere(ref, person, as_json, lang)
        return
    require_person(person)
    with here() as office, reading(office.engine) as connection:
        loaded = items.by_ref(connection, ref)
        if loaded is None:
            raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")
        found = list(prospects(connection, loaded, person, office.clock.now()))
    if as_json:
        emit({"ref": ref, "person": person, "commands": [document(each) for each in found]})
        return
    _tell(found, lang)


def _tell_elsewhere(ref: str, person: str, as_json: bool, lang: Lang) -> None:
    """The same on a server elsewhere, for the person of the token."""
    from cli.remote import at, server
    from cli.remote_reads import prospects_of

    with server(lang) as there:
        there.require_self(person)
        document = there.get(f"{at(ref)}/commands")
    if as_json:
        emit(document)
    else:
        _tell(prospects_of(document["commands"]), lang)


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


def _fields(prospect: Prospect) -> str:
    return " ".join((*prospect.required, *(f"[{name}]" for name in prospect.optional)))
