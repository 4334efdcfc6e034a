"""Absences: who is away, on which days, and who gets their notices meanwhile."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel


class Absence(SQLModel, table=True):
    """One absence, from its first to its last day (campaign days, both included)."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    first: date
    last: date
    substitute_id: int = Field(foreign_key="person.id")
