"""Saved views of the board: whose they are, and who may do what with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from models import saved_views
from models.engine import writing
from models.saved_views import MOST, Choice, View
from rules.duties import OFFICE_ROLES
from rules.errors import InputError, NotFound
from rules.item import PersonFact
from tasks import board_query

LONGEST_NAME = 60

COLUMNS = ("light", "ref", "title", "unit", "responsible", "stage", "due", "level", "number",
           "category", "severity", "source", "leader", "verifier", "original", "opened",
           "changed", "outcome", "closed", "campaign")  # fmt: skip
"""Everything that a row can show, in its order."""

USUAL = COLUMNS[:8]
ALWAYS = ("ref", "title")
"""Without these nobody knows which row is which."""


def of_office(person: PersonFact) -> bool:
    """Whether somebody shares views, and is offered what others share."""
    return any(role in OFFICE_ROLES for role, _ in person.roles)


def offered(connection: Connection, account_id: int, person: PersonFact) -> list[View]:
    """The views that somebody may choose from."""
    return saved_views.offered(connection, account_id, others=of_office(person))


def choice(connection: Connection, account_id: int) -> Choice:
    """What the account has chosen, with the columns that there are."""
    chosen = saved_views.choice(connection, account_id)
    return chosen._replace(columns=ordered(chosen.columns) if chosen.columns else USUAL)


def ordered(columns: Iterable[str]) -> tuple[str, ...]:
    """These columns, and those that are always there, in the order of the board."""
    wanted = {*columns, *ALWAYS}
    return tuple(column for column in COLUMNS if column in wanted)


def keep_columns(engine: Engine, account_id: int, columns: Sequence[str]) -> None:
    """Keep which columns the account wants."""
    with writing(engine) as connection:
        saved_views.choose(connection, account_id, columns=ordered(columns))


def save(
    engine: Engine, account_id: int, person: PersonFact, name: str, query: str,
    *, shared: bool, opens: bool, at: datetime,
) -> int:  # fmt: skip
    """Save a view, or what the account's view of this name shows; its id.

    Raises:
        InputError: it has no name, or there are too many.
    """
    name = _name(name)
    text = board_query.read(query).text
    shared = shared and of_office(person)
    with writing(engine) as connection:
        known = saved_views.named(connection, account_id, name)
        if known is not None:
            values: dict[str, object] = {"query": text, "shared": shared, "saved_at": at}
            saved_views.change(connection, known, account_id, values)
        elif saved_views.number(connection, account_id) >= MOST:
            raise InputError(f"There are {MOST} views.", "Delete one first.", where="many")
        else:
            known = saved_views.add(connection, account_id, name, text, shared=shared, at=at)
        if opens:
            saved_views.choose(connection, account_id, view_id=known, opens=True)
    return known


def change(
    engine: Engine, account_id: int, person: PersonFact, view_id: int, name: str,
    *, shared: bool, at: datetime,
) -> None:  # fmt: skip
    """Give one's own view another name, share it or no longer.

    Raises:
        InputError: the name is empty or taken.
        NotFound: it is nobody's view, or somebody else's.
    """
    name = _name(name)
    with writing(engine) as connection:
        if saved_views.named(connection, account_id, name) not in (None, view_id):
            raise InputError(f"There is a view {name!r}.", "Choose another name.", where="taken")
        values: dict[str, object] = {
            "name": name, "shared": shared and of_office(person), "saved_at": at,
        }  # fmt: skip
        if not saved_views.change(connection, view_id, account_id, values):
            raise _nowhere(view_id)


def delete(engine: Engine, account_id: int, view_id: int) -> None:
    """Delete one's own view.

    Raises:
        NotFound: it is nobody's view, or somebody else's.
    """
    with writing(engine) as connection:
        if not saved_views.remove(connection, view_id, account_id):
            raise _nowhere(view_id)


def open_on(engine: Engine, account_id: int, person: PersonFact, view_id: int | None) -> None:
    """The board opens on this view from now on; on none: as usual.

    Raises:
        NotFound: there is no such view for them.
    """
    with writing(engine) as connection:
        known = {view.id for view in offered(connection, account_id, person)}
        if view_id is not None and view_id not in known:
            raise _nowhere(view_id)
        saved_views.choose(connection, account_id, view_id=view_id, opens=True)


def _name(text: str) -> str:
    name = " ".join(text.split())[:LONGEST_NAME]
    if not name:
        raise InputError("A view needs a name.", "Give it one.", where="name")
    return name


def _nowhere(view_id: int) -> NotFound:
    return NotFound(f"There is no view {view_id}.", "It may have been deleted.")
