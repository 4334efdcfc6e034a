"""Saved views and choices of the board: the statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from models.account import Account
from models.board_choice import BoardChoice
from models.directory import PERSON
from models.saved_view import SavedView

VIEW = SavedView.__table__  # type: ignore[attr-defined]
CHOICE = BoardChoice.__table__  # type: ignore[attr-defined]
ACCOUNT = Account.__table__  # type: ignore[attr-defined]

MOST = 50
"""Views that are offered to one account; and that one account may keep."""


class View(NamedTuple):
    """A saved view as it is offered: ``mine``, or shared by ``owner``."""

    id: int
    name: str
    query: str
    shared: bool
    mine: bool
    owner: str


class Choice(NamedTuple):
    """How an account wants its board."""

    columns: tuple[str, ...] = ()
    view_id: int | None = None


def offered(connection: Connection, account_id: int, *, others: bool) -> list[View]:
    """The account's own views, and with ``others`` those that others share; own ones first."""
    mine = VIEW.c.account_id == account_id
    fits = or_(mine, VIEW.c.shared) if others else mine
    columns = (VIEW.c.id, VIEW.c.name, VIEW.c.query, VIEW.c.shared, mine.label("mine"))
    statement = (
        select(*columns, PERSON.c.name.label("owner"))
        .join(ACCOUNT, ACCOUNT.c.id == VIEW.c.account_id)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .where(fits)
        .order_by(mine.desc(), VIEW.c.name, VIEW.c.id)
        .limit(2 * MOST)
    )
    return [View(*row) for row in connection.execute(statement)]


def number(connection: Connection, account_id: int) -> int:
    """How many views the account has."""
    statement = select(func.count()).select_from(VIEW).where(VIEW.c.account_id == account_id)
    return int(connection.execute(statement).scalar_one())


def named(connection: Connection, account_id: int, name: str) -> int | None:
    """The account's view with this name."""
    statement = select(VIEW.c.id).where(VIEW.c.account_id == account_id, VIEW.c.name == name)
    found: int | None = connection.execute(statement).scalar()
    return found


def add(
    connection: Connection, account_id: int, name: str, query: str, *, shared: bool, at: datetime
) -> int:
    """A new view; its id."""
    values = {"account_id": account_id, "name": name, "query": query, "shared": shared}
    made = insert(VIEW).values(**values, saved_at=at).returning(VIEW.c.id)
    return int(connection.execute(made).scalar_one())


def change(
    connection: Connection, view_id: int, account_id: int, values: dict[str, object]
) -> bool:
    """Change a view of this account; False when it has no such view."""
    own = (VIEW.c.id == view_id, VIEW.c.account_id == account_id)
    return connection.execute(update(VIEW).where(*own).values(values)).rowcount > 0


def remove(connection: Connection, view_id: int, account_id: int) -> bool:
    """Delete a view of this account, whoever opens on it; False when it has no such view."""
    own = select(VIEW.c.id).where(VIEW.c.id == view_id, VIEW.c.account_id == account_id)
    if connection.execute(own).first() is None:
        return False
    connection.execute(update(CHOICE).where(CHOICE.c.view_id == view_id).values(view_id=None))
    connection.execute(delete(VIEW).where(VIEW.c.id == view_id))
    return True


def choice(connection: Connection, account_id: int) -> Choice:
    """What the account has chosen."""
    statement = select(CHOICE.c.columns, CHOICE.c.view_id)
    row = connection.execute(statement.where(CHOICE.c.account_id == account_id)).first()
    return Choice(*row) if row else Choice()


def choose(
    connection: Connection, account_id: int, *,
    columns: Sequence[str] | None = None, view_id: int | None = None, opens: bool = False,
) -> None:  # fmt: skip
    """Keep which columns the account wants, and with ``opens`` which view its board opens on."""
    values: dict[str, object] = {}
    if columns is not None:
        values["columns"] = tuple(columns)
    if opens:
        values["view_id"] = view_id
    known = update(CHOICE).where(CHOICE.c.account_id == account_id).values(values)
    if connection.execute(known).rowcount == 0:
        usual = {"columns": (), "view_id": None}
        connection.execute(insert(CHOICE).values(account_id=account_id, **{**usual, **values}))
