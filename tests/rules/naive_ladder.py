"""What the naive clerk knows of the ladder, of requests, and of service, written from the words.

The words: a rung comes its working days after the overdue notice. The next one waits until the
act below was served, where the policy says so, and then for the whole gap between the two; it
does not come while nobody can be reached, nor before a stay is over. What comes next is announced
some working days before, unless the step below has only just said so. Coordinators are reminded
to serve an act; in the end it counts as served. Requests that nobody decides lapse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from rules.agenda import StepKind
from rules.item import ItemState
from rules.policy import Policy
from rules.workdays import WorkCalendar
from tests.rules.oracles import ONE, clock_time


class Note(NamedTuple):
    """One thing that the clerk has to do, and when. ``pile`` is where the note lies: of one pile
    only one note is carried out at a time."""

    at: datetime
    key: str
    kind: StepKind
    level: int
    pile: str


class Desk(NamedTuple):
    """What the clerk has on the desk: the item, the policy, and the mornings of working days."""

    item: ItemState
    policy: Policy
    days: WorkCalendar
    mornings: Sequence[date]
    upto: dict[date, int]

    def nine(self, day: date) -> datetime:
        """When the office opens on that day."""
        return clock_time(self.days, day, 9)

    def day(self, instant: datetime) -> date:
        """The day on the office's wall at that instant."""
        return instant.astimezone(self.days.zone).date()

    def passed(self, since: date, day: date) -> int:
        """Working days after the one, up to the other."""
        return self.upto[day] - self.upto[since]

    @property
    def plan(self) -> str:
        """The end of every key of the plan in force."""
        return f"r{self.item.round}.d{self.item.due_version}"


class Step(NamedTuple):
    """A rung that is to come."""

    number: int
    at: datetime


def ladder(desk: Desk, notice: datetime) -> Iterator[Note]:
    """The rungs still to come, each announced, and after the last one the notice again."""
    item, policy = desk.item, desk.policy
    below = _foot(desk, notice)
    reached = min(item.level, len(policy.ladder))
    for number in range(reached + 1, len(policy.ladder) + 1):
        if item.unreachable or _unserved(desk, number - 1):
            return
        at = _rung(desk, number, notice, below if number > reached + 1 else None)
        yield from _announced(desk, Step(number, at), below)
        yield Note(at, f"chase/rung-{number}/{desk.plan}", StepKind.RUNG, number, "chase")
        below = at
    yield from _again(desk, desk.day(below))


def _unserved(desk: Desk, number: int) -> bool:
    """Whether the act of that rung still has to be served before anything else comes."""
    return number > desk.item.served and desk.policy.ladder[number - 1].served


def _foot(desk: Desk, notice: datetime) -> datetime:
    """When the step came, or took effect, on which the item now stands."""
    reached = min(desk.item.level, len(desk.policy.ladder))
    if reached == 0:
        return notice
    after = desk.policy.ladder[reached - 1].after
    noticed = desk.day(notice)
    came = notice
    if after:
        came = next(desk.nine(d) for d in desk.mornings if desk.passed(noticed, d) == after)
    return max(came, desk.item.ladder_from or came)


def _rung(desk: Desk, number: int, notice: datetime, below: datetime | None) -> datetime:
    """The first morning on which nothing speaks against the rung any more."""
    item, ladder = desk.item, desk.policy.ladder
    noticed, after = desk.day(notice), ladder[number - 1].after
    gap = after - (ladder[number - 2].after if number > 1 else 0)
    since = below or item.ladder_from
    for day in desk.mornings:
        if day < noticed or desk.passed(noticed, day) < after:
            continue
        at = notice if day == noticed and after == 0 else desk.nine(day)
        if since is not None:
            waited = desk.passed(desk.day(since), day)
            if waited < gap or day < desk.day(since):
                continue
            if below is not None and at <= below:
                continue
        if item.stay_until is not None and day <= item.stay_until:
            continue
        return at
    raise AssertionError("the wall calendar ends too soon")


def _announced(desk: Desk, rung: Step, below: datetime) -> Iterator[Note]:
    ahead = desk.policy.announce_before
    if not ahead:
        return
    comes = desk.day(rung.at)
    for day in desk.mornings:
        if day < comes and desk.passed(day, comes) == ahead and desk.nine(day) > below:
            key = f"chase/announce-{rung.number}/{desk.plan}"
            yield Note(desk.nine(day), key, StepKind.ANNOUNCE, rung.number, "chase")


def _again(desk: Desk, last: date) -> Iterator[Note]:
    every, stay = desk.policy.repeat_every, desk.item.stay_until
    if not every:
        return
    free = None if stay is None else next(desk.nine(d) for d in desk.mornings if d > stay)
    for day in desk.mornings:
        count, rest = divmod(desk.passed(last, day), every)
        if day > last and rest == 0 and count <= desk.policy.repeat_at_most:
            at = max(desk.nine(day), free or desk.nine(day))
            key = f"chase/again-{count}/{desk.plan}"
            yield Note(at, key, StepKind.OVERDUE_AGAIN, 0, "chase")


def service(desk: Desk) -> Iterator[Note]:
    """Reminders to serve the act of the rung reached, four at most, until it counts as served."""
    item, policy = desk.item, desk.policy
    level = min(item.level, len(policy.ladder))
    if item.rung_at is None or level == 0 or not _unserved(desk, level):
        return
    came, plan = desk.day(item.rung_at), f"rung-{level}/{desk.plan}"
    deemed = None if item.unreachable else policy.deemed_served_after
    for day in desk.mornings:
        late = desk.passed(came, day) - 1
        if day <= came or late < 0:
            continue
        if deemed is not None and late >= deemed:
            key = f"service/deemed/{plan}"
            yield Note(desk.nine(day), key, StepKind.DEEMED_SERVED, level, "service")
            return
        count, rest = divmod(late, max(policy.serve_within, 1))
        if rest == 0 and 1 <= count <= 4:
            key = f"service/{count}/{plan}"
            yield Note(desk.nine(day), key, StepKind.SERVICE_DUE, level, "service")


def extension(desk: Desk) -> Iterator[Note]:
    """A request for more time: who decides is reminded the working day before it lapses."""
    item, within = desk.item, desk.policy.extension_decided_within
    if item.extension_due is None:
        return
    ends = _lapses(desk, item.extension_due, item.extension_at, within)
    key = f"a{item.asks}"
    if within and item.extension_at is not None:
        before = [day for day in desk.mornings if day < ends]
        if desk.nine(before[-1]) > item.extension_at:
            yield Note(
                desk.nine(before[-1]), f"extension/due/{key}", StepKind.EXTENSION_DUE, 0,
                "extension",
            )  # fmt: skip
    yield Note(
        desk.nine(ends), f"extension/lapsed/{key}", StepKind.EXTENSION_LAPSED, 0, "extension"
    )


def hold_request(desk: Desk) -> Iterator[Note]:
    """A request to stop the clock lapses, too."""
    item = desk.item
    if item.hold_asked_until is None or item.hold_asked_at is None:
        return
    within = desk.policy.hold_decided_within
    ends = _lapses(desk, item.hold_asked_until, item.hold_asked_at, within)
    key = f"hold-request/{int(item.hold_asked_at.timestamp())}"
    yield Note(desk.nine(ends), key, StepKind.HOLD_REQUEST_LAPSED, 0, "hold-request")


def _lapses(desk: Desk, wanted: date, asked: datetime | None, within: int) -> date:
    """The morning on which a request is void: after the day it asks for, or out of time."""
    for day in desk.mornings:
        if day > wanted:
            return day
        if within and asked is not None:
            since = desk.day(asked)
            if day > since and desk.passed(since, day) > within:
                return day
    raise AssertionError("the wall calendar ends too soon")


def weekly(desk: Desk, weekday: int) -> Iterator[date]:
    """One morning in each week: the weekday, else the next worked one of the week, else the last
    one before it."""
    weeks: dict[date, list[date]] = {}
    for day in desk.mornings:
        weeks.setdefault(day - day.weekday() * ONE, []).append(day)
    for mornings in weeks.values():
        later = [day for day in mornings if day.weekday() >= weekday]
        yield later[0] if later else mornings[-1]
