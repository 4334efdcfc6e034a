"""Sweeps around holidays, make-up weekends and New Year, with downtime, beside the naive clerk.

The clerk says before each sweep what it must fire and what that overtakes; in the end everything
that was planned has been fired or crossed off, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, text

from config.calendars import calendar_for
from models import policies
from models.engine import reading, writing
from rules.policy import Policy
from rules.vocabulary import Stage
from tests import cast
from tests.rules import naive_agenda
from tests.rules.naive_ladder import Note
from tests.tasks.staff import entered, require_sound_history, state, told
from tests.tasks.test_fire_due import steps, sweep

ONE = timedelta(days=1)


class Stretch(NamedTuple):
    """Some weeks, and items that fall due in them."""

    begin: date
    dues: tuple[date, ...]
    edges: tuple[str, ...]
    """Days on which something fires that a plain calendar would have put elsewhere."""


STRETCHES = {
    "New Year 2026": Stretch(
        date(2025, 12, 22), (date(2025, 12, 31), date(2026, 1, 2)), ("2026-01-04",)
    ),
    "Spring Festival": Stretch(
        date(2026, 2, 9), (date(2026, 2, 13), date(2026, 2, 27)), ("2026-02-14", "2026-02-28")
    ),
    "National Day": Stretch(
        date(2026, 9, 14), (date(2026, 9, 18), date(2026, 10, 9)), ("2026-09-20", "2026-10-10")
    ),
    "New Year 2027": Stretch(
        date(2026, 12, 21), (date(2026, 12, 23), date(2026, 12, 31)), ("2027-01-04",)
    ),
}
DOWN = {
    "never": (0, timedelta()),
    "an hour": (4, timedelta(hours=1)),
    "a day": (4, ONE),
    "two weeks": (3, 14 * ONE),
}
"""From the opening of which day on the machine is down, and for how long."""

WEEKS = 5


@pytest.fixture(autouse=True)
def _quiet(store: Engine) -> Iterator[None]:
    yield
    with writing(store) as connection:
        connection.execute(text("UPDATE item SET next_action_at = NULL"))


@pytest.fixture
def in_force(store: Engine) -> Policy:
    with reading(store) as connection:
        return policies.policy(connection, policies.campaign(connection).policy_id)


class Watch:
    """Items of a stretch under the clerk's eyes."""

    def __init__(self, store: Engine, policy: Policy, stretch: Stretch) -> None:
        self.store, self.policy, self.days = store, policy, calendar_for(policy)
        born = cast.at(f"{stretch.begin} 10:00")
        self.refs = [entered(store, 1, born, due=due)[0] for due in stretch.dues]
        self.planned = {ref: {note.key: note for note in self.notes(ref)} for ref in self.refs}

    def notes(self, ref: str) -> list[Note]:
        """What the clerk has still to do for the item."""
        item = state(self.store, ref)
        notes = naive_agenda.notes(item, self.policy, self.days)
        return [note for note in notes if note.key not in item.fired]

    def sweep(self, now: datetime) -> None:
        """One sweep; it does for each item what the clerk says, or nothing."""
        due = {ref: [n for n in self.notes(ref) if n.at <= now] for ref in self.refs}
        before = {ref: len(steps(self.store, ref)) for ref in self.refs}
        assert sweep(self.store, now).failed == ()
        for ref, pile in due.items():
            new = steps(self.store, ref)[before[ref] :]
            if not pile:
                assert new == []
                continue
            best = naive_agenda.chosen(pile)
            (fired,) = new
            assert (fired.step_key, told(fired)["planned"]) == (best.key, best.at.isoformat())
            rest = {note.key for note in pile if note is not best}
            assert set(told(fired).get("skipped", ())) == rest

    def finish(self, now: datetime) -> None:
        """Everything that was planned until now has come, or was crossed off, once."""
        for ref in self.refs:
            keys = [key for s in steps(self.store, ref) for key in
                    (s.step_key, *told(s).get("skipped", ()))]  # fmt: skip
            wanted = {key for key, note in self.planned[ref].items() if note.at <= now}
            assert len(keys) == len(set(keys))
            assert set(keys) == wanted
            require_sound_history(self.store, ref)


def mornings(stretch: Stretch, down: str) -> Iterator[datetime]:
    """The instants of sweeps: each opening, and the end of the downtime in place of those in it."""
    after, length = DOWN[down]
    goes = cast.at(f"{stretch.begin + after * ONE} 09:00")
    for number in range(1, 7 * WEEKS):
        at = cast.at(f"{stretch.begin + number * ONE} 09:00")
        if not goes <= at < goes + length:
            yield at
        elif at + ONE >= goes + length:
            yield goes + length


@pytest.mark.parametrize("down", DOWN)
@pytest.mark.parametrize("stretch", STRETCHES)
def test_whatever_the_downtime_each_step_comes_once_and_on_its_working_day(
    store: Engine, in_force: Policy, stretch: str, down: str
) -> None:
    watch = Watch(store, in_force, STRETCHES[stretch])
    now = None
    for now in mornings(STRETCHES[stretch], down):
        watch.sweep(now)
    assert now is not None
    watch.finish(now)
    if down == "never":
        fired = {told(step)["planned"] for ref in watch.refs for step in steps(store, ref)}
        days = {str(watch.days.day_of(datetime.fromisoformat(at))) for at in fired}
        assert days.issuperset(STRETCHES[stretch].edges)


@pytest.mark.parametrize("back", [timedelta(hours=1), ONE, 14 * ONE])
def test_a_clock_that_jumps_back_repeats_nothing_and_loses_nothing(
    store: Engine, in_force: Policy, back: timedelta
) -> None:
    stretch = STRETCHES["New Year 2027"]
    watch = Watch(store, in_force, stretch)
    jump = cast.at(f"{stretch.begin + 12 * ONE} 09:00")
    now = jump
    for now in mornings(stretch, "never"):
        watch.sweep(now)
        if now == jump:
            again = now - back
            while again < now:
                watch.sweep(again)
                again += min(back, ONE)
    watch.finish(now)


@pytest.mark.parametrize("edge", ["2026-01-04", "2026-02-14", "2026-09-20", "2026-10-10"])
def test_a_make_up_weekend_is_worked_to_the_microsecond(
    store: Engine, in_force: Policy, edge: str
) -> None:
    due = calendar_for(in_force).add(date.fromisoformat(edge), -1)
    opening = cast.at(f"{edge} 09:00")
    ref = entered(store, 1, cast.at(f"{due} 12:00"), due=due, stage=Stage.DEADLINE)[0]
    assert sweep(store, opening - timedelta(microseconds=1)).fired == 0
    assert sweep(store, opening).fired == 1
    assert told(steps(store, ref)[-1])["step"] == "overdue"
