"""The log of administration: who has changed what about the console, its people and its rules."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class AdminLog(SQLModel, table=True):
    """One administrative deed. It is noted before it is done, and how it ended afterwards.

    ``what`` is a word of ``tasks.admin.desk``, ``about`` whom or what it concerns in words that
    people know. ``outcome``: begun, done, refused (``detail`` ends with the reason). ``at`` is
    wall time.
    """

    __tablename__ = "admin_log"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    person_id: int = Field(foreign_key="person.id", index=True)
    via: str = Field(default="web", max_length=16)
    what: str = Field(max_length=32)
    about: str = Field(default="", max_length=200)
    detail: str = Field(default="", max_length=1000)
    outcome: str = Field(default="begun", max_length=16)
