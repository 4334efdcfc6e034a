"""``rectiflow user``: who may sign in to the console, and who no longer."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated, Any

import typer

from cli import shapes
from cli.here import here
from cli.options import AsJson
from cli.output import emit, show, table
from config.clock import wall
from config.settings import PREFIX
from models import accounts as rows
from models.engine import reading, writing
from rules.errors import InputError
from tasks import accounts, api_tokens, second_factor
from tasks.api_tokens import Scope
from tasks.office import Office
from tasks.openid import arriving as openid_links

app = typer.Typer(add_completion=False)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="the account's login, or the handle")]


@app.callback()
def user() -> None:
    """Give people accounts, and take them away."""


@app.command()
def add(
    code: Annotated[str, typer.Argument(metavar="PERSON", help="the person's handle")],
    login: Annotated[str, typer.Option(help="what they sign in with; else their handle")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="they administer the console")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="read a first password; else print a link")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give a person an account. They choose their password by the link that is printed, once."""
    with here() as office:
        account = accounts.add(office.engine, code, wall(), login=login, administrator=admin)
        if password_stdin:
            password = sys.stdin.readline().rstrip("\n")
            accounts.set_password(office.engine, account.login, password, wall())
            _done(account.login, "entered; the password is to be changed at once", as_json)
            return
        _tell_link(office, account.login, as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List accounts: whose they are, and when they were used last."""
    with here() as office, reading(office.engine) as connection:
        found = rows.listed(connection, wall())
    if as_json:
        emit({"accounts": [shapes.plain(one) for one in found]})
        return
    made = table("login", "person", "unit", "state", "sessions", "last seen")
    for one in found:
        seen = f"{one.last_seen.astimezone():%Y-%m-%d %H:%M}" if one.last_seen else ""
        made.add_row(one.login, one.name, one.unit, _state(one), str(one.sessions), seen)
    show(made)


@app.command()
def invite(login: Login, as_json: AsJson = False) -> None:
    """Print a new link by which the password is chosen; earlier links are void."""
    with here() as office:
        _tell_link(office, login, as_json)


@app.command()
def disable(login: Login, as_json: AsJson = False) -> None:
    """Close an account; its sessions and tokens end at once."""
    with here() as office:
        accounts.disable(office.engine, login, wall())
    _done(login, "closed", as_json)


@app.command()
def enable(login: Login, as_json: AsJson = False) -> None:
    """Open an account again, and let nobody wait who has failed too often."""
    with here() as office:
        accounts.enable(office.engine, login)
    _done(login, "open", as_json)


@app.command()
def sessions(login: Login, as_json: AsJson = False) -> None:
    """List where somebody is signed in."""
    with here() as office, reading(office.engine) as connection:
        account = accounts.named(connection, login)
        found = rows.sessions(connection, account.id, wall())
    if as_json:
        emit({"login": account.login, "sessions": [shapes.plain(one) for one in found]})
        return
    made = table("id", "since", "last seen", "from", "browser")
    for one in found:
        times = (f"{at.astimezone():%Y-%m-%d %H:%M}" for at in (one.created_at, one.seen_at))
        made.add_row(str(one.id), *times, one.address, one.agent[:60])
    show(made)


@app.command()
def revoke(
    login: Login,
    session: Annotated[int | None, typer.Option(help="only this one, by its id")] = None,
    as_json: AsJson = False,
) -> None:
    """Sign somebody out, everywhere or in one browser."""
    with here() as office, writing(office.engine) as connection:
        account = accounts.named(connection, login)
        only = None if session is None else [session]
        count = rows.end_sessions(connection, account.id, wall(), only=only)
    _done(account.login, f"signed out of {count}", as_json)


@app.command()
def token(
    login: Login,
    name: Annotated[str, typer.Option(help="what it is for; without it, tokens are listed")] = "",
    scope: Annotated[Scope, typer.Option(help="the most that it may do")] = Scope.READ,
    days: Annotated[int, typer.Option(min=1, max=366, help="how long it is good")] = 90,
    revoke: Annotated[int | None, typer.Option(help="let this one be good no more")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an API token, shown this once; list or revoke them."""
    with here() as office:
        if revoke is not None:
            api_tokens.revoke(office.engine, login, revoke, wall())
            _done(login, f"without token {revoke}", as_json)
        elif name:
            lasts = timedelta(days=days)
            made = api_tokens.new(office.engine, login, name, [scope], wall(), lasts)
            _tell({"login": login, "token": made}, made, as_json)
        else:
            _list_tokens(office, login, as_json)


@app.command()
def admin(
    login: Login,
    may: Annotated[bool, typer.Option("--yes/--no", help="whether they administer")] = True,
    as_json: AsJson = False,
) -> None:
    """Let somebody administer the console, or no more. Without an account: give one first."""
    with here() as office:
        accounts.administer(office.engine, login, may)
    _done(login, "an administrator" if may else "no administrator", as_json)


@app.command()
def link(
    login: Login,
    subject: Annotated[str, typer.Option(help="what the issuer calls them: the claim sub")],
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in by OpenID Connect, under the subject that the issuer knows them by."""
    with here() as office:
        linked = openid_links.link(office.engine, office.settings, login, subject, wall())
    _done(linked, "linked", as_json)


@app.command()
def unlink(login: Login, as_json: AsJson = False) -> None:
    """Let somebody sign in by OpenID Connect no more; roles that came with it go."""
    with here() as office:
        unlinked = openid_links.unlink(office.engine, login, wall())
    _done(unlinked, "not linked any more", as_json)


@app.command("drop-factor")
def drop_factor(login: Login, as_json: AsJson = False) -> None:
    """Take the second factor away from somebody who has lost phone and codes."""
    with here() as office:
        with reading(office.engine) as connection:
            account = accounts.named(connection, login)
        second_factor.drop(office.engine, account.id)
    _done(account.login, "without a second factor", as_json)


def _tell_link(office: Office, login: str, as_json: bool) -> None:
    made = accounts.invite(office.engine, login, wall())
    base = office.settings.public_url.rstrip("/")
    link = f"{base}/welcome/{made}"
    days = accounts.INVITED_FOR.days
    hint = "" if base else f"\nSet {PREFIX}PUBLIC_URL to the address of the web server before it."
    words = f"{link}\nGood once, for {days} days.{hint}"
    _tell({"login": login, "link": link, "days": days}, words, as_json)


def _list_tokens(office: Office, login: str, as_json: bool) -> None:
    with reading(office.engine) as connection:
        account = accounts.named(connection, login)
        found = rows.tokens(connection, account.id)
    if as_json:
        emit({"login": account.login, "tokens": [shapes.plain(one) for one in found]})
        return
    if not found:
        raise InputError(f"{account.login} has no token.", "Make one with --name.", "--name")
    made = table("id", "name", "scopes", "until", "state")
    for one in found:
        state = "revoked" if one.revoked_at else "good" if wall() < one.expires_at else "over"
        until = f"{one.expires_at:%Y-%m-%d}"
        made.add_row(str(one.id), one.name, " ".join(one.scopes), until, state)
    show(made)


def _state(one: rows.Listed) -> str:
    if not one.active or one.disabled_at is not None:
        return "closed"
    words = ["open" if one.has_password else "invited"]
    words += ["administrator"] if one.administrator else []
    words += ["second factor"] if one.totp_on else []
    return ", ".join(words)


def _done(login: str, what: str, as_json: bool) -> None:
    _tell({"login": login, "done": what}, f"{login} is {what}.", as_json)


def _tell(document: dict[str, Any], words: str, as_json: bool) -> None:
    if as_json:
        emit(document)
    else:
        show(words)
