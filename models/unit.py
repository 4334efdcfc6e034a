"""Units (单位): a tree of province, city, county and unit."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class Unit(SQLModel, table=True):
    """One unit. ``path`` is the ids from the root to here, ``/1/4/18/``: a subtree is a prefix.

    A draft was named by a ledger and waits for somebody to confirm or merge it. One that was merged
    stays for the histories that name it, and is the other unit ever after (``merged_into``). A
    closed one (撤并) stays for histories and figures, and takes nothing new on.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=200, index=True)
    parent_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    path: str = Field(max_length=255, index=True)
    kind: str = Field(default="unit", max_length=16)
    draft: bool = Field(default=False)
    closed: bool = Field(default=False)
    merged_into: int | None = Field(default=None, foreign_key="unit.id")
