"""Under which address do people reach this server? Links that others will open begin with it.

What a request calls the server is up to whoever sent it: a link made of that could lead to a
stranger's site. It is believed where it can mean nobody else: this very machine, or the address at
which the request has in fact arrived.
"""

from __future__ import annotations

from ipaddress import ip_address

from fastapi import Request

from config.settings import PREFIX
from rules.errors import Unavailable
from web.at_hand import office_of


def own_address(request: Request) -> str:
    """The address of this server, without a slash at its end.

    Raises:
        Unavailable: none is set, and the one that was asked for might be anybody's.
    """
    if configured := office_of(request).settings.public_url.rstrip("/"):
        return configured
    asked = request.base_url
    arrived, port = request.scope.get("server") or ("", None)
    here = asked.hostname == arrived and (asked.port or _USUAL.get(asked.scheme)) == port
    if here or is_this_machine(asked.hostname or ""):
        return str(asked).rstrip("/")
    raise Unavailable(
        "The address under which people reach this server is not set.",
        f"Set {PREFIX}PUBLIC_URL to it and start the server again.",
    )


_USUAL = {"http": 80, "https": 443}


def is_this_machine(host: str) -> bool:
    """Whether this is a name or an address of the very machine at which it is read."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
