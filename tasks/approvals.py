"""What waits for somebody's decision: a queue, what hurts most in front, one page after another.

``models.waiting`` finds what may wait, in order; the rules say what really is this person's to
decide. A page goes on where the one before ended, in the order as it was when the first was asked
for: what turns red meanwhile is not passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import items, views, waiting
from models.items import Loaded
from models.views import ItemView
from models.waiting import Place
from rules.bulk import may_approve_in_bulk
from rules.case import Case
from rules.commands import COMMANDS
from rules.errors import InputError
from rules.item import Facts, PersonFact
from rules.policy import Policy
from rules.prospect import blank
from rules.waiting import Matter, since, waiting_for
from tasks import visible
from tasks.ruled import ruled_by

CAP = 100
"""More than this is not counted."""

CHUNKS = 6
"""Chunks of places that are looked at for one page where most are found to be others' business;
each is twice as large as the one before."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Waiting(NamedTuple):
    """One item that waits."""

    view: ItemView
    matters: tuple[Matter, ...]
    since: datetime
    late: bool
    """Whether the decision, or the deadline that it is about, is overdue."""
    in_bulk: bool
    """Whether its closure may be approved as one of many."""
    policy: Policy


class Queue(NamedTuple):
    """One page of what waits."""

    entries: tuple[Waiting, ...]
    next_cursor: str | None


class Mine(NamedTuple):
    """One item of the queue, before it is shown."""

    place: Place
    loaded: Loaded
    policy: Policy
    matters: tuple[Matter, ...]


def queue_of(
    connection: Connection,
    person: PersonFact,
    now: datetime,
    limit: int,
    cursor: str | None = None,
    only: Sequence[Matter] = tuple(Matter),
) -> Queue:
    """Up to ``limit`` items that wait for the person's decision, after ``cursor``.

    Raises:
        InputError: the cursor is none of ours.
    """
    at, after = _read_cursor(cursor) if cursor else (now, None)
    found, more = _mine(connection, person, now, at, limit, after, only)
    shown = views.views(connection, [one.loaded.item.id for one in found], now)
    entries = tuple(_entry(one, view, person, now) for one, view in zip(found, shown, strict=True))
    return Queue(entries, _write_cursor(at, more) if more else None)


def count(connection: Connection, person: PersonFact, now: datetime) -> int:
    """How many items wait for the person's decision; :data:`CAP` means that many or more."""
    sure: set[int] = set()
    asks: set[int] = set()
    for item_id, unsure in waiting.some(connection, person, CAP):
        (asks if unsure else sure).add(item_id)
        if len(sure) >= CAP:
            return CAP
    loaded = items.by_ids(connection, asks - sure) if asks - sure else []
    theirs = sum(bool(_matters(connection, one, person, now)) for one in loaded)
    return min(CAP, len(sure) + theirs)


def beside(
    connection: Connection,
    person: PersonFact,
    now: datetime,
    place: Place,
    only: Sequence[Matter] = tuple(Matter),
) -> tuple[str, str]:
    """References of the items before and after this place in the person's queue; empty for none."""
    before, _ = _mine(connection, person, now, now, 1, place, only, backwards=True)
    behind, _ = _mine(connection, person, now, now, 1, place, only)
    refs = [one[0].loaded.item.ref if one else "" for one in (before, behind)]
    return refs[0], refs[1]


def first(connection: Connection, person: PersonFact, now: datetime, only: Sequence[Matter]) -> str:
    """Reference of the first item of the person's queue; empty when nothing waits."""
    found, _ = _mine(connection, person, now, now, 1, None, only)
    return found[0].loaded.item.ref if found else ""


def _mine(
    connection: Connection, person: PersonFact, now: datetime, at: datetime, limit: int,
    after: Place | None, only: Sequence[Matter], *, backwards: bool = False,
) -> tuple[list[Mine], Place | None]:  # fmt: skip
    """What is the person's to decide behind ``after``, and where to go on if there may be more."""
    found: list[Mine] = []
    for doubled in range(CHUNKS):
        size = (limit + 2) * 2**doubled
        chunk = waiting.places(connection, person, at, size, after, only=only, backwards=backwards)
        by_id = {one.item.id: one for one in items.by_ids(connection, [p.id for p in chunk])}
        for place in chunk:
            if len(found) == limit:
                return found, found[-1].place
            loaded = by_id[place.id]
            matters = _matters(connection, loaded, person, now, only)
            if matters:
                found.append(Mine(place, loaded, ruled_by(connection, loaded)[0], matters))
        if len(chunk) < size:
            return found, None
        after = chunk[-1]
    return found, after


def _matters(
    connection: Connection, loaded: Loaded, person: PersonFact, now: datetime,
    only: Sequence[Matter] = tuple(Matter),
) -> tuple[Matter, ...]:  # fmt: skip
    theirs = waiting_for(loaded.item, person, now, *ruled_by(connection, loaded))
    return tuple(matter for matter in theirs if matter in only)


def _entry(one: Mine, view: ItemView, person: PersonFact, now: datetime) -> Waiting:
    item = one.loaded.item
    asked = Case(item, blank(COMMANDS["approve"]), person, now, one.policy,
                 calendar_for(one.policy), Facts())  # fmt: skip
    together = Matter.CLOSURE in one.matters and may_approve_in_bulk(asked) is None
    waits = min(since(item, matter) for matter in one.matters)
    return Waiting(view, one.matters, waits, one.place.red_at <= now, together, one.policy)


def place_of(connection: Connection, ref: str, person: PersonFact, now: datetime) -> Place:
    """Where the item stands in the order, whether it waits for this person or not.

    Raises:
        NotFound: there is no such item, as far as they are concerned.
    """
    return waiting.place_of(connection, visible.item(connection, ref, person).item.id, now)


def _write_cursor(at: datetime, place: Place) -> str:
    return ".".join(
        str(number)
        for number in (_count(at), int(place.later), -place.rung, _count(place.red_at), place.id)
    )


def _read_cursor(cursor: str) -> tuple[datetime, Place]:
    parts = cursor.split(".")
    try:
        at, later, level, red_at, item_id = (int(part) for part in parts if len(part) < 20)
        place = Place(bool(later), -level, _instant(red_at), _storable(item_id))
        return _instant(at), place._replace(rung=_storable(place.rung))
    except (ValueError, OverflowError):
        raise InputError(
            f"{cursor[:40]!r} is no cursor.", "Give the next_cursor of a page.", where="cursor"
        ) from None


def _count(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND


def _storable(number: int) -> int:
    if abs(number) >= 2**31:
        raise ValueError(number)
    return number
