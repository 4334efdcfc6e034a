"""Policies as they were when items started under them; a stored version never changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Instant


class PolicyVersion(SQLModel, table=True):
    """One version of a policy; ``document`` is its JSON text."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=64)
    version: int
    document: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)
