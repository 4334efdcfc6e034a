"""Deadline (限期整改): the receipt is entered, and a deadline in an unpublished year is marked."""

from __future__ import annotations

from prefect import task

from config.calendars import calendar_for
from models import documents, policies
from models.engine import reading, writing
from rules.commands import Record
from rules.item import SYSTEM
from tasks.act import act
from tasks.at_hand import RETRIES, RETRY_DELAYS, in_office, load, once
from tasks.office import Office


@task(name="note receipt", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def note_receipt(item_id: int) -> None:
    """Enter in the register of documents that the order has been received."""
    await in_office(_note_receipt, item_id)


@task(name="check calendar", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def check_calendar(item_id: int) -> None:
    """Note that a deadline is provisional while its year's calendar is unpublished."""
    await in_office(_check_calendar, item_id)


def _note_receipt(at: Office, item_id: int) -> None:
    item = load(at, item_id).item
    if item.acknowledged_at is not None:
        with writing(at.engine) as connection:
            documents.acknowledge(connection, item.id, "order", item.acknowledged_at)


def _check_calendar(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    with reading(at.engine) as connection:
        policy = policies.policy(connection, loaded.policy_id)
    due = loaded.item.due
    if due is None or not calendar_for(policy).is_provisional(due):
        return
    command = Record(document="provisional_deadline", detail=due.isoformat())
    key = once(loaded, "provisional")
    act(at.engine, loaded.item.ref, command, SYSTEM, at.clock.now(), key=key)
