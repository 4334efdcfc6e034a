"""Where may a webhook call? Never into our own network, unless that was asked for.

A webhook's address is chosen by whoever runs the receiver. Without these checks it could make
this machine talk to what only this machine can reach: databases, a cloud's metadata service.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from rules.errors import InputError

LONGEST_URL = 1000
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Target(NamedTuple):
    """A checked address: the URL's parts that a connection is made of."""

    scheme: str
    host: str
    port: int


def target_of(url: str) -> Target:
    """The parts of a webhook's URL: https, or http on this very machine.

    Raises:
        InputError: the URL is unusable.
    """
    where = "url"
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        host = parts.hostname or ""
    except ValueError as error:
        raise InputError("This is not a URL.", "Write it as https://host/path.", where) from error
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise InputError("This is not a usable URL.", "Write it as https://host/path.", where)
    if parts.scheme not in ("http", "https") or not host:
        raise InputError("This is not a URL.", "Write it as https://host/path.", where)
    if parts.username or parts.password:
        raise InputError("The URL has a user or a password.", "Calls are signed instead.", where)
    if parts.scheme == "http" and not _is_loopback(host):
        raise InputError(
            "Calls over http can be read and changed on their way.", "Use https.", where
        )
    return Target(parts.scheme, host, port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def resolve(target: Target) -> list[str]:
    """The addresses behind the target's host. Raises ``OSError`` when there are none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def private_among(addresses: list[str]) -> str:
    """The first of these addresses that does not belong to the public Internet; empty for none."""
    for text in addresses:
        if not _is_public(ipaddress.ip_address(text.partition("%")[0])):
            return text
    return ""


def _is_public(address: Address) -> bool:
    # An IPv4 address in an IPv6 one is judged as what is reached through it.
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _translated(address)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address behind NAT64 (RFC 6052)."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
