"""``rectiflow agenda``: what will happen to an item by itself, when and why."""

from __future__ import annotations

import typer

from cli.here import here
from cli.item_page import STEP_TITLES, local
from cli.options import AsJson, InLang, Lang, Ref
from cli.output import emit, show, table
from cli.steps import described, nothing, planned
from cli.words import pick, titles
from models.engine import reading

app = typer.Typer(add_completion=False)


@app.command()
def agenda(ref: Ref, as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """Show every step that will happen to the item if nobody acts, with its reason."""
    with here() as office, reading(office.engine) as connection:
        now = office.clock.now()
        plan = planned(connection, ref)
    steps = described(plan, now, lang)
    if as_json:
        emit({"ref": ref, "stage": plan.item.stage.value, "on_hold": plan.item.on_hold,
              "zone": str(plan.calendar.zone), "steps": steps})  # fmt: skip
        return
    if not steps:
        show(nothing(plan, lang))
        return
    made = table(*titles(lang, *STEP_TITLES))
    for step in steps:
        notes = [pick(lang, "（已到点）", "(due now)")] if step["waiting"] else []
        if step["provisional"]:
            notes.append(pick(lang, "（日历未公布）", "(calendar not published yet)"))
        made.add_row(local(step["at"], plan), " ".join([step["sentence"], *notes]))
    show(made)
