"""When is a deferred mail tried again?"""

from __future__ import annotations

from datetime import timedelta

# RFC 5321 4.5.4.1: soon twice (greylisting), then at least 30 minutes apart, for 4 to 5 days.
_WAITS = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (1, 2, 4, 8, 16, 24, 24, 24)),
)

MAX_ATTEMPTS = len(_WAITS) + 1
"""Attempts at one mail, the first one included; then it is dead until somebody replays it."""

OUTAGE_PAUSE = timedelta(minutes=1)
"""Wait after ``Retry.OUTAGE``, which uses up no mail's attempts."""


def backoff(attempt: int) -> timedelta | None:
    """The wait after the ``attempt``-th failed attempt (from 1); None when it was the last one."""
    if attempt < 1:
        raise ValueError("Attempts are counted from 1.")
    return _WAITS[attempt - 1] if attempt <= len(_WAITS) else None
