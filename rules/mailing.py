"""When does a notice leave, and alone or with others? Pure: facts about one person in, a plan out.

All instants are campaign time. A plan loses nothing: every notice goes, is bundled, or is held
with the reason and until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from rules.notice_rules import NoticeRules, QuietHours
from rules.notices import MANDATORY
from rules.workdays import WorkCalendar

ALL = "all"
"""As the kind of a preference: every kind for which there is none of its own."""

DIGEST = "digest"
"""The kind of the daily digest, which can be wished away like any other."""

_MOST_TURNS = 400
"""Quiet spells that follow each other; beyond, a calendar has no working day at all."""


class Way(StrEnum):
    """How a person hears of a notice."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


class Hold(StrEnum):
    """Why a notice waits."""

    QUIET = "quiet"
    """Quiet hours or a day off."""
    WINDOW = "window"
    """The person has been chased a short while ago."""
    DIGEST = "digest"
    CAP = "cap"
    """A run would have sent too much; a coordinator decides."""
    RELEASED = "released"
    """No longer held by the cap, and not counted against it again."""


class Notice(NamedTuple):
    """One notice that is ready to leave, under the rules of its item's policy."""

    id: int
    chasing: bool
    rules: NoticeRules
    calendar: WorkCalendar


class Chased(NamedTuple):
    """The last chasing mail of the person: when it left, and whether one is still on its way."""

    last: datetime | None = None
    under_way: bool = False


class Held(NamedTuple):
    """One notice that waits."""

    id: int
    why: Hold
    until: datetime


class Plan(NamedTuple):
    """What leaves as a mail of its own, what becomes one mail, and what waits."""

    go: tuple[int, ...]
    bundle: tuple[int, ...]
    held: tuple[Held, ...]

    @property
    def mails(self) -> int:
        """How many mails that makes."""
        return len(self.go) + bool(self.bundle)


def way_of(kind: str, wishes: Mapping[str, Way], rules: NoticeRules) -> Way:
    """How somebody with these wishes hears of this kind; what is mandatory is never off."""
    wanted = wishes.get(kind) or wishes.get(ALL)
    if wanted is None:
        wanted = Way.DIGEST if kind in rules.digested else Way.NOW
    if wanted is Way.OFF and kind in MANDATORY:
        return Way.NOW
    if wanted is Way.DIGEST and (rules.digest_at is None or wishes.get(DIGEST) is Way.OFF):
        return Way.NOW
    return wanted


def plan(notices: Sequence[Notice], chased: Chased, now: datetime) -> Plan:
    """What becomes of everything that is ready for one person on one channel."""
    held: list[Held] = []
    chases: list[Notice] = []
    others: list[Notice] = []
    for notice in notices:
        until = quiet_until(notice.rules.quiet_hours, notice.calendar, now)
        if until is not None:
            held.append(Held(notice.id, Hold.QUIET, until))
        else:
            (chases if notice.chasing else others).append(notice)
    window = timedelta(minutes=max((one.rules.window_minutes for one in chases), default=0))
    if (again := _again(chased, window, now)) is not None:
        held += (Held(one.id, Hold.WINDOW, again) for one in chases)
        chases = []
    ready = sorted(one.id for one in (*others, *chases))
    limits = [one.rules.collapse_above for one in (*others, *chases) if one.rules.collapse_above]
    if limits and len(ready) > min(limits):
        return Plan((), tuple(ready), tuple(held)) if len(ready) > 1 else _alone(ready, held)
    if window and len(chases) > 1:
        bundle = tuple(sorted(one.id for one in chases))
        return Plan(tuple(sorted(one.id for one in others)), bundle, tuple(held))
    return _alone(ready, held)


def _alone(ready: Iterable[int], held: Iterable[Held]) -> Plan:
    return Plan(tuple(ready), (), tuple(held))


def _again(chased: Chased, window: timedelta, now: datetime) -> datetime | None:
    """When the person may be chased again; None when that is now."""
    if not window:
        return None
    if chased.under_way:
        return now + window
    if chased.last is not None and chased.last <= now < chased.last + window:
        return chased.last + window
    return None


def quiet_until(quiet: QuietHours | None, calendar: WorkCalendar, now: datetime) -> datetime | None:
    """When mails may leave again; None when they may now."""
    if quiet is None:
        return None
    instant = now
    for _ in range(_MOST_TURNS):
        local = instant.astimezone(calendar.zone)
        if quiet.days_off and not calendar.is_working(local.date()):
            instant = calendar.end_of(local.date())
        elif _within(local.time(), quiet):
            instant = _next(quiet.ends, calendar, instant)
        else:
            break
    return None if instant == now else instant


def _within(moment: time, quiet: QuietHours) -> bool:
    if quiet.begins < quiet.ends:
        return quiet.begins <= moment < quiet.ends
    return moment >= quiet.begins or moment < quiet.ends


def _next(moment: time, calendar: WorkCalendar, after: datetime) -> datetime:
    """The first instant after ``after`` at which local clocks show ``moment``."""
    day = calendar.day_of(after)
    while True:
        for fold in (0, 1):  # where clocks are put back, they show it twice
            found = local_instant(day, moment.replace(fold=fold), calendar)
            if found > after:
                return found
        day += timedelta(days=1)


def local_instant(day: date, moment: time, calendar: WorkCalendar) -> datetime:
    """The UTC instant at which local clocks show ``moment`` on ``day``."""
    return datetime.combine(day, moment, calendar.zone).astimezone(UTC)


def digest_due(rules: NoticeRules, calendar: WorkCalendar, now: datetime) -> date | None:
    """The day whose digest is due at ``now``; None when none is.

    Late is better than never: it stays due until the day is over. It does not break quiet hours.
    """
    if rules.digest_at is None:
        return None
    day = calendar.day_of(now)
    if not calendar.is_working(day) or now < local_instant(day, rules.digest_at, calendar):
        return None
    return None if quiet_until(rules.quiet_hours, calendar, now) else day


def next_digest(rules: NoticeRules, calendar: WorkCalendar, now: datetime) -> datetime | None:
    """When the next digest comes; None when the policy has none."""
    if rules.digest_at is None:
        return None
    day = calendar.add(calendar.day_of(now), 0)
    at = local_instant(day, rules.digest_at, calendar)
    return at if at > now else local_instant(calendar.add(day, 1), rules.digest_at, calendar)
