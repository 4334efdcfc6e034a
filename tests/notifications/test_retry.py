"""Deferred mails are tried again soon, then rarely, for days, and then no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.retry import MAX_ATTEMPTS, backoff


def waits() -> list[timedelta]:
    """Every wait there is, in order."""
    found = (backoff(attempt) for attempt in range(1, MAX_ATTEMPTS))
    return [wait for wait in found if wait is not None]


def test_the_first_repeat_comes_soon_enough_for_greylisting() -> None:
    assert backoff(1) == timedelta(minutes=1)
    assert backoff(2) == timedelta(minutes=5)


def test_waits_never_get_shorter() -> None:
    assert waits() == sorted(waits())


def test_a_mail_is_given_up_after_four_to_five_days() -> None:
    assert len(waits()) == MAX_ATTEMPTS - 1
    assert backoff(MAX_ATTEMPTS) is None
    assert backoff(MAX_ATTEMPTS + 100) is None
    assert timedelta(days=4) <= sum(waits(), timedelta()) <= timedelta(days=5)


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_are_counted_from_one(attempt: int) -> None:
    with pytest.raises(ValueError, match="from 1"):
        backoff(attempt)
