"""What may this person see? No page, list, export or answer reads an item but through here.

An item that may not be seen is told as one that does not exist. Reading what is protected (a
confidential item, a complainant's name) is noted with who and when. ``now`` is campaign time,
``at`` wall time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from models import accounts, items, visibility
from models.engine import reading, writing
from models.items import Loaded
from rules.duties import may_see, may_see_complainant
from rules.errors import NotFound
from rules.item import PersonFact

CONFIDENTIAL = "confidential"
COMPLAINANT = "complainant"

MOMENT = timedelta(minutes=1)
"""How long the parts of one page may come after it."""


def item(connection: Connection, ref: str, person: PersonFact) -> Loaded:
    """The item, if the person may see it.

    Raises:
        NotFound: there is no such item, as far as they are concerned.
    """
    loaded = items.by_ref(connection, ref)
    if loaded is None or not may_see(person, loaded.item):
        raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")
    return loaded


def only_visible(connection: Connection, ids: list[int], person: PersonFact) -> set[int]:
    """Those of the items with these ids that the person may see."""
    return visibility.among(connection, ids, person)


def complainant(connection: Connection, loaded: Loaded, person: PersonFact) -> str | None:
    """Who complained; None when the person may not know, empty when nobody is named."""
    if not may_see_complainant(person, loaded.item):
        return None
    return visibility.complainant(connection, loaded.item.id)


def has_complainant(connection: Connection, loaded: Loaded) -> bool:
    """Whether a complainant is named, whoever it is."""
    return visibility.complainant(connection, loaded.item.id) != ""


def note(
    engine: Engine, person: PersonFact, item_id: int, what: str, at: datetime, via: str = "web"
) -> None:
    """Keep that the person has read something protected of the item, ``via`` a page or the API."""
    with writing(engine) as connection:
        accounts.note_reading(connection, person.id, item_id, what, via, at)


def note_once(engine: Engine, person: PersonFact, item_id: int, what: str, at: datetime) -> None:
    """The same for one of many parts of a page: noted unless it was a moment ago."""
    with reading(engine) as connection:
        if accounts.has_read(connection, person.id, item_id, what, at - MOMENT):
            return
    note(engine, person, item_id, what, at)


def show_complainant(
    engine: Engine, ref: str, person: PersonFact, at: datetime, via: str = "web"
) -> str | None:
    """Who complained, noted before it is told; None when the person may not know.

    Raises:
        NotFound: there is no such item, as far as they are concerned.
    """
    with reading(engine) as connection:
        loaded = item(connection, ref, person)
        told = complainant(connection, loaded, person)
    if told:
        note(engine, person, loaded.item.id, COMPLAINANT, at, via)
    return told
