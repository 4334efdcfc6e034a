"""A campaign (整改行动): it carries the policy in force and numbers its items."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class Campaign(SQLModel, table=True):
    """One campaign. ``next_number`` is taken and moved on in the transaction that registers."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=16, unique=True)
    title: str = Field(max_length=200)
    policy_id: int = Field(foreign_key="policy.id")
    next_number: int = Field(default=1)
    created_at: datetime = Field(sa_type=Instant)
