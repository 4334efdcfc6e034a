"""Feed tokens: by which a person's calendar is known to the programs that read it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class FeedToken(SQLModel, table=True):
    """One token of one person. Only its SHA-256 is kept: whoever reads the table reads no feed."""

    __tablename__ = "feed_token"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
