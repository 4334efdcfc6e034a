"""Deadline (限期整改): the receipt is entered, and a deadline in an unpublished year is marked."""

from __future__ import annotations

from prefect import task

from config.calendars import calendar_for
from models import policies
from models.engine import reading
from rules.commands import Record
from rules.vocabulary import Stage
from tasks.at_hand import RETRIES, RETRY_DELAYS, carry_out, in_office, load
from tasks.office import Office
from tasks.orders import issue_order


@task(name="note receipt", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def note_receipt(item_id: int) -> None:
    """Enter in the register of documents that the order has been received."""
    await in_office(issue_order, item_id)


@task(name="check calendar", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def check_calendar(item_id: int) -> None:
    """Note that a deadline is provisional while its year's calendar is unpublished."""
    await in_office(_check_calendar, item_id)


def _check_calendar(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    item = loaded.item
    with reading(at.engine) as connection:
        policy = policies.policy(connection, loaded.policy_id)
    if item.stage is not Stage.DEADLINE or item.due is None:
        return
    if calendar_for(policy).is_provisional(item.due):
        command = Record(document="provisional_deadline", detail=item.due.isoformat())
        # Once for each deadline: it stays as provisional as it was when the work starts again.
        carry_out(at, loaded, command, f"auto/{item.ref}/provisional/{item.due}")
