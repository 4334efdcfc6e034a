"""API tokens: by which programs do for a person what that person may do, and no more.

A token begins with ``rf_``, so that whoever finds one in a log or a repository knows what it is.
Instants are wall time.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Engine

from models import accounts, directory
from models.accounts import AccountFact, TokenFact
from models.engine import reading, writing
from rules.errors import InputError, NotFound, Refusal, Refused
from rules.item import PersonFact
from tasks.accounts import TOKEN_BYTES, digest, named

MARK = "rf_"
LONGEST = timedelta(days=366)
USUAL = timedelta(days=90)
TOUCHED = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may be used for; each allows what stands before it."""

    READ = "read"
    ACT = "act"
    ADMIN = "admin"


class Bearer(NamedTuple):
    """For whom a token acts, and what for."""

    account: AccountFact
    person: PersonFact
    scopes: frozenset[Scope]


def new(
    engine: Engine,
    login: str,
    name: str,
    scopes: Sequence[Scope],
    now: datetime,
    lasts: timedelta = USUAL,
) -> str:
    """A new token, told this once.

    Raises:
        NotFound: there is no such account.
        InputError: it has no name, no scope, or is to last too long.
        Refused: the account is closed, or may not administer.
    """
    if not name.strip() or len(name) > 100:
        raise InputError("A token needs a name.", "Say what it is for, in up to 100 letters.")
    if not scopes or not timedelta(0) < lasts <= LONGEST:
        raise InputError("A token is for something, and for a time.", "Give up to 366 days.")
    token = MARK + secrets.token_urlsafe(TOKEN_BYTES)
    with writing(engine) as connection:
        account = named(connection, login)
        if not account.usable or (Scope.ADMIN in scopes and not account.administrator):
            raise Refused(
                Refusal("HoldTheDuty", f"{account.login} is closed, or may not administer.",
                        "See: rectiflow user list.")
            )  # fmt: skip
        accounts.add_token(
            connection,
            {"hash": digest(token), "account_id": account.id, "name": name.strip(),
             "scopes": tuple(sorted(set(scopes))), "created_at": now, "expires_at": now + lasts},
        )  # fmt: skip
    return token


def bearer(engine: Engine, token: str, now: datetime) -> Bearer | None:
    """For whom the token acts; None when it is unknown, revoked or too old, or the account is
    closed."""
    if not token.startswith(MARK) or len(token) > 128:
        return None
    with reading(engine) as connection:
        found = accounts.token(connection, digest(token))
        if found is None or found.revoked_at is not None or now >= found.expires_at:
            return None
        account = accounts.by_id(connection, found.account_id)
        if account is None or not account.usable:
            return None
        person = directory.people_by_id(connection, [account.person_id])[account.person_id]
    if found.used_at is None or now - found.used_at >= TOUCHED:
        with writing(engine) as connection:
            accounts.use_token(connection, found.id, now)
    return Bearer(account, person, _allowed(found, account))


def revoke(engine: Engine, login: str, token_id: int, now: datetime) -> None:
    """Let a token be good no more.

    Raises:
        NotFound: the account has no such token that is still good.
    """
    with writing(engine) as connection:
        account = named(connection, login)
        if not accounts.revoke_token(connection, account.id, token_id, now):
            raise NotFound(f"{account.login} has no token {token_id}.", "List them first.")


def _allowed(token: TokenFact, account: AccountFact) -> frozenset[Scope]:
    """The token's scopes and what they imply; nobody administers by an old token."""
    order = list(Scope)
    highest = max(order.index(Scope(scope)) for scope in token.scopes)
    scopes = frozenset(order[: highest + 1])
    return scopes if account.administrator else scopes - {Scope.ADMIN}
