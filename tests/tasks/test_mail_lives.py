"""Whatever people wish, whoever is away, whatever the rules: no notice is lost, early or twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from config.calendars import calendar_for
from models import directory, wishes
from models.engine import open_engine, writing
from rules.absences import Away
from rules.mailing import ALL, Way, quiet_until
from rules.policy import NoticeRules, QuietHours
from rules.vocabulary import Stage
from tasks.delivery import announce, deliver
from tasks.digest import write_digests
from tests import cast
from tests.tasks import post
from tests.tasks.post import SENDER, Tray, ask, change, happen
from tests.tasks.staff import entered, staffed
from tests.tasks.test_mass_events import DUE, under

PEOPLE = ("responsible", "leader", "c-one", "c-two", "co-worker", "verifier")
FRIDAY = cast.at("2026-11-20 16:00")
STEP = timedelta(hours=3)

ways = st.dictionaries(st.sampled_from(["due_soon", "overdue", "digest", ALL]),
                       st.sampled_from(Way), max_size=3)  # fmt: skip
absences = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.integers(0, 4)), max_size=3
)
rules = st.builds(
    NoticeRules,
    quiet_hours=st.none() | st.builds(
        QuietHours, begins=st.just(time(20)), ends=st.just(time(8)), days_off=st.booleans()
    ),
    window_minutes=st.sampled_from([0, 60, 600]), collapse_above=st.integers(0, 3),
    digest_at=st.just(time(8, 30)), repeat_hours=st.sampled_from([0, 24]),
    digested=st.sampled_from([(), ("due_soon",)]),
)  # fmt: skip
happenings = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["remind", "overdue", "progress", "failed"]),
              st.integers(0, 8)), min_size=1, max_size=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("lives")
    engine = staffed(open_engine(f"sqlite:///{folder}/rectiflow.db"))
    yield post.furnish(engine)
    engine.dispose()


def arrange(
    engine: Engine, wanted: dict[str, dict[str, Way]], away: list[tuple[str, str, int]]
) -> list[str]:
    """Three items and nothing else; the wishes and absences of an example."""
    change(engine, "UPDATE item SET stage = 'closed'")
    for table in ("preference", "absence", "delivery"):
        change(engine, f"DELETE FROM {table}")
    change(engine, "DELETE FROM heartbeat")
    refs = entered(engine, 3, stage=Stage.REMINDER, due=DUE)
    post.tidy(engine)
    with writing(engine) as connection:
        ids = {each: directory.person(connection, each).id for each in PEOPLE}
        for code, theirs in wanted.items():
            wishes.wish(connection, ids[code], dict(theirs))
        for code, other, days in away:
            if code != other:
                first = date(2026, 11, 20)
                last = first + timedelta(days=days)
                wishes.enter_absence(connection, Away(ids[code], first, last, ids[other]))
    return refs


def occur(engine: Engine, ref: str, what: str, now: datetime, n: int) -> None:
    """An event of the item at this moment."""
    if what == "failed":
        happen(engine, ref, what, "verifier", {"n": n})
    else:
        happen(engine, ref, "step_fired", data={"step": what, "level": 0, "n": n})
    at = now.isoformat(timespec="microseconds")
    change(engine, "UPDATE event SET at = :at WHERE NOT announced", at=at)


@settings(max_examples=15)
@given(under_rules=rules, wanted=st.dictionaries(st.sampled_from(PEOPLE), ways, max_size=3),
       away=absences, happening=happenings)  # fmt: skip
def test_no_notice_is_lost_early_or_twice(
    store: Engine,
    under_rules: NoticeRules,
    wanted: dict[str, dict[str, Way]],
    away: list[tuple[str, str, int]],
    happening: list[tuple[int, str, int]],
) -> None:
    refs = arrange(store, wanted, away)
    days = calendar_for(cast.policy())
    tray = Tray()
    with under(store, **dict(under_rules)):
        for tick in range(60):  # a week, every three hours
            now = FRIDAY + tick * STEP
            for n, (which, what, when) in enumerate(happening):
                if when == tick:
                    occur(store, refs[which], what, now, n)
            announce(store, now)
            write_digests(store, SENDER, now, now)
            before = len(tray.envelopes)
            asyncio.run(deliver(store, tray, SENDER, now))
            if len(tray.envelopes) > before:
                assert quiet_until(under_rules.quiet_hours, days, now) is None, now
    times = Counter(one.message_id for one in tray.envelopes)
    assert set(times.values()) <= {1}, "twice"
    rows = {row.id: row for row in ask(store, "SELECT * FROM delivery")}
    for row in rows.values():
        carried = row.state == "bundled" and rows[row.carried_by].state == "sent"
        skipped = row.state == "skipped" and row.reason
        assert row.state == "sent" or carried or skipped, (row.kind, row.state, row.held_for)
