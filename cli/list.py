"""``rectiflow list``: the items that fit, in the order of their deadlines."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import shapes
from cli.here import here
from cli.options import AsJson, Lang
from cli.output import clean, emit, show, table
from cli.quick import Quick, choices, chosen, number
from config.settings import works_elsewhere
from models.engine import reading
from models.listing import Page, Wanted, page
from models.views import ItemView
from rules.vocabulary import OPEN_STAGES, Light, Stage, name

app = typer.Typer(add_completion=False)

MOST = 10_000
"""Items on one page."""

TITLES = {
    Lang.ZH: ("灯", "编号", "标题", "责任单位", "责任人", "期限", "环节"),
    Lang.EN: ("light", "ref", "title", "unit", "responsible", "due", "stage"),
}
GIVE_WAY = (2, 3)
COLOURS = {Light.GREEN: "green", Light.YELLOW: "yellow", Light.RED: "red"}
HIDDEN = {Lang.ZH: "〔保密〕", Lang.EN: "[confidential]"}


@app.command(cls=Quick)
def list_items(
    stage: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help=f"in this stage, repeatable: {choices(Stage)}"),
    ] = None,
    still_open: Annotated[bool, typer.Option("--open", help="in any stage but closed")] = False,
    unit: Annotated[str, typer.Option(help="led by this unit or one below it: code or name")] = "",
    light: Annotated[
        list[str] | None,
        typer.Option(metavar="LIGHT", help=f"with this light, repeatable: {choices(Light)}"),
    ] = None,
    person: Annotated[str, typer.Option(help="responsible, leader or verifier: this person")] = "",
    campaign: Annotated[str, typer.Option(help="of the campaign with this code")] = "",
    limit: Annotated[str, typer.Option(metavar="N", help=f"at most so many, to {MOST}")] = "50",
    cursor: Annotated[str, typer.Option(help="go on after a page: its next_cursor")] = "",
    as_json: AsJson = False,
    lang: Annotated[str, typer.Option(metavar="LANG", help="zh-CN or en")] = "zh-CN",
) -> None:
    """List items in the order of their deadlines; those without one come last."""
    words = chosen(Lang, [lang], "--lang")[0]
    stages = chosen(Stage, stage, "--stage") + (OPEN_STAGES if still_open else ())
    wanted = Wanted(stages, chosen(Light, light, "--light"), unit, person, campaign)
    size = number(limit, 1, MOST, "--limit")
    if works_elsewhere():
        _list_elsewhere(wanted, size, cursor, as_json, words)
        return
    with here() as office, reading(office.engine) as connection:
        found = page(connection, wanted, office.clock.now(), size, cursor)
    if as_json:
        emit(shapes.page(found))
    else:
        show_page(found, words)


def _list_elsewhere(wanted: Wanted, size: int, cursor: str, as_json: bool, lang: Lang) -> None:
    """The same on a server elsewhere: what the token's person may see there."""
    from cli.remote import server
    from cli.remote_reads import listed

    query = {
        "stage": [stage.value for stage in wanted.stages],
        "light": [light.value for light in wanted.lights],
        "unit": wanted.unit, "person": wanted.person, "campaign": wanted.campaign,
        "cursor": cursor,
    }  # fmt: skip
    with server(lang) as there:
        found, told = listed(there, size, query)
    if as_json:
        emit({"items": told, "next_cursor": found.next_cursor, "total": found.total})
    else:
        show_page(found, lang)


def show_page(found: Page, lang: Lang) -> None:
    """The page as a table."""
    from rich.text import Text

    made = table(*TITLES[lang])
    for place, column in enumerate(made.columns):
        # Only titles and units give way in a narrow terminal; a cut reference is of no use.
        column.no_wrap = place not in GIVE_WAY
    for view in found.items:
        colour = COLOURS[Light(view.light)] if view.light else ""
        lamp = Text(name(view.light, lang) if view.light else "", style=colour)
        cells = (Text(cell, overflow="ellipsis", no_wrap=True) for cell in _cells(view, lang))
        made.add_row(lamp, *cells)
    show(made, _foot(found, lang))


def _cells(view: ItemView, lang: Lang) -> tuple[str, ...]:
    title = HIDDEN[lang] if view.confidential else clean(view.title)
    unit, person = view.unit, view.responsible
    stage = name(view.stage if view.outcome is None else view.outcome, lang)
    return (
        view.ref,
        title,
        clean(unit.name) if unit else "",
        clean(person.name) if person else "",
        view.due.isoformat() if view.due else "",
        stage,
    )


def _foot(found: Page, lang: Lang) -> str:
    total = "…" if found.total is None else found.total
    count = f"{len(found.items)} / {total}"
    if found.next_cursor is None:
        return count
    words = {Lang.ZH: "下一页", Lang.EN: "next page"}[lang]
    return f"{count}; {words}: --cursor {found.next_cursor}"
