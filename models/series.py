"""Number series of formal documents: one counter for each kind and year."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class Series(SQLModel, table=True):
    """The next number of one series; taken in the transaction that issues the document."""

    name: str = Field(primary_key=True, max_length=64)
    next_number: int = Field(default=1)
