"""Deadlines: how they are set, moved and stopped, and when an item's light changes.

Three days are kept apart: the original deadline (figures are scored against it), the one in
force, and the superior's, which nothing may pass. No deadline is not deadline zero.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from rules.item import ItemState
from rules.periods import period_end
from rules.policy import Limit, Policy
from rules.vocabulary import Light, Severity, Stage
from rules.workdays import WorkCalendar

FARTHEST = date(2100, 12, 31)
"""A later day is a slip of the pen: no calendar is worked out for it."""

CHASED = frozenset({Stage.DEADLINE, Stage.REMINDER})


def limit_day(limit: Limit, start: date, calendar: WorkCalendar) -> date:
    """The last day of a limit that starts on ``start`` (which does not count itself).

    A limit in calendar days that ends on a day off ends on the next working day. A limit by the
    end of a period ends on the last working day of the period that ``start`` lies in (or of one
    ``plus`` periods later); when that day is ``start`` itself or already over, it is the end of
    the next period, as a limit that leaves no time is none.
    """
    if limit.by is not None:
        return period_end(limit.by, start, limit.plus, calendar)
    assert limit.days is not None  # a limit has one of the two
    if limit.unit == "working":
        return calendar.add(start, limit.days)
    return calendar.add(start + timedelta(days=limit.days), 0)


def due_for(
    policy: Policy,
    severity: Severity,
    start: date,
    calendar: WorkCalendar,
    superior: date | None,
) -> date:
    """The deadline that the policy gives, never later than the superior's."""
    own = limit_day(policy.limits[severity], start, calendar)
    return min(own, superior) if superior else own


def stood_still(item: ItemState, now: datetime, calendar: WorkCalendar) -> int:
    """Working days for which the clock of an item on hold has stood still; 0 on the same day."""
    if item.held_at is None:
        return 0
    days = calendar.between(calendar.day_of(item.held_at), calendar.day_of(now))
    return max(days, 0)  # negative: the machine's clock was set back in the meantime


def due_after_hold(item: ItemState, now: datetime, calendar: WorkCalendar) -> date | None:
    """The deadline in force once the clock runs again: later by the working days it stood still.

    A hold never carries an item past its superior's deadline.
    """
    days = stood_still(item, now, calendar)
    if item.due is None or days == 0:
        return item.due
    moved = calendar.add(item.due, days)
    return min(moved, max(item.due, item.due_superior)) if item.due_superior else moved


def later_by_hold(
    item: ItemState, field: str, now: datetime, calendar: WorkCalendar
) -> datetime | None:
    """The instant in ``field`` once the clock runs again: later by the working days for which
    the clock has stood still since then."""
    since: datetime | None = getattr(item, field)
    if since is None or item.held_at is None:
        return since
    day, today = calendar.day_of(since), calendar.day_of(now)
    days = calendar.between(calendar.day_of(max(since, item.held_at)), today)
    return since + (calendar.add(day, days) - day) if days > 0 else since


def plan_after_hold(item: ItemState, now: datetime, calendar: WorkCalendar) -> datetime:
    """From when on things are planned once the clock runs again: the same plan, as much later."""
    begun = item.plan_from if item.stage in CHASED else max(item.plan_from, item.stage_since)
    days = stood_still(item, now, calendar)
    if days == 0:
        return item.plan_from
    day = calendar.day_of(begun)
    return begun + (calendar.add(day, days) - day)


class Shades(NamedTuple):
    """The instants at which the light turns yellow and red; none when it never does."""

    yellow_at: datetime | None
    red_at: datetime | None


def shades(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Shades:
    """When the item's light changes if nothing happens to it.

    While the responsible person works it is their deadline that counts; while somebody else is
    to decide, it is the limit of that decision. Stopped clocks and closed items show no alarm.
    """
    if item.on_hold:
        return Shades(None, None)
    if item.stage in CHASED or item.stage is Stage.ASSIGNMENT:
        if item.due is None:
            return Shades(None, None)
        yellow = calendar.opening_after(item.due, -policy.due_soon)
        return Shades(yellow, calendar.end_of(item.due))
    within = {
        Stage.VERIFICATION: policy.verification_within,
        Stage.CLOSURE: policy.closure_within,
    }.get(item.stage)
    if within is None:
        return Shades(None, None)
    # Like the agenda: a stay that a hold interrupted is counted from where the clock restarted.
    last = calendar.add(calendar.day_of(max(item.stage_since, item.plan_from)), within)
    return Shades(calendar.opening(last), calendar.end_of(last))


def light(
    stage: Stage, yellow_at: datetime | None, red_at: datetime | None, now: datetime
) -> Light | None:
    """The light at ``now``: red at and after ``red_at``; none for a closed item."""
    if stage is Stage.CLOSED:
        return None
    if red_at is not None and now >= red_at:
        return Light.RED
    if yellow_at is not None and now >= yellow_at:
        return Light.YELLOW
    return Light.GREEN
