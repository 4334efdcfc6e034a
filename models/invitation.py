"""Invitations: links by which somebody chooses a password, once."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class Invitation(SQLModel, table=True):
    """One link; only its token's SHA-256 is kept. Without an account it makes the first
    administrator, and is void as soon as anybody has an account. Instants are wall time."""

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(max_length=64, unique=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
