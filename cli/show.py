"""``rectiflow show``: everything that is known of one item."""

from __future__ import annotations

from typing import Any

import typer
from sqlalchemy import Connection

from cli import shapes
from cli.here import here
from cli.item_page import around, show_item
from cli.options import AsJson, InLang, Lang, Ref
from cli.output import emit
from cli.steps import described, planned
from config.settings import works_elsewhere
from models import history
from models.engine import reading
from models.views import view

app = typer.Typer(add_completion=False)


@app.command()
def show(ref: Ref, as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """Show one item: its history, what happens next, mails, evidence, papers and flow run."""
    if works_elsewhere():
        _show_elsewhere(ref, as_json, lang)
        return
    with here() as office, reading(office.engine) as connection:
        now = office.clock.now()
        plan = planned(connection, ref)
        found = view(connection, ref, now)
        document: dict[str, Any] = {
            "item": shapes.item(found),
            "history": shapes.plain(history.events(connection, found.id)),
            "agenda": described(plan, now, lang),
            "deliveries": shapes.plain(history.deliveries(connection, found.id)),
            "flow_run": _flow_run(connection, found.id),
            "documents": shapes.plain(history.documents(connection, found.id)),
            "evidence": shapes.plain(history.evidence(connection, found.id)),
            "extensions": shapes.plain(history.extensions(connection, found.id)),
        }
    if as_json:
        emit(document)
    else:
        show_item(document, around(plan, lang), lang)


def _show_elsewhere(ref: str, as_json: bool, lang: Lang) -> None:
    """The same of a server elsewhere; which flow run follows the item is its own affair."""
    from cli.remote import server
    from cli.remote_reads import sheet

    with server(lang) as there:
        document, setting = sheet(there, ref)
    if as_json:
        emit(document)
    else:
        show_item(document, setting, lang)


def _flow_run(connection: Connection, item_id: int) -> dict[str, Any] | None:
    """The run that follows the item's present life, and those of the lives before."""
    following = history.following(connection, item_id)
    lives = [
        {"life": run.life, "id": run.flow_run_id, "state": run.state,
         "created_at": shapes.plain(run.created_at)}
        for run in history.runs(connection, item_id)
    ]  # fmt: skip
    if not lives:
        return None
    counts = {"moves": following.moves, "followed": following.followed}
    return {**lives[0], **counts, "earlier": lives[1:]}
