"""``rectiflow person reachable``: mail arrives at a person's address again."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.here import here
from cli.options import AsJson
from cli.output import emit, show
from models import directory
from models.engine import writing
from tasks import reach
from tasks.office import Office


def reachable(
    code: Annotated[str, typer.Argument(metavar="CODE", help="the person's handle")],
    as_json: AsJson = False,
) -> None:
    """Say that mail arrives again where it came back from; the ladder goes on for their items.

    Setting another address with ``rectiflow person set`` says so as well.
    """
    with here() as office:
        with writing(office.engine) as connection:
            person = directory.person(connection, code)
            unsent = reach.can_be_reached(connection, person.id)
        tell_regained(office, person.code, unsent, as_json)


def tell_regained(office: Office, code: str, unsent: list[int], as_json: bool) -> None:
    """Let the items follow, and say what was not sent meanwhile and how to send it."""
    followed = reach.follow(office.engine, office.clock.now())
    if as_json:
        done = {"person": code, "done": "reachable"}
        emit({**done, "items": followed.regained, "unsent": unsent})
        return
    show(f"{code} can be reached: {followed.regained} items have regained contact.")
    if unsent:
        numbers = " ".join(map(str, unsent[:50]))
        show(f"{len(unsent)} mails were not sent meanwhile. To send them:")
        show(f"rectiflow mail replay {numbers}")
