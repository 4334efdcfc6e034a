"""``rectiflow mail bounce``: a mail that came back, from a file or from a mail server's pipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.here import here
from cli.options import AsJson
from cli.output import clean, emit, show
from config.clock import wall
from models import directory
from models.engine import reading
from notifications.bounces import MOST_BYTES, read_bounce
from rules.errors import InputError
from tasks import reach
from tasks.bounces import Learned, take_back


def bounce(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="a message; - for a pipe")] = "-",
    as_json: AsJson = False,
) -> None:
    """Read a mail that came back, and mark whom it did not reach.

    Only a delivery status notification (RFC 3464) that says failed, for good, counts. The person
    gets no more mails until their address is put right; their open items lose contact.
    """
    found = read_bounce(_read(file))
    with here() as office:
        learned = take_back(office.engine, found, wall())
        if any(one.marked for one in learned):
            reach.follow(office.engine, office.clock.now())
        ids = {person_id for one in learned for person_id in one.marked}
        with reading(office.engine) as connection:
            codes = {key: one.code for key, one in directory.people_by_id(connection, ids).items()}
    if as_json:
        emit({"message_id": found.message_id, "failed": [_plain(one, codes) for one in learned]})
        return
    if not learned:
        show("Nothing has failed for good: it is a delay or a receipt.")
    for one in learned:
        show(clean(f"{', '.join(one.addresses) or 'a recipient'}: {one.why} {_said(one, codes)}"))


def _read(file: str) -> bytes:
    """At most a little more than is ever looked at, so that too much is told."""
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"It cannot be read: {error.strerror}.", where=file) from error


def _plain(one: Learned, codes: dict[int, str]) -> dict[str, object]:
    marked = [codes[person_id] for person_id in one.marked]
    return {**one._asdict(), "addresses": list(one.addresses), "marked": marked}


def _said(one: Learned, codes: dict[int, str]) -> str:
    if one.marked:
        return f"Marked as undeliverable: {', '.join(codes[who] for who in one.marked)}."
    if not one.known:
        return "Nobody here has this address."
    return "That is known already, or says nothing about the address."
