"""Runs sleep under their stage's name, wake once, and end; refusals are never overlooked."""

from __future__ import annotations

import uuid
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State, StateType
from prefect.exceptions import Abort
from prefect.states import Crashed, Failed, Pending, Running

from flows.bootstrap import ensure_deployments
from flows.suspension import (
    Ending,
    Finished,
    Resumed,
    create_suspended,
    describe,
    finish,
    rename,
    resume,
    suspend,
)

# Runs of this pool stay where they are put: no worker looks here.
POOL = "without-worker"


async def sleeping(client: PrefectClient, stage: str = "Intake", key: str = "") -> UUID:
    """A new run that sleeps under a stage's name."""
    deployed = await ensure_deployments(client, ["unworked"], POOL)
    return await create_suspended(
        client,
        deployed["unworked"].deployment_id,
        stage,
        parameters={"item_id": 7},
        name="ZG-0007",
        tags=["round-1"],
        idempotency_key=key or str(uuid.uuid4()),
    )


async def put(client: PrefectClient, run: UUID, *states: State[object]) -> None:
    """Bring a run into a state as a worker would, or as one that died would have left it."""
    for state in states:
        await client.set_flow_run_state(run, state, force=True)


async def test_a_run_is_created_asleep_under_its_stage(client: PrefectClient) -> None:
    run = await sleeping(client, "Intake")
    seen = await client.read_flow_run(run)
    assert (seen.state_type, seen.state_name) == (StateType.PAUSED, "Intake")
    assert seen.parameters == {"item_id": 7}
    assert (seen.name, seen.tags, seen.run_count) == ("ZG-0007", ["round-1"], 0)


async def test_creating_with_the_same_key_gives_the_same_run_whatever_its_state(
    client: PrefectClient,
) -> None:
    key = str(uuid.uuid4())
    first = await sleeping(client, "Intake", key)
    assert await finish(client, first, Ending.COMPLETED) is Finished.FINISHED
    assert await sleeping(client, "Assignment", key) == first
    assert (await describe(client, [first]))[first].type == StateType.COMPLETED


async def test_a_sleeping_run_is_scheduled_by_resuming_and_only_once(client: PrefectClient) -> None:
    run = await sleeping(client)
    assert await resume(client, run) is Resumed.RESUMED
    state = (await describe(client, [run]))[run]
    assert (state.type, state.name, state.waking) == (StateType.SCHEDULED, "Resuming", True)
    assert await resume(client, run) is Resumed.ALREADY_RUNNING
    assert await resume(client, run, recover=True) is Resumed.ALREADY_RUNNING


@pytest.mark.parametrize("left", [Pending(), Running()])
async def test_an_abandoned_run_is_left_alone_until_its_worker_is_known_to_be_dead(
    client: PrefectClient, left: State[object]
) -> None:
    run = await sleeping(client)
    await put(client, run, left)
    assert await resume(client, run) is Resumed.ALREADY_RUNNING
    assert (await describe(client, [run]))[run].type == left.type
    assert await resume(client, run, recover=True) is Resumed.RESUMED
    assert (await describe(client, [run]))[run].name == "Resuming"


@pytest.mark.parametrize("ended", [Failed(message="a bug"), Crashed(message="killed")])
async def test_a_failed_or_crashed_run_is_set_going_again(
    client: PrefectClient, ended: State[object]
) -> None:
    run = await sleeping(client)
    await put(client, run, Running(), ended)
    assert await resume(client, run) is Resumed.RESUMED
    assert (await describe(client, [run]))[run].name == "Resuming"


@pytest.mark.parametrize("ending", list(Ending))
async def test_a_sleeping_run_ends_without_waking(client: PrefectClient, ending: Ending) -> None:
    run = await sleeping(client, "Closure")
    assert await finish(client, run, ending) is Finished.FINISHED
    state = (await describe(client, [run]))[run]
    assert state.name.lower() == ending.value
    assert (state.ended, state.run_count) == (True, 0)
    assert await finish(client, run, ending) is Finished.TERMINAL
    assert await resume(client, run) is Resumed.TERMINAL


async def test_a_waking_run_is_not_ended_from_outside(client: PrefectClient) -> None:
    run = await sleeping(client)
    await resume(client, run)
    assert await finish(client, run, Ending.COMPLETED) is Finished.ALREADY_RUNNING
    assert (await describe(client, [run]))[run].name == "Resuming"


async def test_a_run_deleted_on_the_server_is_missing(client: PrefectClient) -> None:
    run = await sleeping(client)
    await client.delete_flow_run(run)
    assert await resume(client, run) is Resumed.MISSING
    assert await finish(client, run, Ending.COMPLETED) is Finished.MISSING
    assert await rename(client, run, "Deadline") is False
    assert await describe(client, [run]) == {}


async def test_a_sleeping_run_is_renamed_and_still_wakes(client: PrefectClient) -> None:
    run = await sleeping(client, "Deadline")
    assert await rename(client, run, "Reminder") is True
    state = (await describe(client, [run]))[run]
    assert (state.suspended, state.name) == (True, "Reminder")
    assert await resume(client, run) is Resumed.RESUMED
    assert await rename(client, run, "Verification") is False


async def test_a_run_that_is_not_running_cannot_be_put_to_sleep(client: PrefectClient) -> None:
    run = await sleeping(client)
    await resume(client, run)
    with pytest.raises(Abort, match="is Resuming and cannot sleep as Deadline"):
        await suspend(client, run, "Deadline")
    assert (await describe(client, [run]))[run].name == "Resuming"


async def test_many_runs_are_described_at_once_and_unknown_ones_left_out(
    client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.suspension.PAGE", 2)
    runs = [await sleeping(client, stage) for stage in ("Intake", "Deadline", "Closure")]
    found = await describe(client, [*runs, uuid.uuid4()])
    assert {run: state.name for run, state in found.items()} == dict(
        zip(runs, ("Intake", "Deadline", "Closure"), strict=True)
    )
    assert all(state.suspended and state.since.tzinfo is not None for state in found.values())
