"""Idempotency keys that were given, found by how they begin."""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.event import EventRow

EVENT = EventRow.__table__  # type: ignore[attr-defined]


def beginning_with(connection: Connection, prefix: str) -> str | None:
    """A key that begins so and goes on in hexadecimal digits."""
    column = EVENT.c.idempotency_key
    # A range, which an index answers in any collation of digits and small letters.
    fits = column.is_not(None) & column.between(prefix, prefix + "g")
    found: str | None = connection.execute(select(column).where(fits).limit(1)).scalar()
    return found if found is not None and found.startswith(prefix) else None
