"""Is what somebody has open still what they act on? It is, when only reminders have left since."""

from __future__ import annotations

from sqlalchemy import Connection

from models.lately import since
from rules.fire_effect import ONLY_SAID
from rules.item import ItemState


def version_for(connection: Connection, item: ItemState, seen: int) -> int:
    """The version to act on for who saw the item in version ``seen``.

    That version, so that the command is refused when the item has moved on; the item's own where
    the program has done nothing since but tell people something, and the stage is the same:
    reminders go out at all hours, and nobody's form is the worse for them. Whoever acts on it is
    still refused when anything else happens meanwhile.
    """
    if item.version == seen:
        return seen
    found = since(connection, item.id, seen)
    known = [one.seq for one in found] == list(range(seen, item.version + 1))
    quiet = all(one.step in ONLY_SAID for one in found[1:])
    return item.version if known and quiet and len({one.stage for one in found}) == 1 else seen
