"""Identities that another system vouches for, by which people sign in to the console."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Instant


class ExternalIdentity(SQLModel, table=True):
    """A subject of an issuer of OpenID Connect, and the account that it opens.

    An account has one identity of an issuer, and an identity opens one account. ``administrator``
    says that the account administers the console because of a group of the issuer's. Instants are
    wall time.
    """

    __tablename__ = "external_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("account_id", "issuer"),
    )

    id: int | None = Field(default=None, primary_key=True)
    issuer: str = Field(max_length=255)
    subject: str = Field(max_length=255)
    account_id: int = Field(foreign_key="account.id")
    administrator: bool = Field(default=False)
    linked_at: datetime = Field(sa_type=Instant)
    seen_at: datetime | None = Field(default=None, sa_type=Instant)
