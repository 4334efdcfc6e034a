"""How things stand, in numbers: for the status, the board and the checks of the doctor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, or_, select, text

from models.delivery import Delivery
from models.directory import PERSON, UNIT
from models.event import UNANNOUNCED, EventRow
from models.item import LAGGING, UNSTARTED
from models.items import ITEM, next_due
from models.stops import Stop
from models.stops import current as current_stop
from models.views import ITEM as SHOWN
from models.views import light_at
from models.webhook_call import WebhookCall
from rules.vocabulary import OPEN_STAGES, Light, Outcome, Stage

DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]
CALL = WebhookCall.__table__  # type: ignore[attr-defined]

OPEN = [stage.value for stage in OPEN_STAGES]
"""Said as a list rather than as "not closed", which no index could answer."""

DELIVERY_STATES = ("pending", "held", "bundled", "failed", "sent", "dead", "skipped")


class Summary(NamedTuple):
    """Counts at one moment. Every stage, light, outcome and delivery state is named, with 0."""

    items: int
    stages: dict[str, int]
    lights: dict[str, int]
    """Of open items only."""
    outcomes: dict[str, int]
    on_hold: int
    steps_due: int
    """Items with a step that is due and has not fired."""
    next_step_at: datetime | None
    unannounced: int
    """Events whose notices have not been derived."""
    deliveries: dict[str, int]
    lagging: int
    """Items with moves that their flow has not seen."""
    unstarted: int
    """Items with nothing to catch up with that are to have a flow run and have none yet."""
    draft_units: int
    draft_people: int
    unreachable: int
    """People named on open items who have no mail address."""
    undeliverable: int
    """People whose mail address was refused, or from whom mail came back."""
    dead_calls: int
    """Calls of webhooks that were given up."""
    mail_stop: Stop | None
    """The stop of the mail in force: a run would have sent more than its policy's cap."""

    @property
    def waiting(self) -> int:
        """Pieces of work that somebody running would take up now."""
        on_the_way = self.deliveries["pending"] + self.deliveries["failed"]
        return self.steps_due + self.unannounced + on_the_way + self.lagging + self.unstarted


def summary(connection: Connection, now: datetime) -> Summary:
    """How things stand at ``now`` (campaign time)."""
    stages = _counted(connection, ITEM.c.stage, Stage)
    deliveries = dict.fromkeys(DELIVERY_STATES, 0) | _by(connection, DELIVERY.c.state)
    return Summary(
        items=sum(stages.values()),
        stages=stages,
        lights=dict.fromkeys(Light, 0) | _lights(connection, now),
        outcomes=_counted(connection, ITEM.c.outcome, Outcome),
        on_hold=_count(connection, ITEM, ITEM.c.stage.in_(OPEN_STAGES), ITEM.c.on_hold),
        steps_due=_count(connection, ITEM, ITEM.c.next_action_at <= now),
        next_step_at=next_due(connection),
        unannounced=_count(connection, EVENT, text(UNANNOUNCED)),
        deliveries=deliveries,
        lagging=_count(connection, ITEM, text(LAGGING), ITEM.c.followed < ITEM.c.moves),
        unstarted=_count(connection, ITEM, text(UNSTARTED), ITEM.c.followed == ITEM.c.moves),
        draft_units=_count(connection, UNIT, UNIT.c.draft),
        draft_people=_count(connection, PERSON, PERSON.c.draft),
        unreachable=_unreachable(connection),
        undeliverable=_count(connection, PERSON, PERSON.c.undeliverable_since.is_not(None)),
        dead_calls=_count(connection, CALL, CALL.c.state == "dead"),
        mail_stop=current_stop(connection),
    )


def _counted(connection: Connection, column: Any, words: Iterable[StrEnum]) -> dict[str, int]:
    """How many rows have each of the words, those with none of them included."""
    found = _by(connection, column)
    return {word.value: found.get(word, 0) for word in words}


def _by(connection: Connection, column: Any) -> dict[Any, int]:
    statement = select(column, func.count()).where(column.is_not(None)).group_by(column)
    rows: Any = connection.execute(statement).all()
    return dict(rows)


def _lights(connection: Connection, now: datetime) -> dict[str, int]:
    """Open items by light."""
    shown = select(light_at(now).label("light")).where(SHOWN.c.stage.in_(OPEN))
    lights = shown.subquery()
    statement = select(lights.c.light, func.count()).group_by(lights.c.light)
    rows: Any = connection.execute(statement).all()
    return dict(rows)


def _count(connection: Connection, table: Any, *conditions: Any) -> int:
    statement = select(func.count()).select_from(table).where(*conditions)
    return int(connection.execute(statement).scalar_one())


def _unreachable(connection: Connection) -> int:
    """Active people named on open items without a mail address."""
    seats = (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id)
    named = (
        select(ITEM.c.id)
        .where(ITEM.c.stage.in_(OPEN_STAGES), or_(*(seat == PERSON.c.id for seat in seats)))
        .exists()
    )
    return _count(connection, PERSON, PERSON.c.active, PERSON.c.email == "", named)


def size_of(connection: Connection) -> int:
    """Octets that the database takes up."""
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    whole = connection.exec_driver_sql("SELECT pg_database_size(current_database())")
    return int(whole.scalar_one())


def durability(connection: Connection) -> tuple[str, bool]:
    """What keeps an accepted command safe from a power failure, and whether it is switched on."""
    if connection.dialect.name == "sqlite":
        mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
        return f"journal_mode={mode}", mode == "wal"
    commit = str(connection.exec_driver_sql("SHOW synchronous_commit").scalar_one())
    return f"synchronous_commit={commit}", commit != "off"
