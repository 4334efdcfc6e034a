"""Works deadlines out anew after a calendar was published: previewed first, then one by one.

Which deadlines move is decided by ``rules.refreshing`` and the rules of the command
``recompute``; the preview asks the same rules and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from config.calendars import calendar_for
from models import pinned, policies
from models.items import Loaded
from models.pinned import Adoption
from models.policies import CampaignFact
from rules.case import Case
from rules.commands import Recompute
from rules.decide import refusal_for
from rules.errors import Refused
from rules.item import SYSTEM, Facts
from rules.policy import Policy
from rules.refreshing import reckoned
from rules.workdays import WorkCalendar
from tasks.act import act

CHANGED_THAT_DAY = "its policy was changed on the day from which the deadline counts"


class Review(NamedTuple):
    """One item whose deadline today's calendar gives otherwise, or only as an estimate."""

    ref: str
    stage: str
    due: date
    """The deadline in force."""
    new: date
    """The deadline by today's calendar."""
    counted_from: date
    version: int
    """Number of events when this was worked out: an item that has gone on since stays."""
    estimated: tuple[int, ...] = ()
    """Years on the way that are not published: the deadline stays until they are."""
    refused: str = ""
    """Why it stays although the calendar has changed."""

    @property
    def moves(self) -> bool:
        """Whether the deadline is to be moved."""
        return self.new != self.due and not self.estimated and not self.refused


def review(connection: Connection, campaign: CampaignFact, now: datetime) -> Iterator[Review]:
    """Every open item of the campaign whose deadline was worked out and is not as it should be,
    or not certain yet. Deadlines set by hand are passed over."""
    for chunk in pinned.open_items(connection, campaign.id, worked_out=True):
        moved = pinned.adoptions(connection, [loaded.item.id for loaded in chunk])
        for loaded in chunk:
            found = _reviewed(connection, loaded, moved.get(loaded.item.id, []), now)
            if found is not None:
                yield found


def _reviewed(
    connection: Connection, loaded: Loaded, adopted: list[Adoption], now: datetime
) -> Review | None:
    item = loaded.item
    policy = policies.policy(connection, loaded.policy_id)
    calendar = calendar_for(policy)
    if item.due is None or item.due_from is None:
        return None
    limits = _limits(connection, item.due_from, adopted, policy, calendar)
    found = reckoned(item, limits or policy, calendar)
    if found is None or (found.due == item.due and not found.estimated):
        return None
    made = Review(
        item.ref,
        item.stage.value,
        item.due,
        found.due,
        item.due_from,
        item.version,
        found.estimated,
    )
    if limits is None:
        return made._replace(refused=CHANGED_THAT_DAY)
    case = Case(item, Recompute(due=found.due), SYSTEM, now, policy, calendar, Facts())
    refusal = refusal_for(case) if found.due != item.due else None
    return made._replace(refused=str(refusal)) if refusal else made


def _limits(
    connection: Connection,
    counted_from: date,
    adopted: list[Adoption],
    policy: Policy,
    calendar: WorkCalendar,
) -> Policy | None:
    """The policy by whose limits the deadline was worked out: that under which the item was on
    the day it counts from. None when the item changed its policy on that very day."""
    begins = calendar.end_of(counted_from - timedelta(days=1))
    for adoption in adopted:
        if begins <= adoption.at < calendar.end_of(counted_from):
            return None
        if adoption.at >= begins:
            return pinned.version(connection, adoption.left)[1]
    return policy


class Refreshed(NamedTuple):
    """How the change of one deadline ended; ``refused`` says why it stayed."""

    ref: str
    refused: str = ""


def refresh(
    engine: Engine, reviews: Iterable[Review], by: str, now: datetime
) -> Iterator[Refreshed]:
    """Move the deadlines, each in a transaction of its own, with one event each; ``by`` ordered
    it. An item that has changed since it was reviewed, or that a rule protects, is passed over."""
    for found in reviews:
        try:
            command = Recompute(due=found.new, by=by)
            act(engine, found.ref, command, SYSTEM, now, version=found.version)
        except Refused as refusal:
            yield Refreshed(found.ref, str(refusal))
        else:
            yield Refreshed(found.ref)
