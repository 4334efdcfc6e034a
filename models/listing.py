"""Lists of items: filtered, in pages that stay stable while items come and go."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select, tuple_

from models.views import CAMPAIGN, ITEM, PERSON, UNIT, ItemView, light_at, views
from rules.errors import InputError, NotFound
from rules.vocabulary import OPEN_STAGES, Light, Stage


class Wanted(NamedTuple):
    """Which items are listed: all that fit every filter that is given."""

    stages: tuple[Stage, ...] = ()
    lights: tuple[Light, ...] = ()
    unit: str = ""
    """Code or name of a unit: items led by it or by a unit below it."""
    person: str = ""
    """Handle or name of a person: items on which they are responsible, leader or verifier."""
    campaign: str = ""


class Page(NamedTuple):
    """Some items in the order of their deadlines, those without one last."""

    items: tuple[ItemView, ...]
    next_cursor: str | None
    total: int | None
    """How many items fit in all; None when they are too many to be counted."""


def page(
    connection: Connection, wanted: Wanted, now: datetime, limit: int, cursor: str | None = None
) -> Page:
    """Up to ``limit`` items after ``cursor``, with their lights at ``now``.

    Raises:
        InputError: the cursor is none of ours.
        NotFound: there is no such unit, person or campaign.
    """
    filters = _filters(connection, wanted, now)
    found = _ids(connection, filters, limit + 1, _read_cursor(cursor))
    total = connection.execute(select(func.count()).select_from(ITEM).where(*filters)).scalar_one()
    shown = found[:limit]
    following = _write_cursor(*shown[-1]) if len(found) > limit else None
    return Page(views(connection, [item_id for item_id, _ in shown], now), following, total)


def _filters(
    connection: Connection, wanted: Wanted, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = []
    if wanted.stages:
        found.append(ITEM.c.stage.in_([stage.value for stage in wanted.stages]))
    if wanted.lights:
        # Implied by the light, and what lets the index on stages be used.
        found.append(ITEM.c.stage.in_([stage.value for stage in OPEN_STAGES]))
        found.append(light_at(now).in_([light.value for light in wanted.lights]))
    if wanted.unit:
        path = _only(connection, UNIT, wanted.unit, "unit", "rectiflow units").path
        below = select(UNIT.c.id).where(UNIT.c.path.startswith(path))
        found.append(ITEM.c.unit_id.in_(below))
    if wanted.person:
        someone = _only(connection, PERSON, wanted.person, "person", "rectiflow people").id
        seats = (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id)
        found.append(or_(*(seat == someone for seat in seats)))
    if wanted.campaign:
        found.append(ITEM.c.campaign_id == _campaign(connection, wanted.campaign))
    return tuple(found)


def _ids(
    connection: Connection,
    filters: tuple[ColumnElement[bool], ...],
    size: int,
    after: tuple[int, date | None] | None,
) -> list[tuple[int, date | None]]:
    """Ids and deadlines of the next items: first those with a deadline, then those without.

    Two statements, each in the order of an index, where "nulls last" would sort the whole table.
    """
    base = select(ITEM.c.id, ITEM.c.due).where(*filters)
    found: list[tuple[int, date | None]] = []
    if after is None or after[1] is not None:
        dated = base.where(ITEM.c.due.is_not(None)).order_by(ITEM.c.due, ITEM.c.id)
        if after is not None:
            dated = dated.where(tuple_(ITEM.c.due, ITEM.c.id) > (after[1], after[0]))
        found += [(row.id, row.due) for row in connection.execute(dated.limit(size))]
    if len(found) < size:
        undated = base.where(ITEM.c.due.is_(None)).order_by(ITEM.c.id)
        if after is not None and after[1] is None:
            undated = undated.where(ITEM.c.id > after[0])
        rows = connection.execute(undated.limit(size - len(found)))
        found += [(row.id, None) for row in rows]
    return found


def _write_cursor(item_id: int, due: date | None) -> str:
    return f"{due or 'none'}.{item_id}"


def _read_cursor(cursor: str | None) -> tuple[int, date | None] | None:
    if not cursor:
        return None
    day, _, number = cursor.partition(".")
    try:
        return int(number), None if day == "none" else date.fromisoformat(day)
    except ValueError:
        raise InputError(
            f"{cursor!r} is no cursor.", "Give the next_cursor of a list.", where="cursor"
        ) from None


def _campaign(connection: Connection, code: str) -> int:
    found: int | None = connection.execute(
        select(CAMPAIGN.c.id).where(CAMPAIGN.c.code == code)
    ).scalar()
    if found is None:
        codes = ", ".join(connection.execute(select(CAMPAIGN.c.code)).scalars()) or "none yet"
        raise NotFound(f"There is no campaign {code!r}.", f"Name one of: {codes}.")
    return found


def _only(connection: Connection, among: Any, word: str, what: str, listing: str) -> Any:
    """The row called ``word``: by its code, else by a name that only one of them has."""
    named = or_(among.c.code == word, among.c.name == word)
    rows = connection.execute(select(among).where(named, among.c.merged_into.is_(None))).all()
    for row in rows:
        if row.code == word:
            return row
    if len(rows) == 1:
        return rows[0]
    if rows:
        codes = ", ".join(row.code for row in rows[:5])
        raise NotFound(f"More than one {what} is called {word!r}.", f"Use a code: {codes}.")
    raise NotFound(f"There is no {what} {word!r}.", f"See: {listing}.")
