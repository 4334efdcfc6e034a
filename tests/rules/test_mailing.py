"""When a notice leaves: quiet hours at every edge, windows, bundles, wishes; nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.absences import Away, on_day, stand_in
from rules.mailing import (
    Chased,
    Hold,
    Notice,
    Way,
    digest_due,
    next_digest,
    plan,
    quiet_until,
    way_of,
)
from rules.notice_names import KIND_NAMES
from rules.notice_rules import NoticeRules, QuietHours
from rules.notices import MANDATORY
from rules.workdays import WorkCalendar
from tests.cast import at, calendar

NIGHT = QuietHours(begins=time(20), ends=time(8))
NOON = QuietHours(begins=time(12), ends=time(14))
NIGHTS_AND_DAYS_OFF = QuietHours(begins=time(20), ends=time(8), days_off=True)
SECOND = timedelta(seconds=1)
LONG_HOLIDAY = calendar(off=[date(2026, 10, day) for day in range(1, 8)])


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHT, "2026-03-10 19:59:59", None),
        (NIGHT, "2026-03-10 20:00", "2026-03-11 08:00"),
        (NIGHT, "2026-03-11 00:00", "2026-03-11 08:00"),
        (NIGHT, "2026-03-11 07:59:59", "2026-03-11 08:00"),
        (NIGHT, "2026-03-11 08:00", None),
        (NIGHT, "2026-12-31 23:30", "2027-01-01 08:00"),
        (NIGHT, "2026-03-14 12:00", None),
        (NOON, "2026-03-10 11:59:59", None),
        (NOON, "2026-03-10 12:00", "2026-03-10 14:00"),
        (NOON, "2026-03-10 14:00", None),
        (NIGHTS_AND_DAYS_OFF, "2026-03-13 20:00", "2026-03-16 08:00"),
        (NIGHTS_AND_DAYS_OFF, "2026-03-14 12:00", "2026-03-16 08:00"),
        (NIGHTS_AND_DAYS_OFF, "2026-03-16 08:00", None),
        (NIGHTS_AND_DAYS_OFF, "2026-09-30 21:00", "2026-10-08 08:00"),
        (None, "2026-03-10 03:00", None),
    ],
)
def test_mail_is_quiet_from_the_first_instant_to_the_last(
    quiet: QuietHours | None, now: str, until: str | None
) -> None:
    days = LONG_HOLIDAY if now.startswith("2026-09") else calendar()
    assert quiet_until(quiet, days, at(now)) == (until and at(until))


def test_a_night_in_which_clocks_are_put_back_ends_once() -> None:
    """Berlin, 25 October 2026: 02:30 comes twice."""
    days = calendar("Europe/Berlin")
    quiet = QuietHours(begins=time(22), ends=time(2, 30))
    evening = at("2026-10-24 23:00", "Europe/Berlin")
    ends = quiet_until(quiet, days, evening)
    assert ends is not None
    assert ends > evening
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    again = quiet_until(quiet, days, second)
    assert again == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_night_in_which_clocks_are_put_forward_ends() -> None:
    """Berlin, 29 March 2026: 02:30 does not come."""
    days = calendar("Europe/Berlin")
    quiet = QuietHours(begins=time(22), ends=time(2, 30))
    ends = quiet_until(quiet, days, at("2026-03-29 01:30", "Europe/Berlin"))
    assert ends is not None
    assert at("2026-03-29 01:30", "Europe/Berlin") < ends <= at("2026-03-29 04:00", "Europe/Berlin")


def rules(**changes: Any) -> NoticeRules:
    return NoticeRules(**changes)


def notices(*chasing: bool, under: NoticeRules, days: WorkCalendar | None = None) -> list[Notice]:
    return [Notice(n, each, under, days or calendar()) for n, each in enumerate(chasing, 1)]


NOW = at("2026-03-10 10:00")


def test_a_few_leave_alone_and_one_more_makes_a_bundle_of_all() -> None:
    under = rules(collapse_above=3)
    assert plan(notices(*[False] * 3, under=under), Chased(), NOW).go == (1, 2, 3)
    made = plan(notices(*[False] * 4, under=under), Chased(), NOW)
    assert (made.go, made.bundle, made.mails) == ((), (1, 2, 3, 4), 1)


def test_two_chases_within_a_window_are_one_mail_and_what_people_did_goes_by_itself() -> None:
    made = plan(notices(True, False, True, under=rules(window_minutes=60)), Chased(), NOW)
    assert (made.go, made.bundle) == ((2,), (1, 3))


@pytest.mark.parametrize(
    ("last", "until"),
    [
        ("2026-03-10 09:00:01", "2026-03-10 10:00:01"),
        ("2026-03-10 09:00", None),
        ("2026-03-10 10:00", "2026-03-10 11:00"),
        ("2026-03-10 10:30", None),
    ],
)
def test_a_window_is_over_at_its_last_instant_and_a_clock_set_back_opens_none(
    last: str, until: str | None
) -> None:
    made = plan(notices(True, False, under=rules(window_minutes=60)), Chased(at(last)), NOW)
    assert 2 in made.go, "what people did is not delayed"
    waiting = [(one.id, one.why, one.until) for one in made.held]
    assert waiting == ([(1, Hold.WINDOW, at(until))] if until else [])


def test_a_chase_waits_behind_one_that_has_not_left() -> None:
    chased = Chased(at("2026-03-10 07:00"), under_way=True)
    (held,) = plan(notices(True, under=rules(window_minutes=60)), chased, NOW).held
    assert held == (1, Hold.WINDOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("kind", "wishes", "way"),
    [
        ("closed", {}, Way.NOW),
        ("closed", {"closed": Way.OFF}, Way.OFF),
        ("closed", {"all": Way.DIGEST}, Way.DIGEST),
        ("closed", {"all": Way.OFF, "closed": Way.NOW}, Way.NOW),
        ("due_soon", {}, Way.DIGEST),
        ("due_soon", {"due_soon": Way.NOW}, Way.NOW),
        ("due_soon", {"digest": Way.OFF}, Way.NOW),
        ("escalated", {"escalated": Way.OFF}, Way.NOW),
        ("escalated", {"all": Way.OFF}, Way.NOW),
        ("escalated", {"escalated": Way.DIGEST}, Way.DIGEST),
    ],
)
def test_wishes_go_before_the_policy_and_the_mandatory_before_wishes(
    kind: str, wishes: dict[str, Way], way: Way
) -> None:
    under = rules(digest_at=time(8, 30), digested=("due_soon",))
    assert way_of(kind, wishes, under) is way


def test_without_a_digest_nothing_waits_for_one() -> None:
    assert way_of("closed", {"closed": Way.DIGEST}, rules()) is Way.NOW


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-10 08:29:59", None),
        ("2026-03-10 08:30", date(2026, 3, 10)),
        ("2026-03-10 23:59", date(2026, 3, 10)),
        ("2026-03-14 09:00", None),
    ],
)
def test_a_digest_is_due_from_its_time_to_the_end_of_a_working_day(
    now: str, due: date | None
) -> None:
    assert digest_due(rules(digest_at=time(8, 30)), calendar(), at(now)) == due


def test_a_digest_does_not_break_quiet_hours_and_comes_when_they_are_over() -> None:
    under = rules(digest_at=time(7), quiet_hours=NIGHT)
    assert digest_due(under, calendar(), at("2026-03-10 07:30")) is None
    assert digest_due(under, calendar(), at("2026-03-10 08:00")) == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("now", "comes"),
    [
        ("2026-03-10 08:00", "2026-03-10 08:30"),
        ("2026-03-10 08:30", "2026-03-11 08:30"),
        ("2026-03-13 09:00", "2026-03-16 08:30"),
        ("2026-03-14 07:00", "2026-03-16 08:30"),
    ],
)
def test_the_next_digest_is_that_of_the_next_working_day(now: str, comes: str) -> None:
    assert next_digest(rules(digest_at=time(8, 30)), calendar(), at(now)) == at(comes)


@pytest.mark.parametrize(
    ("away", "there", "gets"),
    [
        ({}, {1, 2, 3}, 1),
        ({1: 2}, {1, 2, 3}, 2),
        ({1: 2, 2: 3}, {1, 2, 3}, 3),
        ({1: 2, 2: 1}, {1, 2, 3}, 1),
        ({1: 2, 2: 3, 3: 2}, {1, 2, 3}, 1),
        ({1: 1}, {1}, 1),
        ({1: 2}, {1, 3}, 1),
        ({1: 2, 2: 3}, {1, 2}, 1),
    ],
)
def test_chains_of_absences_end(away: dict[int, int], there: set[int], gets: int) -> None:
    assert stand_in(1, away, there) == gets


def test_of_two_absences_on_a_day_the_last_entered_counts() -> None:
    first = Away(1, date(2026, 3, 1), date(2026, 3, 10), 2)
    second = Away(1, date(2026, 3, 10), date(2026, 3, 12), 3)
    found = {1: [first, second]}
    assert on_day(found, date(2026, 2, 28)) == {}
    assert on_day(found, date(2026, 3, 9)) == {1: 2}
    assert on_day(found, date(2026, 3, 10)) == {1: 3}
    assert on_day(found, date(2026, 3, 13)) == {}


# Whatever the rules and whenever they are asked


times_of_day = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
quiet_hours = st.none() | st.builds(
    QuietHours, begins=times_of_day, ends=times_of_day.map(lambda t: t.replace(minute=45)),
    days_off=st.booleans(),
)  # fmt: skip
any_rules = st.builds(
    NoticeRules, quiet_hours=quiet_hours, window_minutes=st.sampled_from([0, 30, 90, 600]),
    collapse_above=st.integers(0, 4),
)  # fmt: skip
instants = st.integers(0, 363 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(
    under=st.lists(any_rules, min_size=1, max_size=3),
    arriving=st.lists(st.tuples(st.integers(0, 3000), st.booleans()), min_size=1, max_size=25),
    start=instants,
)
def test_nothing_is_lost_or_early_or_twice_in_any_life(
    under: list[NoticeRules], arriving: list[tuple[int, bool]], start: datetime
) -> None:
    """Notices arrive over two days; whenever anything is ready it is planned, as the store does."""
    days = calendar()
    waiting = {
        n: (start + timedelta(minutes=after), Notice(n, chasing, under[n % len(under)], days))
        for n, (after, chasing) in enumerate(sorted(arriving))
    }
    chases: list[datetime] = []
    sent: dict[int, datetime] = {}
    for _ in range(4 * len(arriving) + 20):
        if not waiting:
            break
        now = min(ready for ready, _ in waiting.values())
        ready = [one for when, one in waiting.values() if when <= now]
        made = plan(ready, Chased(chases[-1] if chases else None), now)
        mails = [*((each,) for each in made.go), *((made.bundle,) if made.bundle else ())]
        named = [each for mail in mails for each in mail]
        assert sorted((*named, *(one.id for one in made.held))) == [one.id for one in ready]
        for held in made.held:
            assert held.until > now, "it would be asked again at once"
            waiting[held.id] = (held.until, waiting[held.id][1])
        for mail in mails:
            parts = [waiting.pop(each)[1] for each in mail]
            assert all(quiet_until(one.rules.quiet_hours, days, now) is None for one in parts), (
                "within quiet hours"
            )
            chasing = [one for one in parts if one.chasing]
            if chasing:
                window = max(one.rules.window_minutes for one in chasing)
                if window and chases:
                    assert now - chases[-1] >= timedelta(minutes=window), "twice in the window"
                chases.append(now)
            for one in parts:
                assert one.id not in sent, "twice"
                sent[one.id] = now
    assert set(sent) == set(range(len(arriving))), "lost"


def test_only_known_kinds_are_mandatory() -> None:
    assert set(KIND_NAMES) >= MANDATORY
