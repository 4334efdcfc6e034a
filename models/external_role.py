"""Roles that somebody holds because of a group that another system tells of."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Word
from rules.vocabulary import Role


class ExternalRole(SQLModel, table=True):
    """A role that a sign-in has given, and that a later one takes away when the group is gone.

    A role that was held already when the group was first heard of has no row here: it stays.
    """

    __tablename__ = "external_role"
    __table_args__ = (UniqueConstraint("identity_id", "unit_id", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    identity_id: int = Field(foreign_key="external_identity.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    role: Role = Field(sa_type=Word(Role))
