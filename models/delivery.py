"""Deliveries: one message of one event to one person, from its rendering to its arrival."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.types import Instant

WAITING = "state IN ('pending', 'failed')"
"""The delivery is still to be made. Written the same in the index and in whoever asks."""


class Delivery(SQLModel, table=True):
    """One delivery.

    ``state``: pending, sent, failed (tried, will be tried again), dead (given up), skipped
    (with the reason). ``message`` is kept from the first attempt on, so that a repetition is
    byte-identical.
    """

    __table_args__ = (
        UniqueConstraint("event_id", "person_id", "kind"),
        Index("delivery_due", "next_attempt_at",
              sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id")
    item_id: int = Field(foreign_key="item.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=32)
    seat: str = Field(max_length=32)
    address: str = Field(default="", max_length=254)
    state: str = Field(default="pending", max_length=16)
    reason: str = Field(default="", max_length=500)
    attempts: int = Field(default=0)
    message_id: str = Field(default="", max_length=255)
    message: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Instant)
    next_attempt_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    claimed_by: str | None = Field(default=None, max_length=64)
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
