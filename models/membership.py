"""Roles: what a person is within a unit and everything below it."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Word
from rules.vocabulary import Role


class Membership(SQLModel, table=True):
    """One role of one person in one unit's subtree."""

    __table_args__ = (UniqueConstraint("person_id", "unit_id", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    role: Role = Field(sa_type=Word(Role))
