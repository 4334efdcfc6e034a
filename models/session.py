"""Sessions: who is signed in, from where, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class Session(SQLModel, table=True):
    """One browser in which somebody has signed in. Only the token's SHA-256 is kept.

    ``whole`` is false between the password and the second factor: it opens nothing but that page.
    Instants are wall time.
    """

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    whole: bool = Field(default=True)
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    agent: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=64)
