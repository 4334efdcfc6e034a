"""``rectiflow webhook``: programs elsewhere that are told of events."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cli import shapes
from cli.here import here
from cli.options import AsJson
from cli.output import clean, emit, show, table
from config.clock import wall
from models import webhooks
from models.engine import reading, writing
from models.webhooks import Hook
from notifications.channels.base import Sent
from rules.errors import InputError, NotFound, Unavailable
from tasks import hooks
from tasks.webhooks import try_out

app = typer.Typer(add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="what the webhook is called here")]
STATES = ("pending", "sent", "failed", "dead")


@app.callback()
def webhook() -> None:
    """Tell programs elsewhere of events: by signed calls that refer to items and say no more."""


@app.command()
def add(
    name: Name,
    url: Annotated[str, typer.Argument(metavar="URL", help="https://host/path")],
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="EVENT", help="an event to tell of; repeat; none: all"),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="the receiver is in our own network")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell a receiver of what happens from now on. Its secret is shown this once."""
    kinds = kind or ()
    with _as_given():
        hooks.check(name, url, kinds, allow_private)
        with here() as office:
            secret = hooks.add(office, name, url, kinds, wall(), allow_private=allow_private)
    if as_json:
        emit({"webhook": name, "done": "added", "secret": secret})
        return
    show(f"{name} is added: it is told of what happens from now on.")
    if secret:
        show(f"Its secret, which is not shown again: {secret}")


@contextmanager
def _as_given() -> Iterator[None]:
    """What is wrong is told by the words of the command line."""
    try:
        yield
    except InputError as error:
        where = {"name": "NAME", "kinds": "--kind", "url": "URL"}.get(error.where, error.where)
        raise InputError(error.message, error.hint, where) from error


@app.command("list")
def listing(as_json: AsJson = False) -> None:
    """List the webhooks, with the numbers of their calls."""
    with here() as office, reading(office.engine) as connection:
        found = webhooks.listing(connection)
        counts = webhooks.counts(connection)
    if as_json:
        emit({"webhooks": [shapes.plain(h) | {"calls": counts.get(h.id, {})} for h in found]})
        return
    made = table("name", "url", "events", *STATES, "state")
    for hook in found:
        numbers = [str(counts.get(hook.id, {}).get(state, 0)) for state in STATES]
        state = "" if hook.active else "off: "
        made.add_row(
            hook.name, clean(hook.url), ", ".join(hook.kinds) or "all", *numbers,
            clean(state + hook.reason),
        )  # fmt: skip
    show(made)


@app.command()
def remove(name: Name, as_json: AsJson = False) -> None:
    """Forget a webhook, its calls and its secret."""
    with here() as office:
        hooks.remove(office, name)
    _done(name, "removed", as_json)


@app.command()
def resume(name: Name, as_json: AsJson = False) -> None:
    """Call a receiver again that wanted no more, or was found resting; nothing was lost."""
    with here() as office, writing(office.engine) as connection:
        hook = _called(webhooks.by_name(connection, name), name)
        webhooks.switch(connection, hook.id, active=True)
    _done(name, "resumed", as_json)


@app.command("test")
def try_(name: Name, as_json: AsJson = False) -> None:
    """Make one call of the type ``test`` now, signed like any other. Exit code 3 if it fails."""
    with here() as office:
        with reading(office.engine) as connection:
            hook = _called(webhooks.by_name(connection, name), name)
        outcome = asyncio.run(try_out(office.settings, hook, wall()))
    if not isinstance(outcome, Sent):
        raise Unavailable(
            outcome.reason, "Nothing was kept; try again with: rectiflow webhook test."
        )
    _done(name, f"reached: it answered {outcome.detail}", as_json)


@app.command()
def calls(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="of this webhook")] = None,
    state: Annotated[
        list[str] | None, typer.Option("--state", help=f"one of {', '.join(STATES)}; repeat")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="at most so many")] = 50,
    as_json: AsJson = False,
) -> None:
    """List calls, the newest first, with what became of them."""
    for word in state or ():
        if word not in STATES:
            raise InputError(f"{word!r} is no state.", f"Use {', '.join(STATES)}.", "--state")
    with here() as office, reading(office.engine) as connection:
        if name is not None:
            _called(webhooks.by_name(connection, name), name)
        found = webhooks.calls(connection, name, state or (), limit)
    if as_json:
        emit({"calls": shapes.plain(found)})
        return
    made = table("call", "webhook", "item", "event", "state", "tries", "next or sent", "reason")
    for one in found:
        waits = one.state in ("pending", "failed")
        when = one.next_attempt_at if waits else one.sent_at
        made.add_row(
            str(one.id), one.webhook, clean(one.ref), one.kind, one.state, str(one.attempts),
            f"{when:%Y-%m-%d %H:%M:%S}" if when else "", clean(one.reason),
        )  # fmt: skip
    show(made)


@app.command()
def replay(
    name: Name,
    call: Annotated[
        list[int] | None, typer.Argument(metavar="[CALL]...", help="these; none: all dead ones")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make calls again, under the same identifiers: those given, or all that were given up."""
    with here() as office, writing(office.engine) as connection:
        hook = _called(webhooks.by_name(connection, name), name)
        number = webhooks.replay(connection, hook.id, call or (), wall())
    if as_json:
        emit({"webhook": name, "done": "replayed", "calls": number})
    else:
        show(f"{number} calls wait to be made again.")


def _called(hook: Hook | None, name: str) -> Hook:
    if hook is None:
        raise NotFound(f"There is no webhook {name!r}.", "See: rectiflow webhook list.")
    return hook


def _done(name: str, what: str, as_json: bool) -> None:
    if as_json:
        emit({"webhook": name, "done": what})
    else:
        show(f"{name} is {what}.")
