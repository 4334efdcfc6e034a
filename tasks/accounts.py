"""Accounts: given to people, opened by an invitation, closed; and the first administrator's.

Nobody ever has a password that somebody else knows: whoever gets an account gets a link, and
chooses one. Instants are wall time.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from config.logging import log_context
from models import accounts, directory
from models.accounts import AccountFact
from models.engine import reading, writing
from rules.errors import InputError, NotFound, Refusal, Refused
from rules.item import PersonFact
from tasks import passwords
from tasks.asking import topmost_coordinators

log = logging.getLogger("rectiflow.accounts")

TOKEN_BYTES = 32
"""256 bits, which nobody guesses."""

INVITED_FOR = timedelta(days=7)
FOUNDER_FOR = timedelta(hours=1)
LONGEST_LOGIN = 64


class Invited(NamedTuple):
    """Whom an invitation is for. Without an account it makes the first administrator of one of
    ``candidates``: (handle, name)."""

    id: int
    account: AccountFact | None
    candidates: tuple[tuple[str, str], ...] = ()


def digest(token: str) -> str:
    """What is kept of a token. It is random and long: a plain digest cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def spelt(login: str) -> str:
    """A login as it is kept: without blanks around it, in small letters, one form a character."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:LONGEST_LOGIN]


def add(
    engine: Engine, who: str, now: datetime, *, login: str = "", administrator: bool = False
) -> AccountFact:
    """Give a person an account, which nobody can sign in to before they have chosen a password.

    Raises:
        NotFound: there is no such person.
        Refused: they are no longer active.
        InputError: they have an account, or the login is taken.
    """
    try:
        with writing(engine) as connection:
            person = _active(directory.person(connection, who))
            name = spelt(login or person.code)
            more = {"administrator": administrator}
            account_id = accounts.add(connection, person.id, name, now, **more)
            return _known(accounts.by_id(connection, account_id))
    except IntegrityError:
        raise InputError(
            f"{who} has an account already, or its login is taken.", "See: rectiflow user list."
        ) from None


def invite(engine: Engine, login: str, now: datetime) -> str:
    """A new link's token for an account, told this once; earlier ones are void.

    Its use sets a password and ends every session that there is.

    Raises:
        NotFound: there is no such account.
        Refused: it is closed.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with writing(engine) as connection:
        account = named(connection, login)
        if not account.usable:
            raise Refused(
                Refusal("RequireOpenAccount", f"The account {account.login} is closed.",
                        f"Open it: rectiflow user enable {account.login}.")
            )  # fmt: skip
        accounts.void_invitations(connection, account.id, now)
        _keep_invitation(connection, token, account.id, now, INVITED_FOR)
    return token


def founder_token(engine: Engine, now: datetime) -> str | None:
    """A link's token by which the first administrator is made; None once anybody has an account."""
    with writing(engine) as connection:
        if accounts.are_there_any(connection):
            return None
        token = secrets.token_urlsafe(TOKEN_BYTES)
        accounts.void_invitations(connection, None, now)
        _keep_invitation(connection, token, None, now, FOUNDER_FOR)
    return token


def invited(engine: Engine, token: str, now: datetime) -> Invited | None:
    """Whom the link is for; None when it is unknown, used, too old, or void for another reason."""
    with reading(engine) as connection:
        return _invited(connection, token, now)


def accept(engine: Engine, token: str, password: str, now: datetime, *, who: str = "") -> str:
    """Choose the password of the account that the link is for; its login.

    ``who`` is the person who becomes the first administrator, where the link makes one.

    Raises:
        NotFound: the link is good no more.
        Refused: the password cannot be used, or the person is none of the candidates.
    """
    with reading(engine) as connection:
        found = _invited(connection, token, now)
    if found is None:
        raise NotFound("The link is not valid any more.", "Ask for a new one.")
    login = found.account.login if found.account else spelt(who)
    passwords.require_usable(password, login)
    kept = passwords.hashed(password)
    with writing(engine) as connection:
        found = _invited(connection, token, now)
        if found is None or not accounts.use_invitation(connection, found.id, now):
            raise NotFound("The link is not valid any more.", "Ask for a new one.")
        account = found.account or _founder(connection, found, who, now)
        accounts.change(
            connection, account.id, password_hash=kept, must_change=False, failed=0,
            waits_until=None,
        )  # fmt: skip
        accounts.end_sessions(connection, account.id, now)
    log.info("A password was chosen. %s", log_context("accept", login=account.login))
    return account.login


def set_password(engine: Engine, login: str, password: str, now: datetime) -> None:
    """Give an account a first password, to be changed at the first sign-in.

    Raises:
        NotFound: there is no such account.
        Refused: the password cannot be used.
    """
    passwords.require_usable(password, login)
    kept = passwords.hashed(password)
    with writing(engine) as connection:
        account = named(connection, login)
        accounts.change(connection, account.id, password_hash=kept, must_change=True, failed=0,
                        waits_until=None)  # fmt: skip
        accounts.end_sessions(connection, account.id, now)


def change_password(
    engine: Engine, account_id: int, old: str, new: str, session_id: int, now: datetime
) -> None:
    """Let somebody who is signed in choose another password; their other sessions end.

    Raises:
        Refused: the old one is wrong, or the new one cannot be used or is the old one.
    """
    with reading(engine) as connection:
        account = _known(accounts.by_id(connection, account_id))
    if not passwords.fits(account.password_hash, old):
        raise Refused(Refusal("RequireOldPassword", "The old password is not right."))
    if new == old:
        raise Refused(Refusal("RequireNewPassword", "The new password is the old one."))
    passwords.require_usable(new, account.login)
    kept = passwords.hashed(new)
    with writing(engine) as connection:
        accounts.change(connection, account_id, password_hash=kept, must_change=False)
        accounts.end_sessions(connection, account_id, now, but=session_id)


def disable(engine: Engine, login: str, now: datetime) -> None:
    """Close an account, and end everything that was opened by it.

    Raises:
        NotFound: there is no such account.
        Refused: it is the last that administers.
    """
    with writing(engine) as connection:
        account = named(connection, login)
        _require_another(connection, account)
        accounts.change(connection, account.id, disabled_at=now)
        accounts.forget_ways_in(connection, account.person_id)


def enable(engine: Engine, login: str) -> None:
    """Open an account again; who was kept waiting by failed attempts waits no longer.

    Raises:
        NotFound: there is no such account.
    """
    with writing(engine) as connection:
        account = named(connection, login)
        accounts.change(connection, account.id, disabled_at=None, failed=0, waits_until=None)


def administer(engine: Engine, login: str, may: bool) -> None:
    """Let an account administer the console, or no more.

    Raises:
        NotFound: there is no such account.
        Refused: it is the last that administers.
    """
    with writing(engine) as connection:
        account = named(connection, login)
        if not may:
            _require_another(connection, account)
        accounts.change(connection, account.id, administrator=may)


def named(connection: Connection, login: str) -> AccountFact:
    """The account of this login, or of the person with this handle.

    Raises:
        NotFound: there is none.
    """
    account = accounts.by_login(connection, spelt(login))
    if account is None:
        try:
            account = accounts.by_person(connection, directory.person(connection, login).id)
        except NotFound:
            account = None
    if account is None:
        raise NotFound(f"There is no account {login!r}.", "See: rectiflow user list.")
    return account


def _invited(connection: Connection, token: str, now: datetime) -> Invited | None:
    found = accounts.invitation(connection, digest(token))
    if found is None or now >= found.expires_at:
        return None
    if found.account_id is None:
        if accounts.are_there_any(connection):
            return None
        people = directory.people_by_id(connection, topmost_coordinators(connection))
        names = {one: each.name for one, each in topmost_coordinators(connection).items()}
        candidates = ((fact.code, names[fact.id]) for fact in people.values() if fact.active)
        return Invited(found.id, None, tuple(candidates))
    account = accounts.by_id(connection, found.account_id)
    return Invited(found.id, account) if account is not None and account.usable else None


def _founder(connection: Connection, found: Invited, who: str, now: datetime) -> AccountFact:
    if who not in [code for code, _ in found.candidates]:
        raise Refused(Refusal("RequireCandidate", "Nobody is named who could administer."))
    person = directory.person(connection, who)
    account_id = accounts.add(connection, person.id, spelt(who), now, administrator=True)
    return _known(accounts.by_id(connection, account_id))


def _keep_invitation(
    connection: Connection, token: str, account_id: int | None, now: datetime, span: timedelta
) -> None:
    values = {"hash": digest(token), "account_id": account_id, "created_at": now}
    accounts.invite(connection, {**values, "expires_at": now + span})


def _require_another(connection: Connection, account: AccountFact) -> None:
    """Nobody locks everybody out of the console's administration."""
    if account.administrator and account.usable and accounts.administrators(connection) == 1:
        raise Refused(
            Refusal("KeepAnAdministrator", f"{account.login} is the only one who administers.",
                    "Name another first: rectiflow user admin LOGIN.")
        )  # fmt: skip


def _active(person: PersonFact) -> PersonFact:
    if not person.active:
        raise Refused(
            Refusal("RequireActivePerson", f"{person.code} is no longer active.",
                    f"Make them so: rectiflow person set {person.code} --active.")
        )  # fmt: skip
    return person


def _known(account: AccountFact | None) -> AccountFact:
    assert account is not None, "an account is never removed"
    return account
