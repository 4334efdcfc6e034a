"""What was counted of some items of a campaign, kept until it is counted again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from models.types import Instant


class TallyRow(SQLModel, table=True):
    """The tally of one part of a campaign (``rules.overview.Part``). It can be thrown away at any
    time: whoever asks for it next has it counted again."""

    __tablename__ = "tally"

    campaign_id: int = Field(foreign_key="campaign.id", primary_key=True)
    part: str = Field(primary_key=True, max_length=500)
    document: str = Field(default="", sa_type=Text)
    """JSON; empty until it has been counted for the first time."""
    as_of: datetime | None = Field(default=None, sa_type=Instant)
    """Campaign time of the count."""
    counted_at: datetime | None = Field(default=None, sa_type=Instant)
    """Wall time of the count, as are the next two."""
    asked_at: datetime = Field(sa_type=Instant)
    counting_until: datetime | None = Field(default=None, sa_type=Instant)
    """Somebody counts it; after this they count no more."""
    event_id: int = Field(default=0)
    """The newest event of the store when it was counted."""
    took: int = Field(default=0)
    """Milliseconds that the count took."""
