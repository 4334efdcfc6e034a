"""Mails that came back: found among the deliveries, or by the address, and their people marked."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from models import unreachable
from models.engine import writing
from models.unreachable import Posted
from notifications.bounces import Bounce, Failed
from tasks.reach import cannot_be_reached, same_address

_PERSON = re.compile(r"<[^.@>]+\.(\d{1,9})\.[^@>]*@")
"""The person's id in a Message-ID of ours: where to look first."""


class Learned(NamedTuple):
    """What a report has shown of one recipient: the delivery that came back, and who is marked."""

    addresses: tuple[str, ...]
    why: str
    delivery_id: int | None = None
    marked: tuple[int, ...] = ()
    known: bool = False
    """Whether we have written to that address at all."""


def take_back(engine: Engine, bounce: Bounce, now: datetime) -> list[Learned]:
    """Keep what a report says; ``now`` is wall time. Taking the same one twice changes nothing."""
    if not bounce.failed:
        return []
    with writing(engine) as connection:
        posted = _posted(connection, bounce.message_id)
        alone = len(bounce.failed) == 1
        return [_learned(connection, failed, posted, alone, now) for failed in bounce.failed]


def _posted(connection: Connection, message_id: str) -> Posted | None:
    if not message_id:
        return None
    person = _PERSON.match(message_id)
    return unreachable.posted(connection, message_id, int(person[1]) if person else None)


def _learned(
    connection: Connection, failed: Failed, posted: Posted | None, alone: bool, now: datetime
) -> Learned:
    why = f"The mail came back: {failed.why}."
    # An address may have been forwarded to the one that failed: the delivery says whom we meant.
    ours = posted is not None and (
        alone or any(same_address(posted.address, one) for one in failed.addresses)
    )
    if posted is not None and ours:
        unreachable.came_back(connection, posted.id, why)
        reached = [(posted.person_id, posted.address)]
    else:
        reached = [
            (person_id, address)
            for address in failed.addresses
            for person_id in unreachable.people_at(connection, address)
        ]
    marked = [] if failed.content else [
        person_id
        for person_id, address in reached
        if cannot_be_reached(connection, person_id, address, why, now)
    ]  # fmt: skip
    return Learned(
        failed.addresses, why, posted.id if posted and ours else None, tuple(marked), bool(reached)
    )
