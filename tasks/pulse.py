"""Is the machinery alive? The ages of its heartbeats against how often they should come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from config.settings import Settings

CLOCK = "clock"
BEATS_MISSED = 4
"""A part that has missed so many beats has stopped."""
LEAST_SECONDS = 60.0
"""A busy machine may be late by this much."""


class Beat(NamedTuple):
    """One part's last heartbeat; ``fresh`` is None for a part without a rhythm."""

    part: str
    at: datetime
    age_seconds: float
    fresh: bool | None
    detail: str


def pulse(
    beats: Mapping[str, tuple[datetime, str]], settings: Settings, wall: datetime
) -> list[Beat]:
    """The heartbeats at ``wall`` (the machine's time), by part."""
    rhythm = {
        CLOCK: 0.0,
        "sweep": settings.sweep_seconds,
        "delivery": settings.delivery_seconds,
    }
    found = []
    for part, (at, detail) in sorted(beats.items()):
        age = max(0.0, (wall - at).total_seconds())
        limit = max(LEAST_SECONDS, BEATS_MISSED * rhythm.get(part, 0.0))
        fresh = age <= limit if part in rhythm else None
        found.append(Beat(part, at, round(age, 1), fresh, detail))
    return found
