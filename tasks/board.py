"""The board: what somebody sees of the items that fit a query, as rows, references or ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import directory, items, ledger, policies, views
from models.ledger import WAYS, Asked, Spot
from models.sieve import Scope, Wanted
from models.views import ItemView
from rules.errors import InputError, NotFound
from rules.item import PersonFact
from rules.policy import Policy
from rules.searching import terms_of
from rules.vocabulary import Light, Outcome, Severity, Source, Stage
from tasks import board_query
from tasks.board_query import Query
from tasks.mywork import AT_WORK

PAGE = 50
MOST_EXPORTED = 100_000


class Row(NamedTuple):
    """One item on the board. ``days`` are working days until the deadline, negative behind it;
    none while no deadline runs."""

    view: ItemView
    category: Mapping[str, str]
    """Its name by language; empty when the policy does not know it."""
    days: int | None
    changed_at: datetime
    zone: str


class Board(NamedTuple):
    """One page of the board."""

    rows: tuple[Row, ...]
    before: str
    after: str
    """Cursors of the pages before and behind; empty when there is none."""
    total: int | None
    """How many items fit; none when there are more than are counted."""
    odd: tuple[str, ...]
    """Filters that say something which there is not; nothing is shown for them."""
    words: bool
    """Whether words are searched for."""


class Meant(NamedTuple):
    """What a query means here and now."""

    wanted: Wanted
    odd: tuple[str, ...]


def page_of(
    connection: Connection, person: PersonFact, query: Query, now: datetime,
    *, after: str = "", before: str = "", size: int = PAGE,
) -> Board:  # fmt: skip
    """A page of what the person may see.

    Raises:
        InputError: the cursor is none of ours.
    """
    meant = meaning(connection, query, now)
    asked = Asked(person, meant.wanted, query.order, now)
    spot = _spot(query, before or after)
    found = ledger.page(connection, asked, size, spot, back=bool(before))
    shown = rows(connection, [one.id for one in found.spots], now)
    return Board(
        tuple(shown),
        _cursor(found.spots[0]) if found.before and found.spots else "",
        _cursor(found.spots[-1]) if found.behind and found.spots else "",
        found.total, meant.odd, bool(meant.wanted.terms),
    )  # fmt: skip


class Listed(NamedTuple):
    """Some items as they are, without what only the board shows of them."""

    views: tuple[ItemView, ...]
    after: str
    """The cursor of the page behind; empty when there is none."""
    total: int | None
    odd: tuple[str, ...]


def listed_of(
    connection: Connection, person: PersonFact, query: Query, now: datetime, *, after: str = "",
    size: int = PAGE,
) -> Listed:  # fmt: skip
    """The same page for programs.

    Raises:
        InputError: the cursor is none of ours.
    """
    meant = meaning(connection, query, now)
    asked = Asked(person, meant.wanted, query.order, now)
    found = ledger.page(connection, asked, size, _spot(query, after))
    shown = views.views(connection, [one.id for one in found.spots], now)
    behind = _cursor(found.spots[-1]) if found.behind and found.spots else ""
    return Listed(shown, behind, found.total, meant.odd)


def refs_of(
    connection: Connection, person: PersonFact, query: str, now: datetime, limit: int
) -> list[str]:
    """The references of everything that fits the query of a board's address and that the person
    may see, in the board's order, up to ``limit``."""
    found = ids_of(connection, person, board_query.read(query), now, limit)
    return list(chain.from_iterable(ledger.refs(connection, ids) for ids in found))


def ids_of(
    connection: Connection, person: PersonFact, query: Query, now: datetime, limit: int
) -> Iterator[list[int]]:
    """The ids of the same, some at a time."""
    asked = Asked(person, meaning(connection, query, now).wanted, query.order, now)
    return ledger.every(connection, asked, limit)


def rows(connection: Connection, ids: Sequence[int], now: datetime) -> list[Row]:
    """These items as rows, in this order."""
    loaded = {one.item.id: one for one in items.by_ids(connection, ids)}
    changed = ledger.changed(connection, ids)
    found = []
    for view in views.views(connection, ids, now):
        policy = policies.policy(connection, loaded[view.id].policy_id)
        found.append(Row(view, _called(policy, view.category), _days(view, policy, now),
                         changed[view.id], policy.zone))  # fmt: skip
    return found


def _called(policy: Policy, code: str) -> Mapping[str, str]:
    known = policy.category(code)
    return {"zh-CN": known.zh, "en": known.en} if known else {}


def _days(view: ItemView, policy: Policy, now: datetime) -> int | None:
    if view.due is None or view.on_hold or view.stage not in AT_WORK:
        return None
    calendar = calendar_for(policy)
    return calendar.between(calendar.day_of(now), view.due)


def meaning(connection: Connection, query: Query, now: datetime) -> Meant:
    """What the query means: names become those who bear them, days become instants.

    Where something is named that there is not, nothing fits, and it is told.
    """
    odd: list[str] = []
    calendar = calendar_for(
        policies.policy(connection, policies.campaigns(connection)[0].policy_id)
    )
    today, terms = calendar.day_of(now), terms_of(query.one("q"))
    if query.one("q") and not terms:
        odd.append("q")
    named: dict[str, Any] = {}
    for name, read in _LOOKED_UP.items():
        if word := query.one(name):
            try:
                named[name] = read(connection, word)
            except (NotFound, InputError):
                odd.append(name)

    def begins(name: str, days: int = 0) -> datetime | None:
        day = query.day(name)
        if day is None:
            return None
        return datetime.combine(day + timedelta(days=days), time(), calendar.zone).astimezone(UTC)

    wanted = Wanted(
        scope=Scope(query.one("scope") or Scope.OPEN), terms=terms,
        stages=tuple(map(Stage, query.all("stage"))), lights=tuple(map(Light, query.all("light"))),
        unit_path=named.get("unit", ""), categories=query.all("category"),
        sources=tuple(map(Source, query.all("source"))),
        severities=tuple(map(Severity, query.all("severity"))),
        levels=tuple(map(int, query.all("level"))),
        outcomes=tuple(map(Outcome, query.all("outcome"))),
        person_id=named.get("person"), campaign_id=named.get("campaign"),
        due_from=query.day("due_from"), due_to=query.day("due_to"),
        opened_from=begins("opened_from"), opened_before=begins("opened_to", 1),
        closed_from=begins("closed_from"), closed_before=begins("closed_to", 1),
        confidential=_YES.get(query.one("confidential")), on_hold=_YES.get(query.one("held")),
        overdue_on=today if query.one("overdue") == "in_force" else None,
        late_on=today if query.one("overdue") == "original" else None,
        helping=query.one("helping") == "yes", nobody=bool(odd),
    )  # fmt: skip
    return Meant(wanted, (*query.odd, *odd))


def _unit(connection: Connection, word: str) -> str:
    return directory.units(connection, [word])[word].path


def _person(connection: Connection, word: str) -> int:
    return directory.person(connection, word).id


def _campaign(connection: Connection, word: str) -> int:
    return policies.campaign(connection, word).id


_LOOKED_UP: Mapping[str, Callable[[Connection, str], Any]] = {
    "unit": _unit,
    "person": _person,
    "campaign": _campaign,
}
_YES = {"yes": True, "no": False}


def _cursor(spot: Spot) -> str:
    value = spot.value
    if isinstance(value, date):  # an instant is one too
        value = value.isoformat()
    return f"{'' if value is None else value}~{spot.id}"


def _spot(query: Query, cursor: str) -> Spot | None:
    """The place that a cursor stands for.

    Raises:
        InputError: it is none of ours.
    """
    if not cursor:
        return None
    way = WAYS[query.order]
    text, mark, number = cursor.rpartition("~")
    try:
        if not mark or (not text and not way.empty):
            raise ValueError(cursor)
        value = way.read(text) if text else None
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(cursor)
        return Spot(value, int(number))
    except ValueError:
        raise InputError(
            f"{cursor!r} is no place in this order.", "Begin at the first page.", where="after"
        ) from None
