"""Who has read what is protected: a complainant's name, a confidential item."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class AccessLog(SQLModel, table=True):
    """One reading. ``what`` is ``complainant`` or ``confidential``; ``at`` is wall time."""

    __tablename__ = "access_log"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    what: str = Field(max_length=32)
    via: str = Field(max_length=16)
    at: datetime = Field(sa_type=Instant)
