"""What people have been told of items lately, to know a repetition when it comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from models.deliveries import DELIVERY, EVENT

Key = tuple[int, int, str, str]
"""Person, item, kind and content."""


def said(connection: Connection, item_ids: Iterable[int], since: datetime) -> dict[Key, datetime]:
    """When each thing was told last, of events after ``since`` (campaign time).

    What was not sent was not told.
    """
    columns = (DELIVERY.c.person_id, DELIVERY.c.item_id, DELIVERY.c.kind, DELIVERY.c.content)
    statement = (
        select(*columns, EVENT.c.at)
        .join(EVENT, EVENT.c.id == DELIVERY.c.event_id)
        .where(
            DELIVERY.c.item_id.in_(sorted(set(item_ids))),
            DELIVERY.c.state.not_in(("skipped", "dead")),
            EVENT.c.at > since,
        )
        .order_by(EVENT.c.at)
    )
    return {(a, b, c, d): at for a, b, c, d, at in connection.execute(statement)}
