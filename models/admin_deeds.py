"""The log of administration: written deed by deed, read the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from models.admin_log import AdminLog
from models.directory import PERSON

LOG = AdminLog.__table__  # type: ignore[attr-defined]

ABOUT: int = LOG.c.about.type.length
DETAIL: int = LOG.c.detail.type.length


class Deed(NamedTuple):
    """One row of the log, with who did it."""

    id: int
    at: datetime
    code: str
    name: str
    via: str
    what: str
    about: str
    detail: str
    outcome: str


def note(
    connection: Connection, person_id: int, via: str, what: str, about: str, detail: str,
    at: datetime,
) -> int:  # fmt: skip
    """Note what somebody sets about; the row's id."""
    values = {
        "at": at, "person_id": person_id, "via": via, "what": what, "about": about[:ABOUT],
        "detail": detail[:DETAIL], "outcome": "begun",
    }  # fmt: skip
    return int(connection.execute(insert(LOG).values(values).returning(LOG.c.id)).scalar_one())


def end(connection: Connection, deed_id: int, outcome: str, detail: str = "") -> None:
    """Note how it ended."""
    values = {"outcome": outcome, **({"detail": detail[:DETAIL]} if detail else {})}
    connection.execute(update(LOG).where(LOG.c.id == deed_id).values(values))


def page(
    connection: Connection, limit: int, before: int | None = None, what: str = ""
) -> list[Deed]:
    """Up to ``limit`` deeds, the newest first; those ``before`` a row's id."""
    columns = [LOG.c.id, LOG.c.at, PERSON.c.code, PERSON.c.name]
    columns += [LOG.c[field] for field in Deed._fields[4:]]
    statement = select(*columns).join(PERSON, PERSON.c.id == LOG.c.person_id)
    if before is not None:
        statement = statement.where(LOG.c.id < before)
    if what:
        statement = statement.where(LOG.c.what == what)
    rows = connection.execute(statement.order_by(LOG.c.id.desc()).limit(limit))
    return [Deed(*row) for row in rows]
