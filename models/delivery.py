"""Deliveries: one message to one person, from its planning and rendering to its arrival."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.types import Instant

WAITING = "state IN ('pending', 'failed')"
"""The delivery is still to be made. Written the same in the index and in whoever asks."""

UNPLANNED = "left_at IS NULL AND state IN ('pending', 'held')"
"""When it leaves, and whether alone, is still to be decided."""

TROUBLED = "state IN ('failed', 'held', 'dead', 'skipped')"
"""It did not go the way it should: what operators look for, and what is rare among millions."""

LEFT = "left_at IS NOT NULL"
"""It has been let go by the plan."""


class Delivery(SQLModel, table=True):
    """One delivery.

    ``state``: pending, held (``held_for`` and ``reason`` say why), bundled (another delivery,
    ``carried_by``, names it), sent, failed (tried, will be tried again), dead (given up), skipped
    (with the reason). ``message`` is kept from the first attempt on, so that a repetition is
    byte-identical.

    A notice of an event has the event; a bundle, a digest or a question to the coordinators has
    none. ``occasion`` keeps either from being made twice. ``held_until`` and ``left_at`` (let go
    by the plan; once sent, when it left) are campaign time, the other instants wall time.
    ``for_person_id`` is who is away, when a substitute gets it. ``content`` is what a repetition
    would say again. ``chasing`` ones come from steps, not from people.
    """

    __table_args__ = (
        UniqueConstraint("person_id", "kind", "occasion", "channel"),
        Index("delivery_due", "next_attempt_at",
              sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
        Index("delivery_unplanned", "held_until",
              sqlite_where=text(UNPLANNED), postgresql_where=text(UNPLANNED)),
        Index("delivery_troubled", "state", "id",
              sqlite_where=text(TROUBLED), postgresql_where=text(TROUBLED)),
        Index("delivery_left", "left_at",
              sqlite_where=text(LEFT), postgresql_where=text(LEFT)),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    event_id: int | None = Field(default=None, foreign_key="event.id", index=True)
    item_id: int | None = Field(default=None, foreign_key="item.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    for_person_id: int | None = Field(default=None, foreign_key="person.id")
    kind: str = Field(max_length=32)
    seat: str = Field(max_length=32)
    channel: str = Field(default="mail", max_length=32)
    occasion: str = Field(max_length=80)
    content: str = Field(default="", max_length=80)
    chasing: bool = Field(default=False)
    address: str = Field(default="", max_length=254)
    state: str = Field(default="pending", max_length=16)
    reason: str = Field(default="", max_length=500)
    held_for: str = Field(default="", max_length=16)
    held_until: datetime | None = Field(default=None, sa_type=Instant)
    carried_by: int | None = Field(default=None, foreign_key="delivery.id", index=True)
    attempts: int = Field(default=0)
    message_id: str = Field(default="", max_length=255)
    message: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Instant)
    next_attempt_at: datetime = Field(sa_type=Instant)
    left_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    claimed_by: str | None = Field(default=None, max_length=64)
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
