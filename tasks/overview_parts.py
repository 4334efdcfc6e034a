"""The counts that an overview is put together from: made now, or kept from before.

A small campaign is counted at every look. Of a larger one the last counts are taken, however old
they are, and what is out of date is named.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool

from models import tallies
from models.policies import CampaignFact
from models.tallies import Kept
from models.tallying import LONGEST
from models.tallying_days import When
from rules.overview import NAMED, NOW, PAST, Part
from tasks.recounting import counted_at
from tasks.tallies import Tally, from_json, together

SMALL = 1_000
"""A campaign that has numbered no more items is counted while the page is made."""

OFTEN = timedelta(seconds=15)
"""A count stays good for so long, and for twenty times as long as it took."""

SELDOM = timedelta(minutes=5)
"""Then it is made again although nothing has happened: lights change by the clock."""


READY = 64
"""How many tallies a process keeps ready to be added up."""


class Parts:
    """The parts of an overview, counted now or before."""

    def __init__(
        self, connection: Connection, campaign: CampaignFact, wanted: tuple[Part, ...], when: When,
        wall: datetime,
    ) -> None:  # fmt: skip
        self.as_of: datetime | None = when.now
        self.past_as_of: datetime | None = when.now
        self.outdated: tuple[Part, ...] = ()
        self._tallies: list[tuple[str, Tally]] = []
        if tallies.numbered(connection, campaign.id) <= SMALL:
            self._tallies = [
                (part.path, counted_at(connection, campaign.id, part, when.now)) for part in wanted
            ]
            return
        halves = [half for part in wanted for half in part.halves]
        kept = tallies.kept(connection, campaign.id, [half.key for half in halves])
        newest = tallies.newest_event(connection)
        self.outdated = tuple(
            half for half in halves
            if half.key not in kept or not is_fresh(kept[half.key], newest, when, wall)
        )  # fmt: skip
        missing = [half for half in halves if half.key not in kept]
        if any(half.kind != NAMED for half in missing):
            self.as_of = self.past_as_of = None
            return
        for half in halves:
            # Few items: whoever looks for the first time need not wait for a count of their own.
            tally = (
                counted_at(connection, campaign.id, half, when.now)
                if half in missing
                else _read(connection, campaign.id, kept[half.key])
            )
            self._tallies.append((half.path, tally))
        self.as_of, self.past_as_of = (
            min(kept[half.key].as_of for half in halves if half.half == name and half.key in kept)
            for name in (NOW, PAST)
        )

    def together(self, path: str) -> Tally | None:
        """Everything added up; None before all of it has been counted."""
        return None if self.as_of is None else together(self._tallies, path, LONGEST)


_READ: WeakKeyDictionary[Pool, dict[tuple[int, str], tuple[datetime, Tally]]] = WeakKeyDictionary()
"""By the pool, which belongs to one store for as long as it is open."""


def _read(connection: Connection, campaign_id: int, kept: Kept) -> Tally:
    """The tally as it is kept; read once a process, as long as it is not counted again."""
    known = _READ.setdefault(connection.engine.pool, {})
    key = campaign_id, kept.part
    found = known.get(key)
    if found is None or found[0] != kept.counted_at:
        if len(known) >= READY:
            known.clear()
        tally = from_json(tallies.document(connection, *key))
        found = known[key] = kept.counted_at, tally
    return found[1]


def is_fresh(kept: Kept, newest: int, when: When, wall: datetime) -> bool:
    """Whether the count need not be made again yet."""
    if kept.as_of.astimezone(when.zone).date() != when.today:
        return False
    age = wall - kept.counted_at
    if age <= max(OFTEN, 20 * timedelta(milliseconds=kept.took)):
        return True
    return kept.event_id == newest and age <= SELDOM
