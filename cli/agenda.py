"""``rectiflow agenda``: what will happen to an item by itself, when and why."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import typer

from cli.here import here
from cli.item_page import STEP_TITLES, local
from cli.options import AsJson, InLang, Lang, Ref
from cli.output import emit, show, table
from cli.steps import described, nothing, planned
from cli.words import pick, titles
from config.settings import works_elsewhere
from models.engine import reading

app = typer.Typer(add_completion=False)


@app.command()
def agenda(ref: Ref, as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """Show every step that will happen to the item if nobody acts, with its reason."""
    if works_elsewhere():
        from cli.remote import at, server

        with server(lang) as there:
            document = there.get(f"{at(ref)}/agenda")
    else:
        document = _agenda(ref, lang)
    why, steps = document.pop("nothing"), document["steps"]
    if as_json:
        emit(document)
        return
    if not steps:
        show(why)
        return
    zone = ZoneInfo(document["zone"])
    made = table(*titles(lang, *STEP_TITLES))
    for step in steps:
        notes = [pick(lang, "（已到点）", "(due now)")] if step["waiting"] else []
        if step["provisional"]:
            notes.append(pick(lang, "（日历未公布）", "(calendar not published yet)"))
        made.add_row(local(step["at"], zone), " ".join([step["sentence"], *notes]))
    show(made)


def _agenda(ref: str, lang: Lang) -> dict[str, Any]:
    """The agenda of an item of this installation."""
    with here() as office, reading(office.engine) as connection:
        now = office.clock.now()
        plan = planned(connection, ref)
    steps = described(plan, now, lang)
    return {"ref": ref, "stage": plan.item.stage.value, "on_hold": plan.item.on_hold,
            "zone": str(plan.calendar.zone), "steps": steps,
            "nothing": "" if steps else nothing(plan, lang)}  # fmt: skip
