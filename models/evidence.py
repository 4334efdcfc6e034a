"""Evidence (佐证材料): which files show what was done, known by the SHA-256 of their content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Instant


class Evidence(SQLModel, table=True):
    """One piece of evidence on one item; the file itself lies in the content-addressed store."""

    __table_args__ = (UniqueConstraint("item_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    seq: int
    round: int
    sha256: str = Field(max_length=64, index=True)
    filename: str = Field(max_length=255)
    size: int = Field(default=0)
    note: str = Field(default="", max_length=1000)
    attached_by: int
    attached_at: datetime = Field(sa_type=Instant)
