"""What a search has found, in a way in which a page of it is soon read.

Words are looked up together with where the reader may look. Where few items are found, their ids
are taken along, and the board looks at these alone. Where many are, each item is asked whether it
has the words, in the order of the board: every so many of them has, so a page is soon full. Where
it is not, because those that have the words are not those that fit the filters, everything found
is joined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isqrt
from typing import Any, NamedTuple

from sqlalchemy import Connection, any_, bindparam, exists, select
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER

from models import marks, search_index
from models.item import CLOSED
from models.items import ITEM
from models.search_index import Sought
from models.sieve import Wanted, concerns
from rules.item import PersonFact, is_root, topmost, unit_at

FEW = 10_000
"""Items whose ids are taken along at most: of more, a page is soon full."""

SURELY = 3
"""So many times more are expected that there is no need to look."""

MOST_BEGUN = 200_000
"""The same for words of which only the beginning is given."""

PAGE = 50
"""Items of a page, about."""


class Found(NamedTuple):
    """What is found: everything when nothing is searched for."""

    sought: Sought | None = None
    ids: tuple[int, ...] | None = None

    @property
    def many(self) -> bool:
        """Whether there are more than can be taken along."""
        return self.sought is not None and self.ids is None

    @property
    def nothing(self) -> bool:
        """Whether something was searched for, and nothing has it."""
        return self.ids == ()

    def conditions(self, dialect: str) -> Sequence[Any]:
        """Holds for the items that are found."""
        if self.sought is None:
            return ()
        if self.ids is not None and dialect != "sqlite":
            given = bindparam("found", list(self.ids), ARRAY(INTEGER), unique=True)
            return (ITEM.c.id == any_(given),)
        if dialect == "sqlite":
            return (ITEM.c.id.in_(search_index.found_by(dialect, self.sought)),)
        # Of each item on the way it is asked anyway where it stands.
        words = Sought(self.sought.terms)
        key, says = search_index.key_column(dialect), search_index.says(dialect, words)
        return (exists(select(1).where(key == ITEM.c.id, says)),)


def look_up(connection: Connection, wanted: Wanted, person: PersonFact) -> Found:
    """What the words of a search are found in, as far as the person may look."""
    if not wanted.terms:
        return Found()
    sought = Sought(wanted.terms, list(_where(wanted, person)))
    few = _few(connection, wanted)
    if _everyday(connection, sought, few):
        return Found(sought)
    statement = search_index.found_by(connection.dialect.name, sought).limit(few + 1)
    ids = tuple(connection.execute(statement).scalars())
    return Found(sought, ids if len(ids) <= few else None)


def _everyday(connection: Connection, sought: Sought, few: int) -> bool:
    """Whether to look the words up would take longer than the page."""
    if search_index.expected(connection, sought) > few * SURELY:
        return True
    # Whatever begins with a word is gathered as a whole, wherever it is asked for.
    begun = Sought([term for term in sought.terms if term.begins])
    return bool(begun.terms) and search_index.expected(connection, begun) > MOST_BEGUN


def _few(connection: Connection, wanted: Wanted) -> int:
    """So many items are gathered as soon as a page of them is walked to.

    Where ``n`` of ``among`` items are found, a page is ``PAGE * among / n`` steps away, each twice
    what it takes to gather an item. Other filters make the way longer, nobody knows by how much.
    """
    plain = Wanted(wanted.scope, wanted.terms, unit_path=wanted.unit_path,
                   person_id=wanted.person_id)  # fmt: skip
    among = search_index.expected(connection, Sought((), list(_part(wanted))))
    return min(FEW, isqrt(2 * PAGE * among)) if among and wanted == plain else FEW


def _where(wanted: Wanted, person: PersonFact) -> Iterator[set[str]]:
    """Sets of marks: whatever the person may see and wants has at least one of each."""
    tops = topmost(path for _, path in person.roles)
    if not any(map(is_root, tops)):
        units = {marks.NO_UNIT, *(marks.of_unit(unit_at(path)) for path in tops)}
        yield {marks.of_person(person.id), *(units if tops else ())}
    if wanted.unit_path and not is_root(wanted.unit_path):
        yield {marks.of_unit(unit_at(wanted.unit_path))}
    if wanted.person_id is not None:
        yield {marks.of_person(wanted.person_id)}
    yield from _part(wanted)


def _part(wanted: Wanted) -> Iterator[set[str]]:
    if not concerns(wanted, CLOSED):
        yield {marks.OPEN}
