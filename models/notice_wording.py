"""Wordings of notices that an office has put in the place of ours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from models.types import Instant


class NoticeWording(SQLModel, table=True):
    """One version of a notice's wording in one language; the newest is in force. One that is not
    ``own`` says that ours is used again. None is ever changed or deleted. ``at`` is wall time."""

    __tablename__ = "notice_wording"
    __table_args__ = (Index("ix_notice_wording_kind_lang_id", "kind", "lang", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=32)
    lang: str = Field(max_length=8)
    own: bool = Field(default=True)
    subject: str = Field(default="", sa_type=Text)
    text: str = Field(default="", sa_type=Text)
    html: str = Field(default="", sa_type=Text)
    person_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
