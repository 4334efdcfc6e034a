"""``rectiflow register``: enter a finding as an item."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import shapes
from cli.fields import read_fields
from cli.here import here
from cli.options import AsJson, AsPerson, InLang, Key, Lang, Sets
from cli.output import emit, show
from cli.words import receipt_sentence
from rules.commands import Register, parse
from tasks import act as writer

app = typer.Typer(add_completion=False)


@app.command()
def register(
    person: AsPerson,
    sets: Sets = None,
    campaign: Annotated[str, typer.Option(help="code of the campaign, when there are more")] = "",
    key: Key = None,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Enter a finding as an item: --set title=... and what else is known of it."""
    command = parse(Register.name, read_fields(sets))
    assert isinstance(command, Register)
    with here() as office:
        done = writer.register(
            office.engine, command, person, office.clock.now(), campaign=campaign, key=key
        )
    if as_json:
        emit(shapes.plain(done))
    else:
        show(receipt_sentence(done.ref, done.seq, done.kind, done.stage, lang))
