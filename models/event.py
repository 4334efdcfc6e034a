"""Histories: one row for each accepted command or fired step, chained by hash, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.types import Instant, Word
from rules.vocabulary import Stage

UNANNOUNCED = "NOT announced"
"""Notices are still to be derived. Written the same in the index and in whoever asks: SQLite uses
a partial index only for the very words of its condition."""


class EventRow(SQLModel, table=True):
    """One event. ``seq`` counts within the item; ``data`` is the canonical text that was hashed.

    ``asked`` is a digest of what came with the idempotency key, by which a key that comes back
    with something else is known. ``announced`` tells whether notices have been derived; it is the
    outbox's mark. Neither is part of the hash.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("item_id", "seq"),
        Index("event_step", "item_id", "step_key", unique=True,
              sqlite_where=text("step_key IS NOT NULL"),
              postgresql_where=text("step_key IS NOT NULL")),
        Index("event_idempotency", "idempotency_key", unique=True,
              sqlite_where=text("idempotency_key IS NOT NULL"),
              postgresql_where=text("idempotency_key IS NOT NULL")),
        Index("event_unannounced", "id", sqlite_where=text(UNANNOUNCED),
              postgresql_where=text(UNANNOUNCED)),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id")
    seq: int
    kind: str = Field(max_length=32)
    at: datetime = Field(sa_type=Instant)
    actor_id: int
    stage: Stage = Field(sa_type=Word(Stage))
    data: str = Field(sa_type=Text)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    step_key: str | None = Field(default=None, max_length=64)
    idempotency_key: str | None = Field(default=None, max_length=128)
    asked: str | None = Field(default=None, max_length=32)
    announced: bool = Field(default=True)
