"""The register of papers (交办单, 提醒函, 约谈通知书, 通报, 挂牌督办通知书, 销号单)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Instant


class FormalNotice(SQLModel, table=True):
    """One paper about one item, issued once for each occasion.

    ``level`` is the rung of the ladder whose act it is, else 0. ``occasion`` tells papers of a
    kind apart within a round: the number in the history of the event for which it was issued (an
    assignment, a fired rung, a served interview), or 0 where a round has only one.

    ``served_at``, ``served_how``, ``served_by``, ``acknowledged_at`` and ``minutes`` follow from
    the history (see ``models.service``).
    """

    __tablename__ = "formal_notice"
    __table_args__ = (UniqueConstraint("item_id", "kind", "life", "round", "level", "occasion"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    kind: str = Field(max_length=32)
    life: int
    round: int
    level: int = Field(default=0)
    occasion: int = Field(default=0)
    serial: str = Field(max_length=64, unique=True)
    file: str = Field(default="", max_length=255)
    signer_id: int | None = Field(default=None, foreign_key="person.id")
    addressee_id: int | None = Field(default=None, foreign_key="person.id")
    issued_at: datetime = Field(sa_type=Instant)
    served_at: datetime | None = Field(default=None, sa_type=Instant)
    served_how: str = Field(default="", max_length=16)
    served_by: int | None = Field(default=None, foreign_key="person.id")
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
    minutes: str = Field(default="", sa_type=Text)
