"""Deliveries that are ready become mails that leave: alone, as one bundle, later, or not at all.

One transaction plans everything that is ready, and nobody else plans meanwhile: a bundle is there
with all of its parts or not at all, and the cap counts all that would leave. What has been let go
is then sent by whoever claims it (``tasks.delivery``).
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from config.logging import log_context
from models import deliveries, planning, stops, wishes
from models.deliveries import MAIL
from models.engine import reading, writing
from models.planning import Bundle, Due
from rules.absences import on_day, stand_in
from rules.mailing import Chased, Hold, Notice, Plan, Way, plan, way_of
from tasks.announcing import reached
from tasks.asking import ask_coordinators
from tasks.terms import Terms, terms_of

log = logging.getLogger("rectiflow.delivery")

ONE_RUN = timedelta(hours=1)
"""What was let go within this time counts with a run: a storm does not get through in portions."""

REASONS = {
    Hold.QUIET: "Quiet hours or a day off: it leaves when they are over.",
    Hold.WINDOW: "This person was chased a short while ago: what has come since leaves together.",
    Hold.CAP: "The run would have sent more mails than its policy's cap: a coordinator decides.",
}
"""Why something is held, as it is shown."""


class Planned(NamedTuple):
    """What became of everything that was ready."""

    alone: int = 0
    bundled: int = 0
    held: int = 0
    skipped: int = 0
    stopped: bool = False


def plan_due(engine: Engine, now: datetime, campaign: datetime) -> Planned:
    """Plan everything that is ready at ``now`` (wall time) and ``campaign`` (campaign time)."""
    with reading(engine) as connection:
        if not planning.is_any(connection, now, campaign):
            return Planned()
    with writing(engine) as connection:
        if not planning.alone(connection):
            return Planned()
        due = planning.due(connection, now, campaign)
        return _Run(connection, due, now, campaign).carried_out() if due else Planned()


class _Run:
    """One planning of everything that is due."""

    def __init__(
        self, connection: Connection, due: Sequence[Due], now: datetime, campaign: datetime
    ) -> None:
        self._connection = connection
        self._now = now
        self._campaign = campaign
        self._terms = terms_of(connection, {one.policy_id for one in due})
        self._wishes = wishes.wishes(connection)
        self._absences = wishes.absences(connection, campaign.date() - timedelta(days=1))
        ids = {one.person_id for one in due} | {one.for_person_id or 0 for one in due}
        ids |= {each.substitute_id for one in self._absences.values() for each in one}
        self._people = deliveries.addressees(connection, ids)
        self._reach = {key: reached(one) for key, one in self._people.items()}
        self._there = {key for key, (_, why_not) in self._reach.items() if not why_not}
        self._skipped = 0
        self._due = self._looked_at_again(due)

    def carried_out(self) -> Planned:
        """The plan, written."""
        if stops.current(self._connection) is not None:
            self._hold(self._due, Hold.CAP, None)
            return Planned(held=len(self._due), skipped=self._skipped, stopped=True)
        plans = self._plans()
        if (trouble := self._too_much(plans)) is not None:
            return self._stopped(plans, *trouble)
        return self._let_go(plans)

    def _plans(self) -> dict[tuple[int, str], Plan]:
        """The plan for each person on each channel."""
        theirs: dict[tuple[int, str], list[Due]] = defaultdict(list)
        for one in self._due:
            theirs[one.person_id, one.channel].append(one)
        chased = self._chased()
        return {
            who: plan(
                [self._notice(one) for one in ready], chased.get(who, Chased()), self._campaign
            )
            for who, ready in theirs.items()
        }

    def _notice(self, one: Due) -> Notice:
        return Notice(one.id, one.chasing, *self._terms[one.policy_id])

    def _chased(self) -> dict[tuple[int, str], Chased]:
        """When people were chased last; nothing where no policy asks for it."""
        longest = max(one.rules.window_minutes for one in self._terms.values())
        if not longest:
            return {}
        last = planning.chased(self._connection, self._campaign - timedelta(minutes=longest))
        under_way = planning.chasing(self._connection)
        return {who: Chased(last.get(who), who in under_way) for who in {*last, *under_way}}

    def _too_much(self, plans: Mapping[tuple[int, str], Plan]) -> tuple[int, int, int] | None:
        """How many mails would leave, how many have left in this run, and the cap that both
        together pass; None when they pass none."""
        caps = {key: one.rules.cap_per_run for key, one in self._terms.items()}
        if not any(caps.values()):
            return None
        known = {one.id: one for one in self._due}
        count: Counter[int] = Counter()
        for one in plans.values():
            firsts = [known[each] for each in (*one.go, *one.bundle[:1])]
            count.update(each.policy_id for each in firsts if each.held_for != Hold.RELEASED)
        since = self._campaign - ONE_RUN
        if (released := stops.last_released(self._connection)) is not None:
            since = max(since, released)
        before = planning.left_since(self._connection, since)
        for policy_id, cap in caps.items():
            mails, gone = count[policy_id], before.get(policy_id, 0)
            if cap and mails and mails + gone > cap:
                return count.total(), gone, cap
        return None

    def _stopped(
        self, plans: Mapping[tuple[int, str], Plan], mails: int, gone: int, cap: int
    ) -> Planned:
        """Nothing leaves; everything is kept, and the coordinators are asked once."""
        ready = {each for one in plans.values() for each in (*one.go, *one.bundle)}
        self._hold([one for one in self._due if one.id in ready], Hold.CAP, None)
        waiting = self._hold_waiting(plans)
        after = f" after {gone} within the last hour" if gone else ""
        reason = f"{mails} mails were about to leave{after}; the policy's cap is {cap}."
        stop_id = stops.stop(self._connection, self._campaign, reason, mails)
        ask_coordinators(self._connection, stop_id, self._now, self._campaign)
        log.error("The mail has stopped: %s %s", reason, log_context("plan", stop=stop_id))
        return Planned(held=len(ready) + waiting, skipped=self._skipped, stopped=True)

    def _let_go(self, plans: Mapping[tuple[int, str], Plan]) -> Planned:
        alone = [each for one in plans.values() for each in one.go]
        planning.let_go(self._connection, alone, self._campaign)
        bundles = list(self._bundles(plans))
        planning.bundle(self._connection, bundles, self._now, self._campaign)
        held = self._hold_waiting(plans)
        bundled = sum(len(one.parts) for one in bundles)
        return Planned(len(alone), bundled, held, self._skipped)

    def _bundles(self, plans: Mapping[tuple[int, str], Plan]) -> Iterator[Bundle]:
        chasing = {one.id for one in self._due if one.chasing}
        for (person_id, channel), one in plans.items():
            if one.bundle:
                address = channel if channel != MAIL else self._reach[person_id][0]
                chases = not chasing.isdisjoint(one.bundle)
                yield Bundle(person_id, channel, address, chases, one.bundle)

    def _hold_waiting(self, plans: Mapping[tuple[int, str], Plan]) -> int:
        """Hold what the plans hold; those with the same end at once."""
        known = {one.id: one for one in self._due}
        alike: dict[tuple[Hold, datetime], list[Due]] = defaultdict(list)
        for one in plans.values():
            for held in one.held:
                alike[held.why, held.until].append(known[held.id])
        for (why, until), some in alike.items():
            self._hold(some, why, until)
        return sum(map(len, alike.values()))

    def _hold(self, some: Sequence[Due], why: Hold, until: datetime | None) -> None:
        ids = [one.id for one in some]
        planning.hold(self._connection, ids, why, until, REASONS[why])

    # What was true when it was announced may no longer be.

    def _looked_at_again(self, due: Sequence[Due]) -> list[Due]:
        """Those that are still to be sent, each with the person who gets it now."""
        why_not: dict[str, list[int]] = defaultdict(list)
        left = []
        for one in self._redirected(due):
            if reason := self._unwanted(one):
                why_not[reason].append(one.id)
            else:
                left.append(one)
        for reason, ids in why_not.items():
            planning.skip(self._connection, ids, reason)
        self._skipped += sum(map(len, why_not.values()))
        return left

    def _unwanted(self, one: Due) -> str:
        person = self._people[one.person_id]
        terms = self._terms[one.policy_id]
        if way_of(one.kind, self._wishes.get(one.person_id, {}), terms.rules) is Way.OFF:
            return f"This person does not want notices of the kind {one.kind}."
        if one.channel != MAIL and person.active:
            return ""
        return self._reach[one.person_id][1]

    def _redirected(self, due: Sequence[Due]) -> list[Due]:
        """Who has gone away, or is back, since: the notice follows; the address does too."""
        readers = {one.id: self._reader(one) for one in due if one.channel == MAIL}
        moved = [one for one in due if readers.get(one.id, one.person_id) != one.person_id]
        keys = [(readers[one.id], one.kind, one.occasion, one.channel) for one in moved]
        taken = planning.taken(self._connection, keys)
        rows, found = [], []
        doubled: list[int] = []
        for one in due:
            reader = readers.get(one.id, one.person_id)
            if reader != one.person_id:
                key = (reader, one.kind, one.occasion, one.channel)
                if key in taken:
                    doubled.append(one.id)
                    continue
                taken.add(key)
            meant = one.for_person_id or one.person_id
            behalf = None if reader == meant else meant
            address = self._reach[reader][0] if one.channel == MAIL else one.address
            if (reader, address) != (one.person_id, one.address):
                rows.append({"of": one.id, "person": reader, "on_behalf": behalf, "place": address})
            found.append(one._replace(person_id=reader, for_person_id=behalf, address=address))
        planning.skip(
            self._connection, doubled, "Whoever stands in for this person gets it anyway."
        )
        self._skipped += len(doubled)
        planning.readdress(self._connection, rows)
        return found

    def _reader(self, one: Due) -> int:
        meant = one.for_person_id or one.person_id
        if not self._absences:
            return meant
        away = self._away(self._terms[one.policy_id])
        return stand_in(meant, away, self._there) if meant in away else meant

    def _away(self, terms: Terms) -> dict[int, int]:
        return on_day(self._absences, terms.calendar.day_of(self._campaign))
