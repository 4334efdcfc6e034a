"""How an account wants its board: which columns, and which view it opens on."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from models.types import Keys


class BoardChoice(SQLModel, table=True):
    """One account's choice; without one, or with an empty one, the usual."""

    __tablename__ = "board_choice"

    account_id: int = Field(foreign_key="account.id", primary_key=True)
    columns: tuple[str, ...] = Field(default=(), sa_type=Keys)
    view_id: int | None = Field(default=None, foreign_key="saved_view.id")
