"""``rectiflow unit``: enter a unit, put it right, or close it."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.entering import code_of, free, name_of, unit_called
from cli.here import here
from cli.merging import merge_unit
from cli.options import AsJson
from cli.output import emit, show
from cli.unit_closing import close, open_again
from models import people
from models.engine import writing

app = typer.Typer(add_completion=False)

Code = Annotated[str, typer.Argument(metavar="CODE", help="what commands call it")]


@app.callback()
def unit() -> None:
    """Enter and close units, and confirm those that a ledger has named."""


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="what people call it")],
    parent: Annotated[
        str, typer.Option(help="the unit above it: code or name; else the root")
    ] = "",
    kind: Annotated[
        str, typer.Option(help="province, city, county, unit or another word")
    ] = "unit",
    as_json: AsJson = False,
) -> None:
    """Enter a unit below another one."""
    code, name = code_of(code, "unit"), name_of(name)
    with here() as office, free(code, "unit"), writing(office.engine) as connection:
        above = unit_called(connection, parent).id if parent else people.root_id(connection)
        people.add_unit(connection, code, name, above, kind=kind[:16])
    _done(code, "entered", as_json)


@app.command("set")
def change(
    code: Code,
    name: Annotated[str | None, typer.Option(help="what people call it")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a unit's name right. What is set is confirmed: it is a draft no longer."""
    changes: dict[str, object] = {"draft": False}
    if name is not None:
        changes["name"] = name_of(name)
    with here() as office, writing(office.engine) as connection:
        found = unit_called(connection, code)
        people.change_unit(connection, found.id, changes)
    _done(found.code, "set", as_json)


app.command("merge")(merge_unit)
app.command("close")(close)
app.command("open")(open_again)


def _done(code: str, what: str, as_json: bool) -> None:
    if as_json:
        emit({"unit": code, "done": what})
    else:
        show(f"The unit {code} is {what}.")
