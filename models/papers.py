"""What papers are made of besides the item's state, and the register as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from models.directory import MEMBERSHIP, PERSON, UNIT
from models.documents import NOTICE
from models.event import EventRow
from models.history import named
from models.items import ITEM
from models.views import Named
from rules.errors import NotFound
from rules.vocabulary import Role

EVENT = EventRow.__table__  # type: ignore[attr-defined]

AWAITED = ("order", "letter", "interview", "circular", "listing")
"""Papers that are to be served on somebody."""

ENDING = ("approved", "rejected", "merged", "transferred")
"""Events with which an item is struck off, and somebody signs for it."""


class PaperView(NamedTuple):
    """One paper of the register. Instants are UTC; ``served_by`` is None when the program deemed
    it served."""

    serial: str
    kind: str
    ref: str
    policy_id: int
    round: int
    level: int
    signer: Named | None
    addressee: Named | None
    file: str
    issued_at: datetime
    served_at: datetime | None
    served_how: str
    served_by: Named | None
    acknowledged_at: datetime | None
    minutes: str


class Texts(NamedTuple):
    """What a paper says of an item beyond its state."""

    number: str
    requirement: str


def texts(connection: Connection, item_id: int) -> Texts:
    """The item's number in its ledger, and what is required of whoever works on it."""
    columns = (ITEM.c[field] for field in Texts._fields)
    return Texts(*connection.execute(select(*columns).where(ITEM.c.id == item_id)).one())


def covering(connection: Connection, role: Role, unit_path: str | None) -> list[int]:
    """Active holders of ``role`` over the unit, nearest above it first; the topmost without one."""
    path = unit_path or ""
    above = [path[: end + 1] for end, char in enumerate(path) if char == "/"]
    statement = (
        select(PERSON.c.id)
        .join(MEMBERSHIP, MEMBERSHIP.c.person_id == PERSON.c.id)
        .join(UNIT, UNIT.c.id == MEMBERSHIP.c.unit_id)
        .where(
            MEMBERSHIP.c.role == role,
            PERSON.c.active,
            UNIT.c.path.in_(above) if above else UNIT.c.parent_id.is_(None),
        )
        .order_by(func.length(UNIT.c.path).desc(), PERSON.c.id)
    )
    return list(connection.execute(statement).scalars())


def ended_by(connection: Connection, item_id: int) -> int | None:
    """Who has ended the item; None when nobody has, or a ledger says so."""
    statement = (
        select(EVENT.c.actor_id)
        .where(EVENT.c.item_id == item_id, EVENT.c.kind.in_(ENDING))
        .order_by(EVENT.c.seq.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar() or None


def register(
    connection: Connection,
    *,
    ref: str = "",
    kinds: tuple[str, ...] = (),
    unserved: bool = False,
    limit: int = 50,
) -> list[PaperView]:
    """The newest papers first: of an item, of some kinds, or only those still to be served."""
    statement = _REGISTER.order_by(NOTICE.c.id.desc()).limit(limit)
    if ref:
        statement = statement.where(ITEM.c.ref == ref)
    if kinds:
        statement = statement.where(NOTICE.c.kind.in_(kinds))
    if unserved:
        awaited = NOTICE.c.kind.in_(AWAITED)
        statement = statement.where(awaited, NOTICE.c.served_at.is_(None))
    return _viewed(connection, connection.execute(statement).all())


def paper(connection: Connection, serial: str) -> PaperView:
    """The paper with this number.

    Raises:
        NotFound: there is none.
    """
    rows = connection.execute(_REGISTER.where(NOTICE.c.serial == serial)).all()
    if not rows:
        raise NotFound(f"There is no paper {serial!r}.", "See: rectiflow papers list.")
    return _viewed(connection, rows)[0]


_REGISTER = select(NOTICE, ITEM.c.ref, ITEM.c.policy_id).join(ITEM, ITEM.c.id == NOTICE.c.item_id)


def _viewed(connection: Connection, rows: Sequence[Any]) -> list[PaperView]:
    ids = {one for row in rows for one in (row.signer_id, row.addressee_id, row.served_by)}
    people = named(connection, PERSON, ids)
    return [
        PaperView(
            row.serial, row.kind, row.ref, row.policy_id, row.round, row.level,
            people.get(row.signer_id), people.get(row.addressee_id), row.file, row.issued_at,
            row.served_at, row.served_how, people.get(row.served_by), row.acknowledged_at,
            row.minutes,
        )
        for row in rows
    ]  # fmt: skip
