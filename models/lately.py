"""What happened to an item since somebody looked, as briefly as can be."""

from __future__ import annotations

import json
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from models.event import EventRow

EVENT = EventRow.__table__  # type: ignore[attr-defined]


class Happened(NamedTuple):
    """One event. ``step`` is what fired, empty for all but due steps; ``stage`` as it was after."""

    seq: int
    stage: str
    step: str


def since(connection: Connection, item_id: int, seq: int) -> list[Happened]:
    """What happened to the item from this event on, itself included; the oldest first."""
    rows = connection.execute(_SINCE, {"of": item_id, "seq": seq})
    return [
        Happened(
            row.seq, row.stage.value,
            json.loads(row.data)["step"] if row.kind == "step_fired" else "",
        )
        for row in rows
    ]  # fmt: skip


_SINCE = (
    select(EVENT.c.seq, EVENT.c.kind, EVENT.c.stage, EVENT.c.data)
    .where(EVENT.c.item_id == bindparam("of"), EVENT.c.seq >= bindparam("seq"))
    .order_by(EVENT.c.seq)
)
