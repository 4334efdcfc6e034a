"""Closure (销号): the closing record, and the reply to whoever complained."""

from __future__ import annotations

from prefect import task

from models import findings
from models.engine import reading
from rules.vocabulary import Outcome, Stage
from tasks.at_hand import RETRIES, RETRY_DELAYS, in_office, load
from tasks.documents import issue
from tasks.office import Office


@task(name="closing record", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def closing_record(item_id: int) -> None:
    """Issue the closing record (销号单) with the hash of the history as it stands."""
    await in_office(_closing_record, item_id)


@task(name="reply to complainant", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def reply_to_complainant(item_id: int) -> None:
    """Draw up the reply (答复函) to whoever complained, for the office to send."""
    await in_office(_reply, item_id)


def _closing_record(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    if loaded.item.stage is Stage.CLOSED and loaded.item.outcome is not Outcome.WITHDRAWN:
        issue(at, loaded, "closing", 0)


def _reply(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    if loaded.item.stage is not Stage.CLOSED or loaded.item.outcome is Outcome.WITHDRAWN:
        return
    with reading(at.engine) as connection:
        complainant = findings.complainant_of(connection, item_id)
    if complainant:
        issue(at, loaded, "reply", 0)
