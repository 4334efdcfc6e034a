"""How papers reached people: the register's columns of service, worked out from the history.

An act may be served before its paper is entered (the flow that issues it was away), or after. So
the history is always read anew: when a paper is entered, when an event of service is written,
and when a stage's work is repeated. Whichever comes last sees both; each of them holds the
item's row, so that they come one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from config.calendars import calendar_for
from models import policies
from models.documents import NOTICE, ORDER
from models.event import EventRow
from models.items import ITEM
from rules.events import Event
from rules.vocabulary import Level
from rules.workdays import WorkCalendar

EVENT = EventRow.__table__  # type: ignore[attr-defined]

CONFIRMED, DEEMED = "confirmed", "deemed"
"""Ways of service beside those of the command ``serve``: the addressee said that they have it, or
nobody said anything for as long as the policy waits (视为送达)."""

_KINDS = ("assigned", "acknowledged", "served", "confirmed", "step_fired")
_EVENTS = (
    select(EVENT.c.seq, EVENT.c.kind, EVENT.c.at, EVENT.c.actor_id, EVENT.c.data)
    .where(EVENT.c.item_id == bindparam("of"), EVENT.c.kind.in_(_KINDS))
    .order_by(EVENT.c.seq)
)


class Service(NamedTuple):
    """How one paper was served, and when its receipt was confirmed. ``served_by`` is None when the
    program said so."""

    served_at: datetime | None = None
    served_how: str = ""
    served_by: int | None = None
    acknowledged_at: datetime | None = None
    minutes: str = ""


def tells(event: Event) -> bool:
    """Whether the event says that an act was served or its receipt confirmed."""
    if event.kind == "step_fired":
        return event.data.get("step") == "deemed_served"
    return event.kind in ("served", "confirmed")


def catch_up(connection: Connection, item_id: int) -> None:
    """Bring the columns of service of the item's orders and acts in step with its history."""
    columns = (NOTICE.c[field] for field in Service._fields)
    papers = connection.execute(
        select(NOTICE.c.id, NOTICE.c.level, NOTICE.c.occasion, *columns).where(
            NOTICE.c.item_id == item_id, NOTICE.c.kind.in_((ORDER, *Level)), NOTICE.c.occasion > 0
        )
    ).all()
    if not papers:
        return
    known = _told(connection, item_id)
    for notice_id, level, occasion, *columns_now in papers:
        service = known.get((level, occasion), Service())
        if service != Service(*columns_now):
            changed = update(NOTICE).where(NOTICE.c.id == notice_id)
            connection.execute(changed.values(service._asdict()))


def _told(connection: Connection, item_id: int) -> dict[tuple[int, int], Service]:
    """What the history says of each order (level 0) and act, by level and occasion."""
    pinned = connection.execute(select(ITEM.c.policy_id).where(ITEM.c.id == item_id))
    calendar = calendar_for(policies.policy(connection, pinned.scalar_one()))
    newest: dict[int, int] = {}
    known: dict[tuple[int, int], Service] = {}
    for seq, kind, at, actor_id, text in connection.execute(_EVENTS, {"of": item_id}):
        data = json.loads(text)
        what = data["step"] if kind == "step_fired" else kind
        # Orders stand on no rung.
        level = int(data.get("level") or 0) if what not in ("acknowledged", "assigned") else 0
        if what in ("assigned", "rung"):
            newest[level] = seq
        elif what in _SAYS and level in newest:
            place = level, newest[level]
            before = known.get(place, Service())
            known[place] = _SAYS[what](before, at, actor_id or None, data, calendar)
    return known


def _served(
    _before: Service, at: datetime, by: int | None, data: Mapping[str, Any], days: WorkCalendar
) -> Service:
    on = date.fromisoformat(data["on"]) if data.get("on") else days.day_of(at)
    instant = at if on == days.day_of(at) else days.opening(on)
    return _before._replace(
        served_at=instant, served_how=data["how"], served_by=by, minutes=data.get("minutes") or ""
    )


def _confirmed(
    before: Service, at: datetime, by: int | None, data: Mapping[str, Any], _days: WorkCalendar
) -> Service:
    now = before._replace(acknowledged_at=before.acknowledged_at or at)
    # An interview that has to be held is not served by the receipt of its notice.
    if before.served_at is not None or not data.get("served", True):
        return now
    return now._replace(served_at=at, served_how=CONFIRMED, served_by=by)


def _deemed(
    before: Service, _at: datetime, _by: int | None, data: Mapping[str, Any], _days: WorkCalendar
) -> Service:
    if before.served_at is not None:
        return before
    return before._replace(served_at=datetime.fromisoformat(data["planned"]), served_how=DEEMED)


_SAYS = {
    "served": _served,
    "confirmed": _confirmed,
    "acknowledged": _confirmed,
    "deemed_served": _deemed,
    "deemed_received": _deemed,
}
