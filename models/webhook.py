"""Webhooks: programs elsewhere that are told of events."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant, Keys


class Webhook(SQLModel, table=True):
    """One receiver. Its secret is not here: it is in a file of the home, or in a setting.

    ``kinds`` are the kinds of events it is told of; none named: all of them. ``cursor`` is the
    last event that has been looked at for it. ``resting_until`` is set while the receiver does
    not answer. Whoever calls it holds the claim, so that its calls stay in order.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64, unique=True)
    url: str = Field(max_length=1000)
    kinds: tuple[str, ...] = Field(default=(), sa_type=Keys)
    allow_private: bool = Field(default=False)
    active: bool = Field(default=True)
    reason: str = Field(default="", max_length=500)
    cursor: int = Field(default=0)
    created_at: datetime = Field(sa_type=Instant)
    resting_until: datetime | None = Field(default=None, sa_type=Instant)
    claimed_by: str | None = Field(default=None, max_length=64)
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
