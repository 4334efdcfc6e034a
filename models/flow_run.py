"""Which Prefect flow run followed which life of an item; a relapse links to what came before."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.types import Instant


class FlowRun(SQLModel, table=True):
    """One life of one item and its flow run. ``state`` is the last that was seen of it."""

    __tablename__ = "flow_run"

    item_id: int = Field(primary_key=True, foreign_key="item.id")
    life: int = Field(primary_key=True)
    flow_run_id: str = Field(max_length=36, index=True)
    state: str = Field(default="", max_length=32)
    created_at: datetime = Field(sa_type=Instant)
