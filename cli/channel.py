"""``rectiflow channel``: chats and message gateways, and who is reached by them."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from sqlalchemy import Connection

from cli import shapes
from cli.here import here
from cli.options import AsJson
from cli.output import clean, emit, show, table
from config.channels import SETTING, read_channels
from config.clock import wall
from models import contacts, directory
from models.engine import reading, writing
from notifications import brief
from notifications.brief import Brief
from notifications.channels.apprise import AppriseChannel, address_problem
from notifications.channels.base import Envelope, Outcome, Sent
from notifications.context import KINDS
from rules.errors import InputError, NotFound, Unavailable
from tasks.office import Office

app = typer.Typer(add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="a name in the file of channels")]
Whose = Annotated[
    str, typer.Argument(metavar="PERSON_OR_UNIT", help="a handle, a code, or a name of one only")
]


@app.callback()
def channel() -> None:
    """Reach people by chats and message gateways as well; their addresses stay in a file."""


@app.command("list")
def listing(as_json: AsJson = False) -> None:
    """List the channels and whom they reach. Addresses are secrets and are not shown."""
    with here() as office:
        names = sorted(read_channels(office.settings))
        with reading(office.engine) as connection:
            found = contacts.listing(connection)
    unknown = sorted({one.channel for one in found} - set(names))
    if as_json:
        emit({"channels": names, "contacts": shapes.plain(found), "missing": unknown})
        return
    made = table("channel", "reaches", "notices")
    for name in [*names, *unknown]:
        reached = [one for one in found if one.channel == name]
        for one in reached:
            whose = one.person or f"the unit {one.unit}"
            made.add_row(name, clean(whose), ", ".join(one.kinds) or "all")
        if not reached:
            made.add_row(name, "", "")
    show(made)
    for name in unknown:
        show(f"{name} is not in the file of channels: check {SETTING}.")


@app.command("test")
def try_(name: Name, as_json: AsJson = False) -> None:
    """Send a short message by a channel now. Exit code 3 when the gateway does not take it."""
    with here() as office:
        urls = read_channels(office.settings)
        _require(office, name)
        if problem := address_problem(urls[name]):
            raise InputError(problem, f"Correct {name} in the file of channels.", where=name)
        words = Brief("Rectiflow 测试 / test", f"{name} {wall():%Y-%m-%d %H:%M} UTC")
        message = brief.envelope("", office.settings.mail_from, name, words)
        outcome = asyncio.run(_sent(AppriseChannel(urls), message))
    if not isinstance(outcome, Sent):
        raise Unavailable(outcome.reason, "Check its address, and what the gateway's own log says.")
    _done(name, "reached", as_json)


async def _sent(gateways: AppriseChannel, message: Envelope) -> Outcome:
    async with gateways:
        return await gateways.deliver(message)


@app.command()
def add(
    whose: Whose,
    name: Name,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", metavar="NOTICE", help="a notice that goes this way; repeat; none: all"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Reach a person, or the group of a unit, by a channel as well as by mail."""
    for one in kind or ():
        if one not in KINDS:
            raise InputError(
                f"There is no notice {one!r}.", f"Known: {', '.join(KINDS)}.", "--kind"
            )
    with here() as office:
        _require(office, name)
        with writing(office.engine) as connection:
            code, of = _whose(connection, whose)
            contacts.enter(connection, name, tuple(dict.fromkeys(kind or ())), **of)
    _done(name, f"added: it reaches {code}", as_json)


@app.command()
def remove(whose: Whose, name: Name, as_json: AsJson = False) -> None:
    """Reach a person, or a unit's group, by a channel no more."""
    with here() as office, writing(office.engine) as connection:
        code, of = _whose(connection, whose)
        if not contacts.remove(connection, name, **of):
            raise NotFound(f"{code} is not reached by {name}.", "See: rectiflow channel list.")
    _done(name, f"removed: it does not reach {code} any more", as_json)


def _whose(connection: Connection, word: str) -> tuple[str, dict[str, int]]:
    """The code of the person or unit that is called so, and which of the two it is."""
    try:
        person = directory.person(connection, word)
    except NotFound as none:
        try:
            unit = directory.units(connection, [word])[word]
        except NotFound:
            raise NotFound(
                f"There is no person and no unit {word!r}, or more than one.",
                "See: rectiflow people, rectiflow units.",
            ) from none
        return unit.code, {"unit_id": unit.id}
    return person.code, {"person_id": person.id}


def _require(office: Office, name: str) -> None:
    known = read_channels(office.settings)
    if name not in known:
        hint = (
            f"Known: {', '.join(sorted(known))}."
            if known
            else f"Write it there, and set {SETTING}."
        )
        raise NotFound(f"There is no channel {name!r} in the file of channels.", hint)


def _done(name: str, what: str, as_json: bool) -> None:
    if as_json:
        emit({"channel": name, "done": what})
    else:
        show(f"{name} is {what}.")
