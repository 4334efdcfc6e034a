"""Formal notices (交办单, 提醒函, 约谈通知, 通报, 督办单, 销号单): numbered, signed, served."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Instant


class FormalNotice(SQLModel, table=True):
    """One document of one item. ``(item, kind, round, level, life)`` is issued once."""

    __tablename__ = "formal_notice"
    __table_args__ = (UniqueConstraint("item_id", "kind", "life", "round", "level"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    kind: str = Field(max_length=32)
    life: int
    round: int
    level: int = Field(default=0)
    serial: str = Field(max_length=64, unique=True)
    file: str = Field(default="", max_length=255)
    issued_at: datetime = Field(sa_type=Instant)
    served_at: datetime | None = Field(default=None, sa_type=Instant)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
