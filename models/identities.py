"""Identities of OpenID Connect: found, linked, and the roles that came with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from models.account import Account
from models.directory import PERSON, UNIT
from models.external_identity import ExternalIdentity
from models.external_role import ExternalRole
from models.sign_in_attempt import SignInAttempt
from rules.vocabulary import Role

IDENTITY = ExternalIdentity.__table__  # type: ignore[attr-defined]
GIVEN = ExternalRole.__table__  # type: ignore[attr-defined]
ATTEMPT = SignInAttempt.__table__  # type: ignore[attr-defined]
ACCOUNT = Account.__table__  # type: ignore[attr-defined]

Seat = tuple[int, Role]
"""A role, and the unit in whose subtree it is held."""


class Identity(NamedTuple):
    """An identity and the account that it opens."""

    id: int
    issuer: str
    subject: str
    account_id: int
    administrator: bool
    seen_at: datetime | None


class Attempt(NamedTuple):
    """What a sign-in that comes back was sent away with."""

    browser: str
    nonce: str
    verifier: str
    where: str
    expires_at: datetime


_IDENTITIES = select(*(IDENTITY.c[field] for field in Identity._fields))


def identity(connection: Connection, issuer: str, subject: str) -> Identity | None:
    """The identity of this subject, if it is linked to an account."""
    asked = (IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject)
    row = connection.execute(_IDENTITIES.where(*asked)).first()
    return None if row is None else Identity(*row)


def of_account(connection: Connection, account_id: int) -> list[Identity]:
    """The identities that open an account."""
    asked = _IDENTITIES.where(IDENTITY.c.account_id == account_id).order_by(IDENTITY.c.id)
    return [Identity(*row) for row in connection.execute(asked)]


def link(connection: Connection, values: Mapping[str, Any]) -> int:
    """A new identity, with the columns of its table; its id.

    Raises:
        IntegrityError: the subject opens an account, or the account has one of this issuer.
    """
    made = insert(IDENTITY).values(administrator=False, **values).returning(IDENTITY.c.id)
    return int(connection.execute(made).scalar_one())


def unlink(connection: Connection, identity_id: int) -> None:
    """The identity opens nothing any more. What it gave is for the caller to take away."""
    connection.execute(delete(GIVEN).where(GIVEN.c.identity_id == identity_id))
    connection.execute(delete(IDENTITY).where(IDENTITY.c.id == identity_id))


def change(connection: Connection, identity_id: int, **changes: Any) -> None:
    """Put columns of an identity right."""
    connection.execute(update(IDENTITY).where(IDENTITY.c.id == identity_id).values(changes))


def given(connection: Connection, identity_id: int) -> set[Seat]:
    """The roles that came with the identity's groups."""
    asked = select(GIVEN.c.unit_id, GIVEN.c.role).where(GIVEN.c.identity_id == identity_id)
    return {(row.unit_id, row.role) for row in connection.execute(asked)}


def keep_given(connection: Connection, identity_id: int, seat: Seat) -> None:
    """The role has come with a group."""
    unit_id, role = seat
    values = {"identity_id": identity_id, "unit_id": unit_id, "role": role}
    connection.execute(insert(GIVEN).values(values))


def forget_given(connection: Connection, identity_id: int, seat: Seat) -> None:
    """The role is no matter of the groups any more."""
    unit_id, role = seat
    those = (GIVEN.c.identity_id == identity_id, GIVEN.c.unit_id == unit_id, GIVEN.c.role == role)
    connection.execute(delete(GIVEN).where(*those))


def units_called(connection: Connection, codes: set[str]) -> dict[str, int]:
    """Ids of the units with these codes; a code that no unit has is left out."""
    asked = select(UNIT.c.code, UNIT.c.id).where(UNIT.c.code.in_(sorted(codes)))
    return {row.code: row.id for row in connection.execute(asked)}


def people_with_email(connection: Connection, email: str) -> list[int]:
    """Ids of active people with this address, however it is written; of two, for it to be told
    that more than one is meant."""
    same = func.lower(PERSON.c.email) == email.lower()
    asked = select(PERSON.c.id).where(same, PERSON.c.active, ~PERSON.c.draft).limit(2)
    return list(connection.execute(asked).scalars())


def person_with_code(connection: Connection, code: str) -> int | None:
    """Id of the active person with this handle."""
    asked = select(PERSON.c.id).where(PERSON.c.code == code, PERSON.c.active, ~PERSON.c.draft)
    return connection.execute(asked).scalar_one_or_none()


def code_of(connection: Connection, person_id: int) -> str:
    """The person's handle."""
    return str(
        connection.execute(select(PERSON.c.code).where(PERSON.c.id == person_id)).scalar_one()
    )


def set_out(connection: Connection, values: Mapping[str, Any], now: datetime) -> None:
    """Keep a sign-in that goes to the issuer; those that never came back are forgotten."""
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.expires_at <= now))
    connection.execute(insert(ATTEMPT).values(dict(values)))


def take(connection: Connection, state: str) -> Attempt | None:
    """The sign-in with this state, which is gone by then; None when it was taken before."""
    columns = tuple(ATTEMPT.c[field] for field in Attempt._fields)
    taken = delete(ATTEMPT).where(ATTEMPT.c.state == state).returning(*columns)
    row = connection.execute(taken).first()
    return None if row is None else Attempt(*row)
