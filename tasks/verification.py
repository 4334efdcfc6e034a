"""Verification (核查): an independent verifier is found and named."""

from __future__ import annotations

import logging

from prefect import task

from config.logging import log_context
from models import directory, findings
from models.engine import reading
from rules.commands import Appoint
from rules.duties import is_independent
from rules.vocabulary import Stage
from tasks.at_hand import RETRIES, RETRY_DELAYS, carry_out, in_office, load, once
from tasks.documents import issue_minutes
from tasks.office import Office

log = logging.getLogger("rectiflow.verification")


@task(name="appoint verifier", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def appoint_verifier(item_id: int) -> None:
    """Name who verifies: who did before, else the nearest and least busy who is independent.

    Whom a person has named stays. Where nobody is fit, the coordinators are told by the limit's
    notice and may exempt somebody.
    """
    await in_office(_appoint, item_id)


def _appoint(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    item = loaded.item
    if item.stage is not Stage.VERIFICATION:
        return
    issue_minutes(at, loaded)
    with reading(at.engine) as connection:
        if findings.appointed_already(connection, item.id):
            return
        candidates = findings.verifiers(connection, item)
        facts = directory.people_by_id(connection, {one.person_id for one in candidates})
    fit = [one for one in candidates if is_independent(facts[one.person_id], item)]
    if not fit:
        log.warning("Nobody may verify. %s", log_context("appoint", item=item.ref))
        return
    before = next((one for one in fit if one.person_id == item.verifier_id), None)
    command = Appoint(verifier=(before or fit[0]).code)
    carry_out(at, loaded, command, once(loaded, "appoint"))
