"""Accounts, sessions, API tokens and invitations: found, made and ended. Instants are wall time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from models.access_log import AccessLog
from models.account import Account
from models.api_token import ApiToken
from models.directory import PERSON, UNIT
from models.invitation import Invitation
from models.session import Session

ACCOUNT = Account.__table__  # type: ignore[attr-defined]
SESSION = Session.__table__  # type: ignore[attr-defined]
TOKEN = ApiToken.__table__  # type: ignore[attr-defined]
INVITATION = Invitation.__table__  # type: ignore[attr-defined]
ACCESS = AccessLog.__table__  # type: ignore[attr-defined]


class AccountFact(NamedTuple):
    """An account as it stands. ``active`` says whether its person still acts."""

    id: int
    person_id: int
    login: str
    password_hash: str
    must_change: bool
    administrator: bool
    disabled_at: datetime | None
    failed: int
    waits_until: datetime | None
    totp_nonce: str
    totp_on: bool
    totp_step: int
    recovery: tuple[str, ...]
    active: bool
    code: str
    name: str
    lang: str

    @property
    def usable(self) -> bool:
        """Whether anybody may sign in by it."""
        return self.active and self.disabled_at is None


class SessionFact(NamedTuple):
    """A session that has not ended."""

    id: int
    account_id: int
    whole: bool
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str
    address: str


class TokenFact(NamedTuple):
    """An API token as it stands."""

    id: int
    account_id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


class InvitationFact(NamedTuple):
    """An invitation that has not been used."""

    id: int
    account_id: int | None
    expires_at: datetime


class Listed(NamedTuple):
    """An account as lists show it."""

    login: str
    person: str
    name: str
    unit: str
    active: bool
    administrator: bool
    disabled_at: datetime | None
    totp_on: bool
    sessions: int
    last_seen: datetime | None
    has_password: bool


_OF_PERSON = {"active", "code", "name", "lang"}
_FACTS = select(
    *((PERSON if field in _OF_PERSON else ACCOUNT).c[field] for field in AccountFact._fields)
).join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
_BY_ID = _FACTS.where(ACCOUNT.c.id == bindparam("account"))
_BY_LOGIN = _FACTS.where(ACCOUNT.c.login == bindparam("login"))
_BY_PERSON = _FACTS.where(ACCOUNT.c.person_id == bindparam("person"))
_SESSIONS = select(*(SESSION.c[field] for field in SessionFact._fields)).where(
    SESSION.c.ended_at.is_(None)
)
_BY_HASH = _SESSIONS.where(SESSION.c.hash == bindparam("hash"))
_TOKENS = select(*(TOKEN.c[field] for field in TokenFact._fields))
_INVITED = select(*(INVITATION.c[field] for field in InvitationFact._fields)).where(
    INVITATION.c.hash == bindparam("hash"), INVITATION.c.used_at.is_(None)
)


def by_id(connection: Connection, account_id: int) -> AccountFact | None:
    """The account with this id."""
    return _fact(connection.execute(_BY_ID, {"account": account_id}).first())


def by_login(connection: Connection, login: str) -> AccountFact | None:
    """The account of this login, spelt as it is kept."""
    return _fact(connection.execute(_BY_LOGIN, {"login": login}).first())


def by_person(connection: Connection, person_id: int) -> AccountFact | None:
    """The account of this person."""
    return _fact(connection.execute(_BY_PERSON, {"person": person_id}).first())


def are_there_any(connection: Connection) -> bool:
    """Whether anybody has an account."""
    return connection.execute(select(ACCOUNT.c.id).limit(1)).first() is not None


def administrators(connection: Connection) -> int:
    """How many usable accounts may administer the console."""
    statement = (
        select(func.count())
        .select_from(ACCOUNT)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .where(ACCOUNT.c.administrator, ACCOUNT.c.disabled_at.is_(None), PERSON.c.active)
    )
    return int(connection.execute(statement).scalar_one())


def add(connection: Connection, person_id: int, login: str, now: datetime, **more: Any) -> int:
    """A new account; its id.

    Raises:
        IntegrityError: the person has one, or the login is taken.
    """
    values = {"person_id": person_id, "login": login, "created_at": now, **_BLANK, **more}
    return int(
        connection.execute(insert(ACCOUNT).values(values).returning(ACCOUNT.c.id)).scalar_one()
    )


_BLANK: Mapping[str, Any] = {
    "password_hash": "", "must_change": False, "administrator": False, "failed": 0,
    "totp_nonce": "", "totp_on": False, "totp_step": 0, "recovery": (),
}  # fmt: skip


def change(connection: Connection, account_id: int, **changes: Any) -> None:
    """Put columns of an account right."""
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(changes))


def count_failure(connection: Connection, account_id: int) -> int:
    """One failed attempt more; how many there are now."""
    statement = (
        update(ACCOUNT)
        .where(ACCOUNT.c.id == account_id)
        .values(failed=ACCOUNT.c.failed + 1)
        .returning(ACCOUNT.c.failed)
    )
    return int(connection.execute(statement).scalar_one())


def use_step(connection: Connection, account_id: int, step: int) -> bool:
    """Take the code of this step of time; whether nobody had taken it or a later one before."""
    later = update(ACCOUNT).where(ACCOUNT.c.id == account_id, ACCOUNT.c.totp_step < step)
    return connection.execute(later.values(totp_step=step)).rowcount == 1


def use_recovery(connection: Connection, account: AccountFact, hashed: str) -> bool:
    """Take a recovery code; whether it was there to be taken."""
    left = tuple(one for one in account.recovery if one != hashed)
    if len(left) == len(account.recovery):
        return False
    # Another browser may have been faster: then the list is not what we have read.
    same = (ACCOUNT.c.id == account.id, ACCOUNT.c.recovery == account.recovery)
    return connection.execute(update(ACCOUNT).where(*same).values(recovery=left)).rowcount == 1


def listed(connection: Connection, now: datetime) -> list[Listed]:
    """Every account, by login."""
    open_now = (SESSION.c.account_id == ACCOUNT.c.id) & SESSION.c.ended_at.is_(None)
    alive = func.count(SESSION.c.id).filter(SESSION.c.expires_at > now)
    statement = (
        select(
            ACCOUNT.c.login, PERSON.c.code, PERSON.c.name, UNIT.c.name.label("unit"),
            PERSON.c.active, ACCOUNT.c.administrator, ACCOUNT.c.disabled_at, ACCOUNT.c.totp_on,
            alive, func.max(SESSION.c.seen_at), ACCOUNT.c.password_hash != "",
        )
        .select_from(ACCOUNT)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .join(UNIT, UNIT.c.id == PERSON.c.unit_id)
        .outerjoin(SESSION, open_now)
        .group_by(ACCOUNT.c.id, PERSON.c.id, UNIT.c.id)
        .order_by(ACCOUNT.c.login)
    )  # fmt: skip
    return [Listed(*row) for row in connection.execute(statement)]


def begin_session(connection: Connection, values: Mapping[str, Any]) -> None:
    """A new session, with the columns of its table."""
    connection.execute(insert(SESSION).values(dict(values)))


def session(connection: Connection, hashed: str) -> SessionFact | None:
    """The session whose token hashes to this, unless it was ended."""
    row = connection.execute(_BY_HASH, {"hash": hashed}).first()
    return None if row is None else SessionFact(*row)


def sessions(connection: Connection, account_id: int, now: datetime) -> list[SessionFact]:
    """An account's sessions that are still good, the last used first."""
    statement = _SESSIONS.where(
        SESSION.c.account_id == account_id, SESSION.c.expires_at > now, SESSION.c.whole
    ).order_by(SESSION.c.seen_at.desc(), SESSION.c.id.desc())
    return [SessionFact(*row) for row in connection.execute(statement)]


def touch(connection: Connection, session_id: int, now: datetime) -> None:
    """The session has been used."""
    connection.execute(update(SESSION).where(SESSION.c.id == session_id).values(seen_at=now))


def end_sessions(
    connection: Connection,
    account_id: int,
    now: datetime,
    *,
    only: Sequence[int] | None = None,
    but: int = 0,
) -> int:
    """End an account's sessions, or ``only`` those with these ids, never ``but``; how many."""
    ended = update(SESSION).where(
        SESSION.c.account_id == account_id, SESSION.c.ended_at.is_(None), SESSION.c.id != but
    )
    if only is not None:
        ended = ended.where(SESSION.c.id.in_(list(only)))
    return connection.execute(ended.values(ended_at=now)).rowcount


def forget_ways_in(connection: Connection, person_id: int) -> None:
    """Nothing that a person was given before opens anything any more, whatever comes later."""
    theirs = select(ACCOUNT.c.id).where(ACCOUNT.c.person_id == person_id).scalar_subquery()
    for given in (SESSION, TOKEN, INVITATION):
        connection.execute(delete(given).where(given.c.account_id == theirs))


def forget_sessions(connection: Connection, account_id: int, before: datetime) -> None:
    """Sessions that were over before this are not kept any longer."""
    over = or_(SESSION.c.ended_at < before, SESSION.c.expires_at < before)
    connection.execute(delete(SESSION).where(SESSION.c.account_id == account_id, over))


def add_token(connection: Connection, values: Mapping[str, Any]) -> int:
    """A new API token, with the columns of its table; its id."""
    made = insert(TOKEN).values(dict(values)).returning(TOKEN.c.id)
    return int(connection.execute(made).scalar_one())


def token(connection: Connection, hashed: str) -> TokenFact | None:
    """The API token that hashes to this."""
    row = connection.execute(_TOKENS.where(TOKEN.c.hash == hashed)).first()
    return None if row is None else TokenFact(*row)


def tokens(connection: Connection, account_id: int) -> list[TokenFact]:
    """An account's API tokens, oldest first."""
    statement = _TOKENS.where(TOKEN.c.account_id == account_id).order_by(TOKEN.c.id)
    return [TokenFact(*row) for row in connection.execute(statement)]


def use_token(connection: Connection, token_id: int, now: datetime) -> None:
    """The token has been used."""
    connection.execute(update(TOKEN).where(TOKEN.c.id == token_id).values(used_at=now))


def revoke_token(connection: Connection, account_id: int, token_id: int, now: datetime) -> bool:
    """Let a token of this account be good no more; whether it was."""
    mine = (TOKEN.c.id == token_id, TOKEN.c.account_id == account_id, TOKEN.c.revoked_at.is_(None))
    return connection.execute(update(TOKEN).where(*mine).values(revoked_at=now)).rowcount == 1


def invite(connection: Connection, values: Mapping[str, Any]) -> None:
    """A new invitation, with the columns of its table."""
    connection.execute(insert(INVITATION).values(dict(values)))


def invitation(connection: Connection, hashed: str) -> InvitationFact | None:
    """The unused invitation whose token hashes to this."""
    row = connection.execute(_INVITED, {"hash": hashed}).first()
    return None if row is None else InvitationFact(*row)


def use_invitation(connection: Connection, invitation_id: int, now: datetime) -> bool:
    """Take an invitation; whether nobody was faster."""
    unused = (INVITATION.c.id == invitation_id, INVITATION.c.used_at.is_(None))
    return connection.execute(update(INVITATION).where(*unused).values(used_at=now)).rowcount == 1


def void_invitations(connection: Connection, account_id: int | None, now: datetime) -> int:
    """Let the unused invitations of an account (of none) be good no more; how many."""
    of = INVITATION.c.account_id
    those = of.is_(None) if account_id is None else of == account_id
    unused = update(INVITATION).where(those, INVITATION.c.used_at.is_(None))
    return connection.execute(unused.values(used_at=now)).rowcount


def note_reading(
    connection: Connection, person_id: int, item_id: int, what: str, via: str, now: datetime
) -> None:
    """Somebody has read something that is protected."""
    values = {"person_id": person_id, "item_id": item_id, "what": what, "via": via, "at": now}
    connection.execute(insert(ACCESS).values(values))


def note_readings(
    connection: Connection, person_id: int, ids: Sequence[int], what: str, via: str, now: datetime
) -> None:
    """Somebody has read something that is protected of several items."""
    common = {"person_id": person_id, "what": what, "via": via, "at": now}
    if ids:
        connection.execute(insert(ACCESS), [{**common, "item_id": item_id} for item_id in ids])


def has_read(
    connection: Connection, person_id: int, item_id: int, what: str, since: datetime
) -> bool:
    """Whether it is noted that they have read this since then."""
    noted = select(ACCESS.c.id).where(
        ACCESS.c.item_id == item_id, ACCESS.c.person_id == person_id, ACCESS.c.what == what,
        ACCESS.c.at >= since,
    )  # fmt: skip
    return connection.execute(noted.limit(1)).first() is not None


def _fact(row: Any) -> AccountFact | None:
    return None if row is None else AccountFact(*row)
