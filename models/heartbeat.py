"""Heartbeats: when each part of the machinery last did its work, for status and doctor."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class Heartbeat(SQLModel, table=True):
    """The last beat of one part (clock, sweep, delivery, follower, worker)."""

    part: str = Field(primary_key=True, max_length=32)
    at: datetime = Field(sa_type=Instant)
    process: str = Field(default="", max_length=64)
    detail: str = Field(default="", max_length=500)
