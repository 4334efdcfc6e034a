"""Which paper was issued for an event, for whoever wants to send it along."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from models.deliveries import EVENT
from models.formal_notice import FormalNotice

NOTICE = FormalNotice.__table__  # type: ignore[attr-defined]


class PaperFile(NamedTuple):
    """A paper of the register: its serial, and its file's name in the folder of papers."""

    serial: str
    file: str


def of_event(connection: Connection, event_id: int) -> PaperFile | None:
    """The act of the ladder that was issued for this fired rung; None while there is none."""
    statement = (
        select(NOTICE.c.serial, NOTICE.c.file)
        .join(EVENT, and_(EVENT.c.item_id == NOTICE.c.item_id, EVENT.c.seq == NOTICE.c.occasion))
        .where(EVENT.c.id == event_id, NOTICE.c.level > 0)
        .order_by(NOTICE.c.id)
        .limit(1)
    )
    row = connection.execute(statement).first()
    return None if row is None else PaperFile(*row)
