"""Assignment (交办): who usually handles such items, and the order to whoever is named."""

from __future__ import annotations

from prefect import task

from models import findings
from models.engine import reading
from rules.commands import Record
from rules.vocabulary import Stage
from tasks.at_hand import RETRIES, RETRY_DELAYS, carry_out, in_office, load, once
from tasks.office import Office
from tasks.orders import issue_order as issue_missing_order


@task(name="route", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def route(item_id: int) -> None:
    """Suggest the unit that has handled most items of the category. A person decides."""
    await in_office(_route, item_id)


@task(name="issue order", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def issue_order(item_id: int) -> None:
    """Issue the order (交办单) once somebody is named."""
    await in_office(issue_missing_order, item_id)


def _route(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    item = loaded.item
    if item.stage is not Stage.ASSIGNMENT or item.responsible_id is not None:
        return
    with reading(at.engine) as connection:
        unit = findings.usual_unit(connection, item)
    if unit is not None:
        command = Record(document="routing", detail=unit)
        carry_out(at, loaded, command, once(loaded, "route"))
