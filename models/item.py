"""Items (整改事项): the row that is the truth about one of them.

The columns up to ``fired`` mirror :class:`rules.item.ItemState`; a test compares them. They are
written by ``tasks.act`` alone. Those after the line belong to the store and the follower.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from models.types import Instant, Keys, Word
from rules.vocabulary import Outcome, Severity, Source, Stage

NUMBERED = "number <> ''"
"""The item has a number of its ledger. Like the next two, written the same in the index and in
whoever asks: SQLite uses a partial index only for the very words of its condition."""

LAGGING = "followed >= 0 AND (followed < moves OR lease_until IS NOT NULL)"
"""The flow has not seen the item's last move, or was working on it when last heard of."""

UNSTARTED = "followed >= 0 AND flow_run_id IS NULL"
"""The item has no flow run yet."""

HELPED = "co_unit_paths <> ''"
"""Other units help with the item."""

UNREACHABLE = "unreachable"
"""No mail reaches whoever is responsible."""


OPEN = "stage <> 'closed'"
"""The item is not done with. The board looks through the open ones in this index alone."""

CLOSED = "stage = 'closed'"

LOOKED_AT = (
    "opened_at", "level", "stage", "unit_id", "confidential", "responsible_id", "leader_id",
    "verifier_id", "campaign_id", "category", "severity", "source", "on_hold",
)  # fmt: skip
"""What the board filters by, kept in the index itself, so that items which do not fit are passed
over without being read."""


CLOSING = "stage = 'closure' AND NOT on_hold"
"""The item's closure is to be decided. Nothing is while its clock is stopped."""

DECIDED_BY = ("unit_id", "responsible_id", "leader_id", "passed_by", "waived")
"""What tells whose decision it is, kept in the index itself like the board's."""

VERIFYING = "stage = 'verification' AND NOT on_hold"
"""The item is to be verified."""

ASKED = "extension_due IS NOT NULL OR hold_asked_until IS NOT NULL"
"""More time, or a stop of the clock, has been asked for."""


class Item(SQLModel, table=True):
    """One item."""

    __table_args__ = (
        Index("item_due", "next_action_at", sqlite_where=text("next_action_at IS NOT NULL"),
              postgresql_where=text("next_action_at IS NOT NULL")),
        Index("item_lag", "id", sqlite_where=text(LAGGING), postgresql_where=text(LAGGING)),
        Index("item_unstarted", "id", sqlite_where=text(UNSTARTED),
              postgresql_where=text(UNSTARTED)),
        Index("item_unreachable", "id", sqlite_where=text(UNREACHABLE),
              postgresql_where=text(UNREACHABLE)),
        Index("item_helped", "id", sqlite_where=text(HELPED), postgresql_where=text(HELPED)),
        Index("item_number", "campaign_id", "number", unique=True,
              sqlite_where=text(NUMBERED), postgresql_where=text(NUMBERED)),
        Index("item_closing", "level", "red_at", "id", *DECIDED_BY,
              sqlite_where=text(CLOSING), postgresql_where=text(CLOSING)),
        Index("item_verifying", "verifier_id", "red_at",
              sqlite_where=text(VERIFYING), postgresql_where=text(VERIFYING)),
        Index("item_asked", "level", "red_at", "id", *DECIDED_BY[:3], "waived", "extension_due",
              "hold_asked_until", sqlite_where=text(ASKED), postgresql_where=text(ASKED)),
        Index("item_listing", "stage", "due", "id"),
        Index("item_open", "due", "id", "changed_at", *LOOKED_AT, "due_original",
              "yellow_at", "red_at",
              sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("item_closed", "changed_at", "id", "due", *LOOKED_AT, "outcome", "closed_at",
              sqlite_where=text(CLOSED), postgresql_where=text(CLOSED)),
        Index("item_closed_opened", "opened_at", "id",
              sqlite_where=text(CLOSED), postgresql_where=text(CLOSED)),
        Index("item_closed_level", "level", "id",
              sqlite_where=text(CLOSED), postgresql_where=text(CLOSED)),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(max_length=32, unique=True)
    campaign_id: int = Field(foreign_key="campaign.id")
    title: str = Field(max_length=500)
    category: str = Field(default="", max_length=200)
    severity: Severity = Field(sa_type=Word(Severity))
    confidential: bool = Field(default=False)

    stage: Stage = Field(sa_type=Word(Stage))
    outcome: Outcome | None = Field(default=None, sa_type=Word(Outcome))
    round: int = Field(default=1)
    life: int = Field(default=1)
    level: int = Field(default=0)
    served: int = Field(default=0)
    confirmed: int = Field(default=0)
    rung_at: datetime | None = Field(default=None, sa_type=Instant)
    ladder_from: datetime | None = Field(default=None, sa_type=Instant)
    stay_until: date | None = Field(default=None)
    unreachable: bool = Field(default=False)
    version: int = Field(default=1)
    moves: int = Field(default=1)
    head: str = Field(max_length=64)

    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    unit_path: str | None = Field(default=None, max_length=255)
    co_unit_paths: tuple[str, ...] = Field(default=(), sa_type=Keys)
    responsible_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    leader_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    verifier_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    passed_by: int | None = Field(default=None)
    waived: int | None = Field(default=None)

    due_original: date | None = Field(default=None)
    due: date | None = Field(default=None)
    due_superior: date | None = Field(default=None)
    due_version: int = Field(default=0)
    due_from: date | None = Field(default=None)
    due_held: int = Field(default=0)

    stage_since: datetime = Field(sa_type=Instant)
    plan_from: datetime = Field(sa_type=Instant)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)

    on_hold: bool = Field(default=False)
    hold_until: date | None = Field(default=None)
    held_at: datetime | None = Field(default=None, sa_type=Instant)
    holds: int = Field(default=0)
    hold_asked_until: date | None = Field(default=None)
    hold_asked_by: int | None = Field(default=None)
    hold_asked_at: datetime | None = Field(default=None, sa_type=Instant)

    extension_due: date | None = Field(default=None)
    extension_by: int | None = Field(default=None)
    extension_at: datetime | None = Field(default=None, sa_type=Instant)
    asks: int = Field(default=0)
    extensions: int = Field(default=0)
    evidence: int = Field(default=0)

    fired: tuple[str, ...] = Field(default=(), sa_type=Keys)

    # What the store and the follower need besides.
    policy_id: int = Field(foreign_key="policy.id")
    number: str = Field(default="", max_length=200)
    description: str = Field(default="", sa_type=Text)
    requirement: str = Field(default="", sa_type=Text)
    source: Source = Field(sa_type=Word(Source))
    complainant: str = Field(default="", max_length=200)
    extra: str = Field(default="{}", sa_type=Text)
    opened_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    """Instant of the newest event."""
    ledger: str = Field(default="", sa_type=Text)
    """What the ledger said of the item when it was last imported, as canonical JSON."""

    next_action_at: datetime | None = Field(default=None, sa_type=Instant)
    yellow_at: datetime | None = Field(default=None, sa_type=Instant)
    red_at: datetime | None = Field(default=None, sa_type=Instant)

    flow_run_id: str | None = Field(default=None, max_length=36, index=True)
    followed: int = Field(default=0)
    """How many of the item's moves its flow has seen; -1: history without a flow."""
    lease_by: str | None = Field(default=None, max_length=64)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
