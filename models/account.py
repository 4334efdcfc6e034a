"""Accounts: by which a person signs in to the console."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant, Keys


class Account(SQLModel, table=True):
    """One account of one person. What they may do follows from their roles, not from it, but for
    the console's administration.

    An empty ``password_hash`` fits no password. The secret of the second factor is not kept here:
    it is worked out of the installation's own secret and ``totp_nonce``.
    """

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", unique=True)
    login: str = Field(max_length=64, unique=True)
    password_hash: str = Field(default="", max_length=255)
    must_change: bool = Field(default=False)
    administrator: bool = Field(default=False)
    created_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    failed: int = Field(default=0)
    """Failed attempts since the last that succeeded."""
    waits_until: datetime | None = Field(default=None, sa_type=Instant)
    totp_nonce: str = Field(default="", max_length=64)
    totp_on: bool = Field(default=False)
    totp_step: int = Field(default=0)
    """Step of time whose code was used last; none is used twice."""
    recovery: tuple[str, ...] = Field(default=(), sa_type=Keys)
    """Hashes of recovery codes that have not been used."""
