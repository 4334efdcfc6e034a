"""Heartbeats: written by each part of the machinery, read by status and doctor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.heartbeat import Heartbeat

MAIL_CLOSED = "mail_closed"
"""In trouble while no mail can leave: the mail server is not reached, or refuses us."""
CHATS_CLOSED = "chats_closed"
"""The same of the channels beside mail."""

HEARTBEAT = Heartbeat.__table__  # type: ignore[attr-defined]


def beat(connection: Connection, part: str, at: datetime, process: str, detail: str = "") -> None:
    """This part of the machinery has just done its work; ``at`` is wall time."""
    values = {"at": at, "process": process, "detail": detail[:500]}
    known = update(HEARTBEAT).where(HEARTBEAT.c.part == part).values(values)
    if connection.execute(known).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(HEARTBEAT).values(part=part, **values))
    except IntegrityError:
        # The same part of another process has had its first beat at the same moment.
        connection.execute(known)


def trouble(connection: Connection, part: str, at: datetime, process: str, why: str) -> None:
    """Something has been in trouble since ``at`` (wall time), unless it was before; why stands
    beside it. Its heartbeat is there only while the trouble lasts."""
    values = {"process": process, "detail": why[:500]}
    known = update(HEARTBEAT).where(HEARTBEAT.c.part == part).values(values)
    if not connection.execute(known).rowcount:
        beat(connection, part, at, process, why)


def over(connection: Connection, part: str) -> None:
    """The trouble is over."""
    connection.execute(delete(HEARTBEAT).where(HEARTBEAT.c.part == part))


def beats(connection: Connection) -> dict[str, tuple[datetime, str]]:
    """When each part last did its work, and what it said of it."""
    rows = connection.execute(select(HEARTBEAT.c.part, HEARTBEAT.c.at, HEARTBEAT.c.detail))
    return {row.part: (row.at, row.detail) for row in rows}
