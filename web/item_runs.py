"""Where Prefect shows the run of an item, for those who look after the machinery."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Request
from sqlalchemy import Connection

from models import history
from rules.duties import Relation, relations
from rules.item import ItemState
from tasks.office import Office
from web.prefect_pages import prefect_pages
from web.viewer import Viewer


class RunLink(NamedTuple):
    """The flow run of one life of the item; ``address`` is empty where it cannot be opened."""

    life: int
    state: str
    address: str


def run_links(
    request: Request, viewer: Viewer, office: Office, connection: Connection, item: ItemState
) -> list[RunLink]:
    """The item's runs, the newest first; none for people who have nothing to do with them."""
    if not (viewer.administrator or relations(viewer.person, item) & Relation.COORDINATOR):
        return []
    pages = prefect_pages(request, office)
    return [
        RunLink(run.life, run.state, f"{pages}/runs/flow-run/{run.flow_run_id}" if pages else "")
        for run in history.runs(connection, item.id)
    ]
