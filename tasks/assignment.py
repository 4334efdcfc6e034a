"""Assignment (交办): who usually handles such items, and the order to whoever is named."""

from __future__ import annotations

from prefect import task

from models import findings
from models.engine import reading
from rules.commands import Record
from rules.item import SYSTEM
from rules.vocabulary import Stage
from tasks.act import act
from tasks.at_hand import RETRIES, RETRY_DELAYS, in_office, load, once
from tasks.documents import issue
from tasks.office import Office


@task(name="route", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def route(item_id: int) -> None:
    """Suggest the unit that has handled most items of the category. A person decides."""
    await in_office(_route, item_id)


@task(name="issue order", retries=RETRIES, retry_delay_seconds=list(RETRY_DELAYS))
async def issue_order(item_id: int) -> None:
    """Issue the order (交办单) once somebody is named."""
    await in_office(_issue_order, item_id)


def _route(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    item = loaded.item
    if item.stage is not Stage.ASSIGNMENT or item.unit_id is not None:
        return
    with reading(at.engine) as connection:
        unit = findings.usual_unit(connection, item)
    if unit is not None:
        command = Record(document="routing", detail=unit)
        act(at.engine, item.ref, command, SYSTEM, at.clock.now(), key=once(loaded, "route"))


def _issue_order(at: Office, item_id: int) -> None:
    loaded = load(at, item_id)
    if loaded.item.stage is Stage.ASSIGNMENT and loaded.item.responsible_id is not None:
        # Named anew, ordered anew: the version of the deadline tells the orders apart.
        issue(at, loaded, "order", loaded.item.due_version)
