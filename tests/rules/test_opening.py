"""How an item begins: registered now, or taken over in the middle of its life."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from rules.deadlines import FARTHEST
from rules.decide import Decision
from rules.errors import InputError
from rules.opening import EARLIEST, Opening, opened
from tests.cast import NOW, calendar, policy


def entered(now=NOW, rules=None, **known: Any) -> Decision:
    """The decision that enters an item of which ``known`` is known."""
    return opened(
        Opening(title="窗口推诿", **known),
        {"source": "inspection"},
        ref="R-1",
        campaign_id=1,
        now=now,
        policy=rules or policy(),
        calendar=calendar(),
    )


@pytest.mark.parametrize("day", [date.min, EARLIEST - timedelta(1), FARTHEST + timedelta(1)])
def test_a_deadline_outside_our_time_is_refused_before_a_calendar_is_worked_out(day) -> None:
    with pytest.raises(InputError) as raised:
        entered(due=day)
    assert raised.value.where == "due"
    assert str(day) in raised.value.message


@pytest.mark.parametrize("day", [EARLIEST, FARTHEST])
def test_the_first_and_the_last_day_of_our_time_are_taken(day: date) -> None:
    assert entered(due=day).item.due == day
