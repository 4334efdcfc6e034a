"""By which channels, beside mail, does a notice reach a person?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from models import contacts
from models.contacts import Reach


class Channels:
    """The channels of some people, read at once for a batch of events.

    A person's own channels get every notice of theirs. A unit's group is told of a thing once,
    whichever of its people hears of it first: the same words twice in one chat are noise.
    """

    def __init__(self, found: Mapping[int, Iterable[Reach]]) -> None:
        self._found = found
        self._said: set[tuple[object, str, str]] = set()

    def of(self, person_id: int, kind: str, about: object = None) -> tuple[str, ...]:
        """The names of the channels for one notice.

        ``about`` is what the notice tells of (the event's id, or an occasion): a unit's group
        hears of it once. None: it is always told.
        """
        names: list[str] = []
        for reach in self._found.get(person_id, ()):
            if reach.kinds and kind not in reach.kinds:
                continue
            if reach.shared and about is not None:
                if (about, kind, reach.channel) in self._said:
                    continue
                self._said.add((about, kind, reach.channel))
            names.append(reach.channel)
        # Somebody's own channel may be their unit's as well.
        return tuple(dict.fromkeys(names))


def channels_for(
    connection: Connection, person_ids: Iterable[int], kinds: Iterable[str] = ()
) -> Channels:
    """The channels of these people for notices of these kinds; without kinds, for any."""
    asked = frozenset(kinds)
    found: dict[int, list[Reach]] = {}
    for reach in contacts.reaches(connection, person_ids):
        if not asked or not reach.kinds or asked.intersection(reach.kinds):
            found.setdefault(reach.person_id, []).append(reach)
    return Channels(found)
