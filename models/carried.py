"""What a mail about many items carries: one light row a notice, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from models.deliveries import DELIVERY, EVENT
from models.directory import UNIT
from models.items import ITEM
from rules.vocabulary import Stage


class Part(NamedTuple):
    """One notice within another mail, with its event and its item as it stands."""

    carried_by: int | None
    kind: str
    seat: str
    for_person_id: int | None
    item_id: int
    event: str
    data: str
    at: datetime
    stage: Stage
    """That its event led to."""
    ref: str
    title: str
    confidential: bool
    due: date | None
    next_action_at: datetime | None
    policy_id: int
    campaign_id: int
    unit_name: str | None


PART_COLUMNS = (
    DELIVERY.c.carried_by, DELIVERY.c.kind, DELIVERY.c.seat, DELIVERY.c.for_person_id,
    DELIVERY.c.item_id, EVENT.c.kind, EVENT.c.data, EVENT.c.at, EVENT.c.stage, ITEM.c.ref,
    ITEM.c.title, ITEM.c.confidential, ITEM.c.due, ITEM.c.next_action_at, ITEM.c.policy_id,
    ITEM.c.campaign_id, UNIT.c.name,
)  # fmt: skip
"""The columns of :class:`Part`, from the tables that :func:`joined` puts together."""


def joined(chosen: Select[Any]) -> Select[Any]:
    """Deliveries with their events, items and units."""
    return (
        chosen.join(EVENT, EVENT.c.id == DELIVERY.c.event_id)
        .join(ITEM, ITEM.c.id == DELIVERY.c.item_id)
        .outerjoin(UNIT, UNIT.c.id == ITEM.c.unit_id)
    )


_PARTS = (
    joined(select(*PART_COLUMNS))
    .where(DELIVERY.c.carried_by.in_(bindparam("ids", expanding=True)))
    .order_by(DELIVERY.c.id)
)


def parts(connection: Connection, carriers: Iterable[int]) -> dict[int, list[Part]]:
    """What these deliveries carry, by delivery."""
    found: dict[int, list[Part]] = defaultdict(list)
    ids = sorted(set(carriers))
    if ids:
        for row in connection.execute(_PARTS, {"ids": ids}):
            found[row[0]].append(Part(*row))
    return found
