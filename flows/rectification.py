"""An item's flow: one run for its whole life, asleep under its stage's name between events.

The item's row is the truth. The run looks at it, does the automatic work of the stage as tasks,
says that it has seen the move, and sleeps until the follower wakes it; when the item is closed
it completes. Everything it does is idempotent, because after each sleep it starts from the top.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from prefect import Task, flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Cancelled, Completed

from config.clock import wall
from flows.suspension import suspend
from models import following, leases
from models.engine import writing
from models.following import Seen
from rules.vocabulary import Outcome, Stage, name
from tasks.assignment import issue_order, route
from tasks.at_hand import in_office
from tasks.closure import closing_record, reply_to_complainant
from tasks.deadline import check_calendar, note_receipt
from tasks.escalation import issue_formal_notice
from tasks.intake import screen
from tasks.office import Office
from tasks.presence import WHO
from tasks.reminder import remind
from tasks.verification import appoint_verifier

LEASE = timedelta(seconds=60)
"""How long whoever works on an item may be silent before they count as dead."""

BEAT_SECONDS = LEASE.total_seconds() / 4
"""How often an activation says that it is alive."""

AT_WORK: set[int] = set()
"""Items that this process is at work on."""

AUTOMATIC: Mapping[Stage, tuple[Task[[int], Any], ...]] = {
    Stage.INTAKE: (screen,),
    Stage.ASSIGNMENT: (route, issue_order),
    Stage.DEADLINE: (note_receipt, check_calendar),
    Stage.REMINDER: (issue_formal_notice, remind),
    Stage.VERIFICATION: (appoint_verifier,),
    Stage.CLOSURE: (),
    Stage.CLOSED: (closing_record, reply_to_complainant),
}
"""The automatic work of each stage, in order."""


@flow(name="rectification", persist_result=False, validate_parameters=False)
async def rectification(item: int, life: int) -> State[Any]:
    """Follow the item ``item`` through its ``life``-th life. References only, never content."""
    seen = await in_office(look, item, life)
    async with alive(item):
        while seen.life == life and seen.followed < seen.moves:
            for work in AUTOMATIC[seen.stage]:
                await work(item)
            seen = await in_office(catch_up, item, seen.moves)
    if seen.life == life and seen.stage is not Stage.CLOSED:
        await sleep(seen)
    return ending(seen, life)


def look(at: Office, item: int, life: int) -> Seen:
    """The item as it stands; the run of its present life holds the lease on it from now on."""
    with writing(at.engine) as connection:
        seen = following.seen(connection, item)
        if seen.life == life:
            leases.hold(connection, [item], WHO, wall() + LEASE)
        return seen


def catch_up(at: Office, item: int, moves: int) -> Seen:
    """The work that these moves asked for is done; the item as it stands now."""
    with writing(at.engine) as connection:
        following.followed(connection, item, moves)
        return following.seen(connection, item)


@contextlib.asynccontextmanager
async def alive(item: int) -> AsyncIterator[None]:
    """Keep the lease on the item for as long as this takes, be it the retries of a task."""
    beating = asyncio.create_task(_beat(item))
    AT_WORK.add(item)
    try:
        yield
    finally:
        AT_WORK.discard(item)
        beating.cancel()


async def _beat(item: int) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        with contextlib.suppress(Exception):  # the database is away; the next beat may do
            await in_office(_keep, item)


def _keep(at: Office, item: int) -> None:
    with writing(at.engine) as connection:
        leases.keep(connection, [item], WHO, wall() + LEASE)


async def sleep(seen: Seen) -> None:
    """Suspend this run under its stage's name; it ends here and is woken from the top."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or not isinstance(context.client, PrefectClient):
        raise LookupError("An item's flow runs in a worker, not on its own.")
    await suspend(context.client, context.flow_run.id, stage_name(seen.stage))


def stage_name(stage: Stage) -> str:
    """What a sleeping run's state is called."""
    return name(stage, "en")


def ended_as(seen: Seen, life: int) -> str:
    """What the state of a run that has ended is called: as a withdrawn item's, or any other.

    A life that another one has followed was completed: what is withdrawn is never reopened.
    """
    withdrawn = seen.life == life and seen.outcome is Outcome.WITHDRAWN
    return "Cancelled" if withdrawn else "Completed"


def ending(seen: Seen, life: int) -> State[Any]:
    """How the run ends."""
    if ended_as(seen, life) == "Cancelled":
        return Cancelled(message=f"{seen.ref} was withdrawn.")
    return Completed(message=f"{seen.ref} was closed.")
