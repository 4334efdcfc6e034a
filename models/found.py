"""What a search has found, in a way in which a page of it is soon read.

Words that occur in few items give their ids at once, and the board looks at these alone. Words
that occur in many are asked for item by item, in the order of the board: every so many of them has
the words, so a page is soon full. Where it is not, because those that have the words are not those
that fit the filters, everything found is joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, any_, bindparam, exists, select
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER

from models import search_index
from models.items import ITEM
from models.sieve import Wanted
from rules.searching import Term

FEW = 20_000
"""Items whose ids are taken along: of more, a page is soon full."""

SURELY = 3
"""So many times more are expected that there is no need to look."""


class Found(NamedTuple):
    """What is found: everything when nothing is searched for."""

    terms: tuple[Term, ...] = ()
    ids: tuple[int, ...] | None = None

    @property
    def many(self) -> bool:
        """Whether there are more than can be taken along."""
        return bool(self.terms) and self.ids is None

    @property
    def nothing(self) -> bool:
        """Whether something was searched for, and nothing has it."""
        return self.ids == ()

    def conditions(self, dialect: str) -> Sequence[Any]:
        """Holds for the items that are found."""
        if not self.terms:
            return ()
        if self.ids is not None and dialect != "sqlite":
            given = bindparam("found", list(self.ids), ARRAY(INTEGER), unique=True)
            return (ITEM.c.id == any_(given),)
        if dialect == "sqlite":
            return (ITEM.c.id.in_(search_index.found_by(dialect, self.terms)),)
        key, says = search_index.key_column(dialect), search_index.says(dialect, self.terms)
        return (exists(select(1).where(key == ITEM.c.id, says)),)


def look_up(connection: Connection, wanted: Wanted) -> Found:
    """What the words of a search are found in."""
    if not wanted.terms:
        return Found()
    # To look up a word of everyday use would take longer than the page.
    if search_index.expected(connection, wanted.terms) > FEW * SURELY:
        return Found(wanted.terms)
    statement = search_index.found_by(connection.dialect.name, wanted.terms).limit(FEW + 1)
    ids = tuple(connection.execute(statement).scalars())
    return Found(wanted.terms, ids if len(ids) <= FEW else None)
