"""Saved views of the board: a search with its filters and order, under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Instant


class SavedView(SQLModel, table=True):
    """One view of one account. ``query`` is what stands in the page's address behind the ``?``.

    A shared one is offered to the office too; what somebody sees under it is still only what they
    may see. ``saved_at`` is wall time.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    name: str = Field(max_length=60)
    query: str = Field(default="", sa_type=Text)
    shared: bool = Field(default=False, index=True)
    saved_at: datetime = Field(sa_type=Instant)
