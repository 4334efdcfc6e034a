"""What the API answers with, described: items, their histories, what comes of them.

The values are made by ``tasks.shapes``, as they are for ``rectiflow ... --json``; here stands what
they mean. Instants are UTC, days are the campaign's.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rules.evidence_facts import FactKind
from rules.vocabulary import Light, Outcome, Severity, Source, Stage


class Shape(BaseModel):
    """A document with these members and no others."""

    model_config = ConfigDict(extra="forbid")


class Named(Shape):
    """A unit or a person."""

    code: str = Field(description="by which commands call it", examples=["bureau"])
    name: str = Field(description="what people read", examples=["历山县公安局"])


class PolicyRef(Shape):
    """A version of a policy."""

    name: str = Field(examples=["education-rectification"])
    version: int = Field(examples=[1])


Etag = Annotated[str, Field(description="to be sent as If-Match", examples=['"3-5f2c09a1b7de"'])]
Counted = Annotated[int, Field(ge=0)]


class Item(Shape):
    """One item (事项). Lists show no texts of confidential items."""

    ref: str = Field(description="its reference", examples=["ZG-00001"])
    number: str = Field(description="its number in the ledger", examples=["12"])
    title: str | None = Field(description="null in lists when confidential", examples=["窗口推诿"])
    description: str | None
    requirement: str | None = Field(description="what has to be done")
    category: str = Field(description="a code of its policy", examples=["conduct"])
    severity: Severity
    source: Source
    stage: Stage
    outcome: Outcome | None = Field(description="null while open")
    light: Light | None = Field(description="by the clock; null when closed")
    round: int = Field(description="how often the work was begun")
    life: int = Field(description="1, and one more for each relapse")
    level: int = Field(description="rung of the ladder reached; 0: none")
    served: int = Field(description="highest rung whose act was served")
    confirmed: int = Field(description="highest rung whose act was confirmed")
    unit: Named | None = Field(description="the lead unit")
    co_units: list[Named]
    responsible: Named | None
    leader: Named | None
    verifier: Named | None
    due_original: date | None
    due: date | None = Field(description="the deadline in force")
    due_superior: date | None
    opened_at: datetime
    closed_at: datetime | None
    stage_since: datetime
    on_hold: bool
    hold_until: date | None
    extension_requested: date | None = Field(description="asked for and not decided")
    confidential: bool
    version: int = Field(description="number of events in its history")
    next_action_at: datetime | None = Field(description="when something happens by itself")
    campaign: str = Field(examples=["ZG"])
    head: str = Field(description="hash of the newest event")
    policy: PolicyRef


class ItemPage(Shape):
    """Some items, and where the next ones are."""

    items: list[Item]
    next: str | None = Field(
        description="address of the next page; null on the last",
        examples=["/api/v1/items?limit=50&cursor=MjAyNi0xMi0xOH40MQ"],
    )
    total: int | None = Field(
        description="how many fit in all; null when they are more than 10,000"
    )


class Receipt(Shape):
    """What a command has done; the same for every repetition under the same key."""

    ref: str = Field(examples=["ZG-00001"])
    seq: int = Field(description="the event's place in the history", examples=[3])
    kind: str = Field(description="the event", examples=["assigned"])
    stage: Stage = Field(description="where the item stands now")
    at: datetime
    hash: str = Field(description="of the event, chained to those before")
    etag: Etag


class Attached(Receipt):
    """A receipt, and the file that was stored."""

    sha256: str
    filename: str
    size: int


class Event(Shape):
    """One entry of a history. Who complained is in none."""

    seq: int
    kind: str
    at: datetime
    stage: Stage = Field(description="where the item stood after it")
    actor: Named | None = Field(description="null for the program itself")
    data: dict[str, Any] = Field(description="what was said; by the kind")
    step_key: str | None
    hash: str


class History(Shape):
    """Everything that happened to an item, oldest first."""

    ref: str
    history: list[Event]


class Step(Shape):
    """One step that happens by itself."""

    at: datetime
    kind: str = Field(examples=["remind"])
    key: str
    level: int
    to: list[str] = Field(description="who is told: seats", examples=[["responsible"]])
    waiting: bool = Field(description="it is due now")
    provisional: bool = Field(description="the calendar of that year is not published")
    sentence: str = Field(description="what and why, in the language asked for")


class Agenda(Shape):
    """What happens to an item if nobody acts."""

    ref: str
    stage: Stage
    on_hold: bool
    zone: str = Field(examples=["Asia/Shanghai"])
    steps: list[Step]
    nothing: str = Field(description="why there are no steps; empty when there are")


class RefusalShape(Shape):
    """Why not."""

    rule: str = Field(examples=["RequireEvidence"])
    message: str
    hint: str


class ProspectShape(Shape):
    """One command, and whether this person may give it now."""

    command: str
    possible: bool = Field(description="it can still be refused for what its fields say")
    leads_to: list[Stage] = Field(description="empty: not in this stage")
    required: list[str]
    optional: list[str]
    refusal: RefusalShape | None


class Prospects(Shape):
    """What this person may do with the item now."""

    ref: str
    person: str
    commands: list[ProspectShape]


class Remark(Shape):
    """Something that a reviewer should notice about a file."""

    kind: FactKind
    seqs: list[int]
    refs: list[str]
    others: int
    made_at: datetime | None
    asked_at: datetime | None
    sentence: str


class Piece(Shape):
    """One piece of evidence. What nobody has looked into is null."""

    seq: int = Field(description="its place in the history, by which it is fetched")
    round: int
    filename: str
    size: int
    sha256: str
    note: str
    attached_by: Named | None
    attached_at: datetime
    media_type: str | None
    width: int | None
    height: int | None
    pages: int | None
    made: str | None = Field(description="when, by the camera or program that made it")
    notice: list[Remark]


class Evidence(Shape):
    """An item's evidence of all rounds, oldest first."""

    ref: str
    evidence: list[Piece]


class Paper(Shape):
    """One formal paper."""

    kind: str = Field(examples=["order"])
    serial: str = Field(examples=["ZG-order-2026-0001"])
    life: int
    round: int
    level: int
    signer: Named | None
    addressee: Named | None
    issued_at: datetime
    served_at: datetime | None
    served_how: str
    served_by: Named | None
    acknowledged_at: datetime | None


class Papers(Shape):
    """An item's papers, in the order in which they were issued."""

    ref: str
    papers: list[Paper]


class Delivery(Shape):
    """One message about the item to one person."""

    seq: int
    kind: str
    seat: str
    person: Named
    address: str | None = Field(description="null unless this person steers the item")
    state: str = Field(examples=["sent"])
    reason: str
    attempts: int
    message_id: str
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None


class Deliveries(Shape):
    """Every message about the item, oldest first."""

    ref: str
    deliveries: list[Delivery]


class Extension(Shape):
    """One request for more time."""

    seq: int
    asked_by: Named | None
    asked_at: datetime
    due_before: date | None
    due_asked: date
    reason: str
    decision: str = Field(description="empty while undecided")
    decided_by: Named | None
    decided_at: datetime | None
    due_granted: date | None


class Extensions(Shape):
    """The item's requests for more time, oldest first."""

    ref: str
    extensions: list[Extension]


class Complainant(Shape):
    """Who complained; that it was told is noted."""

    ref: str
    complainant: str = Field(description="empty when nobody is named")
