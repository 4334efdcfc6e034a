"""A sweep fires everything that is due and comes to its end, whatever is in its way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from config.clock import ManualClock
from config.settings import Settings
from flows import sweep
from flows.sweep import fire_all, something_is_due
from models.engine import reading, writing
from rules.vocabulary import Stage
from tasks.act import Swept
from tasks.office import Office
from tests import cast
from tests.conftest import MONDAY
from tests.flows.installation import founded
from tests.tasks.staff import CHASED, FAR, entered, item_in, kinds

LONG_AFTER = cast.at("2027-12-01 10:00")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with the cast, whose clock stands at the first reminder of what is due on FAR."""
    settings = Settings(home=tmp_path)
    engine = founded(settings.database, cast.policy(look_back_after=(90, 180)))
    yield Office(settings, engine, ManualClock(CHASED))
    engine.dispose()


def clock(office: Office) -> ManualClock:
    """The office's clock, moved by the test."""
    assert isinstance(office.clock, ManualClock)
    return office.clock


def fired(office: Office, ref: str) -> int:
    """How many steps have been fired for the item."""
    return kinds(office.engine, ref).count("step_fired")


def spoil(office: Office, ref: str) -> None:
    """Let the database refuse every due step of the item."""
    with writing(office.engine) as connection:
        connection.execute(
            text(
                f"""
                CREATE TRIGGER spoil_{ref.replace("-", "_")} BEFORE INSERT ON event
                WHEN NEW.step_key IS NOT NULL
                 AND NEW.item_id = (SELECT id FROM item WHERE ref = '{ref}')
                BEGIN SELECT RAISE(ABORT, 'spoiled'); END
                """
            )
        )


def cure(office: Office, ref: str) -> None:
    """Let the item's steps be stored again."""
    with writing(office.engine) as connection:
        connection.execute(text(f"DROP TRIGGER spoil_{ref.replace('-', '_')}"))


def test_nothing_is_due_before_its_instant_and_everything_at_it(office: Office) -> None:
    refs = entered(office.engine, 3, due=FAR)
    clock(office).move_to(CHASED - timedelta(microseconds=1))
    assert not something_is_due(office)
    assert fire_all(office) == (0, 0, ())
    clock(office).move_to(CHASED)
    assert something_is_due(office)
    assert fire_all(office) == (3, 0, ())
    assert not something_is_due(office)
    assert [fired(office, ref) for ref in refs] == [1, 1, 1]


def test_chunks_follow_each_other_until_none_is_left(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "CHUNK", 4)
    refs = entered(office.engine, 11, due=FAR)
    assert fire_all(office).fired == 11
    assert [fired(office, ref) for ref in refs] == [1] * 11


def test_one_sweep_leaves_nothing_due_however_long_the_pause_was(office: Office) -> None:
    open_one = entered(office.engine, 1, due=FAR)[0]
    closed = item_in(office.engine, Stage.CLOSED)
    clock(office).move_to(LONG_AFTER)
    done = fire_all(office)
    assert not something_is_due(office)
    assert done.fired == fired(office, open_one) + fired(office, closed) >= 2
    assert done.skipped >= 3, "the reminders and lower rungs that were overtaken"
    assert done.failed == ()


@pytest.mark.parametrize("spoiled", [1, 3, 7])
def test_items_that_cannot_be_fired_hold_nobody_up_and_are_named(
    office: Office, monkeypatch: pytest.MonkeyPatch, spoiled: int
) -> None:
    monkeypatch.setattr(sweep, "CHUNK", 3)
    refs = entered(office.engine, 10, due=FAR)
    for ref in refs[:spoiled]:
        spoil(office, ref)
    assert fire_all(office) == (10 - spoiled, 0, tuple(refs[:spoiled]))
    assert [fired(office, ref) for ref in refs] == [0] * spoiled + [1] * (10 - spoiled)
    assert something_is_due(office), "they stay due"
    for ref in refs[:spoiled]:
        cure(office, ref)
    assert fire_all(office).fired == spoiled


def test_items_planned_too_early_are_planned_anew_by_one_sweep_however_many(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "CHUNK", 2)
    early = entered(office.engine, 9, due=FAR)
    late = entered(office.engine, 1, due=FAR)
    clock(office).move_to(CHASED - timedelta(days=1))
    with writing(office.engine) as connection:
        long_ago = MONDAY.isoformat(timespec="microseconds")
        connection.execute(text("UPDATE item SET next_action_at = :at"), {"at": long_ago})
    assert fire_all(office) == (0, 0, ())
    assert not something_is_due(office)
    with reading(office.engine) as connection:
        [planned] = connection.execute(text("SELECT DISTINCT next_action_at FROM item")).scalars()
    assert planned == CHASED.isoformat(timespec="microseconds")
    assert {fired(office, ref) for ref in early + late} == {0}


def test_a_sweep_ends_though_the_store_should_never_say_that_it_is_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = []

    def endless(*_: object) -> Swept:
        passes.append(1)
        return Swept(0, 0, (), more=True)

    monkeypatch.setattr(sweep, "fire_due", endless)
    assert fire_all(office) == (0, 0, ())
    assert len(passes) == sweep.BARREN


def test_a_sweep_says_in_references_what_it_did(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rectiflow.sweep")
    entered(office.engine, 2, due=FAR)
    fire_all(office)
    fire_all(office)
    assert [r.getMessage() for r in caplog.records if r.name == "rectiflow.sweep"] == [
        "Steps fired. [action=sweep fired=2 skipped=0]"
    ]
