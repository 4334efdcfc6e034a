"""``rectiflow mail``: what is on its way to whom and why it waits; again, or not at all."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import shapes
from cli.bounce import bounce
from cli.here import here
from cli.mail_words import rows_of, sheet_of
from cli.options import AsJson, AsPerson, InLang, Lang
from cli.output import emit, show, table
from cli.quick import number
from cli.words import pick, titles
from config.clock import wall
from models import directory, items, mails
from models.engine import reading, writing
from models.mails import SENT_AGAIN, STATES, Wanted
from rules.errors import InputError, NotFound
from rules.notice_names import KIND_NAMES
from tasks import deciding

app = typer.Typer(add_completion=False)
app.command("bounce")(bounce)

Number = Annotated[str, typer.Argument(metavar="ID", help="the mail's number, as listed")]


@app.callback()
def mail() -> None:
    """See what is on its way; send again; decide about mail that the cap has stopped."""


@app.command("list")
def list_mails(
    state: Annotated[
        list[str] | None, typer.Option("--state", help=f"repeatable: {', '.join(STATES)}")
    ] = None,
    person: Annotated[str, typer.Option("--person", metavar="CODE", help="to them")] = "",
    item: Annotated[str, typer.Option("--item", metavar="REF", help="about this item")] = "",
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="a kind of notice; repeatable")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="at most so many")] = 50,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """List deliveries, the newest first."""
    states = _known(state, STATES, "--state")
    kinds = _known(kind, tuple(KIND_NAMES), "--kind")
    with here() as office, reading(office.engine) as connection:
        if item and items.by_ref(connection, item) is None:
            raise NotFound(f"There is no item {item!r}.", "See: rectiflow list.")
        whose = directory.person(connection, person).id if person else None
        found = mails.listing(connection, Wanted(states, kinds, whose, item), limit)
    if as_json:
        emit({"mails": shapes.plain(found)})
        return
    made = table(*titles(lang, "号|种类|事项|收件人|状态|原因", "id|kind|item|to|state|why"))
    for row in rows_of(found, lang):
        made.add_row(*row)
    show(made)


def _known(words: list[str] | None, among: tuple[str, ...], where: str) -> tuple[str, ...]:
    for word in words or ():
        if word not in among:
            hint = f"Choose one of: {', '.join(among)}."
            raise InputError(f"{word!r} is not known.", hint, where=where)
    return tuple(words or ())


@app.command("show")
def show_mail(mail_id: Number, as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """Show one delivery: what, to whom, why, on whose behalf, and how far it got."""
    key = number(mail_id, 1, 1 << 62, "ID")
    with here() as office, reading(office.engine) as connection:
        found = mails.one(connection, key)
        if found is None:
            raise NotFound(f"There is no mail {mail_id}.", "See: rectiflow mail list.")
        carried = mails.listing(connection, Wanted(carried_by=key), 10_000)
    if as_json:
        emit({"mail": shapes.plain(found), "carries": shapes.plain(carried[::-1])})
    else:
        show(*sheet_of(found, carried[::-1], lang))


@app.command()
def replay(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="these")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="all that were given up")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="all that wait to be retried")] = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Send again, the same bytes; to the new address where one has been put right."""
    keys = [number(each, 1, 1 << 62, "ID") for each in ids or ()]
    if not keys and not dead and not failed:
        raise InputError("Nothing is named.", "Give numbers, or --dead, or --failed.")
    with here() as office, writing(office.engine) as connection:
        for key in keys:
            _require_tried(mails.one(connection, key), key)
        for state, wanted in (("dead", dead), ("failed", failed)):
            keys += mails.in_state(connection, state) if wanted else []
        count = mails.replay(connection, sorted(set(keys)), wall(), office.clock.now())
    if as_json:
        emit({"replayed": count})
    else:
        show(pick(lang, f"将重发{count}封。", f"To be sent again: {count}."))


def _require_tried(found: mails.MailView | None, key: int) -> None:
    if found is None:
        raise NotFound(f"There is no mail {key}.", "See: rectiflow mail list.")
    if found.state not in SENT_AGAIN:
        raise InputError(
            f"The mail {key} has not been sent yet: it is {found.state}.",
            f"See why: rectiflow mail show {key}.",
        )


@app.command()
def release(person: AsPerson, as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """Let the mail go on that the cap has stopped, as a coordinator."""
    with here() as office:
        count = deciding.release(office.engine, person, office.clock.now())
    _told("released", count, as_json, pick(lang, f"已放行{count}件。", f"Released: {count}."))


@app.command()
def discard(
    person: AsPerson,
    reason: Annotated[str, typer.Option(help="why they are not sent; kept with each")],
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Let the mail go on without what the cap has stopped, as a coordinator."""
    with here() as office:
        count = deciding.discard(office.engine, person, office.clock.now(), reason)
    _told("discarded", count, as_json, pick(lang, f"已作废{count}件。", f"Discarded: {count}."))


def _told(what: str, count: int, as_json: bool, sentence: str) -> None:
    if as_json:
        emit({what: count})
    else:
        show(sentence)
