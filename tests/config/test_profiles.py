"""The profiles that come with the program: what they do to an item, by a calendar on the wall."""

from __future__ import annotations

from datetime import date

import pytest

from config.calendars import calendar_for
from config.profiles import load_profile, names
from rules.agenda import agenda
from rules.deadlines import due_for
from rules.seats import Seat
from rules.vocabulary import Level, Severity, Stage
from tests.cast import at, item

START = date(2026, 9, 14)
"""A Monday. In China the 20th of September and the 10th of October are worked, and the 25th of
September and the first seven days of October are off; in Boston the 12th of October is."""

PLANS = {
    ("education-rectification", Severity.GENERAL):
        "10-10: 09-23 remind, 09-28 progress, 09-30 remind, 10-09 remind, 10-12 overdue, "
        "10-13 rung1",
    ("education-rectification", Severity.SERIOUS):
        "10-30: 09-28 progress, 10-16 progress, 10-21 remind, 10-27 remind, 10-29 remind, "
        "11-02 overdue, 11-03 rung1",
    ("audit", Severity.GENERAL):
        "11-13: 10-16 remind, 10-16 progress, 10-30 remind, 11-06 remind, 11-12 remind, "
        "11-16 overdue, 11-17 announce1, 11-19 rung1",
    ("audit", Severity.SERIOUS):
        "12-14: 10-16 progress, 11-13 progress, 11-16 remind, 11-30 remind, 12-07 remind, "
        "12-11 remind, 12-11 progress, 12-15 overdue, 12-16 announce1, 12-18 rung1",
    ("municipal-311", Severity.GENERAL):
        "09-28: 09-24 remind, 09-25 remind, 09-29 overdue, 10-01 rung1, 10-14 rung2",
    ("municipal-311", Severity.SERIOUS):
        "09-21: 09-17 remind, 09-18 remind, 09-22 overdue, 09-24 rung1, 10-06 rung2",
    ("municipal-311", Severity.MAJOR):
        "09-16: 09-15 remind, 09-17 overdue, 09-21 rung1, 10-01 rung2",
    ("safety-hazards", Severity.GENERAL):
        "09-22: 09-17 progress, 09-20 remind, 09-21 remind, 09-21 progress, 09-23 overdue, "
        "09-23 rung1, 09-24 rung2, 09-29 rung3",
    ("safety-hazards", Severity.SERIOUS):
        "09-17: 09-15 remind, 09-16 remind, 09-18 overdue, 09-18 rung1, 09-20 rung2, 09-22 rung3",
    ("safety-hazards", Severity.MAJOR):
        "09-15: 09-16 overdue, 09-16 rung1, 09-17 rung2, 09-20 rung3",
}  # fmt: skip
"""The deadline, and what happens up to the first rung that waits for service. Written by hand."""


@pytest.mark.parametrize(("profile", "severity"), PLANS)
def test_what_a_profile_does_is_what_the_wall_calendar_says(profile, severity) -> None:
    rules = load_profile(profile)
    days = calendar_for(rules)
    due = due_for(rules, severity, START, days, None)
    now = at("2026-09-14 10:00", rules.zone)
    state = item(Stage.DEADLINE, severity=severity, due=due, plan_from=now, stage_since=now)
    steps = [
        f"{step.at.astimezone(days.zone):%m-%d} {step.kind}{step.level or ''}"
        for step in agenda(state, rules, days)
        if step.kind != "overdue_again"
    ]
    assert f"{due:%m-%d}: {', '.join(steps)}" == PLANS[profile, severity]


@pytest.mark.parametrize("name", names())
def test_no_profile_sends_mail_that_people_learn_to_ignore(name: str) -> None:
    rules = load_profile(name).notices
    assert rules.quiet_hours is not None
    assert rules.window_minutes
    assert rules.collapse_above
    assert rules.cap_per_run
    assert rules.digest_at is not None
    # What somebody must act on at once waits for no digest.
    urgent = {"assigned", "due_soon", "overdue", "escalated", "rung_announced", "failed", "denied",
              "extension_requested", "verification_requested", "closure_requested"}  # fmt: skip
    assert urgent.isdisjoint(rules.digested)


@pytest.mark.parametrize("name", names())
def test_extensions_and_interviews_are_formal_in_every_profile(name: str) -> None:
    rules = load_profile(name)
    assert len(rules.extension_reasons) >= 3
    assert rules.extension_decided_within
    assert rules.extension_longest
    for rung in rules.ladder:
        assert Seat.RESPONSIBLE in rung.to
        if rung.act is Level.INTERVIEW and name != "municipal-311":
            assert rung.minutes
