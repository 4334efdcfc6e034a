"""How an item's flow run sleeps under its stage's name, wakes, and ends: the only such calls.

A suspended run is of type PAUSED, named after the stage, with ``pause_reschedule``. It costs
nothing while it sleeps. Each transition is proposed by its rules (unforced) wherever Prefect has
a rule for it; a refusal comes back as an ordinary answer and is read here, never overlooked.

    create_suspended   (no run)            -> PAUSED <stage>
    resume             PAUSED              -> SCHEDULED Resuming -> (worker) PENDING -> RUNNING
    suspend            RUNNING             -> PAUSED <stage>       from inside the flow
    rename             PAUSED <stage>      -> PAUSED <other>       forced: there is no rule
    finish             PAUSED              -> COMPLETED / CANCELLED
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn
from uuid import UUID, uuid4

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, StateDetails, StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.states import Scheduled
from prefect.utilities.engine import propose_state

# Prefect answers with at most this many runs unless its server is told otherwise.
PAGE = 200

WAKING = {StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING}
ENDED = {StateType.COMPLETED, StateType.CANCELLED}


class Resumed(StrEnum):
    """What came of an attempt to wake a run."""

    RESUMED = "resumed"
    """It is scheduled and waits for a worker."""
    ALREADY_RUNNING = "already_running"
    """It is scheduled, pending or running as it is; nothing was changed."""
    TERMINAL = "terminal"
    """It is Completed or Cancelled, or on its way there; it will not run again."""
    MISSING = "missing"
    """The server does not know it (deleted, or another server)."""


class Finished(StrEnum):
    """What came of an attempt to end a run without an activation."""

    FINISHED = "finished"
    """It has just ended."""
    ALREADY_RUNNING = "already_running"
    """It is scheduled, pending or running, and will see for itself that its item is closed."""
    TERMINAL = "terminal"
    """It had ended before."""
    MISSING = "missing"
    """The server does not know it."""


class Ending(StrEnum):
    """How a run ends: the item was closed, or it was withdrawn."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as the server sees it. ``since`` is an aware UTC instant of the server's clock."""

    type: StateType
    name: str
    since: datetime
    run_count: int

    @property
    def suspended(self) -> bool:
        """It sleeps; ``name`` is its stage's."""
        return self.type == StateType.PAUSED

    @property
    def waking(self) -> bool:
        """It is scheduled, pending or running."""
        return self.type in WAKING

    @property
    def ended(self) -> bool:
        """It is Completed or Cancelled, or being cancelled."""
        return self.type in ENDED or self.type == StateType.CANCELLING


def suspended_as(stage_name: str) -> State[Any]:
    """A state in which a run sleeps under this name."""
    # A pause key that has been used is refused, so each is new.
    details = StateDetails(pause_reschedule=True, pause_key=str(uuid4()))
    return State(type=StateType.PAUSED, name=stage_name, state_details=details)


async def suspend(client: PrefectClient, flow_run_id: UUID, stage_name: str) -> NoReturn:
    """Put the running flow to sleep under its stage's name. Called in the flow; never returns.

    Raises Pause, which ends the activation. Raises Abort when the server does not let the run
    sleep because it is not running any more (cancelled by a person, or set going anew): then the
    activation ends as well and the server's state stands.
    """
    wanted = suspended_as(stage_name)
    state = await propose_state(client, wanted, flow_run_id=flow_run_id)
    if state is not wanted:
        raise Abort(f"Run {flow_run_id} is {state.name} and cannot sleep as {stage_name}.")
    raise Pause(state=state)


async def resume(client: PrefectClient, flow_run_id: UUID, *, recover: bool = False) -> Resumed:
    """Wake a run: it is scheduled for now, and a worker picks it up.

    A run that is awake is left alone, unless ``recover`` says that its worker is known to be
    dead (its lease has run out): such a run is scheduled anew. A failed or crashed run is always
    scheduled anew.
    """
    run = await _find(client, flow_run_id)
    if run is None:
        return Resumed.MISSING
    kind = run.state_type
    if kind in ENDED or kind == StateType.CANCELLING:
        return Resumed.TERMINAL
    # A scheduled run that no worker has taken needs nothing but a worker.
    if kind == StateType.SCHEDULED or (kind in WAKING and not recover):
        return Resumed.ALREADY_RUNNING
    awake: State[Any] = Scheduled(name="Resuming")
    try:
        answer = await client.set_flow_run_state(flow_run_id, awake)
    except ObjectNotFound:
        return Resumed.MISSING
    if answer.status == SetStateStatus.ACCEPT:
        return Resumed.RESUMED
    # Somebody else was quicker; what they made of it decides.
    there = answer.state
    ended = there is None or there.is_final() or there.is_cancelling()
    return Resumed.TERMINAL if ended else Resumed.ALREADY_RUNNING


async def create_suspended(
    client: PrefectClient,
    deployment_id: UUID,
    stage_name: str,
    *,
    parameters: Mapping[str, Any],
    name: str,
    tags: Iterable[str] = (),
    idempotency_key: str,
) -> UUID:
    """Create a run that sleeps under its stage's name from the start; gives back its id.

    With a key that was used before, nothing is created and the earlier run's id comes back,
    whatever its state. Prefect keeps parameters and tags: references only, never content.
    """
    run = await client.create_flow_run_from_deployment(
        deployment_id,
        parameters=dict(parameters),
        state=suspended_as(stage_name),
        name=name,
        tags=tags,
        idempotency_key=idempotency_key,
    )
    return run.id


async def rename(client: PrefectClient, flow_run_id: UUID, stage_name: str) -> bool:
    """Let a sleeping run sleep under another name. False when it does not sleep (any more)."""
    run = await _find(client, flow_run_id)
    if run is None or run.state_type != StateType.PAUSED:
        return False
    if run.state_name != stage_name:
        await client.set_flow_run_state(flow_run_id, suspended_as(stage_name), force=True)
    return True


async def finish(client: PrefectClient, flow_run_id: UUID, ending: Ending) -> Finished:
    """End a sleeping run whose item has closed and has nothing left to do."""
    run = await _find(client, flow_run_id)
    if run is None:
        return Finished.MISSING
    if run.state_type in ENDED:
        return Finished.TERMINAL
    if run.state_type in WAKING:
        return Finished.ALREADY_RUNNING
    kind = StateType.COMPLETED if ending is Ending.COMPLETED else StateType.CANCELLED
    try:
        answer = await client.set_flow_run_state(flow_run_id, State(type=kind))
    except ObjectNotFound:
        return Finished.MISSING
    if answer.status == SetStateStatus.ACCEPT:
        return Finished.FINISHED
    there = answer.state
    ended = there is None or there.is_final()
    return Finished.TERMINAL if ended else Finished.ALREADY_RUNNING


async def describe(client: PrefectClient, flow_run_ids: Iterable[UUID]) -> dict[UUID, RunState]:
    """The states of many runs, in pages. A run that the server does not know is left out."""
    wanted = list(flow_run_ids)
    found: dict[UUID, RunState] = {}
    for start in range(0, len(wanted), PAGE):
        chosen = FlowRunFilter(id=FlowRunFilterId(any_=wanted[start : start + PAGE]))
        runs = await client.read_flow_runs(
            flow_run_filter=chosen, sort=FlowRunSort.ID_DESC, limit=PAGE
        )
        for run in runs:
            if run.state is not None:
                name = run.state.name or run.state.type.value
                since = run.state.timestamp
                found[run.id] = RunState(run.state.type, name, since, run.run_count)
    return found


async def _find(client: PrefectClient, flow_run_id: UUID) -> FlowRun | None:
    try:
        return await client.read_flow_run(flow_run_id)
    except ObjectNotFound:
        return None
