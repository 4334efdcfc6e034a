"""Where Prefect shows the run of an item, for those who look after the machinery."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi import Request
from sqlalchemy import Connection

from flows.server_home import read_record
from models import history
from rules.duties import Relation, relations
from rules.item import ItemState
from tasks.office import Office
from web.at_hand import caller_of
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
    pages = _pages_for(request, office)
    return [
        RunLink(run.life, run.state, f"{pages}/runs/flow-run/{run.flow_run_id}" if pages else "")
        for run in history.runs(connection, item.id)
    ]


def _pages_for(request: Request, office: Office) -> str:
    """The address of Prefect's pages; empty when it is not known, or is one of this machine and
    the reader sits at another."""
    set_ = office.settings.prefect_api_url
    record = None if set_ else read_record(office.settings.home)
    url = urlsplit(set_ or (record.ui_url if record else ""))
    host = url.hostname or ""
    if url.scheme not in ("http", "https") or not host:
        return ""
    if _is_here(host) and not _is_here(caller_of(request)):
        return ""
    # Without the user and password that the API may take.
    place = f"[{host}]" if ":" in host else host
    port = f":{url.port}" if url.port else ""
    path = url.path.removesuffix("/").removesuffix("/api")
    return f"{url.scheme}://{place}{port}{path}"


def _is_here(host: str) -> bool:
    """Whether this is a name or an address of this very machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
