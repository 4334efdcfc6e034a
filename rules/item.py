"""What the rules see of an item, of a person and of a unit: plain values, frozen.

:class:`ItemState` mirrors the columns of the item's row that rules read or change, in the same
order, so that the store can build it from a row without looking names up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from rules.policy import Policy
from rules.vocabulary import Outcome, Role, Severity, Stage
from rules.workdays import WorkCalendar


class ItemState(NamedTuple):
    """One item at one moment. Instants are UTC, days are the campaign's."""

    id: int
    ref: str
    campaign_id: int
    title: str
    category: str
    severity: Severity
    confidential: bool

    stage: Stage
    outcome: Outcome | None
    round: int
    """How many times the work has been started: 1, and one more for each return."""
    life: int
    """1 until the item relapses after closing; one flow run each."""
    level: int
    """Rung of the ladder reached under the deadline now in force; 0 when none."""
    served: int
    """Highest rung whose act counts as served under the deadline now in force."""
    confirmed: int
    """Highest rung whose act somebody who answers for the item has confirmed to have."""
    rung_at: datetime | None
    """When the rung reached was reached; time on hold is not counted."""
    ladder_from: datetime | None
    """The next rung comes no sooner than its gap after this: when the last rung was planned, when
    its act was served where the ladder waits for that, or when contact was regained."""
    stay_until: date | None
    """Last day of a stay of the ladder; it is over when that day is."""
    unreachable: bool
    """Mail to the responsible person comes back: the ladder stands still."""
    version: int
    """Number of events in the history; the next event gets the next number."""
    moves: int
    """Counts what the flow must follow: stage changes, assignments and rungs."""
    head: str
    """Hash of the newest event."""

    unit_id: int | None
    unit_path: str | None
    co_unit_paths: tuple[str, ...]
    responsible_id: int | None
    leader_id: int | None
    verifier_id: int | None
    passed_by: int | None
    """Who passed the verification of this round."""
    waived: int | None
    """Person whom a supervisor has exempted from independence by unit, for this round."""

    due_original: date | None
    due: date | None
    due_superior: date | None
    due_version: int
    due_from: date | None
    """Day from which ``due`` was worked out, by the limit of the policy that the item was under
    on that day; none: it was set by hand."""
    due_held: int
    """Working days by which holds have moved a deadline that was worked out."""

    stage_since: datetime
    plan_from: datetime
    """Nothing is planned before this instant: when the deadline now in force was set, when its
    assignment was received, or when a stopped clock started again."""
    acknowledged_at: datetime | None
    submitted_at: datetime | None
    closed_at: datetime | None

    on_hold: bool
    hold_until: date | None
    held_at: datetime | None
    holds: int
    hold_asked_until: date | None
    """Until when the pending request for a hold would stop the clock."""
    hold_asked_by: int | None
    hold_asked_at: datetime | None

    extension_due: date | None
    """Proposed date of the pending extension request."""
    extension_by: int | None
    extension_at: datetime | None
    """When the pending request was made; time on hold is not counted."""
    asks: int
    """Extension requests so far, in all rounds."""
    extensions: int
    """Extensions granted in this round."""
    evidence: int
    """Pieces of evidence attached in this round."""

    fired: tuple[str, ...]
    """Keys of steps of this round that have fired or were overtaken."""


class UnitFact(NamedTuple):
    """A unit as the rules see it. ``path`` is the materialised path, like ``/1/4/18/``."""

    id: int
    code: str
    path: str
    closed: bool = False


class PersonFact(NamedTuple):
    """A person as the rules see them, with their roles: (role, path of the unit it is held in)."""

    id: int
    code: str
    unit_path: str
    roles: tuple[tuple[Role, str], ...]
    active: bool = True


SYSTEM = PersonFact(0, "system", "", ())
"""The actor of due steps and of a stage's automatic work. It holds no role and judges nothing."""


class InForce(NamedTuple):
    """A stored policy with the calendar of its campaign."""

    id: int
    policy: Policy
    calendar: WorkCalendar


class Facts(NamedTuple):
    """What a command refers to, resolved by the store: everything by the words used."""

    units: Mapping[str, UnitFact] = {}
    people: Mapping[str, PersonFact] = {}
    items: Mapping[str, ItemState] = {}
    policies: Mapping[str, InForce] = {}
    """By name and version: ``audit@2``."""
    closed: tuple[str, ...] = ()
    """Codes of closed units that the item would be in if the command were carried out."""


def within(path: str | None, ancestor: str | None) -> bool:
    """Whether the unit at ``path`` is the unit at ``ancestor`` or lies below it."""
    return bool(path and ancestor and path.startswith(ancestor))


def unit_at(path: str) -> int:
    """The id of the unit at ``path``."""
    return int(path.rstrip("/").rpartition("/")[2])


def upwards(path: str) -> tuple[str, ...]:
    """The paths of the unit and of everything above it, nearest first."""
    return tuple(path[: end + 1] for end, char in enumerate(path) if char == "/")[:0:-1]


def is_root(path: str) -> bool:
    """Whether this is the path of the root, below which everything lies."""
    return path.count("/") == 2


def topmost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths without those that lie below another one, in their order."""
    known = sorted(set(paths))
    return tuple(one for one in known if not any(within(one, up) for up in known if up != one))
