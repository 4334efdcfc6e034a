"""A policy replayed over the past: what it would have caused, for whom, and when. Pure.

The same agenda that runs a live item is drawn for each past one, from the day it was opened to
the day it was closed, as if every sweep had come in time. Nothing is sent and nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from rules.agenda import Step, StepKind, agenda
from rules.deadlines import due_for
from rules.notices import BY_STEP, Seat
from rules.opening import Opening, opened
from rules.policy import Policy
from rules.vocabulary import Severity, Stage
from rules.workdays import WorkCalendar


class PastItem(NamedTuple):
    """What a past ledger tells of an item. Instants are UTC, ``due`` is the campaign's day."""

    unit: str
    responsible: str
    leader: str
    severity: Severity
    opened: datetime
    due: date | None
    closed: datetime | None


class Window(NamedTuple):
    """The time that is looked at: from an instant, up to but not including another."""

    start: datetime
    end: datetime


@dataclass(slots=True)
class Tally:
    """What a policy would have caused in the window.

    ``acts`` counts steps by what they do (a rung by its formal act); ``mails`` counts mails by
    unit, person, day, and person and day; ``skipped`` counts items and steps that caused
    nothing, by the reason.
    """

    items: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    by_unit: Counter[str] = field(default_factory=Counter)
    by_person: Counter[str] = field(default_factory=Counter)
    by_day: Counter[date] = field(default_factory=Counter)
    by_person_and_day: Counter[tuple[str, date]] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def mails(self) -> int:
        """All mails."""
        return self.by_day.total()


NO_DEADLINE = "no deadline: never chased"
CLOSED_EARLIER = "closed before the step came"
BEFORE_WINDOW = "before the time that is looked at"
AFTER_WINDOW = "after the time that is looked at"
BACKWARDS = "closed before it was opened"


def simulate(
    past: Iterable[PastItem],
    policy: Policy,
    calendar: WorkCalendar,
    window: Window,
    *,
    own_deadlines: bool = True,
) -> Tally:
    """Replay ``policy`` over the items.

    With ``own_deadlines`` the ledger's deadlines are taken, and an item without one is never
    chased; otherwise each gets the policy's limit for its severity from the day it was opened.
    """
    tally = Tally()
    for item in past:
        tally.items += 1
        for step in _happening(item, policy, calendar, window, own_deadlines, tally.skipped):
            _count(tally, item, step, policy, calendar)
    return tally


def _happening(
    item: PastItem,
    policy: Policy,
    calendar: WorkCalendar,
    window: Window,
    own_deadlines: bool,
    skipped: Counter[str],
) -> Iterator[Step]:
    """The steps that would have fired in the window; the others are counted by the reason."""
    due = item.due
    if not own_deadlines:
        due = due_for(policy, item.severity, calendar.day_of(item.opened), calendar, None)
    if due is None:
        skipped[NO_DEADLINE] += 1
        return
    if item.closed is not None and item.closed < item.opened:
        skipped[BACKWARDS] += 1
        return
    for step in _plan(item, due, policy, calendar):
        if item.closed is not None and step.at >= item.closed:
            skipped[CLOSED_EARLIER] += 1
        elif step.at < window.start:
            skipped[BEFORE_WINDOW] += 1
        elif step.at >= window.end:
            skipped[AFTER_WINDOW] += 1
        else:
            yield step


def _plan(item: PastItem, due: date, policy: Policy, calendar: WorkCalendar) -> list[Step]:
    """Everything the policy would have done to the item from its opening on."""
    opening = Opening("", severity=item.severity, stage=Stage.DEADLINE, responsible_id=1, due=due)
    decision = opened(
        opening, {}, ref="", campaign_id=0, now=item.opened, policy=policy, calendar=calendar
    )
    return agenda(decision.item, policy, calendar)


def _count(
    tally: Tally, item: PastItem, step: Step, policy: Policy, calendar: WorkCalendar
) -> None:
    kind = policy.ladder[step.level - 1].act.value if step.kind is StepKind.RUNG else step.kind
    tally.acts[str(kind)] += 1
    day = calendar.day_of(step.at)
    for person in sorted(
        {_reader(seat, item) for notice in BY_STEP[step.kind] for seat in notice.seats}
    ):
        tally.by_unit[item.unit] += 1
        tally.by_person[person] += 1
        tally.by_day[day] += 1
        tally.by_person_and_day[person, day] += 1


def _reader(seat: Seat, item: PastItem) -> str:
    """Who reads the mail: the person the ledger names, else the office of the item's unit."""
    named = {Seat.RESPONSIBLE: item.responsible, Seat.LEADER: item.leader}.get(seat, "")
    return f"{named} ({item.unit})" if named else f"coordinators of {item.unit or 'no unit'}"
