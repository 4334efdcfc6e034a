"""``rectiflow audit``: whether the histories are whole and unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from sqlalchemy import Connection

from cli import shapes
from cli.here import here
from cli.options import AsJson
from cli.output import clean, emit, show, table
from models import search_check, search_index
from models.audit import Breach, attached
from models.audit import verify as recompute
from models.engine import reading
from rules.errors import Refused
from tasks.evidence import intact
from tasks.files.storage import Store, open_store

app = typer.Typer(add_completion=False)


@app.callback()
def audit() -> None:
    """Check the histories."""


@app.command()
def verify(
    ref: Annotated[str | None, typer.Argument(metavar="REF", help="one item only")] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="read every file of evidence as well")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute every hash chain. Exit code 1 when anything is found; the first break an item."""
    with here() as office, reading(office.engine) as connection:
        verdict = recompute(connection, ref)
        breaches = list(verdict.breaches)
        if evidence:
            breaches += _files(connection, open_store(office.settings), ref)
    if as_json:
        counts = {"intact": not breaches, "items": verdict.items, "events": verdict.events}
        emit({**counts, "broken": shapes.plain(breaches)})
    else:
        _tell(verdict.items, verdict.events, breaches)
    if breaches:
        raise typer.Exit(Refused.exit_code)


@app.command()
def words(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="make the index again")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the index by which items are found. Exit code 1 when it does not fit the items."""
    with here() as office:
        if rebuild:
            for _ in search_index.rebuild(office.engine):
                pass
        lack = search_check.lack(office.engine)
    if as_json:
        emit({"whole": not any(lack), **lack._asdict()})
    elif any(lack):
        show(
            f"{lack.missing} items cannot be found, {lack.stray} entries are of no item, "
            f"{lack.wrong} say something else than their items. "
            "Make the index again: rectiflow audit words --rebuild."
        )
    else:
        show("Every item can be found.")
    if any(lack):
        raise typer.Exit(Refused.exit_code)


def _files(connection: Connection, store: Store, ref: str | None) -> Iterator[Breach]:
    """Evidence whose file is missing, or is no longer what was attached."""
    for piece in attached(connection, ref):
        state = intact(store, piece.sha256)
        if state is None:
            yield Breach(piece.ref, piece.seq, "no_file", "The file is not in the store.")
        elif not state:
            yield Breach(piece.ref, piece.seq, "file", "The file is not what was attached.")


def _tell(items: int, events: int, breaches: list[Breach]) -> None:
    if not breaches:
        show(f"{items} histories with {events} events are whole and unchanged.")
        return
    made = table("item", "event", "problem", "what is wrong")
    for breach in breaches:
        seq = "" if breach.seq is None else str(breach.seq)
        made.add_row(clean(breach.ref), seq, breach.problem, breach.detail)
    show(made, f"{len(breaches)} found in {items} histories with {events} events.")
