"""Deadlines after a calendar was published: which move, where to, and which must not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.deadlines import due_for
from rules.policy import Limit
from rules.refreshing import Reckoned, reckoned
from rules.vocabulary import Severity, Stage
from rules.workdays import WorkCalendar
from tests.cast import calendar, item, policy
from tests.rules.oracles import calendars, days_of_the_year, step

GUESSED = calendar(published=2026)
"""2027 as it is guessed while its notice is still to come: Monday to Friday are worked."""
NEW_YEAR = [date(2027, 1, 1), date(2027, 1, 4)]
PUBLISHED = calendar(off=NEW_YEAR, on=[date(2027, 1, 9)], published=2027)
"""2027 as it was published: two days off, a Saturday worked for one of them."""
RULES = policy(limits={severity: Limit(days=10) for severity in Severity})


def counted(start: date, **changes):
    """An item whose deadline was worked out from ``start`` by the guessed calendar."""
    due = due_for(RULES, Severity.GENERAL, start, GUESSED, changes.get("due_superior"))
    return item(Stage.DEADLINE, **{"due_from": start, "due": due, **changes})


@pytest.mark.parametrize(
    ("start", "before", "after"),
    [
        # The limit ends just before, on and just after the days that turn out to be off.
        (date(2026, 12, 17), date(2026, 12, 31), date(2026, 12, 31)),
        (date(2026, 12, 18), date(2027, 1, 1), date(2027, 1, 5)),
        (date(2026, 12, 21), date(2027, 1, 4), date(2027, 1, 6)),
        (date(2026, 12, 22), date(2027, 1, 5), date(2027, 1, 7)),
        # Beyond the Saturday that is worked one of the two days is won back.
        (date(2026, 12, 25), date(2027, 1, 8), date(2027, 1, 11)),
        (date(2027, 1, 4), date(2027, 1, 18), date(2027, 1, 15)),  # and earlier it can be, too
        (date(2027, 1, 11), date(2027, 1, 25), date(2027, 1, 25)),
    ],
)
def test_a_deadline_follows_the_published_year(start, before, after) -> None:
    state = counted(start)
    assert state.due == before
    assert reckoned(state, RULES, PUBLISHED) == Reckoned(after, ())


def test_a_year_that_is_still_an_estimate_is_named() -> None:
    assert reckoned(counted(date(2026, 12, 17)), RULES, GUESSED) == Reckoned(date(2026, 12, 31), ())
    found = reckoned(counted(date(2026, 12, 18)), RULES, GUESSED)
    assert found == Reckoned(date(2027, 1, 1), (2027,))
    long = policy(limits={severity: Limit(days=300) for severity in Severity})
    state = item(Stage.DEADLINE, due_from=date(2026, 12, 1), due=date(2028, 1, 24))
    found = reckoned(state, long, calendar(published=2025))
    assert found is not None
    assert found.estimated == (2026, 2027, 2028)


def test_a_deadline_set_by_hand_is_left_alone() -> None:
    assert reckoned(item(Stage.DEADLINE, due_from=None), RULES, PUBLISHED) is None
    assert reckoned(item(Stage.DEADLINE, due=None, due_from=None), RULES, PUBLISHED) is None


@pytest.mark.parametrize(
    ("superior", "held", "due"),
    [
        (None, 0, date(2027, 1, 6)),
        (date(2027, 1, 5), 0, date(2027, 1, 5)),
        (date(2027, 1, 6), 0, date(2027, 1, 6)),
        (date(2027, 1, 7), 0, date(2027, 1, 6)),
        (None, 2, date(2027, 1, 8)),
        (None, 3, date(2027, 1, 9)),  # the Saturday worked
        (date(2027, 1, 7), 3, date(2027, 1, 7)),
        (date(2027, 1, 5), 3, date(2027, 1, 5)),
    ],
)
def test_holds_are_kept_and_the_superiors_deadline_is_not_passed(superior, held, due) -> None:
    state = counted(date(2026, 12, 21), due_superior=superior, due_held=held)
    assert reckoned(state, RULES, PUBLISHED) == Reckoned(due, ())


@given(calendars(), days_of_the_year(), st.integers(0, 20), st.none() | days_of_the_year())
def test_what_the_calendar_has_not_changed_stays(days: WorkCalendar, start, held, superior) -> None:
    """A deadline and the holds that moved it, as they are worked out when they happen."""
    due = due_for(RULES, Severity.GENERAL, start, days, superior)
    if held:
        moved = step(days, due, held)
        due = min(moved, max(due, superior)) if superior else moved
    state = item(Stage.DEADLINE, due_from=start, due=due, due_held=held, due_superior=superior)
    found = reckoned(state, RULES, days)
    assert found is not None
    assert found.due == due
