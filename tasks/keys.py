"""Idempotency keys: a command repeated under its key gets the first receipt.

Of two that come at the same moment one is carried out: the key is written with the event, and no
two events have the same. Whoever comes second is answered from what stands there by then. A key
stands for one command of one person, word for word; what the program itself asks again under a key
of its own may be worded anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from sqlalchemy import Connection

from models import given_keys
from models.given_keys import Key, Receipt
from rules.commands import Command
from rules.errors import KeyReused
from rules.events import PAST, canonical
from rules.item import SYSTEM, PersonFact

DIGITS = 32


def key_for(
    text: str | None, command: Command, actor: str | PersonFact, place: str = ""
) -> Key | None:
    """The key, and what is asked under it at ``place``: an item, or a campaign. None without."""
    if text is None:
        return None
    if actor == SYSTEM:
        return Key(text, None)
    words = canonical({"command": command.name, "at": place, **asdict(command)})
    return Key(text, hashlib.sha256(words.encode()).hexdigest()[:DIGITS])


def repeated(connection: Connection, key: Key, ref: str, command: Command) -> Receipt | None:
    """The receipt of the same command under the same key.

    Raises:
        KeyReused: the key was used for another item, another command or other words.
    """
    known = given_keys.under(connection, key.text)
    if known is None:
        return None
    done = known.receipt
    elsewhere = (ref and done.ref != ref) or done.kind != PAST[command.name]
    if elsewhere or (key.asked and known.asked and key.asked != known.asked):
        raise KeyReused(key.text, done.ref, done.kind)
    return done
