"""Calls of webhooks: one event told to one receiver, from its writing to its arrival."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.types import Instant

CALL_WAITING = "state IN ('pending', 'failed')"
"""The call is still to be made. Written the same in the index and in whoever asks."""


CALL_DEAD = "state = 'dead'"
"""The call was given up; rare among millions."""


class WebhookCall(SQLModel, table=True):
    """One call.

    ``state``: pending, sent, failed (tried, will be tried again), dead (given up). ``body`` is
    what is sent at every attempt, with ``ident`` as its identifier; only the time is signed anew.
    """

    __tablename__ = "webhook_call"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("webhook_call_waiting", "webhook_id", "item_id", "id",
              sqlite_where=text(CALL_WAITING), postgresql_where=text(CALL_WAITING)),
        Index("webhook_call_dead", "id",
              sqlite_where=text(CALL_DEAD), postgresql_where=text(CALL_DEAD)),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    webhook_id: int = Field(foreign_key="webhook.id")
    event_id: int = Field(foreign_key="event.id")
    item_id: int = Field(foreign_key="item.id")
    ident: str = Field(max_length=80)
    body: str = Field(sa_type=Text)
    state: str = Field(default="pending", max_length=16)
    reason: str = Field(default="", max_length=500)
    attempts: int = Field(default=0)
    created_at: datetime = Field(sa_type=Instant)
    next_attempt_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
