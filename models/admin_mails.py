"""Deliveries as administrators look for them: by state, page by page, and never counted whole."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from models.deliveries import DELIVERY
from models.delivery import TROUBLED, WAITING
from models.directory import PERSON
from models.items import ITEM
from models.webhook_call import CALL_DEAD
from models.webhooks import CALL, EVENT, WEBHOOK, CallView

PAGE = 50
COUNTED = 1000
"""Up to here things are counted; beyond, it is enough to know that there are many."""

STATES = ("dead", "failed", "held", "pending", "skipped", "sent", "bundled")
RARE = frozenset({"failed", "held", "dead", "skipped"})


class MailLine(NamedTuple):
    """One delivery of a list."""

    id: int
    kind: str
    ref: str | None
    code: str
    name: str
    channel: str
    address: str
    state: str
    reason: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    left_at: datetime | None
    """Campaign time; what has been let go need not have arrived."""


def listing(connection: Connection, state: str, before: int | None) -> list[MailLine]:
    """Deliveries in this state (all of them without), the newest first; a page and one more."""
    mine = ("id", "kind", "channel", "address", "state", "reason", "attempts", "created_at",
            "sent_at", "left_at")  # fmt: skip
    of = {field: DELIVERY.c[field] for field in mine}
    of |= {"ref": ITEM.c.ref, "code": PERSON.c.code, "name": PERSON.c.name}
    statement = (
        select(*(of[field] for field in MailLine._fields))
        .join(PERSON, PERSON.c.id == DELIVERY.c.person_id)
        .outerjoin(ITEM, ITEM.c.id == DELIVERY.c.item_id)
        .order_by(DELIVERY.c.id.desc())
        .limit(PAGE + 1)
    )
    if state:
        statement = statement.where(DELIVERY.c.state == state)
    if state in RARE:
        # Few among millions: an index of their own knows them.
        statement = statement.where(text(f"delivery.{TROUBLED}"))
    elif state == "pending":
        statement = statement.where(text(f"delivery.{WAITING}"))
    if before is not None:
        statement = statement.where(DELIVERY.c.id < before)
    return [MailLine(*row) for row in connection.execute(statement)]


def dead(connection: Connection) -> int:
    """How many deliveries were given up; :data:`COUNTED` means so many or more."""
    few = select(DELIVERY.c.id).where(text(TROUBLED), DELIVERY.c.state == "dead").limit(COUNTED)
    return int(connection.execute(select(func.count()).select_from(few.subquery())).scalar_one())


def unreachable(connection: Connection) -> int:
    """How many people no mail reaches."""
    lost = PERSON.c.undeliverable_since.is_not(None)
    statement = select(func.count()).select_from(PERSON).where(lost)
    return int(connection.execute(statement).scalar_one())


def dead_calls(connection: Connection, before: int | None) -> list[CallView]:
    """Calls of webhooks that were given up, the newest first; a page and one more."""
    columns = [CALL.c.id, WEBHOOK.c.name, ITEM.c.ref, EVENT.c.kind]
    columns += [CALL.c[field] for field in CallView._fields[4:]]
    statement = (
        select(*columns)
        .join(WEBHOOK, WEBHOOK.c.id == CALL.c.webhook_id)
        .join(ITEM, ITEM.c.id == CALL.c.item_id)
        .join(EVENT, EVENT.c.id == CALL.c.event_id)
        .where(text(f"webhook_call.{CALL_DEAD}"))
        .order_by(CALL.c.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        statement = statement.where(CALL.c.id < before)
    return [CallView(*row) for row in connection.execute(statement)]
