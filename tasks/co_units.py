"""Who hears for the units that help with an item.

The coordinators nearest above a co-unit, as for any unit; but not those who steer the item itself,
who know. Where there are none in between, whoever leads the co-unit, else those who work there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from models import deliveries
from rules.item import ItemState, unit_at, upwards, within
from rules.vocabulary import Role

HEARING = (Role.COORDINATOR, Role.LEADER, Role.RESPONSIBLE)
"""The first of these that is held hears for the unit."""


class Helpers:
    """Everybody who may have to hear for the co-units of these items, read at once."""

    def __init__(self, connection: Connection, states: Iterable[ItemState]) -> None:
        helping = {path for state in states for path in state.co_unit_paths}
        places = {place for path in helping for place in upwards(path)}
        found = deliveries.holders(connection, HEARING, places) if places else []
        self._held: dict[tuple[Role, str], list[int]] = defaultdict(list)
        for one in found:
            self._held[one.role, one.path].append(one.person_id)
        self.ids = frozenset(one.person_id for one in found)

    def of(self, item: ItemState, data: Mapping[str, Any]) -> list[int]:
        """Who hears of an event that says this: for the units that it has named where it has named
        any. Of a confidential item nobody, as nobody there may see it."""
        if item.confidential:
            return []
        named = data.get("co_units")
        paths = [each for each in item.co_unit_paths if named is None or unit_at(each) in named]
        return sorted({one for path in paths for one in self._hearing(item, path)})

    def _hearing(self, item: ItemState, path: str) -> list[int]:
        below = [place for place in upwards(path) if not within(item.unit_path, place)]
        found = (self._held.get((role, place)) for role in HEARING for place in below)
        return next((held for held in found if held), [])
