"""A stop of the mail is told to the coordinators; nothing but this question leaves meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from models import deliveries
from models.deliveries import MAIL
from rules.vocabulary import Role
from tasks.announcing import reached

KIND = "cap_reached"


def ask_coordinators(
    connection: Connection, stop_id: int, now: datetime, campaign: datetime
) -> int:
    """One mail to each of the topmost coordinators, past every rule; how many are asked.

    ``now`` is wall time, ``campaign`` campaign time.
    """
    rows = [
        _row(person_id, person, f"stop/{stop_id}", now, campaign)
        for person_id, person in topmost_coordinators(connection).items()
    ]
    deliveries.enqueue(connection, rows, ())
    return len(rows)


def topmost_coordinators(connection: Connection) -> dict[int, deliveries.Addressee]:
    """The coordinators over the highest units that have any."""
    held = [one for one in deliveries.holders(connection) if one.role is Role.COORDINATOR]
    top = min((one.path.count("/") for one in held), default=0)
    ids = {one.person_id for one in held if one.path.count("/") == top}
    return deliveries.addressees(connection, sorted(ids))


def _row(
    person_id: int, person: deliveries.Addressee, occasion: str, now: datetime, campaign: datetime
) -> dict[str, Any]:
    address, why_not = reached(person)
    return {
        "person_id": person_id, "kind": KIND, "seat": "coordinators", "channel": MAIL,
        "occasion": occasion, "address": address, "created_at": now, "next_attempt_at": now,
        "state": "skipped" if why_not else "pending", "reason": why_not, "left_at": campaign,
    }  # fmt: skip
