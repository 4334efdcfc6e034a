"""Contacts: which chat or message channels a person, or a unit's group, is reached by."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import Keys


class Contact(SQLModel, table=True):
    """One channel of one person, or of the group of one unit.

    ``channel`` is a name in the file of channels; the address behind it is a secret and stays
    there. ``kinds`` are the kinds of notices that go this way; none named: all of them.
    """

    __table_args__ = (
        UniqueConstraint("person_id", "channel"),
        UniqueConstraint("unit_id", "channel"),
        CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="contact_of_one"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    channel: str = Field(max_length=32)
    kinds: tuple[str, ...] = Field(default=(), sa_type=Keys)
