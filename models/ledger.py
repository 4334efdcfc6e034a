"""The board: items that somebody may see, filtered, searched, in an order, in pages.

The open items and the closed ones are looked through apart, each in an index of theirs, and put
together here. A page begins behind a row, not at a number: items that come and go meanwhile move
no other ones to another page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from models.found import look_up
from models.item import CLOSED, OPEN
from models.items import ITEM
from models.sieve import Wanted, sifted
from models.visibility import helping, looked_up, visible_to
from rules.item import PersonFact

MOST_COUNTED = 10_000
"""More items than this are counted as "more than"."""

CHUNK = 1000
"""Rows read at once where many are wanted."""


class Order(StrEnum):
    """In which order items come; without a deadline they come last."""

    DUE = "due"
    DUE_LAST = "-due"
    OPENED = "opened"
    CHANGED = "changed"
    LEVEL = "level"


class _Way(NamedTuple):
    """How an order is walked."""

    column: ColumnElement[Any]
    falling: bool
    read: Callable[[str], Any]
    empty: bool = False
    """Some items have nothing there."""


WAYS: dict[Order, _Way] = {
    Order.DUE: _Way(ITEM.c.due, falling=False, read=date.fromisoformat, empty=True),
    Order.DUE_LAST: _Way(ITEM.c.due, falling=True, read=date.fromisoformat, empty=True),
    Order.OPENED: _Way(ITEM.c.opened_at, falling=True, read=datetime.fromisoformat),
    Order.CHANGED: _Way(ITEM.c.changed_at, falling=True, read=datetime.fromisoformat),
    Order.LEVEL: _Way(ITEM.c.level, falling=True, read=int),
}


class Spot(NamedTuple):
    """A row's place in an order: what it is ordered by (nothing is last), and its id."""

    value: Any
    id: int


class Asked(NamedTuple):
    """Who asks for what, in which order, at which moment."""

    person: PersonFact
    wanted: Wanted
    order: Order
    now: datetime


class Page(NamedTuple):
    """Rows in their order, whether there are others before and behind them, and how many there are
    in all; none: more than ``MOST_COUNTED``, or nobody has counted."""

    spots: tuple[Spot, ...]
    before: bool
    behind: bool
    total: int | None


def page(
    connection: Connection, asked: Asked, size: int, spot: Spot | None = None, *, back: bool = False
) -> Page:
    """Up to ``size`` items behind ``spot``, or before it when going ``back``.

    Few items are gathered and sorted. Of many, the next ones are walked to in the order's index:
    they are not far.
    """
    asking = _Asking.about(connection, asked)
    found, total = asking.gathered(size + 1, spot, back)
    if total is None:
        found = asking.walked(size + 1, spot, back)
    shown, others = tuple(found[:size]), len(found) > size
    if back:
        return Page(shown[::-1], others, behind=True, total=total)
    return Page(shown, spot is not None, others, total)


def every(connection: Connection, asked: Asked, limit: int) -> Iterator[list[int]]:
    """The ids of all items in their order, up to ``limit``, some at a time."""
    asking, spot = _Asking.about(connection, asked), None
    while limit > 0:
        spots = asking.walked(min(CHUNK, limit), spot, back=False)
        if not spots:
            return
        yield [one.id for one in spots]
        spot, limit = spots[-1], limit - len(spots)


def refs(connection: Connection, ids: Sequence[int]) -> list[str]:
    """The references of these items, in this order."""
    rows = connection.execute(select(ITEM.c.id, ITEM.c.ref).where(ITEM.c.id.in_(list(ids))))
    known = {row.id: row.ref for row in rows}
    return [known[item_id] for item_id in ids if item_id in known]


def changed(connection: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """When the newest event of each of these items was."""
    statement = select(ITEM.c.id, ITEM.c.changed_at).where(ITEM.c.id.in_(list(ids)))
    return {row.id: row.changed_at for row in connection.execute(statement)}


class _Asking(NamedTuple):
    """What is asked, as conditions: for the open items, for the closed ones, or for both."""

    connection: Connection
    parts: Sequence[Sequence[Any]]
    way: _Way
    many: bool
    """More items are found than can be gathered."""

    @classmethod
    def about(cls, connection: Connection, asked: Asked) -> _Asking:
        """What this asks."""
        found = look_up(connection, asked.wanted, asked.person)
        reach = looked_up(connection)
        says, parts = found.conditions(connection.dialect.name), []
        seen = (visible_to if not asked.wanted.helping else helping)(asked.person, reach)
        for part in () if found.nothing or not asked.person.active else (OPEN, CLOSED):
            sieve = sifted(asked.wanted, asked.now, part, reach.led)
            if sieve is not None:
                parts.append([*sieve, seen, *says])
        return cls(connection, parts, WAYS[asked.order], found.many)

    def gathered(self, size: int, spot: Spot | None, back: bool) -> tuple[list[Spot], int | None]:
        """The next rows out of all that there are, and how many these are; none if too many."""
        if self.many:
            return [], None
        found, total = [], 0
        for conditions in self.parts:
            some = (
                select(ITEM.c.id, self.way.column.label("value"))
                .where(*conditions)
                .limit(MOST_COUNTED + 1)
                .cte("some")
            )
            statement = _sorted(some, self.way, spot, back).limit(size)
            rows = self.connection.execute(statement.add_columns(_number(some))).all()
            # Where nothing comes behind the spot, there still may be something before it.
            number = rows[0][2] if rows else self.connection.scalar(select(_number(some))) or 0
            total += number
            if total > MOST_COUNTED:
                return [], None
            found += [Spot(value, item_id) for item_id, value, _ in rows]
        return sorted(found, key=_placed(self.way, back))[:size], total

    def walked(self, size: int, spot: Spot | None, back: bool) -> list[Spot]:
        """The next rows, in the order of an index."""
        parts = (self._walk(conditions, size, spot, back) for conditions in self.parts)
        return sorted(chain(*parts), key=_placed(self.way, back))[:size]

    def _walk(
        self, conditions: Sequence[Any], size: int, spot: Spot | None, back: bool
    ) -> list[Spot]:
        """Those that have a value and those that have none, in two statements, each in the order
        of an index, where "nulls last" would sort the whole table."""
        found: list[Spot] = []
        halves = (False, True) if self.way.empty else (False,)
        for empty in reversed(halves) if back else halves:
            begun = spot is not None and (spot.value is None) is empty
            passed = spot is not None and not begun and empty is back
            if passed or len(found) >= size:
                continue
            half = _half(self.way, empty, spot if begun else None, back).where(*conditions)
            rows = self.connection.execute(half.limit(size - len(found)))
            found += [Spot(None if empty else value, item_id) for item_id, value in rows]
        return found


def _number(some: CTE) -> Any:
    return select(func.count()).select_from(some).scalar_subquery()


def _sorted(some: CTE, way: _Way, spot: Spot | None, back: bool) -> Select[Any]:
    """What was gathered, behind the spot, in its order."""
    value, item_id, down = some.c.value, some.c.id, way.falling is not back
    keys = (value.is_(None), value, item_id)
    statement = select(item_id, value).order_by(
        keys[0].desc() if back else keys[0], *(key.desc() if down else key for key in keys[1:])
    )
    if spot is None:
        return statement
    if spot.value is None:
        last = and_(value.is_(None), item_id < spot.id if down else item_id > spot.id)
        return statement.where(or_(last, value.is_not(None)) if back else last)
    place, values = tuple_(value, item_id), (spot.value, spot.id)
    beyond = place < values if down else place > values
    return statement.where(beyond if back else or_(beyond, value.is_(None)))


def _half(way: _Way, empty: bool, spot: Spot | None, back: bool) -> Select[Any]:
    """Items with a value, or without one, in their order behind the spot."""
    column, down = way.column, way.falling is not back
    statement = select(ITEM.c.id, column)
    if way.empty:
        statement = statement.where(column.is_(None) if empty else column.is_not(None))
    keys = [ITEM.c.id] if empty else [column, ITEM.c.id]
    if spot is not None:
        place = tuple_(*keys)
        values = (spot.id,) if empty else (spot.value, spot.id)
        statement = statement.where(place < values if down else place > values)
    return statement.order_by(*(key.desc() if down else key for key in keys))


def _placed(way: _Way, back: bool) -> Callable[[Spot], Any]:
    """By what spots of both parts are put in one order."""
    down = way.falling is not back

    def place(spot: Spot) -> tuple[Any, ...]:
        return (spot.value is None) is not back, _ranked(spot.value, down), _ranked(spot.id, down)

    return place


def _ranked(value: Any, down: bool) -> float:
    if value is None:
        return 0
    if isinstance(value, datetime):
        value = value.timestamp()
    elif isinstance(value, date):
        value = value.toordinal()
    return float(-value if down else value)
