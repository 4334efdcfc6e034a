"""``rectiflow units``: the tree of units."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import shapes
from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.words import pick, titles
from models import staff
from models.engine import reading

app = typer.Typer(add_completion=False)


@app.command()
def units(
    drafts: Annotated[bool, typer.Option("--drafts", help="only those to be confirmed")] = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """List the units, each below its parent.

    A draft was named by a ledger; a closed one takes nothing new on.
    """
    with here() as office, reading(office.engine) as connection:
        found = staff.units(connection, drafts=drafts)
    if as_json:
        emit({"units": shapes.plain(found)})
        return
    made = table(*titles(lang, "代码|名称|未销号|状态", "code|name|open|state"))
    for unit in found:
        indent = "" if drafts else "  " * unit.depth
        mark = pick(lang, "草稿", "draft") if unit.draft else ""
        mark = pick(lang, "已停用", "closed") if unit.closed else mark
        made.add_row(clean(unit.code), indent + clean(unit.name), str(unit.open_items), mark)
    show(made)
