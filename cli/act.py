"""``rectiflow act``: one command on one item, by a person; the same way in as any other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import shapes
from cli.fields import read_fields
from cli.here import here
from cli.options import AsJson, AsPerson, InLang, Key, Lang, Ref, Sets, require_person
from cli.output import emit, show
from cli.words import receipt_sentence
from config.settings import works_elsewhere
from rules.commands import AttachEvidence, parse
from rules.errors import InputError
from tasks import act as writer
from tasks.evidence import keep
from tasks.office import Office

app = typer.Typer(add_completion=False)


@app.command()
def act(
    ref: Ref,
    command: Annotated[str, typer.Argument(metavar="COMMAND", help="what is to be done")],
    person: AsPerson = "",
    sets: Sets = None,
    file: Annotated[
        Path | None, typer.Option(help="the file to attach, for attach_evidence")
    ] = None,
    key: Key = None,
    version: Annotated[
        int | None, typer.Option("--if-version", help="refuse when the item has moved on")
    ] = None,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Give a command on an item. What is possible now: rectiflow commands REF --as PERSON."""
    fields: dict[str, object] = {**read_fields(sets)}
    if works_elsewhere():
        from cli.remote import server
        from cli.remote_acts import acted, tell

        with server(lang) as there:
            there.require_self(person)
            told = acted(there, ref, command, fields, file, key, version)
        tell(told, as_json, lang)
        return
    require_person(person)
    with here() as office:
        if file is not None:
            fields |= _kept(office, command, file)
        done = writer.act(
            office.engine, ref, parse(command, fields), person, office.clock.now(),
            key=key, version=version,
        )  # fmt: skip
    if as_json:
        emit(shapes.plain(done))
    else:
        show(receipt_sentence(done.ref, done.seq, done.kind, done.stage, lang))


def _kept(office: Office, command: str, file: Path) -> dict[str, object]:
    """The file, stored, as the fields of the command that attaches it."""
    if command.replace("-", "_") != AttachEvidence.name:
        raise InputError(f"{command} takes no file.", "Use attach_evidence.", where="--file")
    return dict(keep(office, file)._asdict())
