"""Which mails would have left, and when, under a policy's rules for notices. Pure.

The planner that delivers for live items (``rules.mailing``) is asked about each person at each
instant at which anything is ready for them, as if every delivery run had come in time.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rules.mailing import Chased, Hold, Notice, Way, next_digest, plan, quiet_until, way_of
from rules.notice_rules import NoticeRules
from rules.workdays import WorkCalendar

ONE_RUN = timedelta(hours=1)
"""What leaves within this time counts as one run against the cap, as in the live delivery."""


class Letter(NamedTuple):
    """A notice for somebody: when it is derived, and its kind."""

    at: datetime
    kind: str


class Mail(NamedTuple):
    """A mail that leaves, with so many notices in it; ``why`` tells what gathered them."""

    at: datetime
    notices: int
    why: str = ""


BUNDLE = "bundle"


class Postbag:
    """Sends what comes for one person after another; counts what had to wait, by the reason."""

    def __init__(self, rules: NoticeRules, calendar: WorkCalendar) -> None:
        self._rules = rules
        self._calendar = calendar
        self._at_once = rules == NoticeRules()
        self._ways: dict[str, Way] = {}
        self.held: Counter[Hold] = Counter()

    def sent(self, letters: Iterable[Letter]) -> Iterator[Mail]:
        """The mails that carry one person's letters. Nothing is lost; some of it waits."""
        if self._at_once:
            return (Mail(letter.at, 1) for letter in letters)
        return self._planned(sorted(letters))

    def _planned(self, letters: Sequence[Letter]) -> Iterator[Mail]:
        digests: Counter[datetime] = Counter()
        direct = [letter for letter in letters if not self._waits_for_digest(letter, digests)]
        for at, notices in digests.items():
            yield Mail(at, notices, Hold.DIGEST.value)
        waiting: list[tuple[datetime, int]] = [(each.at, n) for n, each in enumerate(direct)]
        known: set[tuple[int, Hold]] = set()
        last: datetime | None = None
        while waiting:
            now = waiting[0][0]
            ready = []
            while waiting and waiting[0][0] <= now:
                ready.append(heapq.heappop(waiting)[1])
            arrived = [Notice(n, True, self._rules, self._calendar) for n in ready]
            found = plan(arrived, Chased(last), now)
            for held in found.held:
                heapq.heappush(waiting, (held.until, held.id))
                if (held.id, held.why) not in known:
                    known.add((held.id, held.why))
                    self.held[held.why] += 1
            if found.mails:
                last = now
            yield from (Mail(now, 1) for _ in found.go)
            if found.bundle:
                yield Mail(now, len(found.bundle), BUNDLE)

    def _waits_for_digest(self, letter: Letter, digests: Counter[datetime]) -> bool:
        """Whether the letter goes into a digest, which is then noted with its time."""
        way = self._ways.get(letter.kind)
        if way is None:
            way = self._ways[letter.kind] = way_of(letter.kind, {}, self._rules)
        if way is not Way.DIGEST:
            return False
        at = next_digest(self._rules, self._calendar, letter.at)
        if at is None:
            return False
        at = quiet_until(self._rules.quiet_hours, self._calendar, at) or at
        digests[at] += 1
        self.held[Hold.DIGEST] += 1
        return True


class Stops(NamedTuple):
    """How often the cap would have stopped the mail, and how many mails it would have kept."""

    times: int
    mails: int


NO_STOPS = Stops(0, 0)


def stops(mails: Counter[datetime], cap: int) -> Stops:
    """What the cap would have done, if a coordinator had released the mail at once each time."""
    if not cap:
        return NO_STOPS
    times = kept = left = 0
    recent: list[tuple[datetime, int]] = []
    for at in sorted(mails):
        while recent and recent[0][0] <= at - ONE_RUN:
            left -= recent.pop(0)[1]
        if left + mails[at] > cap:
            times, kept = times + 1, kept + mails[at]
            recent, left = [], 0
        else:
            recent.append((at, mails[at]))
            left += mails[at]
    return Stops(times, kept)
