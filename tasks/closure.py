"""Closure (销号): the closing record, and the reply to whoever complained."""

from __future__ import annotations

from prefect import task

from models import findings, papers
from models.engine import reading
from rules.item import ItemState
from rules.vocabulary import Outcome, Stage
from tasks.at_hand import RETRIES, RETRY_DELAYS, in_office, load
from tasks.documents import issue, issue_minutes, note
from tasks.office import Office
from tasks.paper_facts import Asked


@task(name="closing record", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def closing_record(item_id: int) -> None:
    """Issue the closing record (销号单) with the hash of the history as it stands."""
    await in_office(_closing_record, item_id)


@task(name="reply to complainant", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def reply_to_complainant(item_id: int) -> None:
    """Draw up the reply (答复函) to whoever complained, for the office to send."""
    await in_office(_reply, item_id)


def _closing_record(at: Office, item_id: int) -> None:
    # First what earlier work has left undone: the record speaks of the whole history.
    loaded = load(at, item_id)
    issue_minutes(at, loaded)
    note(at, loaded.item)
    loaded = load(at, item_id)
    if _has_ended(loaded.item):
        with reading(at.engine) as connection:
            signer = papers.ended_by(connection, item_id)
        issue(at, loaded, Asked("closing", signer_id=signer))


def _reply(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    if not _has_ended(loaded.item):
        return
    with reading(at.engine) as connection:
        complainant = findings.complainant_of(connection, item_id)
    if complainant.strip():
        issue(at, loaded, Asked("reply"))


def _has_ended(item: ItemState) -> bool:
    """Whether there is a result to tell: not of one that was withdrawn."""
    return item.stage is Stage.CLOSED and item.outcome is not Outcome.WITHDRAWN
