"""The cast of the demonstration: always the same people, through ordinary commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from cli.demo_cast import TURNS, Cast, choose, inspected, wish
from config.calendars import calendar_for
from config.clock import ManualClock
from config.profiles import load_profile
from config.settings import Settings
from ledgers.mapping_files import load_mapping
from models import audit
from models.engine import open_engine, reading
from models.listing import Wanted, page
from models.views import ItemView
from rules.vocabulary import OPEN_STAGES, Stage
from sample.build import write_ledger
from sample.files import path
from tasks.act import fire_due
from tasks.founding import found
from tasks.office import Office
from tasks.registering import import_ledger
from tasks.roster import load_roster
from tests.conftest import MONDAY

POLICY = load_profile("education-rectification")
CALENDAR = calendar_for(POLICY)
TODAY = date(2026, 11, 2)
NEXT = date(2026, 11, 3)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The sample campaign on its day zero."""
    engine = open_engine(f"sqlite:///{tmp_path / 'rectiflow.db'}")
    found(engine, POLICY, MONDAY, code="QC2026")
    load_roster(engine, path("units.csv"), path("people.csv"))
    write_ledger(tmp_path / "ledger.csv", TODAY)
    import_ledger(engine, tmp_path / "ledger.csv", load_mapping("ledger"), MONDAY)
    yield Office(Settings(home=tmp_path), engine, ManualClock(MONDAY))
    engine.dispose()


def open_items(office: Office) -> tuple[ItemView, ...]:
    with reading(office.engine) as connection:
        return page(connection, Wanted(OPEN_STAGES), office.clock.now(), 1000).items


def kinds(engine: Engine) -> Counter[str]:
    """What people have done, the import left out."""
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT kind FROM event WHERE actor_id <> 0"))
        return Counter(rows.scalars())


def test_nobody_acts_on_the_day_something_reaches_them(office: Office) -> None:
    views = open_items(office)
    assert [one for one in views if wish(one, TODAY, CALENDAR, eager=False)] == []
    wished = [one for one in views if wish(one, NEXT, CALENDAR, eager=False)]
    assert {one.stage for one in wished} >= set(OPEN_STAGES) - {Stage.DEADLINE}


def test_where_a_day_takes_a_day_nobody_waits_for_another_one(office: Office) -> None:
    assert [one for one in open_items(office) if wish(one, TODAY, CALENDAR, eager=True)]


def test_the_same_item_is_always_dealt_with_in_the_same_way(office: Office) -> None:
    wished = [wish(one, NEXT, CALENDAR, eager=False) for one in open_items(office)]
    assert wished == [wish(one, NEXT, CALENDAR, eager=False) for one in open_items(office)]


def test_turns_go_round_and_the_longest_waiting_comes_first(office: Office) -> None:
    views = open_items(office)
    wished = [(one, found) for one in views if (found := wish(one, NEXT, CALENDAR, eager=False))]
    chosen = [choose(wished, turn) for turn in range(len(TURNS))]
    assert {one[1].kind for one in chosen if one} == {
        "approve", "submit", "pass", "accept", "acknowledge",
    }  # fmt: skip
    first = choose(wished, 0)
    assert first is not None
    older = first[0]._replace(stage_since=first[0].stage_since - timedelta(days=1), id=10_000)
    assert choose([*wished, (older, first[1])], 0) == (older, first[1])
    assert choose([], 0) is None


def test_every_inspected_unit_of_the_sample_can_be_named() -> None:
    assert len(inspected()) == 77


def test_for_weeks_the_cast_brings_items_to_their_end_by_accepted_commands(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    cast = Cast(office, CALENDAR, 1.0, eager=False)
    clock = office.clock
    assert isinstance(clock, ManualClock)
    before = len(open_items(office))
    for day in range(1, 31):
        clock.move_to(CALENDAR.opening_after(TODAY, day) + timedelta(hours=1))
        while fire_due(office.engine, clock.now()).more:
            pass
        for _ in range(10):
            cast.turn()
    done = kinds(office.engine)
    for kind in ("accepted", "rejected", "assigned", "acknowledged", "evidence_attached",
                 "submitted", "passed", "failed", "approved", "denied", "extension_requested",
                 "extension_granted", "appointed", "served", "confirmed"):  # fmt: skip
        assert done[kind] > 0, kind
    assert before - len(open_items(office)) > 30
    # At most an approver who had verified it was refused: then another one acts.
    refused = [record.message for record in caplog.records if "rule=" in record.message]
    assert all("ForbidApprovingOwnVerification" in message for message in refused)
    with reading(office.engine) as connection:
        assert audit.verify(connection).breaches == ()
