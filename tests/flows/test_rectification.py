"""An item's flow run lives its life: asleep under each stage's name, its work done once, ended."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import StateType
from sqlalchemy import text

from flows.prefect_thread import send_the_rest
from flows.rectification import AUTOMATIC, rectification
from flows.server import EmbeddedServer
from models.engine import writing
from rules.vocabulary import Outcome, Stage, name
from tasks.intake import screen
from tests import cast
from tests.conftest import MONDAY
from tests.flows.installation import Installation, installed, reaches, until
from tests.tasks.staff import CHASED, FAR, PATH_TO, entered, give, history, item_in, told


@pytest.fixture(scope="module")
def here(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One installation for the tests of this module."""
    with installed(tmp_path_factory.mktemp("home")) as here:
        yield here


async def test_a_run_sleeps_under_each_stage_in_turn_and_completes(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.INTAKE, complainant="王举报")
    state = await here.stands(client, ref)
    assert (state.suspended, state.name) == (True, "Intake")
    run = here.run_of(ref)
    for stage in (Stage.ASSIGNMENT, Stage.DEADLINE):
        move(here, ref, stage)
        state = await here.stands(client, ref)
        assert (state.suspended, state.name) == (True, name(stage, "en"))
    give(here.engine, ref, "fire", "system", CHASED)
    assert (await here.stands(client, ref)).name == "Reminder"
    for stage in (Stage.VERIFICATION, Stage.CLOSURE):
        move(here, ref, stage)
        state = await here.stands(client, ref)
        assert (state.suspended, state.name) == (True, name(stage, "en"))
    move(here, ref, Stage.CLOSED)
    state = await here.stands(client, ref)
    assert (state.type, state.name) == (StateType.COMPLETED, "Completed")
    assert here.run_of(ref) == run, "one run for the whole life"
    assert await names(client, run) == [
        "Intake", "Assignment", "Deadline", "Reminder", "Verification", "Closure", "Completed",
    ]  # fmt: skip
    assert automatic(here, ref) == {
        "screened": 1, "order": 1, "appointed": 1, "closing": 1, "reply": 1,
    }  # fmt: skip


def move(here: Installation, ref: str, stage: Stage) -> None:
    """Drive the item into the stage by ordinary commands."""
    for command, who, fields in PATH_TO[stage]:
        # Once the flow has appointed somebody, it takes them to pass the work.
        named = here.verifier(ref) if command == "pass" else ""
        give(here.engine, ref, command, named or who, here.clock.now(), **fields)


async def names(client: PrefectClient, run: UUID) -> list[str]:
    """The names of the states in which the run slept or ended."""
    waking = {StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING}
    states = await client.read_flow_run_states(run)
    listed = [str(state.name) for state in states if state.type not in waking]
    # The first activation finds the run asleep under the name it was created with.
    return [one for place, one in enumerate(listed) if listed[place - 1 : place] != [one]]


def automatic(here: Installation, ref: str) -> Counter[str]:
    """How often each piece of automatic work stands in the item's history."""
    found = Counter[str]()
    for event in history(here.engine, ref):
        if event.actor_id == 0 and event.kind not in ("registered", "step_fired"):
            found[told(event)["document"] if event.kind == "recorded" else event.kind] += 1
    return found


async def test_a_withdrawn_items_run_is_cancelled(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.DEADLINE)
    await here.follows(ref)
    give(here.engine, ref, "withdraw", "supervisor", reason="重复登记")
    state = await here.stands(client, ref)
    assert (state.type, state.name) == (StateType.CANCELLED, "Cancelled")
    assert "closing" not in automatic(here, ref)


async def test_an_item_withdrawn_before_it_had_a_run_is_cancelled_as_well(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.INTAKE)
    give(here.engine, ref, "withdraw", "supervisor", reason="重复登记")
    assert (await here.stands(client, ref)).type == StateType.CANCELLED


async def test_a_relapse_lives_in_a_run_of_its_own_linked_to_the_first(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.CLOSED)
    assert (await here.stands(client, ref)).type == StateType.COMPLETED
    give(here.engine, ref, "reopen", "supervisor", reason="反弹", due=FAR)
    state = await here.stands(client, ref)
    assert (state.suspended, state.name) == (True, "Deadline")
    first, second = here.run_of(ref, 1), here.run_of(ref, 2)
    runs = {run: await client.read_flow_run(run) for run in (first, second)}
    assert [runs[first].name, runs[second].name] == [ref, f"{ref}/2"]
    assert runs[first].state_type == StateType.COMPLETED
    for stage in (Stage.VERIFICATION, Stage.CLOSURE, Stage.CLOSED):
        move(here, ref, stage)
    assert (await here.stands(client, ref)).type == StateType.COMPLETED
    assert automatic(here, ref)["closing"] == 2, "each life has its closing record"


async def test_a_run_that_had_no_time_to_complete_completes_after_the_relapse(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.CLOSURE)
    await here.follows(ref)
    move(here, ref, Stage.CLOSED)
    give(here.engine, ref, "reopen", "supervisor", reason="反弹", due=FAR)
    assert (await here.stands(client, ref)).name == "Deadline"
    first = here.run_of(ref, 1)
    assert first != here.run_of(ref)
    await reaches(client, first, StateType.COMPLETED)


async def test_a_relapse_that_was_withdrawn_leaves_the_first_run_completed(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.CLOSURE)
    await here.follows(ref)
    move(here, ref, Stage.CLOSED)
    give(here.engine, ref, "reopen", "supervisor", reason="反弹", due=FAR)
    give(here.engine, ref, "withdraw", "supervisor", reason="误报")
    assert (await here.stands(client, ref)).type == StateType.CANCELLED
    await reaches(client, here.run_of(ref, 1), StateType.COMPLETED)


async def test_an_item_from_a_ledger_gets_a_run_that_sleeps_without_having_been_awake(
    here: Installation, client: PrefectClient
) -> None:
    [ref] = entered(here.engine, 1, stage=Stage.DEADLINE)
    run = await here.follows(ref)
    states = await client.read_flow_run_states(run)
    assert [(state.type, state.name) for state in states] == [(StateType.PAUSED, "Deadline")]
    assert automatic(here, ref) == {}


async def test_closed_history_gets_no_run_until_it_relapses(
    here: Installation, client: PrefectClient
) -> None:
    [old] = entered(here.engine, 1, stage=Stage.CLOSED, outcome=Outcome.RECTIFIED, closed_at=MONDAY)
    with writing(here.engine) as connection:
        connection.execute(text("UPDATE item SET followed = -1 WHERE ref = :ref"), {"ref": old})
    [later] = entered(here.engine, 1, stage=Stage.DEADLINE)
    await here.follows(later)
    assert here.column(old, "item.flow_run_id AS run").run is None
    give(here.engine, old, "reopen", "supervisor", reason="反弹", due=FAR)
    assert (await here.stands(client, old)).name == "Deadline"
    assert (await client.read_flow_run(here.run_of(old))).name == f"{old}/2"


async def test_automatic_work_is_done_once_though_activations_repeat(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.VERIFICATION)
    run = await here.follows(ref)
    before = automatic(here, ref)
    assert before == {"appointed": 1}
    for followed in (0, 0):
        with writing(here.engine) as connection:
            connection.execute(
                text("UPDATE item SET followed = :seen WHERE ref = :ref"),
                {"ref": ref, "seen": followed},
            )
        here.follower.nudge()
        assert await here.follows(ref) == run
    assert automatic(here, ref) == before


async def test_each_rung_climbed_while_being_chased_issues_its_document(
    here: Installation, client: PrefectClient
) -> None:
    ref = item_in(here.engine, Stage.REMINDER)
    run = await here.follows(ref)
    documents = []
    for day in ("2026-12-21", "2026-12-22", "2026-12-28"):
        give(here.engine, ref, "fire", "system", cast.at(f"{day} 09:00"))
        assert (await here.stands(client, ref)).name == "Reminder"
        documents.append(sorted(set(automatic(here, ref)) & {"letter", "interview"}))
    assert documents == [[], ["letter"], ["interview", "letter"]]
    awake = [s for s in await client.read_flow_run_states(run) if s.type == StateType.RUNNING]
    assert len(awake) == 3, "being overdue moves nothing, each rung does"


def test_every_stage_has_its_place_in_the_table_of_automatic_work() -> None:
    assert list(AUTOMATIC) == list(Stage)
    works = [work.name for stage in Stage for work in AUTOMATIC[stage]]
    assert len(set(works)) == len(works)
    assert not any(work.persist_result for works in AUTOMATIC.values() for work in works), (
        "a task with a kept result would not run again"
    )
    assert not rectification.persist_result


SECRETS = ("窗外无人知晓之事", "告密者甲", "密档中的说明", "责任人丁某", "绝密单位")


async def test_prefect_is_told_nothing_but_references(
    here: Installation,
    client: PrefectClient,
    server: EmbeddedServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    title, complainant, description, person, unit = SECRETS
    with writing(here.engine) as connection:
        connection.execute(text("UPDATE person SET name = :name"), {"name": person})
        connection.execute(text("UPDATE unit SET name = :name"), {"name": unit})

    def talkative(*_: object) -> None:
        raise ValueError(f"{title} {complainant}") from KeyError(description)

    # Reading the duplicates fails in a way that nobody has foreseen, and says too much.
    monkeypatch.setattr("models.findings.same_matter", talkative)
    monkeypatch.setattr(screen, "retry_delay_seconds", [0.01])
    monkeypatch.setattr("flows.follower.REST", timedelta(seconds=0.1))
    ref = item_in(
        here.engine, Stage.INTAKE, title=title, complainant=complainant, description=description
    )
    await until(lambda: any(not well for _, well in here.ended), "no activation has failed")
    monkeypatch.undo()
    for stage in (
        Stage.ASSIGNMENT,
        Stage.DEADLINE,
        Stage.VERIFICATION,
        Stage.CLOSURE,
        Stage.CLOSED,
    ):
        move(here, ref, stage)
        await here.follows(ref)
    run = await client.read_flow_run(here.run_of(ref))
    assert run.parameters == {"item": here.column(ref, "item.id").id, "life": 1}
    assert (run.name, run.tags) == (ref, [])
    about = await everything_about(client, run.id)
    assert "see Rectiflow's log" in about, "the failure itself is told"
    await asyncio.to_thread(send_the_rest)
    files = [*server.home.glob("prefect/*.db*"), *server.home.glob("prefect/*.log*")]
    assert len(files) >= 2
    for secret in SECRETS:
        escaped = json.dumps(secret)[1:-1]
        assert secret not in about
        assert escaped not in about
        for file in files:
            content = file.read_bytes()
            assert secret.encode() not in content, file
            assert escaped.encode() not in content, file


async def everything_about(client: PrefectClient, run: UUID) -> str:
    """All that Prefect's API has about a run, its tasks and its log lines."""
    this = FlowRunFilter(id=FlowRunFilterId(any_=[run]))
    found: list[Any] = [await client.read_flow_run(run), *await client.read_flow_run_states(run)]
    found += await client.read_task_runs(flow_run_filter=this)
    found += await client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run])))
    return "\n".join(one.model_dump_json() for one in found)
