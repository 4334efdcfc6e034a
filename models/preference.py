"""Preferences: how a person wants to hear of a kind of notice."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Preference(SQLModel, table=True):
    """One person's way for one kind: now, digest or off. The kind ``all`` is for all others."""

    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str = Field(max_length=32)
    way: str = Field(max_length=16)
