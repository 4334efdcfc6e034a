"""Whatever happens between an item and its run, the follower brings them together again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect import task
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelled, Running
from sqlalchemy import text

from config.clock import wall
from flows.item_runs import ItemRuns
from flows.reconcile import Reconciler
from flows.rectification import AUTOMATIC
from flows.server import EmbeddedServer
from flows.suspension import describe, rename
from models.engine import reading, writing
from rules.vocabulary import Stage
from tasks.assignment import issue_order
from tasks.at_hand import install
from tests.flows.installation import (
    PATIENCE,
    Installation,
    installed,
    reaches,
    until,
    warnings_of,
)
from tests.tasks.staff import FAR, PATH_TO, entered, give, item_in, kinds

HOUR = timedelta(hours=1)
gate = threading.Event()


@task(name="held")
async def held(item_id: int) -> None:
    """Automatic work that takes until the test opens the gate."""
    await asyncio.to_thread(gate.wait, PATIENCE)


@pytest.fixture(scope="module")
def here(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One installation for the tests of this module."""
    with installed(tmp_path_factory.mktemp("home")) as here:
        yield here


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The work of intake is held until the gate is opened, which the end of the test does."""
    gate.clear()
    monkeypatch.setitem(AUTOMATIC, Stage.INTAKE, (held,))  # type: ignore[arg-type]
    yield
    gate.set()


async def awake(here: Installation, client: PrefectClient, ref: str) -> Any:
    """The item's run, once its activation is at work."""
    await until(lambda: here.column(ref, "flow_run.flow_run_id AS run").run is not None)
    run = here.run_of(ref)
    await reaches(client, run, StateType.RUNNING)
    return run


async def times(client: PrefectClient, run: Any, kind: StateType) -> int:
    """How often the run has been in a state of this type."""
    return sum(state.type == kind for state in await client.read_flow_run_states(run))


def move(here: Installation, ref: str, stage: Stage) -> None:
    """Drive the item into the stage by ordinary commands."""
    for command, who, fields in PATH_TO[stage]:
        give(here.engine, ref, command, who, here.clock.now(), **fields)


def forget_move(here: Installation, ref: str) -> None:
    """As if the item had moved once more."""
    with writing(here.engine) as connection:
        connection.execute(text("UPDATE item SET moves = moves + 1 WHERE ref = :ref"), {"ref": ref})


async def test_an_item_that_moves_while_its_run_is_at_work_is_caught_up_with(
    here: Installation, client: PrefectClient, holding: None
) -> None:
    ref = item_in(here.engine, Stage.INTAKE)
    await awake(here, client, ref)
    move(here, ref, Stage.ASSIGNMENT)
    gate.set()
    assert (await here.stands(client, ref)).name == "Assignment"
    assert kinds(here.engine, ref).count("recorded") == 1


async def test_work_that_fails_is_tried_again_and_done_once_it_can_be(
    here: Installation, client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue_order, "retry_delay_seconds", [0.01] * 3)
    monkeypatch.setattr("flows.follower.REST", timedelta(seconds=0.5))
    ref = item_in(here.engine, Stage.INTAKE)
    run = await here.follows(ref)
    folder = here.office.settings.document_folder
    if folder.exists():
        folder.rename(folder.with_name("documents-before"))
    folder.write_text("a file in the place of the folder", encoding="utf-8")
    move(here, ref, Stage.ASSIGNMENT)

    await until(lambda: (run, False) in here.ended, "the work did not fail")
    await until(lambda: here.ended.count((run, False)) >= 2, "it was not tried again")
    assert not here.caught_up(ref)
    assert "recorded" not in kinds(here.engine, ref)
    folder.unlink()
    assert (await here.stands(client, ref)).name == "Assignment"
    assert here.run_of(ref) == run
    assert kinds(here.engine, ref).count("recorded") == 1
    assert len(list(folder.iterdir())) == 1


async def test_an_item_that_keeps_failing_rests_longer_each_time(
    here: Installation, client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    @task(name="hopeless")
    async def hopeless(item_id: int) -> None:
        raise RuntimeError("never")

    monkeypatch.setitem(AUTOMATIC, Stage.INTAKE, (hopeless,))  # type: ignore[arg-type]
    monkeypatch.setattr("flows.follower.REST", timedelta(seconds=0.2))
    monkeypatch.setattr("flows.follower.LONGEST_REST", timedelta(seconds=2))
    ref = item_in(here.engine, Stage.INTAKE)

    def left() -> float:
        lease = here.column(ref, "lease_until").lease_until
        held_by_us = timedelta(seconds=30)
        rest = datetime.fromisoformat(lease) - wall() if lease else timedelta()
        return rest.total_seconds() if rest < held_by_us else 0.0

    await until(lambda: left() > 1.0, "it never rested for more than a second")
    assert left() < 2.0
    monkeypatch.undo()
    await here.follows(ref)


async def test_a_run_whose_worker_was_cut_off_is_set_going_again(
    here: Installation, client: PrefectClient, holding: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.follower.REST", timedelta(seconds=0.1))
    ref = item_in(here.engine, Stage.INTAKE)
    run = await awake(here, client, ref)

    async def cut_off() -> None:
        here.worker._tasks[run].cancel()

    here.thread.call(cut_off()).result(PATIENCE)
    gate.set()
    assert (await here.stands(client, ref)).name == "Intake"
    assert await times(client, run, StateType.CRASHED) == 1
    assert (run, False) in here.ended


async def test_a_run_left_running_by_a_dead_process_is_recovered_when_its_lease_runs_out(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.INTAKE)
    run = await here.follows(ref)
    await client.set_flow_run_state(run, Running(), force=True)
    here.lease(ref, "elsewhere:1", wall() + HOUR)
    move(here, ref, Stage.ASSIGNMENT)
    other = item_in(here.engine, Stage.INTAKE)
    await here.follows(other)
    assert not here.caught_up(ref), "a live holder's item was taken"
    assert (await describe(client, [run]))[run].type == StateType.RUNNING
    here.lease(ref, "elsewhere:1", wall())
    assert (await here.stands(client, ref)).name == "Assignment"
    assert here.run_of(ref) == run


async def test_a_lease_is_kept_for_as_long_as_its_activation_lives(
    here: Installation, client: PrefectClient, holding: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = timedelta(seconds=3)
    for name in ("flows.rectification.LEASE", "flows.item_runs.LEASE"):
        monkeypatch.setattr(name, lease)
    monkeypatch.setattr("flows.rectification.BEAT_SECONDS", 0.1)
    ref = item_in(here.engine, Stage.INTAKE)
    run = await awake(here, client, ref)
    past = (wall() + 2 * lease).isoformat()
    await until(lambda: here.column(ref, "lease_until").lease_until > past, "the lease ran out")
    gate.set()
    await here.follows(ref)
    assert await times(client, run, StateType.RUNNING) == 1, "it was taken for dead"


@pytest.mark.parametrize("how", ["deleted", "cancelled"])
async def test_a_run_lost_on_the_server_is_replaced_when_its_item_moves(
    here: Installation, client: PrefectClient, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    ref = item_in(here.engine, Stage.INTAKE)
    lost = await here.follows(ref)
    await lose(client, lost, how)
    move(here, ref, Stage.ASSIGNMENT)
    state = await here.stands(client, ref)
    assert (state.suspended, state.name) == (True, "Assignment")
    assert here.run_of(ref) != lost
    was = {"deleted": "missing", "cancelled": "terminal"}[how]
    assert f"A run is replaced. [action=follow item={ref} was={was}]" in warnings_of(caplog.records)


async def lose(client: PrefectClient, run: Any, how: str) -> None:
    """What a person may do to a run on Prefect's pages."""
    if how == "deleted":
        await client.delete_flow_run(run)
    else:
        await client.set_flow_run_state(run, Cancelled(), force=True)


@pytest.mark.parametrize("how", ["deleted", "cancelled"])
async def test_a_run_lost_on_the_server_is_replaced_though_its_item_stays_where_it_is(
    here: Installation, client: PrefectClient, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    ref = item_in(here.engine, Stage.INTAKE)
    lost = await here.follows(ref)
    await lose(client, lost, how)
    assert await compare(here, client) == 1
    await until(lambda: here.run_of(ref) != lost)
    assert (await here.stands(client, ref)).name == "Intake"
    assert kinds(here.engine, ref).count("screened") == 1
    assert await compare(here, client) == 0
    said = warnings_of(caplog.records)
    assert "Runs are not where their items are. [action=reconcile runs=1]" in said


async def compare(here: Installation, client: PrefectClient) -> int:
    """Compare all runs once."""
    return await Reconciler(ItemRuns(here.office)).compare(client)


async def test_a_run_that_sleeps_under_another_name_is_put_right(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.INTAKE)
    run = await here.follows(ref)
    await rename(client, run, "Closure")
    assert await compare(here, client) == 1
    await until(lambda: (run, True) in here.ended[-1:])
    assert (await here.stands(client, ref)).name == "Intake"


async def test_a_former_lifes_run_that_was_left_running_is_ended(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.CLOSED)
    first = await here.follows(ref)
    give(here.engine, ref, "reopen", "supervisor", reason="反弹", due=FAR)
    await here.follows(ref)
    await client.set_flow_run_state(first, Running(), force=True)
    state_of_life(here, ref, "Running")
    await compare(here, client)
    await reaches(client, first, StateType.COMPLETED)


def state_of_life(here: Installation, ref: str, state: str) -> None:
    """As if this had been seen of the item's first run."""
    with writing(here.engine) as connection:
        statement = """
            UPDATE flow_run SET state = :state
            WHERE life = 1 AND item_id = (SELECT id FROM item WHERE ref = :ref)
        """
        connection.execute(text(statement), {"ref": ref, "state": state})


async def test_an_ended_run_that_was_cleared_away_is_not_asked_for_again(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.CLOSED)
    run = await here.follows(ref)
    await client.delete_flow_run(run)
    state_of_life(here, ref, "Closure")
    assert await compare(here, client) == 0
    assert here.column(ref, "flow_run.state AS state").state == "Gone"
    assert here.run_of(ref) == run


async def test_runs_are_compared_page_by_page_and_from_the_beginning_again(
    here: Installation, client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.reconcile.PAGE", 2)
    refs = entered(here.engine, 3)
    for ref in refs:
        await here.follows(ref)
    lost = here.run_of(refs[-1])
    await client.delete_flow_run(lost)
    reconciler = Reconciler(ItemRuns(here.office))
    found = 0
    for _ in range(200):
        found += await reconciler.compare(client)
        if found:
            break
    await until(lambda: here.run_of(refs[-1]) != lost)


async def test_one_item_that_cannot_be_woken_holds_nobody_else_up(
    here: Installation, client: PrefectClient, caplog: pytest.LogCaptureFixture
) -> None:
    ref = item_in(here.engine, Stage.INTAKE)
    run = await here.follows(ref)
    with writing(here.engine) as connection:
        damage = text("UPDATE flow_run SET flow_run_id = :to WHERE flow_run_id = :of")
        connection.execute(damage, {"of": str(run), "to": "no identifier"})
    forget_move(here, ref)
    other = item_in(here.engine, Stage.INTAKE)
    assert (await here.stands(client, other)).name == "Intake"
    assert f"A run cannot be woken. [action=follow item={ref}]" in warnings_of(caplog.records)
    assert here.column(ref, "lease_until").lease_until is not None, "it was not laid aside"
    with writing(here.engine) as connection:
        connection.execute(damage, {"of": "no identifier", "to": str(run)})
    here.lease(ref, None, None)
    await here.follows(ref)


async def test_nothing_unforeseen_ends_the_following(
    here: Installation, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.follower.AWAY", timedelta(seconds=0.1))
    broken = threading.Event()

    async def anything(_: ItemRuns) -> bool:
        broken.set()
        raise KeyError("a bug of ours")

    monkeypatch.setattr(ItemRuns, "anything", anything)
    await until(broken.is_set)
    monkeypatch.undo()
    await here.follows(item_in(here.engine, Stage.INTAKE))
    said = [r for r in caplog.records if r.getMessage().startswith("Following pauses: 'a bug")]
    assert len(said) == 1, "said once, not at every look"
    assert said[0].exc_info


async def test_a_deployment_deleted_on_the_server_is_made_again(
    here: Installation, client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.follower.AWAY", timedelta(seconds=0.1))
    ours = DeploymentFilter(name=DeploymentFilterName(any_=[here.pool]))
    [deployment] = await client.read_deployments(deployment_filter=ours)
    await client.delete_deployment(deployment.id)
    assert (await here.stands(client, item_in(here.engine, Stage.INTAKE))).name == "Intake"
    [another] = await client.read_deployments(deployment_filter=ours)
    assert another.id != deployment.id


@pytest.fixture
def beside(here: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A second installation on the same server; this process works for it while it is there."""
    with installed(tmp_path / "beside") as beside:
        yield beside
    install(here.office)


async def test_two_installations_on_one_server_do_not_run_each_others_items(
    here: Installation, beside: Installation
) -> None:
    with reading(here.engine) as connection:
        known = set(connection.execute(text("SELECT flow_run_id FROM flow_run")).scalars())
    twin = item_in(beside.engine, Stage.ASSIGNMENT)
    run = await beside.follows(twin)
    assert twin == "ZG-00001", "both have an item of this name"
    assert beside.pool != here.pool
    assert str(run) not in known
    assert {one for one, _ in beside.ended} == {run}
    assert run not in {one for one, _ in here.ended}


@pytest.mark.slow
async def test_items_that_move_while_the_server_is_killed_are_followed_at_its_return(
    here: Installation,
    client: PrefectClient,
    server: EmbeddedServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # If what was taken were not given back, it would stand still for an hour.
    for name in ("flows.rectification.LEASE", "flows.item_runs.LEASE"):
        monkeypatch.setattr(name, HOUR)
    monkeypatch.setattr("flows.follower.REST", timedelta(seconds=1))
    refs = [item_in(here.engine, Stage.INTAKE) for _ in range(12)]
    await here.follows(refs[0])
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    for ref in refs:
        move(here, ref, Stage.ASSIGNMENT)
    for ref in refs:
        assert (await here.stands(client, ref)).name == "Assignment"
        assert kinds(here.engine, ref).count("recorded") == 1
    away = [line for line in warnings_of(caplog.records) if line.startswith("Following pauses")]
    assert len(away) <= 3, away
