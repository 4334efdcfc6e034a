"""Which units help with which items, to be found by the unit.

The item's row names its co-units by their places; here they stand by their ids, which stay when a
unit moves. Written with the row, by ``models.writes``.
"""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class ItemCoUnit(SQLModel, table=True):
    """One unit that helps with one item."""

    __tablename__ = "item_co_unit"

    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    item_id: int = Field(foreign_key="item.id", primary_key=True, index=True)
