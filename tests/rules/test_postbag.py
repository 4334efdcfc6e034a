"""Mails that would have left: nothing is lost, quiet hours are kept, people get few."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.mailing import Hold
from rules.notice_rules import NoticeRules, QuietHours
from rules.postbag import Letter, Mail, Postbag, Stops, stops
from tests.cast import at, calendar

MORNING = at("2026-03-10 09:00")
QUIET = QuietHours(begins=time(18), ends=time(8), days_off=True)


def sent(letters: list[Letter], **rules: Any) -> tuple[list[Mail], Counter[Hold]]:
    bag = Postbag(NoticeRules(**rules), calendar())
    return list(bag.sent(letters)), bag.held


def test_without_rules_every_letter_is_a_mail_at_once() -> None:
    assert sent([Letter(MORNING, "overdue")] * 3) == ([Mail(MORNING, 1)] * 3, Counter())


def test_what_comes_at_night_leaves_when_quiet_hours_are_over() -> None:
    mails, held = sent([Letter(at("2026-03-13 22:00"), "overdue")], quiet_hours=QUIET)
    assert mails == [Mail(at("2026-03-16 08:00"), 1)]
    assert held == {Hold.QUIET: 1}


def test_a_window_gathers_what_comes_within_it() -> None:
    letters = [Letter(MORNING + timedelta(minutes=n), "overdue") for n in (0, 5, 10, 70)]
    mails, held = sent(letters, window_minutes=60)
    assert [(mail.at, mail.notices) for mail in mails] == [
        (MORNING, 1), (MORNING + timedelta(minutes=60), 2), (MORNING + timedelta(minutes=120), 1),
    ]  # fmt: skip
    assert held == {Hold.WINDOW: 3}


def test_many_at_once_become_one() -> None:
    mails, _ = sent([Letter(MORNING, "overdue")] * 7, collapse_above=5)
    assert mails == [Mail(MORNING, 7, "bundle")]


def test_what_waits_for_the_digest_is_one_mail_a_day() -> None:
    letters = [Letter(MORNING + timedelta(hours=n), "due_soon") for n in (0, 1, 10)]
    mails, held = sent(letters, digest_at=time(16), digested=("due_soon",))
    assert mails == [
        Mail(at("2026-03-10 16:00"), 2, "digest"), Mail(at("2026-03-11 16:00"), 1, "digest"),
    ]  # fmt: skip
    assert held == {Hold.DIGEST: 3}


RULES = st.builds(
    NoticeRules,
    quiet_hours=st.sampled_from([None, QUIET]),
    window_minutes=st.sampled_from([0, 60, 1440]),
    collapse_above=st.sampled_from([0, 1, 3]),
    digest_at=st.just(time(8, 30)),
    digested=st.sampled_from([(), ("due_soon",)]),
)
LETTERS = st.lists(
    st.builds(
        lambda hours, kind: Letter(MORNING + timedelta(hours=hours), kind),
        st.integers(0, 200),
        st.sampled_from(["due_soon", "overdue"]),
    ),
    max_size=20,
)


@given(rules=RULES, letters=LETTERS)
def test_nothing_is_lost_early_or_sent_in_quiet_hours(
    rules: NoticeRules, letters: list[Letter]
) -> None:
    mails = list(Postbag(rules, calendar()).sent(letters))
    assert sum(mail.notices for mail in mails) == len(letters)
    known = [letter.at for letter in letters]
    for mail in mails:
        assert sum(each <= mail.at for each in known) >= mail.notices
        if rules.quiet_hours is not None:
            local = mail.at.astimezone(calendar().zone)
            assert time(8) <= local.time() < time(18)
            assert calendar().is_working(local.date())
    chases = sorted(mail.at for mail in mails if mail.why != "digest")
    if rules.window_minutes:
        window = timedelta(minutes=rules.window_minutes)
        assert all(later - sooner >= window for sooner, later in itertools.pairwise(chases))


@pytest.mark.parametrize(
    ("counts", "cap", "expected"),
    [
        ({0: 5}, 0, Stops(0, 0)),
        ({0: 5}, 5, Stops(0, 0)),
        ({0: 6}, 5, Stops(1, 6)),
        ({0: 3, 59: 3}, 5, Stops(1, 3)),
        ({0: 3, 60: 3}, 5, Stops(0, 0)),
        ({0: 9, 30: 5}, 5, Stops(1, 9)),
    ],
)
def test_the_cap_counts_what_leaves_within_an_hour(
    counts: dict[int, int], cap: int, expected: Stops
) -> None:
    mails: Counter[datetime] = Counter(
        {MORNING + timedelta(minutes=minute): count for minute, count in counts.items()}
    )
    assert stops(mails, cap) == expected
