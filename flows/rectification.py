"""An item's flow: one run for its whole life, asleep under its stage's name between events.

The item's row is the truth. The run looks at it, does the automatic work of the stage as tasks,
says that it has seen the move, and sleeps until the follower wakes it; when the item is closed
it completes. Everything it does is idempotent, because after each sleep it starts from the top.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from prefect import Task, flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Cancelled, Completed

from config.clock import wall
from flows.suspension import suspend
from models import following
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

LEASE = timedelta(seconds=90)
"""How long an activation may be silent before it counts as dead. Renewed at every look."""

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
    seen = await in_office(look, item)
    while seen.life == life and seen.followed < seen.moves:
        for work in AUTOMATIC[seen.stage]:
            await work(item)
        await in_office(caught_up, item, seen.moves)
        seen = await in_office(look, item)
    if seen.life == life and seen.stage is not Stage.CLOSED:
        await sleep(seen)
    return ending(seen)


def look(at: Office, item: int) -> Seen:
    """The item as it stands; whoever looks is alive, and holds the lease on."""
    with writing(at.engine) as connection:
        following.renew(connection, item, WHO, wall() + LEASE)
        return following.seen(connection, item)


def caught_up(at: Office, item: int, moves: int) -> None:
    """The work that these moves asked for is done."""
    with writing(at.engine) as connection:
        following.followed(connection, item, moves)


async def sleep(seen: Seen) -> None:
    """Suspend this run under its stage's name; it ends here and is woken from the top."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise LookupError("An item's flow runs in a worker, not on its own.")
    async with get_client() as client:
        await suspend(client, context.flow_run.id, stage_name(seen.stage))


def stage_name(stage: Stage) -> str:
    """What a sleeping run's state is called."""
    return name(stage, "en")


def ending(seen: Seen) -> State[Any]:
    """How the run ends: cancelled for a withdrawn item, completed for every other."""
    if seen.outcome is Outcome.WITHDRAWN:
        return Cancelled(message=f"{seen.ref} was withdrawn.")
    return Completed(message=f"{seen.ref} is closed.")
