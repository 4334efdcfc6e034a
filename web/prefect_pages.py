"""Where are Prefect's own pages, for whoever asks?"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from flows.server_home import read_record
from tasks.office import Office
from web.at_hand import caller_of
from web.own_address import is_this_machine


def prefect_pages(request: Request, office: Office) -> str:
    """The address of Prefect's pages; empty when it is not known, or is one of this machine and
    the reader sits at another."""
    set_ = office.settings.prefect_api_url
    record = None if set_ else read_record(office.settings.home)
    url = urlsplit(set_ or (record.ui_url if record else ""))
    host = url.hostname or ""
    if url.scheme not in ("http", "https") or not host:
        return ""
    if is_this_machine(host) and not is_this_machine(caller_of(request)):
        return ""
    # Without the user and password that the API may take.
    place = f"[{host}]" if ":" in host else host
    port = f":{url.port}" if url.port else ""
    path = url.path.removesuffix("/").removesuffix("/api")
    return f"{url.scheme}://{place}{port}{path}"
