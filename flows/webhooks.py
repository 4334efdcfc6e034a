"""The webhooks flow: tells programs elsewhere what has happened, until nothing is left to tell."""

from __future__ import annotations

from prefect import flow

from config.clock import wall
from tasks.at_hand import office
from tasks.office import Office
from tasks.webhooks import Told, something_to_tell, tell_all


@flow(name="webhooks", persist_result=False, validate_parameters=False)
async def webhooks() -> None:
    """Call every receiver that waits to be told of something."""
    await run_plainly()


def something_waits(at: Office) -> bool:
    """Whether any receiver waits to be told."""
    return something_to_tell(at.engine, wall())


async def run_plainly() -> Told:
    """The same work without Prefect, for when its server is away."""
    at = office()
    return await tell_all(at.engine, at.settings)
