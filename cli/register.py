"""``rectiflow register``: enter a finding as an item."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import shapes
from cli.fields import read_fields
from cli.here import here
from cli.options import AsJson, AsPerson, InLang, Key, Lang, Sets, require_person
from cli.output import emit, show
from cli.words import receipt_sentence
from config.settings import works_elsewhere
from rules.commands import Register, parse
from tasks import act as writer

app = typer.Typer(add_completion=False)


@app.command()
def register(
    person: AsPerson = "",
    sets: Sets = None,
    campaign: Annotated[str, typer.Option(help="code of the campaign, when there are more")] = "",
    key: Key = None,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Enter a finding as an item: --set title=... and what else is known of it."""
    fields = read_fields(sets)
    command = parse(Register.name, fields)
    assert isinstance(command, Register)
    if works_elsewhere():
        from cli.remote import server
        from cli.remote_acts import registered, tell

        with server(lang) as there:
            there.require_self(person)
            told = registered(there, command, fields, campaign, key)
        tell(told, as_json, lang)
        return
    require_person(person)
    with here() as office:
        done = writer.register(
            office.engine, command, person, office.clock.now(), campaign=campaign, key=key
        )
    if as_json:
        emit(shapes.plain(done))
    else:
        show(receipt_sentence(done.ref, done.seq, done.kind, done.stage, lang))
