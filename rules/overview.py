"""Which items make up an overview, and over which days. Pure.

Whoever leads sees their own subtree, and of it exactly what they may see item by item
(``duties.may_see``). So that one count can serve many people, the visible items of a subtree are
put together from parts that share nothing: what is open to everybody with a role, what is
confidential, and the few confidential items that somebody sees because they are named on them.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import NamedTuple

from rules.duties import OFFICE_ROLES
from rules.figures import Span
from rules.item import PersonFact, is_root, topmost, within
from rules.vocabulary import Role

OVERVIEW_ROLES = frozenset(
    {Role.LEADER, Role.COORDINATOR, Role.SUPERVISOR, Role.VIEWER, Role.AUDITOR}
)
"""Whoever holds one of these over a unit has an overview of it and of what lies below."""

PLAIN, OFFICE, NAMED = "plain", "office", "named"
"""Parts: not confidential; confidential; confidential and the person is named on it."""

NOW, PAST = "now", "past"
"""Halves of a count: what is open, and what was opened and closed. The first is quickly counted
and quickly out of date."""

WITHOUT_UNIT = ""
"""The path of items that have no unit yet."""

PERIODS = ("campaign", "twelve", "year", "quarter")
"""From the beginning; this month and the eleven before; this calendar year; this quarter. Each
begins a month, ends today, and lies wholly in the one before it."""

BEFORE_EVERYTHING = date(1900, 1, 1)

FEW = 10
"""Of fewer items a share says little, and is marked so."""


class Part(NamedTuple):
    """Items of a campaign that are counted together. ``path`` is that of a unit: it and what lies
    below; the root's is everything, with or without a unit."""

    kind: str
    path: str
    person_id: int = 0
    """Who is named, for a part of this kind."""
    without: tuple[str, ...] = ()
    """Subtrees whose confidential items the named person sees anyhow, in another part."""
    half: str = ""
    """Only what is open (:data:`NOW`) or only the rest (:data:`PAST`); empty: everything."""

    @property
    def key(self) -> str:
        """What tells the part from every other one of its campaign."""
        counted = f"{self.half}:{self.kind}:{self.path}"
        if self.kind != NAMED:
            return counted
        without = sha256(" ".join(self.without).encode()).hexdigest()[:16] if self.without else ""
        return f"{counted}:{self.person_id}:{without}"

    @property
    def halves(self) -> tuple[Part, Part]:
        """The part in two halves, which are kept and counted apart."""
        return self._replace(half=NOW), self._replace(half=PAST)


def led_by(person: PersonFact) -> tuple[str, ...]:
    """The paths of the units that the person has an overview of, without those below another."""
    if not person.active:
        return ()
    return topmost(path for role, path in person.roles if role in OVERVIEW_ROLES)


def may_overlook(person: PersonFact, path: str) -> bool:
    """Whether the person has an overview of the unit with this path."""
    return any(within(path, up) for up in led_by(person))


def parts(person: PersonFact, path: str) -> tuple[Part, ...]:
    """Disjoint parts that hold exactly the items of the subtree that the person may see.

    The person has an overview of the subtree, and so sees what is not confidential there.
    """
    office = topmost(held for role, held in person.roles if role in OFFICE_ROLES)
    if any(within(path, up) for up in office):
        return Part(PLAIN, path), Part(OFFICE, path)
    inside = tuple(held for held in office if within(held, path))
    # Whoever steers anywhere sees the confidential items that have no unit yet.
    loose = (Part(OFFICE, WITHOUT_UNIT),) if office and is_root(path) else ()
    named = Part(NAMED, path, person.id, inside)
    return Part(PLAIN, path), *(Part(OFFICE, held) for held in inside), *loose, named


def first_days(today: date) -> dict[str, date]:
    """The first day of each of :data:`PERIODS` that ends on ``today``."""
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    months = today.year * 12 + today.month - 12
    return {
        "campaign": BEFORE_EVERYTHING,
        "twelve": date(months // 12, months % 12 + 1, 1),
        "year": date(today.year, 1, 1),
        "quarter": quarter,
    }


def span(period: str, today: date) -> Span:
    """The days of the period."""
    return Span(period, first_days(today)[period], today)
