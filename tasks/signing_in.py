"""Signing in and out: sessions that can be ended from elsewhere, and what slows guessing down.

A session is a random token in the browser and its digest in the database. Every step up (the
password, the second factor) begins a new one, so that a token somebody else has planted is never
signed in. Whatever the reason, an attempt that fails looks and takes the same. Instants are wall
time.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from config.logging import log_context
from config.settings import Settings
from models import accounts, directory
from models.accounts import AccountFact, SessionFact
from models.engine import reading, writing
from rules.item import PersonFact
from tasks import passwords, second_factor
from tasks.accounts import TOKEN_BYTES, digest, spelt

log = logging.getLogger("rectiflow.accounts")

IDLE = timedelta(hours=8)
"""A session that nobody uses for so long is over."""
LASTS = timedelta(days=7)
"""And any session after so long."""
HALF = timedelta(minutes=10)
"""How long the second factor may take."""
TOUCHED = timedelta(minutes=1)
"""How exactly it is known when a session was used last: not every page is worth a write."""
KEPT = timedelta(days=90)
"""How long it is known that there was a session."""

PATIENCE = 5
"""Failed attempts after which an account has to wait, longer each time."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)

LONGEST_TOKEN = 128


class From(NamedTuple):
    """Where somebody signs in from, as their sessions tell it."""

    agent: str
    address: str


class SignedIn(NamedTuple):
    """A new session's token; ``whole`` is false while a second factor is still to come."""

    token: str
    whole: bool


class Present(NamedTuple):
    """Who is there: a person, signed in by a session."""

    account: AccountFact
    person: PersonFact
    session: SessionFact


def sign_in(
    engine: Engine, login: str, password: str, now: datetime, came: From,
    *, administrators: bool = False,
) -> SignedIn | None:  # fmt: skip
    """Begin a session for whoever knows the password; None otherwise, whatever the reason.

    ``administrators`` says that passwords open their accounts alone.
    """
    with reading(engine) as connection:
        account = accounts.by_login(connection, spelt(login))
    fits = passwords.fits(account.password_hash if account else "", password)
    if account is None or not account.usable or _waits(account, now):
        return None
    if administrators and not account.administrator:
        return None
    changes: dict[str, object] = {}
    if fits and passwords.is_outdated(account.password_hash):
        changes["password_hash"] = passwords.hashed(password)
    if not account.totp_on:
        # Else not before the second factor are failures forgotten: that can be guessed, too.
        changes |= {"failed": 0, "waits_until": None}
    with writing(engine) as connection:
        if not fits:
            _failed(connection, account, now)
            return None
        if changes:
            accounts.change(connection, account.id, **changes)
        return _begun(connection, account, now, came, whole=not account.totp_on)


def enter(engine: Engine, account_id: int, now: datetime, came: From) -> SignedIn | None:
    """Begin a session without a password, for who has just chosen one or tries a demonstration;
    None when the account is closed."""
    with writing(engine) as connection:
        account = accounts.by_id(connection, account_id)
        if account is None or not account.usable:
            return None
        return _begun(connection, account, now, came, whole=not account.totp_on)


def finish(
    engine: Engine, settings: Settings, token: str, code: str, now: datetime, came: From
) -> SignedIn | None:
    """Show the second factor; a whole session takes the place of the half. None when it fails."""
    with writing(engine) as connection:
        half = _session(connection, token, now)
        if half is None or half.whole:
            return None
        account = accounts.by_id(connection, half.account_id)
        if account is None or not account.usable or _waits(account, now):
            return None
        if not second_factor.shown(connection, settings, account, code, now):
            _failed(connection, account, now)
            return None
        accounts.change(connection, account.id, failed=0, waits_until=None)
        accounts.end_sessions(connection, account.id, now, only=[half.id])
        return _begun(connection, account, now, came, whole=True)


def present(
    engine: Engine, token: str, now: datetime, *, half: bool = False, use: bool = True
) -> Present | None:
    """Who the token's session belongs to; None when it is over or its account is closed.

    ``half`` asks for one that waits for its second factor. Without ``use`` it is only looked at,
    and grows old meanwhile.
    """
    if not token:
        return None
    with reading(engine) as connection:
        found = _session(connection, token, now)
        if found is None or found.whole is half:
            return None
        account = accounts.by_id(connection, found.account_id)
        if account is None or not account.usable:
            return None
        person = directory.people_by_id(connection, [account.person_id])[account.person_id]
    if use and now - found.seen_at >= TOUCHED:
        with writing(engine) as connection:
            accounts.touch(connection, found.id, now)
    return Present(account, person, found)


def sign_out(engine: Engine, who: Present, now: datetime, sessions: list[int] | None = None) -> int:
    """End this session, or those of the same account with these ids; how many."""
    only = [who.session.id] if sessions is None else sessions
    with writing(engine) as connection:
        return accounts.end_sessions(connection, who.account.id, now, only=only)


def csrf(token: str) -> str:
    """What a form of this session brings along; tells nothing of the session's token."""
    return hmac.new(token.encode(), b"rectiflow.csrf.v1", hashlib.sha256).hexdigest()


def _session(connection: Connection, token: str, now: datetime) -> SessionFact | None:
    if not token or len(token) > LONGEST_TOKEN:
        return None
    found = accounts.session(connection, digest(token))
    if found is None or now >= found.expires_at or now - found.seen_at >= IDLE:
        return None
    return found


def _begun(
    connection: Connection, account: AccountFact, now: datetime, came: From, *, whole: bool
) -> SignedIn:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    accounts.forget_sessions(connection, account.id, now - KEPT)
    accounts.begin_session(
        connection,
        {"hash": digest(token), "account_id": account.id, "whole": whole, "created_at": now,
         "seen_at": now, "expires_at": now + (LASTS if whole else HALF),
         "agent": came.agent[:200], "address": came.address[:64]},
    )  # fmt: skip
    if whole:
        log.info("Somebody signed in. %s", log_context("sign_in", login=account.login))
    return SignedIn(token, whole)


def _waits(account: AccountFact, now: datetime) -> bool:
    return account.waits_until is not None and now < account.waits_until


def _failed(connection: Connection, account: AccountFact, now: datetime) -> None:
    count = accounts.count_failure(connection, account.id)
    if count < PATIENCE:
        return
    # Bounded before it is multiplied: the count grows as long as somebody tries.
    wait = min(FIRST_WAIT * 2 ** min(count - PATIENCE, 10), LONGEST_WAIT)
    accounts.change(connection, account.id, waits_until=now + wait)
    log.warning(
        "An account waits after failed attempts. %s",
        log_context("sign_in", login=account.login, failed=count),
    )
