"""How an item begins: registered now, or taken over from a ledger in the middle of its life.

What a ledger says has happened is history: it is taken over as it stands, nobody is written to
about the past, and the ladder counts from the takeover.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from rules.deadlines import FARTHEST
from rules.decide import Decision, decided
from rules.errors import InputError
from rules.events import GENESIS, PAST, Event
from rules.item import ItemState
from rules.policy import Policy
from rules.vocabulary import Outcome, Severity, Stage
from rules.workdays import WorkCalendar

EARLIEST = date(1900, 1, 1)
"""An earlier deadline in a ledger is a blank in disguise."""


class Opening(NamedTuple):
    """What is known of an item when it is entered."""

    title: str
    category: str = ""
    severity: Severity = Severity.GENERAL
    confidential: bool = False
    stage: Stage = Stage.INTAKE
    outcome: Outcome | None = None
    level: int = 0
    round: int = 1
    unit_id: int | None = None
    unit_path: str | None = None
    co_unit_paths: tuple[str, ...] = ()
    responsible_id: int | None = None
    leader_id: int | None = None
    verifier_id: int | None = None
    due: date | None = None
    due_superior: date | None = None
    closed_at: datetime | None = None


def stage_of(
    *, closed: bool, assigned: bool, due: date | None, today: date, hint: Stage | None
) -> Stage:
    """The stage in which a ledger's row is taken over.

    A stage that the row names is believed where the row bears it out: nobody can be working on
    an item that names nobody. Closed rows are closed, whatever else they say.
    """
    if closed or hint is Stage.CLOSED:
        return Stage.CLOSED
    if not assigned:
        return hint if hint in (Stage.INTAKE, Stage.ASSIGNMENT) else Stage.ASSIGNMENT
    if hint is not None:
        return hint
    return Stage.REMINDER if due is not None and due < today else Stage.DEADLINE


def opened(
    opening: Opening,
    data: Mapping[str, Any],
    *,
    ref: str,
    campaign_id: int,
    now: datetime,
    policy: Policy,
    calendar: WorkCalendar,
) -> Decision:
    """The decision that enters an item at ``now``. Its id is 0 until the store gives one.

    Raises:
        InputError: the deadline lies in a year for which no calendar is worked out.
    """
    if opening.due is not None and not EARLIEST <= opening.due <= FARTHEST:
        raise InputError(
            f"The deadline {opening.due} is no date of our time.",
            f"Give a day from {EARLIEST} to {FARTHEST}.",
            where="due",
        )
    level = min(opening.level, len(policy.ladder))
    item = ItemState(
        id=0,
        ref=ref,
        campaign_id=campaign_id,
        title=opening.title,
        category=opening.category,
        severity=opening.severity,
        confidential=opening.confidential,
        stage=opening.stage,
        outcome=opening.outcome,
        round=opening.round,
        life=1,
        level=level,
        served=level,  # what a ledger says was done was done: nobody is asked to serve it again
        confirmed=level,
        rung_at=None,
        ladder_from=None,
        stay_until=None,
        unreachable=False,
        version=1,
        moves=1,
        head=GENESIS,
        unit_id=opening.unit_id,
        unit_path=opening.unit_path,
        co_unit_paths=opening.co_unit_paths,
        responsible_id=opening.responsible_id,
        leader_id=opening.leader_id,
        verifier_id=opening.verifier_id,
        passed_by=opening.verifier_id if opening.stage is Stage.CLOSURE else None,
        waived=None,
        due_original=opening.due,
        due=opening.due,
        due_superior=opening.due_superior,
        due_version=1 if opening.due else 0,
        due_from=None,
        due_held=0,
        stage_since=now,
        plan_from=now,
        acknowledged_at=now if opening.stage not in (Stage.INTAKE, Stage.ASSIGNMENT) else None,
        submitted_at=now if opening.stage in (Stage.VERIFICATION, Stage.CLOSURE) else None,
        closed_at=opening.closed_at if opening.stage is Stage.CLOSED else None,
        on_hold=False,
        hold_until=None,
        held_at=None,
        holds=0,
        hold_asked_until=None,
        hold_asked_by=None,
        hold_asked_at=None,
        extension_due=None,
        extension_by=None,
        extension_at=None,
        asks=0,
        extensions=0,
        evidence=0,
        fired=(),
    )
    return decided(item, Event(PAST["register"], data), policy, calendar)
