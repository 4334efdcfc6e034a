"""Stops: a delivery run that would have sent more than its policy's cap, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class MailStop(SQLModel, table=True):
    """One stop. Nothing leaves while it is in force: until ``released_at``.

    ``count`` mails would have been sent. ``ending`` is released or discarded, by a coordinator,
    with a ``remark``. All instants are campaign time.
    """

    __tablename__ = "mail_stop"

    id: int | None = Field(default=None, primary_key=True)
    reason: str = Field(max_length=500)
    count: int
    since: datetime = Field(sa_type=Instant)
    released_at: datetime | None = Field(default=None, sa_type=Instant)
    released_by: int | None = Field(default=None, foreign_key="person.id")
    ending: str = Field(default="", max_length=16)
    remark: str = Field(default="", max_length=500)
