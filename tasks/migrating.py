"""Moves items from the policy they are pinned to onto another: previewed first, then one by one.

Nothing moves by itself: new items start under the campaign's policy in force, and each older one
keeps its own until somebody orders it here. The rules of the move are those of the command
``adopt``; the preview asks the same rules and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from config.calendars import calendar_for
from models import items, pinned, policies
from models.items import Loaded
from models.policies import CampaignFact
from rules.agenda import Step, due_step, upcoming
from rules.case import Case
from rules.commands import Adopt
from rules.decide import decide
from rules.errors import InputError, NotFound, Refusal, Refused
from rules.item import SYSTEM, Facts, InForce
from rules.policy import Policy
from tasks.act import act


class Placed(NamedTuple):
    """A policy that has been brought in."""

    called: str
    stored: bool
    """Whether it was new here."""
    campaign: str
    before: str
    """The policy under which items of the campaign have started until now."""


class Move(NamedTuple):
    """What becomes of one item if it goes on under the other policy."""

    ref: str
    stage: str
    left: str
    """The policy it is under now, like ``audit@1``."""
    due: date | None
    """The deadline, which stays."""
    level_before: int
    level_after: int
    next_before: Step | None
    next_after: Step | None
    at_once: Step | None
    """The step that the next sweep would carry out."""
    version: int
    """Number of events when this was worked out: an item that has gone on since is not moved."""
    refused: str = ""
    rule: str = ""
    """Which rule refuses it."""

    @classmethod
    def seen(cls, ref: str, version: int) -> Move:
        """As much of an earlier preview as moving the item takes."""
        return cls(ref, "", "", None, 0, 0, None, None, None, version)


def called(policy: Policy) -> str:
    """How people and events call a version of a policy: ``audit@2``."""
    return f"{policy.name}@{policy.version}"


def place(connection: Connection, policy: Policy, campaign: str, now: datetime) -> Placed:
    """Store the policy and let new items of the campaign start under it. Pinned items keep theirs.

    Raises:
        InputError: the same name and version is stored with other content.
        NotFound: there is no such campaign.
    """
    fact = policies.campaign(connection, campaign)
    known = {version.id for version in pinned.versions(connection)}
    policy_id = policies.store_policy(connection, policy, now)
    before = policies.policy(connection, fact.policy_id)
    if policy_id != fact.policy_id:
        pinned.put_in_force(connection, fact.id, policy_id)
    return Placed(called(policy), policy_id not in known, fact.code, called(before))


def target(connection: Connection, word: str) -> InForce:
    """The stored policy called ``name@version``, with its calendar.

    Raises:
        NotFound: there is no such policy.
    """
    policy_id, policy = pinned.version(connection, word)
    return InForce(policy_id, policy, calendar_for(policy))


def preview(
    connection: Connection,
    goal: InForce,
    campaign: CampaignFact,
    refs: Iterable[str],
    now: datetime,
) -> Iterator[Move]:
    """What would become of the items named, or of all open ones of the campaign. Those that are
    under the policy already are passed over.

    Raises:
        NotFound: there is no such item.
        InputError: an item belongs to another campaign.
    """
    for loaded in _chosen(connection, campaign, tuple(refs)):
        if loaded.policy_id != goal.id:
            policy = policies.policy(connection, loaded.policy_id)
            yield _move(loaded, InForce(loaded.policy_id, policy, calendar_for(policy)), goal, now)


def _chosen(
    connection: Connection, campaign: CampaignFact, refs: tuple[str, ...]
) -> Iterator[Loaded]:
    if not refs:
        for chunk in pinned.open_items(connection, campaign.id):
            yield from chunk
    for ref in dict.fromkeys(refs):
        loaded = items.by_ref(connection, ref)
        if loaded is None:
            raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")
        if loaded.item.campaign_id != campaign.id:
            raise InputError(
                f"{ref} is no item of {campaign.code}.", "Name its campaign.", where="--item"
            )
        yield loaded


def _move(loaded: Loaded, old: InForce, goal: InForce, now: datetime) -> Move:
    item, word = loaded.item, called(goal.policy)
    facts = Facts(policies={word: goal})
    case = Case(item, Adopt(policy=word), SYSTEM, now, old.policy, old.calendar, facts)
    before = upcoming(item, old.policy, old.calendar)
    made = Move(
        item.ref, item.stage.value, called(old.policy), item.due, item.level, item.level,
        before, before, None, item.version,
    )  # fmt: skip
    decision = decide(case)
    if isinstance(decision, Refusal):
        return made._replace(refused=str(decision), rule=decision.rule)
    after = decision.item
    due = due_step(after, goal.policy, goal.calendar, now)
    return made._replace(
        level_after=after.level,
        next_after=upcoming(after, goal.policy, goal.calendar),
        at_once=due.step if due else None,
    )


class Moved(NamedTuple):
    """How the move of one item ended; ``refused`` says why it did not take place."""

    ref: str
    refused: str = ""
    rule: str = ""


def move(
    engine: Engine, goal: InForce, moves: Iterable[Move], by: str, now: datetime
) -> Iterator[Moved]:
    """Move the items as previewed, each in a transaction of its own, with one event each.

    ``by`` is the handle of the person who ordered it. An item that a rule or somebody else's
    command keeps from moving is named and passed over.
    """
    command = Adopt(policy=called(goal.policy), by=by)
    for found in moves:
        try:
            act(engine, found.ref, command, SYSTEM, now, version=found.version)
        except Refused as refusal:
            yield Moved(found.ref, str(refusal), refusal.rule)
        else:
            yield Moved(found.ref)
