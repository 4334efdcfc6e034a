"""Long work in a thread: one piece at a time, once, for its owner, and told when it breaks off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from models import directory
from models import jobs as rows
from models.engine import reading, writing
from models.jobs import JobRow
from rules.errors import InputError, NotFound
from rules.item import PersonFact
from tasks import job_pulse, jobs
from tasks.jobs import Runner, Tell
from tests.conftest import MONDAY


class Wall:
    """Wall time that tests move."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def owner(store: Engine) -> Iterator[PersonFact]:
    with reading(store) as connection:
        found = directory.person(connection, "coordinator")
    yield found
    with writing(store) as connection:
        connection.execute(rows.JOB.delete())


def made(store: Engine, owner: PersonFact, token: str = "t", state: str = "uploaded") -> JobRow:
    """A job that somebody has asked for."""
    with writing(store) as connection:
        return rows.add(
            connection, owner.id, "ledger", "台账.xlsx", MONDAY, token=token, campaign="ZG",
            sha256="0" * 64, size=1, lang="en", state=state,
        )  # fmt: skip


def runner(store: Engine, wall: Wall, work: Any) -> Runner:
    """Who does this work in both states."""
    return Runner(store, {("ledger", "rehearsing"): work, ("ledger", "running"): work}, wall)


def test_a_job_is_rehearsed_then_done_and_tells_how_far_it_is(
    store: Engine, owner: PersonFact, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_pulse, "SIGN_SECONDS", 0.01)
    seen, go_on = threading.Event(), threading.Event()

    def work(job: JobRow, tell: Tell) -> str:
        tell("store", 2, 5)
        seen.set()
        assert go_on.wait(20)
        return f'{{"state": "{job.state}"}}'

    job = made(store, owner)
    hands = runner(store, wall, work)
    assert jobs.ask(store, job, "rehearsing", ("uploaded",), MONDAY)
    assert jobs.find(store, "t", owner, MONDAY).waits
    hands.nudge()
    assert seen.wait(20)
    for _ in range(500):
        now = jobs.find(store, "t", owner, MONDAY)
        if now.of:
            break
        threading.Event().wait(0.01)
    assert (now.state, now.what, now.done, now.of) == ("rehearsing", "store", 2, 5)
    go_on.set()
    assert hands.rest(20)
    now = jobs.find(store, "t", owner, MONDAY)
    assert (now.state, now.report) == ("rehearsed", '{"state": "rehearsing"}')
    assert jobs.ask(store, job, "running", ("rehearsed",), MONDAY)
    assert not jobs.ask(store, job, "running", ("rehearsed",), MONDAY)
    hands.nudge()
    assert hands.rest(20)
    assert jobs.find(store, "t", owner, MONDAY).state == "done"


def test_jobs_are_done_one_after_the_other_in_the_order_of_asking(
    store: Engine, owner: PersonFact, wall: Wall
) -> None:
    at_once: list[str] = []
    done: list[str] = []

    def work(job: JobRow, tell: Tell) -> str:
        at_once.append(job.token)
        assert len(at_once) == 1
        done.append(at_once.pop())
        return "{}"

    hands = [runner(store, wall, work) for _ in range(2)]
    for token in ("a", "b", "c", "d"):
        jobs.ask(store, made(store, owner, token), "rehearsing", ("uploaded",), MONDAY)
        for one in hands:
            one.nudge()
    assert all(one.rest(30) for one in hands)
    assert done == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            InputError("No rows.", where="uploads/bad, row 3"),
            '"No rows.", "rule": "", "where": "row 3"',
        ),
        (ValueError("x"), '""'),
    ],
)
def test_what_goes_wrong_is_told_and_the_next_job_is_done(
    store: Engine, owner: PersonFact, wall: Wall, error: Exception, said: str
) -> None:
    def work(job: JobRow, tell: Tell) -> str:
        if job.token == "bad":
            raise error
        return "{}"

    hands = runner(store, wall, work)
    for token in ("bad", "good"):
        jobs.ask(store, made(store, owner, token), "running", ("uploaded",), MONDAY)
    hands.nudge()
    assert hands.rest(20)
    bad = jobs.find(store, "bad", owner, MONDAY)
    assert bad.state == "failed"
    assert f'"error": {said}' in bad.report
    assert jobs.find(store, "good", owner, MONDAY).state == "done"


def test_a_job_whose_process_has_gone_is_interrupted_and_may_be_asked_for_again(
    store: Engine, owner: PersonFact, wall: Wall
) -> None:
    job = made(store, owner)
    jobs.ask(store, job, "running", ("uploaded",), MONDAY)
    with writing(store) as connection:
        taken = rows.take_next(connection, MONDAY, MONDAY - jobs.LOST)
    assert taken is not None
    assert jobs.find(store, "t", owner, MONDAY + jobs.LOST).state == "running"
    # Nobody takes a job up while another one shows signs of life.
    jobs.ask(store, made(store, owner, "next"), "running", ("uploaded",), MONDAY)
    with writing(store) as connection:
        assert rows.take_next(connection, MONDAY, MONDAY - jobs.LOST) is None
    later = MONDAY + jobs.LOST + timedelta(seconds=1)
    assert jobs.find(store, "t", owner, later).state == "interrupted"
    with writing(store) as connection:
        # The dead do not come back: what they still would write is not written.
        assert rows.write(connection, taken._replace(began_at=later), {"state": "done"}) is False
    assert jobs.ask(store, job, "running", ("interrupted",), later)
    wall.at = later
    hands = runner(store, wall, lambda job, tell: "{}")
    hands.nudge()
    assert hands.rest(20)
    assert jobs.find(store, "t", owner, later).state == "done"


def test_another_persons_job_is_not_found(store: Engine, owner: PersonFact) -> None:
    made(store, owner)
    with reading(store) as connection:
        other = directory.person(connection, "supervisor")
    for token, person in (("t", other), ("x", owner), ("t" * 99, owner)):
        with pytest.raises(NotFound):
            jobs.find(store, token, person, MONDAY)


@pytest.mark.parametrize(
    ("state", "begun", "given_up"),
    [("uploaded", False, True), ("rehearsed", False, True), ("running", False, True),
     ("running", True, False), ("done", False, False)],
)  # fmt: skip
def test_what_has_not_begun_can_be_given_up(
    store: Engine, owner: PersonFact, state: str, begun: bool, given_up: bool
) -> None:
    job = made(store, owner, state=state)
    if begun:
        with writing(store) as connection:
            rows.take_next(connection, MONDAY, MONDAY)
    assert jobs.cancel(store, job, MONDAY) is given_up
    assert (jobs.find(store, "t", owner, MONDAY).state == "cancelled") is given_up


@pytest.mark.parametrize("told", ["", '{"done": 1}'])
def test_a_job_is_stopped_between_two_pieces_and_goes_on_when_asked_again(
    store: Engine, owner: PersonFact, wall: Wall, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setattr(job_pulse, "SIGN_SECONDS", 0.01)
    begun, pieces = threading.Event(), []

    def work(job: JobRow, tell: Tell) -> str:
        if job.report != "before":
            return '{"all": true}'
        try:
            while True:
                tell("store", 1, 5)
                pieces.append(1)
                begun.set()
                threading.Event().wait(0.005)
        except jobs.Stopped as stopped:
            raise jobs.Stopped(told) from stopped

    job, hands = made(store, owner), runner(store, wall, work)
    jobs.ask(store, job, "running", ("uploaded",), MONDAY, report="before")
    hands.nudge()
    assert begun.wait(20)
    assert jobs.stop(store, job, MONDAY)
    assert not jobs.stop(store, job, MONDAY), "once is enough"
    assert hands.rest(20)
    now = jobs.find(store, "t", owner, MONDAY)
    assert (now.state, now.report) == ("stopped", told or "before")
    assert not jobs.stop(store, job, MONDAY), "it is over"
    jobs.ask(store, job, "running", ("stopped",), MONDAY, report="again")
    hands.nudge()
    assert hands.rest(20)
    assert jobs.find(store, "t", owner, MONDAY).report == '{"all": true}'


def test_a_job_that_waits_is_stopped_at_once_and_none_after_its_end(
    store: Engine, owner: PersonFact
) -> None:
    job = made(store, owner)
    assert not jobs.stop(store, job, MONDAY)
    jobs.ask(store, job, "running", ("uploaded",), MONDAY)
    assert jobs.stop(store, job, MONDAY)
    assert jobs.find(store, "t", owner, MONDAY).state == "stopped"


def test_work_that_has_been_given_to_somebody_else_is_not_done_on(
    store: Engine, owner: PersonFact
) -> None:
    job = made(store, owner)
    for at in (MONDAY, MONDAY + timedelta(minutes=5)):
        jobs.ask(store, job, "running", ("uploaded", "interrupted"), at)
        with writing(store) as connection:
            taken = rows.take_next(connection, at, at)
            assert taken is not None
            assert rows.go_on(connection, taken, {"seen_at": at})
            late = taken._replace(began_at=MONDAY)
            assert rows.go_on(connection, late, {"done": 9}) is (at == MONDAY)
            rows.end_abandoned(connection, at, at + timedelta(seconds=1))
