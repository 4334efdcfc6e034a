"""Reminder (催办): what is due to be said is put on its way at once."""

from __future__ import annotations

from prefect import task

from config.clock import wall
from tasks.at_hand import RETRIES, RETRY_DELAYS, in_office
from tasks.delivery import announce
from tasks.office import Office
from tasks.orders import issue_order


@task(name="remind", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def remind(item_id: int) -> None:
    """Derive the notices of what has just happened; the delivery flow sends them."""
    await in_office(_remind, item_id)


def _remind(at: Office, item_id: int) -> None:
    announce(at.engine, wall())
    issue_order(at, item_id)
