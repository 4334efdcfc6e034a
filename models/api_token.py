"""API tokens: by which programs act for a person."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant, Keys


class ApiToken(SQLModel, table=True):
    """One token of one account, told once; only its SHA-256 is kept. Instants are wall time."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    name: str = Field(max_length=100)
    scopes: tuple[str, ...] = Field(default=(), sa_type=Keys)
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
