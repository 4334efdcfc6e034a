"""How things stand, in numbers: for the status, the board and the checks of the doctor."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select, text

from models.delivery import Delivery
from models.directory import PERSON, UNIT
from models.event import UNANNOUNCED, EventRow
from models.items import ITEM, next_due
from models.views import light_at
from rules.vocabulary import Light, Outcome, Stage

DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
EVENT = EventRow.__table__  # type: ignore[attr-defined]

DELIVERY_STATES = ("pending", "failed", "sent", "dead", "skipped")


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
    """Items that are to have a flow run and have none yet."""
    draft_units: int
    draft_people: int
    unreachable: int
    """People named on open items who have no mail address."""

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
        on_hold=_count(connection, ITEM, ITEM.c.on_hold),
        steps_due=_count(connection, ITEM, ITEM.c.next_action_at <= now),
        next_step_at=next_due(connection),
        unannounced=_count(connection, EVENT, text(UNANNOUNCED)),
        deliveries=deliveries,
        lagging=_count(connection, ITEM, ITEM.c.followed >= 0, ITEM.c.followed < ITEM.c.moves),
        unstarted=_count(connection, ITEM, ITEM.c.followed >= 0, ITEM.c.flow_run_id.is_(None)),
        draft_units=_count(connection, UNIT, UNIT.c.draft),
        draft_people=_count(connection, PERSON, PERSON.c.draft),
        unreachable=_unreachable(connection),
    )
