"""Intake (立项): a new item is screened for duplicates and for what it lacks."""

from __future__ import annotations

from prefect import task

from models import findings, policies
from models.engine import reading
from rules.commands import Screen
from rules.vocabulary import Stage
from tasks.at_hand import RETRIES, RETRY_DELAYS, carry_out, in_office, load, once
from tasks.office import Office


@task(name="screen", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def screen(item_id: int) -> None:
    """Note other items under the same title and the fields that are still empty."""
    await in_office(_screen, item_id)


def _screen(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    item = loaded.item
    if item.stage is not Stage.INTAKE:
        return
    with reading(at.engine) as connection:
        duplicates = tuple(findings.same_matter(connection, item))
        policy = policies.policy(connection, loaded.policy_id)
        described = findings.description_of(connection, item.id)
    missing = [] if described.strip() else ["description"]
    if policy.categories and policy.category(item.category) is None:
        missing.append("category")
    command = Screen(duplicates=duplicates, missing=tuple(missing))
    carry_out(at, loaded, command, once(loaded, "screen"))
