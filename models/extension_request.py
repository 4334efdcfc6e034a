"""Extension requests (延期申请): what was asked for, and what was decided."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Instant


class ExtensionRequest(SQLModel, table=True):
    """One request. ``decision`` is empty while undecided, else granted, refused, lapsed (nobody
    decided in time) or dropped (the item moved on)."""

    __tablename__ = "extension_request"
    __table_args__ = (UniqueConstraint("item_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    seq: int
    asked_by: int
    asked_at: datetime = Field(sa_type=Instant)
    due_before: date | None = Field(default=None)
    due_asked: date
    reason: str = Field(default="", max_length=2000)
    code: str = Field(default="", max_length=200)
    """Code of the reason, where the policy has a list of them."""
    decision: str = Field(default="", max_length=16)
    decided_by: int | None = Field(default=None)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    due_granted: date | None = Field(default=None)
