"""Due steps: never early, never lost, once each, whoever else sweeps and whatever goes wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from models.engine import reading, writing
from models.items import next_due
from rules.agenda import StepKind
from rules.vocabulary import Stage
from tasks.act import Swept, fire_due
from tests import cast
from tests.conftest import MONDAY
from tests.house.reading import ROOT
from tests.tasks.staff import (
    CHASED,
    FAR,
    entered,
    everything,
    give,
    history,
    item_in,
    just_before,
    kinds,
    require_sound_history,
    state,
    told,
)
from tests.tasks.test_act_keys import at_once

MORNING = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _quiet(store: Engine) -> Iterator[None]:
    """What a test has left waiting is of no concern to the next one."""
    yield
    with writing(store) as connection:
        connection.execute(text("UPDATE item SET next_action_at = NULL"))


def sweep(store: Engine, now: datetime, size: int = 500) -> Swept:
    """A whole sweep, as the flow does it: chunk after chunk, around those that failed."""
    fired, skipped, failed = 0, 0, frozenset[str]()
    while True:
        done = fire_due(store, now, size, failed)
        fired, skipped, failed = fired + done.fired, skipped + done.skipped, failed | {*done.failed}
        if not done.more:
            return Swept(fired, skipped, tuple(sorted(failed)), more=False)


def steps(store: Engine, ref: str) -> list[Any]:
    """The steps that were fired for the item."""
    return [each for each in history(store, ref) if each.kind == "step_fired"]


def next_at(store: Engine, ref: str) -> datetime | None:
    """When the item's next step is due, as stored."""
    with reading(store) as connection:
        stored = connection.execute(
            text("SELECT next_action_at FROM item WHERE ref = :ref"), {"ref": ref}
        ).scalar_one()
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored


# Once each


def test_nothing_fires_before_its_instant_and_it_does_at_it(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    assert next_at(store, ref) == CHASED
    assert fire_due(store, CHASED - timedelta(microseconds=1)) == Swept(0, 0, (), more=False)
    assert fire_due(store, CHASED) == Swept(1, 0, (), more=False)
    fired = steps(store, ref)[0]
    assert (fired.step_key, fired.actor_id, fired.stage) == (
        "chase/remind-3/r1.d1", 0, "reminder",
    )  # fmt: skip
    assert told(fired)["planned"] == CHASED.isoformat()
    assert not fired.announced
    assert fire_due(store, CHASED) == Swept(0, 0, (), more=False)
    require_sound_history(store, ref)


def test_the_earliest_instant_of_all_is_known(store: Engine) -> None:
    with reading(store) as connection:
        assert next_due(connection) is None
    entered(store, 3)
    with reading(store) as connection:
        assert next_due(connection) == CHASED


def test_twelve_hundred_due_items_are_fired_once_each_by_two_sweeps(store: Engine) -> None:
    refs = entered(store, 1200)
    now = CHASED + MORNING
    done = at_once(2, lambda _: sweep(store, now, size=150))
    assert all(isinstance(each, Swept) for each in done), done
    left = sweep(store, now)
    assert sum(each.fired for each in (*done, left) if isinstance(each, Swept)) == 1200
    _require_fired_once(store, refs)
    assert fire_due(store, now) == Swept(0, 0, (), more=False)


def _require_fired_once(store: Engine, refs: list[str]) -> None:
    statement = text(
        "SELECT item.ref, count(*) FROM event JOIN item ON item.id = event.item_id"
        " WHERE event.kind = 'step_fired' GROUP BY item.ref"
    )
    with reading(store) as connection:
        counts = dict(connection.execute(statement).all())
    assert {ref: counts.get(ref) for ref in refs} == dict.fromkeys(refs, 1)
    for ref in refs[:: max(len(refs) // 20, 1)]:
        require_sound_history(store, ref)


SWEEP = """
import sys
from datetime import datetime
from models.engine import open_engine
from tasks.act import fire_due
engine = open_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
fired = 0
while (done := fire_due(engine, datetime.fromisoformat(sys.argv[2]), 60)).more:
    fired += done.fired
print(fired + done.fired)
"""


def test_two_processes_fire_once_each(store: Engine) -> None:
    refs = entered(store, 400)
    now = CHASED + MORNING
    url = store.url.render_as_string(hide_password=False)
    sweeps = [
        subprocess.Popen(
            [sys.executable, "-c", SWEEP, url, now.isoformat()],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for each in sweeps:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in sweeps:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    outputs = [each.communicate(timeout=60)[0] for each in sweeps]
    assert sum(map(int, outputs)) + sweep(store, now).fired == 400
    _require_fired_once(store, refs)


def test_a_sweep_goes_chunk_by_chunk_and_the_most_overdue_first(store: Engine) -> None:
    late = entered(store, 5, due=date(2026, 12, 11))
    later = entered(store, 5)
    first = fire_due(store, CHASED + MORNING, size=4)
    assert (first.fired, first.more) == (4, True)
    assert all(not steps(store, ref) for ref in later)
    assert sum(len(steps(store, ref)) for ref in late) == 4
    assert sweep(store, CHASED + MORNING, size=4).fired == 6


@pytest.mark.parametrize("size", [1, 3, 500])
def test_a_sweep_ends_whatever_its_chunk(store: Engine, size: int) -> None:
    entered(store, 3)
    assert sweep(store, CHASED, size=size).fired == 3


# Late


def test_after_a_long_downtime_the_highest_rung_fires_once_and_says_what_it_overtook(
    store: Engine,
) -> None:
    ref = item_in(store, Stage.DEADLINE)
    now = cast.at("2027-03-01 09:00")
    done = sweep(store, now)
    assert (done.fired, done.failed) == (1, ())
    fired = steps(store, ref)[0]
    said = told(fired)
    assert (said["step"], said["level"]) == ("rung", 4)
    assert said["skipped"][:3] == [
        "chase/remind-3/r1.d1", "chase/remind-1/r1.d1", "chase/overdue/r1.d1",
    ]  # fmt: skip
    assert done.skipped == len(said["skipped"]) >= 6
    assert said["why_skipped"]
    item = state(store, ref)
    assert (item.level, item.stage) == (4, Stage.REMINDER)
    assert set(item.fired) == {*said["skipped"], fired.step_key}
    assert (next_at(store, ref) or now + MORNING) > now
    require_sound_history(store, ref)


def test_day_by_day_the_whole_ladder_is_climbed_and_nothing_is_skipped(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    for _ in range(40):
        due = next_at(store, ref)
        if due is None:
            break
        sweep(store, due)
    said = [told(each) for each in steps(store, ref)]
    assert [each["level"] for each in said if each["step"] == StepKind.RUNG] == [1, 2, 3, 4]
    assert [each["step"] for each in said] == [
        "remind", "remind", "overdue", "rung", "rung", "rung", "rung", "overdue_again",
        "overdue_again",
    ]  # fmt: skip
    assert all("skipped" not in each for each in said)
    instants = [each["planned"] for each in said]
    assert instants == sorted(instants)
    assert next_at(store, ref) is None
    require_sound_history(store, ref)


def test_a_clock_set_back_repeats_nothing(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    sweep(store, CHASED)
    for days in (-30, -1, 0):
        assert sweep(store, CHASED + timedelta(days=days)).fired == 0
    assert len(steps(store, ref)) == 1


def test_what_has_moved_meanwhile_is_planned_anew(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    asked = date(2026, 12, 30)
    give(store, ref, "request_extension", "responsible", due=asked, reason="材料未齐")
    give(store, ref, "grant_extension", "coordinator")
    assert sweep(store, CHASED).fired == 0
    assert next_at(store, ref) == cast.at("2026-12-25 09:00")
    assert sweep(store, cast.at("2026-12-25 09:00")).fired == 1


def test_a_hold_that_has_run_out_ends_by_itself(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    give(store, ref, "hold", "coordinator", until=date(2026, 11, 10), reason="鉴定")
    assert sweep(store, cast.at("2026-11-10 16:59")).fired == 0
    assert sweep(store, cast.at("2026-11-11 09:00")).fired == 1
    item = state(store, ref)
    assert (item.on_hold, item.stage) == (False, Stage.DEADLINE)
    assert item.due == date(2026, 12, 29), "seven working days later than 18 December"
    require_sound_history(store, ref)


def test_an_assignment_that_nobody_acknowledges_counts_as_received(store: Engine) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    for day in ("2026-11-05", "2026-11-09"):
        assert sweep(store, cast.at(f"{day} 09:00")).fired == 1
    assert [told(each)["step"] for each in steps(store, ref)] == ["acknowledge", "deemed_received"]
    assert state(store, ref).stage is Stage.DEADLINE


def test_an_instant_stored_too_early_is_planned_again_without_an_event(store: Engine) -> None:
    """As after a calendar was published: the stored instant is a mere reminder to look."""
    ref = item_in(store, Stage.DEADLINE)
    early = cast.at("2026-11-20 09:00")
    _store_next(store, ref, early)
    before = kinds(store, ref)
    assert sweep(store, early) == Swept(0, 0, (), more=False)
    assert (kinds(store, ref), next_at(store, ref)) == (before, CHASED)
    require_sound_history(store, ref)


def _store_next(store: Engine, ref: str, at: datetime) -> None:
    text_or_instant: Any = at.isoformat(timespec="microseconds")
    if store.dialect.name != "sqlite":
        text_or_instant = at
    with writing(store) as connection:
        connection.execute(
            text("UPDATE item SET next_action_at = :at WHERE ref = :ref"),
            {"at": text_or_instant, "ref": ref},
        )


# When one of them is broken


def test_an_item_whose_rules_fail_is_left_and_named_and_holds_nobody_up(
    store: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    broken = entered(store, 2, due=date(2026, 12, 11))
    sound = entered(store, 5)
    _break_policy(store, broken)
    before = [history(store, ref) for ref in broken]
    done = sweep(store, CHASED + MORNING, size=2)
    assert done == Swept(5, 0, tuple(broken), more=False)
    assert [history(store, ref) for ref in broken] == before
    assert all(len(steps(store, ref)) == 1 for ref in sound)
    assert all(ref in caplog.text for ref in broken)
    assert "窗口推诿" not in caplog.text, "a log names references only"


def _break_policy(store: Engine, refs: list[str]) -> None:
    with writing(store) as connection:
        connection.execute(
            text(
                "INSERT INTO policy (name, version, document, created_at)"
                " SELECT 'broken', (SELECT count(*) FROM policy), '{}', created_at FROM campaign"
            )
        )
        for ref in refs:
            connection.execute(
                text("UPDATE item SET policy_id = (SELECT max(id) FROM policy) WHERE ref = :ref"),
                {"ref": ref},
            )


def test_a_step_that_cannot_be_stored_is_left_and_named_and_holds_nobody_up(
    store: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody has changed the database behind our back: the step stands in the history already."""
    broken, *sound = entered(store, 6)
    sweep(store, CHASED)
    with writing(store) as connection:
        connection.execute(text("UPDATE item SET fired = '' WHERE ref = :ref"), {"ref": broken})
    _store_next(store, broken, CHASED)
    now = cast.at("2026-12-15 09:30")
    more = entered(store, 3)
    assert sweep(store, now, size=4) == Swept(3, 0, (broken,), more=False)
    assert broken in caplog.text
    assert [len(steps(store, ref)) for ref in (broken, *sound, *more)] == [1] * 9
    for ref in (broken, *sound, *more):
        require_sound_history(store, ref)


def test_the_database_itself_takes_a_step_once(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    sweep(store, CHASED)
    copy = text(
        "INSERT INTO event (item_id, seq, kind, at, actor_id, stage, data, previous, hash,"
        " step_key, announced) SELECT item_id, 999, kind, at, actor_id, stage, data, previous,"
        " hash, step_key, announced FROM event WHERE step_key IS NOT NULL AND item_id ="
        " (SELECT id FROM item WHERE ref = :ref)"
    )
    with pytest.raises(IntegrityError), writing(store) as connection:
        connection.execute(copy, {"ref": ref})


def test_a_crash_in_the_middle_of_a_chunk_fires_nothing_and_loses_nothing(store: Engine) -> None:
    refs = entered(store, 20)
    before = everything(store)

    def cut() -> None:
        raise KeyboardInterrupt

    with just_before(store, "INSERT INTO event", cut), pytest.raises(KeyboardInterrupt):
        fire_due(store, CHASED)
    assert everything(store) == before
    assert sweep(store, CHASED).fired == 20
    _require_fired_once(store, refs)


def test_items_that_another_sweep_has_at_hand_are_left_to_it(store: Engine) -> None:
    if store.dialect.name == "sqlite":
        pytest.skip("a writing transaction is alone on SQLite")
    entered(store, 4)
    with writing(store) as connection:
        connection.execute(
            text("SELECT id FROM item WHERE next_action_at IS NOT NULL LIMIT 1 FOR UPDATE")
        )
        assert fire_due(store, CHASED).fired == 3
    assert fire_due(store, CHASED).fired == 1


def test_items_entered_after_their_deadline_are_chased_from_the_takeover(store: Engine) -> None:
    ref = entered(store, 1, due=date(2026, 9, 1), stage=Stage.REMINDER)[0]
    assert next_at(store, ref) == MONDAY
    done = sweep(store, MONDAY)
    assert (done.fired, done.skipped) == (1, 0)
    assert [told(each)["step"] for each in steps(store, ref)] == ["overdue"]
    assert state(store, ref).level == 0
    assert state(store, ref).due_original == date(2026, 9, 1) != FAR
