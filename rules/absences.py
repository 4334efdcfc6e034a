"""Who gets what is meant for somebody who is away."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from typing import NamedTuple


class Away(NamedTuple):
    """One absence: from its first to its last day, both included."""

    person_id: int
    first: date
    last: date
    substitute_id: int


def stand_in(person_id: int, away: Mapping[int, int], there: Set[int]) -> int:
    """Who gets it: the substitute, or the substitute's own while they are away as well.

    ``away`` names the substitute of everybody who is away on the day, ``there`` who can be
    written to at all. When the chain leads back, or to nobody who is there, it is the person
    themself: a mail that waits is better than one that goes round.
    """
    seen = {person_id}
    one = person_id
    while one in away:
        one = away[one]
        if one in seen or one not in there:
            return person_id
        seen.add(one)
    return one


def on_day(absences: Mapping[int, list[Away]], day: date) -> dict[int, int]:
    """The substitutes of everybody who is away on ``day``; of several absences the last entered."""
    return {
        person_id: one.substitute_id
        for person_id, entered in absences.items()
        for one in entered
        if one.first <= day <= one.last
    }
