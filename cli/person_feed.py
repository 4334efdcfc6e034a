"""``rectiflow person feed``: the address of a person's calendar feed, told once."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.here import here
from cli.options import AsJson
from cli.output import emit, show
from config.clock import wall
from config.settings import PREFIX
from models import directory, feeds
from models.engine import writing
from rules.errors import Refusal, Refused
from tasks.feeds import new_token


def feed(
    code: Annotated[str, typer.Argument(metavar="CODE", help="the person's handle")],
    revoke: Annotated[bool, typer.Option("--revoke", help="let no address work any more")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a person a calendar feed of their open deadlines.

    The address is a secret of theirs and is shown this once; a new one makes the last one void.
    """
    with here() as office, writing(office.engine) as connection:
        person = directory.person(connection, code)
        if revoke:
            revoked = feeds.revoke(connection, person.id, wall())
            said = "has no feed any more" if revoked else "had none"
            _tell(as_json, {"person": person.code, "revoked": revoked}, f"{person.code} {said}.")
            return
        if not person.active:
            raise Refused(
                Refusal("RequireActivePerson", f"{person.code} is no longer active.",
                        f"Make them so: rectiflow person set {person.code} --active.")
            )  # fmt: skip
        path = f"/calendar/{new_token(connection, person.id, wall())}.ics"
        base = office.settings.public_url.rstrip("/")
    hint = "" if base else f"\nSet {PREFIX}PUBLIC_URL to the address of the web server before it."
    _tell(as_json, {"person": person.code, "feed": f"{base}{path}"}, f"{base}{path}{hint}")


def _tell(as_json: bool, document: dict[str, object], words: str) -> None:
    if as_json:
        emit(document)
    else:
        show(words)
