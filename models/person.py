"""People: who can be named on an item, written to, and give commands."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class Person(SQLModel, table=True):
    """One person. ``code`` is the handle by which commands and people name them.

    A draft was named by a ledger; one that turned out to be somebody known stays for the histories
    that name it, and acts no more (``merged_into``). An empty address means that no mail can be
    sent. An address that a mail server has refused for good, or that a mail came back from, is
    undeliverable since then, with what was said; nothing is sent there until somebody puts it
    right.
    """

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=100, index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    email: str = Field(default="", max_length=254)
    lang: str = Field(default="zh-CN", max_length=8)
    active: bool = Field(default=True)
    draft: bool = Field(default=False)
    merged_into: int | None = Field(default=None, foreign_key="person.id")
    undeliverable_since: datetime | None = Field(default=None, sa_type=Instant)
    undeliverable_why: str = Field(default="", max_length=500)
