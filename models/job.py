"""Long pieces of work that somebody asked for: a ledger to take over, an edited one to apply."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from models.types import Instant

AT_WORK = "state IN ('rehearsing', 'running')"
"""Waiting for its turn or being done."""


class Job(SQLModel, table=True):
    """One piece of work, and the file that it is about. Instants are wall time.

    ``state`` goes uploaded -> mapped -> rehearsing -> rehearsed -> running -> done, or ends as
    failed, cancelled, stopped or interrupted. ``mapping`` and ``report`` are JSON.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_at_work", "id", sqlite_where=text(AT_WORK), postgresql_where=text(AT_WORK)),
        Index("ix_job_person_id_id", "person_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(max_length=32, unique=True)
    """By which its pages are known: nobody can count up to it."""
    person_id: int = Field(foreign_key="person.id")
    kind: str = Field(max_length=16)
    campaign: str = Field(max_length=32)
    file_name: str = Field(max_length=255)
    sha256: str = Field(max_length=64)
    size: int
    lang: str = Field(max_length=8)
    """The language in which its cells are spoken of."""
    header: str = Field(default="", max_length=64, index=True)
    """SHA-256 of the names of the file's columns: by it the next file of the kind is known."""
    mapping: str = Field(default="", sa_type=Text)
    state: str = Field(max_length=16)
    what: str = Field(default="", max_length=16)
    """What is being done now."""
    done: int = Field(default=0)
    of: int = Field(default=0)
    report: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=Instant, index=True)
    began_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the work of this state began; None while it waits for its turn."""
    seen_at: datetime = Field(sa_type=Instant)
    """The last sign of life."""
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    stop_at: datetime | None = Field(default=None, sa_type=Instant)
    """When somebody wished that it stop; None while it is wanted."""
