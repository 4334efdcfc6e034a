"""Several people on one item at the same moment: nothing is lost, nothing stands twice."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import Engine

from models.writes import Receipt
from rules.commands import Approve, Assign, Comment, Deny, Merge, ReportProgress
from rules.errors import Conflict, Refused
from rules.vocabulary import Stage
from tasks.act import act, fire_due
from tests.conftest import MONDAY
from tests.tasks.staff import (
    CHASED,
    history,
    item_in,
    just_before,
    kinds,
    require_sound_history,
    state,
    told,
)
from tests.tasks.test_act_keys import at_once


def test_two_people_acting_two_hundred_times_lose_no_event(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    before = state(store, ref).version

    def work(number: int) -> int:
        who = ("responsible", "leader")[number]
        for count in range(100):
            act(store, ref, ReportProgress(text=f"{who} {count}"), who, MONDAY)
        return 100

    assert at_once(2, work) == [100, 100]
    texts = Counter(told(e)["text"] for e in history(store, ref) if e.kind == "progress_reported")
    assert len(texts) == 200
    assert set(texts.values()) == {1}
    assert state(store, ref).version == before + 200
    require_sound_history(store, ref)


def test_a_crowd_on_one_item_starves_nobody(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    done = at_once(
        8,
        lambda n: [act(store, ref, Comment(text=f"{n}"), "coordinator", MONDAY) for _ in range(10)],
    )
    assert all(isinstance(each, list) for each in done), done
    assert kinds(store, ref).count("commented") == 80
    require_sound_history(store, ref)


def test_of_two_decisions_that_exclude_each_other_one_stands(store: Engine) -> None:
    for _ in range(5):
        ref = item_in(store, Stage.CLOSURE)
        commands = (Approve(), Deny(reason="证据不足", to="deadline"))
        results = at_once(2, lambda n: act(store, ref, commands[n], "supervisor", MONDAY))  # noqa: B023
        assert sorted(type(each) for each in results if isinstance(each, Receipt)) == [Receipt]
        assert sum(isinstance(each, Refused) for each in results) == 1
        assert state(store, ref).stage in (Stage.CLOSED, Stage.DEADLINE)
        require_sound_history(store, ref)


def test_of_two_who_looked_at_the_same_version_one_is_sent_back(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    seen = state(store, ref).version
    results = at_once(
        4, lambda n: act(store, ref, Comment(text=f"{n}"), "leader", MONDAY, version=seen)
    )
    assert sum(isinstance(each, Receipt) for each in results) == 1
    assert sum(isinstance(each, Conflict) for each in results) == 3


def test_two_items_are_never_merged_into_each_other(store: Engine) -> None:
    """Each looks whether the other is open, and closes itself: together they would both end."""
    refs = [item_in(store, Stage.INTAKE) for _ in range(2)]
    meeting = Barrier(2, timeout=0.5)

    def wait_for_the_other() -> None:
        with suppress(BrokenBarrierError):
            meeting.wait()

    with just_before(store, "UPDATE item SET", wait_for_the_other):
        results = at_once(
            2,
            lambda n: act(
                store, refs[n], Merge(into=refs[1 - n], reason="同一事项"), "coordinator", MONDAY
            ),
        )
    assert [type(each) for each in results if not isinstance(each, Receipt)] == [Refused]
    assert sorted(state(store, ref).stage for ref in refs) == [Stage.CLOSED, Stage.INTAKE]


def test_a_sweep_and_people_at_the_same_moment_are_told_apart(store: Engine) -> None:
    refs = [item_in(store, Stage.DEADLINE) for _ in range(6)]
    now = CHASED + timedelta(minutes=1)

    def work(number: int) -> int:
        if number == 0:
            return sum(fire_due(store, now, size=2).fired for _ in range(6))
        return len([act(store, ref, Comment(text="催"), "coordinator", now) for ref in refs])

    fired, commented = at_once(2, work)
    while isinstance(fired, int) and (more := fire_due(store, now).fired):
        fired += more
    assert commented == 6
    for ref in refs:
        assert kinds(store, ref).count("step_fired") == 1
        assert kinds(store, ref).count("commented") == 1
        assert state(store, ref).stage is Stage.REMINDER
        require_sound_history(store, ref)


def test_an_assignment_and_its_withdrawal_at_the_same_moment_leave_a_sound_item(
    store: Engine,
) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    assign = Assign(unit="court", responsible="co-worker")
    results = at_once(
        4,
        lambda n: (
            act(store, ref, assign, "coordinator", MONDAY)
            if n % 2
            else act(store, ref, Comment(text="改派？"), "coordinator", MONDAY)
        ),
    )
    assert all(isinstance(each, Receipt) for each in results)
    require_sound_history(store, ref)
    assert state(store, ref).due_version == 3


@pytest.mark.parametrize("stage", [Stage.DEADLINE, Stage.CLOSED])
def test_receipts_given_at_the_same_moment_have_places_of_their_own(
    store: Engine, stage: Stage
) -> None:
    ref = item_in(store, stage)
    receipts = at_once(5, lambda n: act(store, ref, Comment(text=f"{n}"), "coordinator", MONDAY))
    places = [each.seq for each in receipts if isinstance(each, Receipt)]
    assert len(set(places)) == 5
