"""The overview of a campaign for whoever leads: a unit with what lies below it, in numbers.

What is counted is exactly what the person may see item by item. A small campaign is counted at
every look; of a larger one the last count is shown, with its time, and what is out of date is told
so that it is counted again behind the page (``tasks.recounting``).
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from models import places, policies, visibility
from models.engine import reading
from models.places import Place
from models.policies import CampaignFact
from models.views import ItemView, views
from rules.errors import InputError, NotFound
from rules.figures import Span
from rules.item import PersonFact, is_root
from rules.overview import PERIODS, Part, led_by, may_overlook, parts, span
from rules.policy import Policy
from tasks.office import Office
from tasks.overview_parts import Parts
from tasks.recounting import moment
from tasks.tallies import Tally


class Asked(NamedTuple):
    """What somebody wants an overview of, as an address says it; empty: as is usual for them."""

    campaign: str = ""
    unit: str = ""
    period: str = ""


class Overview(NamedTuple):
    """A unit's overview at one moment."""

    campaign: CampaignFact
    campaigns: tuple[CampaignFact, ...]
    policy: Policy
    unit: Place
    way: tuple[Place, ...]
    """The units from the topmost that the person leads down to this one, which comes last."""
    below: tuple[Place, ...]
    tops: tuple[Place, ...]
    """The topmost units that the person leads."""
    period: Span
    now: datetime
    as_of: datetime | None
    """Campaign time of the count of what is open; None while anything is being counted for the
    first time."""
    past_as_of: datetime | None
    """Campaign time of the count of what was opened and closed."""
    tally: Tally | None
    longest: tuple[ItemView, ...]
    outdated: tuple[Part, ...]
    """What is to be counted again."""

    @property
    def zone(self) -> ZoneInfo:
        """The campaign's zone."""
        return ZoneInfo(self.policy.zone)

    @property
    def stamp(self) -> str | None:
        """As of when both counts are, for comparison; None before they have been made."""
        if self.as_of is None or self.past_as_of is None:
            return None
        return f"{self.as_of.isoformat()} {self.past_as_of.isoformat()}"

    @property
    def wholly(self) -> bool:
        """Whether this is the whole campaign, items without a unit included."""
        return is_root(self.unit.path)


def overview_of(
    office: Office, person: PersonFact, asked: Asked, wall: datetime
) -> Overview | None:
    """The overview that is asked for; None for somebody who leads nothing.

    Raises:
        NotFound: there is no such campaign or unit, as far as they are concerned.
        InputError: there is no such period.
    """
    now = office.clock.now()
    with reading(office.engine) as connection:
        tops = places.at(connection, led_by(person))
        if not tops:
            return None
        known = tuple(reversed(policies.campaigns(connection)))
        fact = _campaign(known, asked.campaign)
        unit = _unit(connection, person, asked.unit, tops)
        policy = policies.policy(connection, fact.policy_id)
        when = moment(policy, now)
        found = Parts(connection, fact, parts(person, unit.path), when, wall)
        tally = found.together(unit.path)
        ids = [item_id for _, item_id in tally.longest] if tally else []
        way = places.on_the_way(connection, unit.path)
        return Overview(
            fact, known, policy, unit, tuple(p for p in way if may_overlook(person, p.path)),
            tuple(places.right_below(connection, unit.id)), tuple(tops),
            span(_period(asked.period), when.today), now, found.as_of, found.past_as_of,
            tally,
            _longest(connection, ids, person, now), found.outdated,
        )  # fmt: skip


def _campaign(known: tuple[CampaignFact, ...], code: str) -> CampaignFact:
    found = next((each for each in known if not code or each.code == code), None)
    if found is None:
        raise NotFound(f"There is no campaign {code!r}.", "See: rectiflow status.")
    return found


def _unit(connection: Connection, person: PersonFact, code: str, tops: list[Place]) -> Place:
    if not code:
        return min(tops, key=lambda each: (each.path.count("/"), each.id))
    found = places.by_code(connection, code)
    if found is None or not may_overlook(person, found.path):
        raise NotFound(f"There is no unit {code!r}.", "See: rectiflow units.")
    return found


def _period(name: str) -> str:
    if name and name not in PERIODS:
        raise InputError(f"{name!r} is no period.", f"Use one of: {', '.join(PERIODS)}.", "period")
    return name or PERIODS[0]


def _longest(
    connection: Connection, ids: list[int], person: PersonFact, now: datetime
) -> tuple[ItemView, ...]:
    """The items that are open longest, as they are now; what has been closed since is left out."""
    seen = visibility.among(connection, ids, person) if ids else set()
    found = views(connection, [each for each in ids if each in seen], now)
    return tuple(view for view in found if view.light)
