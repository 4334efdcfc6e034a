"""Escalation (督办): each rung of the ladder is a formal act with a document of its own."""

from __future__ import annotations

from prefect import task

from models import policies
from models.engine import reading
from tasks.at_hand import RETRIES, RETRY_DELAYS, in_office, load
from tasks.documents import issue
from tasks.office import Office


@task(name="issue formal notice", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def issue_formal_notice(item_id: int) -> None:
    """Issue the document of the rung that has been reached (提醒函, 约谈通知, 通报, 督办单)."""
    await in_office(_issue, item_id)


def _issue(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    level = loaded.item.level
    with reading(at.engine) as connection:
        ladder = policies.policy(connection, loaded.policy_id).ladder
    if 1 <= level <= len(ladder):
        issue(at, loaded, ladder[level - 1].act.value, level)
