"""Can a mail be sent to this address? Answered before a server is asked."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from notifications.cleaning import one_line
from rules.errors import InputError

# RFC 5321 4.1.2 without quoted local parts and address literals, which no directory needs.
_ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


@lru_cache(maxsize=10_000)
def address_problem(address: str) -> str:
    """What is wrong with a mail address, as a sentence; empty when nothing is.

    Local parts outside ASCII (RFC 6531) are not supported; most relays refuse them.
    """
    shown = one_line(address)
    if not address:
        return "There is no mail address."
    if not address.isascii():
        return f"The mail address {shown} has characters that mail servers do not take."
    local, _, domain = address.rpartition("@")
    dots = ".." in address or local.startswith(".") or local.endswith(".")
    if dots or len(domain) > 253 or not _ADDRESS.fullmatch(address):
        return f"{shown} is not a mail address."
    return ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name of whoever reads it.

    A domain in another script is turned into its ASCII form (RFC 3490). Raises ``InputError``
    when the address cannot be written to.
    """

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        address = self.address.strip()
        local, at, domain = address.rpartition("@")
        if not domain.isascii():
            with suppress(UnicodeError):
                address = f"{local}{at}{domain.encode('idna').decode('ascii')}"
        if problem := address_problem(address):
            raise InputError(problem, "Correct it in the directory.", where=one_line(self.name))
        object.__setattr__(self, "address", address)

    @property
    def domain(self) -> str:
        """The part after the at sign, in ASCII."""
        return self.address.rpartition("@")[2]
