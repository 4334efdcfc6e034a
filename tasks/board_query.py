"""What stands in the board's address, read and written: filters, search, order. Knows no database.

The address is the whole of a view: whoever is given it sees the same filters, in the same order,
over what they may see themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from models.ledger import Order
from models.sieve import Scope
from rules.searching import LONGEST_SEARCH
from rules.vocabulary import Level, Light, Outcome, Severity, Source, Stage

SEARCH = "q"
ORDER = "sort"

MANY: dict[str, frozenset[str] | None] = {
    "stage": frozenset(Stage),
    "light": frozenset(Light),
    "category": None,
    "source": frozenset(Source),
    "severity": frozenset(Severity),
    "level": frozenset(str(number) for number in range(len(Level) + 1)),
    "outcome": frozenset(Outcome),
}
"""Filters that take several words, and which; none: any."""

SINGLE = (SEARCH, "scope", "unit", "person", "campaign", "due_from", "due_to", "opened_from",
          "opened_to", "closed_from", "closed_to", "confidential", "held", "overdue",
          "helping")  # fmt: skip
DAYS = ("due_from", "due_to", "opened_from", "opened_to", "closed_from", "closed_to")
_WORDS: dict[str, type[StrEnum] | tuple[str, ...]] = {
    "scope": Scope, "confidential": ("yes", "no"), "held": ("yes", "no"),
    "overdue": ("in_force", "original"), "helping": ("yes",),
}  # fmt: skip
MOST_VALUES = 30
LONGEST_VALUE = 200
LONGEST_QUERY = 2000


class Query(NamedTuple):
    """A view of the board: what is given for each filter, in the order of the form."""

    given: tuple[tuple[str, str], ...] = ()
    order: Order = Order.DUE
    odd: tuple[str, ...] = ()
    """Filters that were given something which they do not take; they are left out."""

    def all(self, name: str) -> tuple[str, ...]:
        """Everything given for a filter."""
        return tuple(value for key, value in self.given if key == name)

    def one(self, name: str) -> str:
        """What is given for a filter that takes one word; empty without."""
        return next(iter(self.all(name)), "")

    def day(self, name: str) -> date | None:
        """A day that is given."""
        text = self.one(name)
        return date.fromisoformat(text) if text else None

    @property
    def text(self) -> str:
        """As it stands in an address; the usual order goes without saying."""
        order = [] if self.order is Order.DUE else [(ORDER, self.order.value)]
        return urlencode([*self.given, *order])

    def without(self, name: str, value: str) -> Query:
        """The same but for this."""
        return self._replace(given=tuple(one for one in self.given if one != (name, value)))

    def sorted_by(self, order: Order) -> Query:
        """The same in another order."""
        return self._replace(order=order)


def read(text: str) -> Query:
    """The query that stands in an address behind the ``?``; whatever is not ours is left out."""
    try:
        pairs = parse_qsl(text[:LONGEST_QUERY].removeprefix("?"), max_num_fields=200)
    except ValueError:
        return Query(odd=("query",))
    return read_pairs(pairs)


def read_pairs(pairs: Iterable[tuple[str, str]]) -> Query:
    """The same of names and values."""
    given: dict[str, dict[str, None]] = {name: {} for name in (*SINGLE, *MANY)}
    order, odd = Order.DUE, dict[str, None]()
    for name, raw in pairs:
        value = " ".join(raw[:LONGEST_VALUE].replace("\0", "").split())
        if name == ORDER and value in frozenset(Order):
            order = Order(value)
        elif not value or name not in given:
            continue
        elif name == "stage" and value in (Scope.OPEN, Scope.ALL):
            given["scope"] = {value: None}
        elif not _fits(name, value):
            odd[name] = None
        elif name in MANY and len(given[name]) < MOST_VALUES:
            given[name][value] = None
        elif name in SINGLE:
            given[name] = {value[:LONGEST_SEARCH] if name == SEARCH else value: None}
    flat = tuple((name, value) for name, values in given.items() for value in values)
    return Query(flat, order, tuple(odd))


def _fits(name: str, value: str) -> bool:
    """Whether a filter takes this."""
    if name in DAYS:
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return len(value) == len("2026-01-01")
    if name in MANY:
        known = MANY[name]
        return known is None or value in known
    return name not in _WORDS or value in tuple(_WORDS[name])
