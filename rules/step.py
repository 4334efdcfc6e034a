"""What a step of the agenda is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class StepKind(StrEnum):
    """What a step does."""

    REMIND = "remind"
    OVERDUE = "overdue"
    RUNG = "rung"
    OVERDUE_AGAIN = "overdue_again"
    PROGRESS = "progress"
    ACKNOWLEDGE = "acknowledge"
    DEEMED_RECEIVED = "deemed_received"
    VERIFICATION = "verification"
    CLOSURE = "closure"
    HOLD_EXPIRED = "hold_expired"
    LOOK_BACK = "look_back"
    ANNOUNCE = "announce"
    SERVICE_DUE = "service_due"
    DEEMED_SERVED = "deemed_served"
    EXTENSION_DUE = "extension_due"
    EXTENSION_LAPSED = "extension_lapsed"
    HOLD_REQUEST_LAPSED = "hold_request_lapsed"


class Step(NamedTuple):
    """One planned step. ``at`` is a UTC instant; ``level`` is the rung that it is about, or 0."""

    at: datetime
    key: str
    kind: StepKind
    level: int
    track: str
