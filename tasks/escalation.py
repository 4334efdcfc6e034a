"""Escalation (督办): each rung of the ladder is a formal act with a paper of its own."""

from __future__ import annotations

from prefect import task

from models import findings, policies
from models.engine import reading
from rules.vocabulary import Stage
from tasks.at_hand import RETRIES, RETRY_DELAYS, in_office, load
from tasks.documents import issue, issue_minutes
from tasks.office import Office
from tasks.paper_facts import Asked


@task(name="issue formal notice", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def issue_formal_notice(item_id: int) -> None:
    """Issue the papers of the rungs climbed under the deadline (提醒函, 约谈通知书, 通报,
    挂牌督办通知书), and the minutes of interviews that were held (约谈记录).

    All of them, for while the flow was away the item may have climbed several.
    """
    await in_office(_issue, item_id)


def _issue(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    item = loaded.item
    if item.stage is not Stage.REMINDER:
        return
    with reading(at.engine) as connection:
        ladder = policies.policy(connection, loaded.policy_id).ladder
        fired = findings.rungs_fired(connection, item)
    # A rung that a ledger tells of has not fired here; its paper was issued before the item came.
    for level, seq in fired:
        if level <= min(item.level, len(ladder)):
            issue(at, loaded, Asked(ladder[level - 1].act.value, level, seq))
    issue_minutes(at, loaded)
