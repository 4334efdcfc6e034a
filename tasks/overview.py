"""The overview of a campaign for whoever leads: a unit with what lies below it, in numbers.

What is counted is exactly what the person may see item by item. A small campaign is counted at
every look; of a larger one the last count is shown, with its time, and what is out of date is told
so that it is counted again behind the page (``tasks.recounting``).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from models import places, policies, tallies, visibility
from models.engine import reading
from models.places import Place
from models.policies import CAMPAIGN, CampaignFact
from models.tallies import Kept
from models.tallying import LONGEST, When
from models.views import ItemView, views
from rules.errors import InputError, NotFound
from rules.figures import Span
from rules.item import PersonFact
from rules.overview import PERIODS, Part, led_by, may_overlook, parts, span
from rules.policy import Policy
from tasks.office import Office
from tasks.recounting import counted_at, moment
from tasks.tallies import Tally, from_json, together

SMALL = 1_000
"""A campaign that has numbered no more items is counted while the page is made."""

OFTEN = timedelta(seconds=15)
"""A count stays good for so long, and for ten times as long as it took."""

SELDOM = timedelta(minutes=5)
"""Then it is made again although nothing has happened: lights change by the clock."""


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
    """Campaign time of the oldest count; None while it is being counted for the first time."""
    tally: Tally | None
    longest: tuple[ItemView, ...]
    outdated: tuple[Part, ...]
    """What is to be counted again."""

    @property
    def zone(self) -> ZoneInfo:
        """The campaign's zone."""
        return ZoneInfo(self.policy.zone)

    @property
    def wholly(self) -> bool:
        """Whether this is the whole campaign, items without a unit included."""
        return self.unit.path.count("/") == 2


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
        found = _Parts(connection, fact, parts(person, unit.path), when, wall)
        tally = found.together(unit.path)
        ids = [item_id for _, item_id in tally.longest] if tally else []
        way = places.on_the_way(connection, unit.path)
        return Overview(
            fact, known, policy, unit, tuple(p for p in way if may_overlook(person, p.path)),
            tuple(places.right_below(connection, unit.id)), tuple(tops),
            span(_period(asked.period), when.today), now, found.as_of, tally,
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


class _Parts:
    """The parts of an overview, counted now or before."""

    def __init__(
        self, connection: Connection, campaign: CampaignFact, wanted: tuple[Part, ...], when: When,
        wall: datetime,
    ) -> None:  # fmt: skip
        self.as_of: datetime | None = when.now
        self.outdated: tuple[Part, ...] = ()
        if _numbered(connection, campaign.id) <= SMALL:
            self._tallies = [
                (part.path, counted_at(connection, campaign.id, part, when.now)) for part in wanted
            ]
            return
        kept = tallies.kept(connection, campaign.id, [part.key for part in wanted])
        newest = tallies.newest_event(connection)
        self.outdated = tuple(
            part for part in wanted
            if part.key not in kept or not is_fresh(kept[part.key], newest, when, wall)
        )  # fmt: skip
        whole = len(kept) == len(wanted)
        self.as_of = min(each.as_of for each in kept.values()) if whole else None
        self._tallies = [
            (part.path, from_json(kept[part.key].document)) for part in wanted if whole
        ]

    def together(self, path: str) -> Tally | None:
        """Everything added up; None before all of it has been counted."""
        return None if self.as_of is None else together(self._tallies, path, LONGEST)


def is_fresh(kept: Kept, newest: int, when: When, wall: datetime) -> bool:
    """Whether the count need not be made again yet."""
    if kept.as_of.astimezone(when.zone).date() != when.today:
        return False
    age = wall - kept.counted_at
    if age <= max(OFTEN, 10 * timedelta(milliseconds=kept.took)):
        return True
    return kept.event_id == newest and age <= SELDOM


def _numbered(connection: Connection, campaign_id: int) -> int:
    """How many items the campaign has numbered: at least as many as it has."""
    statement = select(CAMPAIGN.c.next_number).where(CAMPAIGN.c.id == campaign_id)
    return int(connection.execute(statement).scalar_one()) - 1
