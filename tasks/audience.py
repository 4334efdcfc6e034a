"""Who hears of an event: the table's seats, filled with the people who sit there.

The seats are the item's as it stands, but where the event itself has named somebody, it is them:
an assignment that is announced late is announced to whom it named. A seat that is empty, or whose
holder has left, is heard for by the one that stands in for it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from models import deliveries, directory
from models.deliveries import Addressee, Unannounced
from rules.duties import is_independent
from rules.item import ItemState, upwards
from rules.notices import BY_STEP, STANDS_IN, Seat, notices_for
from rules.vocabulary import Role
from tasks.co_units import Helpers

NAMED_BY: Mapping[str, Mapping[Seat, str]] = {
    "assigned": {Seat.RESPONSIBLE: "responsible", Seat.LEADER: "leader"},
    "appointed": {Seat.VERIFIER: "verifier"},
}
"""Where an event's data says who took a seat by it."""

DECIDED_BY_COORDINATORS = frozenset({"declined", "extension_requested", "hold_requested"})
"""Notices that ask coordinators for a decision; those who may not judge the item are not asked."""


class Addressed(NamedTuple):
    """One notice to one person, in the seat for which they get it."""

    kind: str
    seat: Seat
    person_id: int


class Audience:
    """Everybody who may have to be told of some events, and people ``besides``, read at once."""

    def __init__(
        self,
        connection: Connection,
        events: Sequence[Unannounced],
        states: Mapping[int, ItemState],
        besides: Iterable[int] = (),
    ) -> None:
        self._states = states
        held = deliveries.holders(connection)
        self._facts = directory.people_by_id(connection, {holder.person_id for holder in held})
        self._offices: dict[tuple[Role, str], list[int]] = defaultdict(list)
        for holder in held:
            self._offices[holder.role, holder.path].append(holder.person_id)
        said = [_said(event) for event in events]
        self._helpers = Helpers(connection, states.values())
        named = (*_named_on(states.values()), *_named_in(said))
        ids = {*self._facts, *self._helpers.ids, *named, *besides}
        self.people: Mapping[int, Addressee] = deliveries.addressees(connection, ids)

    def of(self, event: Unannounced) -> list[Addressed]:
        """Who hears of the event and why; a person once, and not whoever did it.

        Raises:
            ValueError, LookupError: the event says nothing that can be understood.
        """
        item = self._states[event.item_id]
        data = json.loads(event.data)
        if not isinstance(data, dict):
            raise ValueError("an event says fields with values")
        if event.kind == "step_fired" and data["step"] not in BY_STEP:
            raise LookupError(f"no such step: {data['step']}")
        told = {event.actor_id}
        found: list[Addressed] = []
        for notice in notices_for(event.kind, data):
            for seat in notice.seats:
                for filled, person_id in self._filled(seat, notice.kind, event.kind, item, data):
                    if person_id not in told:
                        told.add(person_id)
                        found.append(Addressed(notice.kind, filled, person_id))
        return found

    def coordinators(self, event: Unannounced) -> list[int]:
        """The coordinators nearest to the event's item."""
        return self._nearest(Role.COORDINATOR, self._states[event.item_id], judging=False)

    def office(self, role: Role, item: ItemState, *, judging: bool) -> list[int]:
        """Those nearest to the item who hold this office, only the independent if ``judging``."""
        return self._nearest(role, item, judging=judging)

    def _filled(
        self, seat: Seat, kind: str, event: str, item: ItemState, data: Mapping[str, Any]
    ) -> Iterator[tuple[Seat, int]]:
        """Who sits there, and who stands in when nobody does who is still there."""
        people = self._holders(seat, kind, event, item, data)
        for person_id in people:
            yield seat, person_id
        if seat in STANDS_IN and not any(self.people[one].active for one in people):
            yield from self._filled(STANDS_IN[seat], kind, event, item, data)

    def _holders(
        self, seat: Seat, kind: str, event: str, item: ItemState, data: Mapping[str, Any]
    ) -> list[int]:
        if (role := _OFFICES.get(seat)) is not None:
            judging = role is Role.SUPERVISOR or kind in DECIDED_BY_COORDINATORS
            return self._nearest(role, item, judging=judging)
        if seat is Seat.HELPERS:
            return self._helpers.of(item, data)
        person_id: int | None = getattr(item, _COLUMNS[seat])
        if (field := NAMED_BY.get(event, {}).get(seat)) is not None and field in data:
            person_id = data[field]
        return [] if person_id is None else [person_id]

    def _nearest(self, role: Role, item: ItemState, *, judging: bool) -> list[int]:
        """Those who hold the office closest above the item's unit; the topmost without a unit."""
        path = item.unit_path
        for places in self._downwards(role) if path is None else [[one] for one in upwards(path)]:
            held = {one for place in places for one in self._offices.get((role, place), ())}
            fit = [one for one in held if not judging or self._may_judge(one, item)]
            if fit:
                return sorted(fit)
        return []

    def _downwards(self, role: Role) -> list[list[str]]:
        """Where the office is held at all, the topmost units first, equals together."""
        levels: dict[int, list[str]] = defaultdict(list)
        for held, path in self._offices:
            if held is role:
                levels[path.count("/")].append(path)
        return [levels[depth] for depth in sorted(levels)]

    def _may_judge(self, person_id: int, item: ItemState) -> bool:
        return person_id != item.passed_by and is_independent(self._facts[person_id], item)


_OFFICES = {Seat.COORDINATORS: Role.COORDINATOR, Seat.SUPERVISORS: Role.SUPERVISOR}
_COLUMNS = {
    Seat.RESPONSIBLE: "responsible_id",
    Seat.LEADER: "leader_id",
    Seat.VERIFIER: "verifier_id",
}


def _said(event: Unannounced) -> Mapping[str, Any]:
    """What the event says; nothing when it cannot be read, which is told when it is its turn."""
    try:
        data = json.loads(event.data)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _named_on(states: Iterable[ItemState]) -> Iterator[int]:
    for item in states:
        for column in _COLUMNS.values():
            if (person_id := getattr(item, column)) is not None:
                yield person_id


def _named_in(said: Iterable[Mapping[str, Any]]) -> Iterator[int]:
    fields = {field for seats in NAMED_BY.values() for field in seats.values()}
    for data in said:
        yield from (one for field in fields if isinstance(one := data.get(field), int))
