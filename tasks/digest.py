"""The daily digest: one mail a person across all items, by what is asked of them.

All of it is read at one moment, each mail is kept as it
was rendered, and ``occasion`` (the day) keeps anybody from getting two. What has waited for the
digest is carried by it.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from models import deliveries, digests, heartbeats, items, planning, policies, wishes
from models.deliveries import MAIL, Addressee
from models.digests import Awaiting
from models.engine import reading, writing
from models.policies import CampaignFact
from notifications.addresses import Mailbox
from notifications.gathered import GatheredContext, Line, Section
from notifications.message import Letterhead, Mail, build
from notifications.render import Overrides
from rules.absences import on_day
from rules.digest import PART_NAMES, PART_REASONS, Part, places, urgency
from rules.item import ItemState
from rules.mailing import ALL, DIGEST, Way, digest_due
from rules.policy import Policy
from rules.vocabulary import Role
from tasks.announcing import reached
from tasks.audience import Audience
from tasks.gathered_letters import local, sections
from tasks.letters import language, worded
from tasks.presence import WHO
from tasks.terms import Terms, terms_of

BEAT = "digest"
"""The heartbeat whose detail is the last day that has had its digest."""

NAMED = 20
"""Items of one kind that a digest names; the others are counted."""

AT_ONCE = 200
"""Digests stored in one transaction."""

_WHY = {
    "zh-CN": "您在以下事项中有办理、审批或者关注的责任；规则：每个工作日一封摘要。",
    "en": "you have to act on, approve or watch these items; the rule: one digest each working "
    "day.",
}


class Day(NamedTuple):
    """A digest that is due: its day, and the campaign in whose name it is written."""

    day: date
    campaign: CampaignFact
    terms: Terms

    @property
    def occasion(self) -> str:
        """What a person gets one mail for."""
        return f"digest/{self.day.isoformat()}"


class _Entry(NamedTuple):
    """One item as a digest lists it; sorts by urgency."""

    order: tuple[date, int, str]
    item: ItemState
    next_at: datetime | None
    policy_id: int


class _Open:
    """What one person has open of one part: the most urgent, and how many in all."""

    def __init__(self) -> None:
        self.count = 0
        self._some: list[_Entry] = []

    def add(self, entry: _Entry) -> None:
        """Count it, and keep it while it is among the most urgent."""
        self.count += 1
        self._some.append(entry)
        if len(self._some) > 10 * NAMED:
            self._some = self._most_urgent()

    def _most_urgent(self) -> list[_Entry]:
        return heapq.nsmallest(NAMED, self._some, key=lambda one: one.order)

    def section(self, part: Part, terms: Mapping[int, Terms], today: date, lang: str) -> Section:
        """In words."""
        place = 0 if lang.startswith("zh") else 1
        named = tuple(_line(one, terms[one.policy_id], today) for one in self._most_urgent())
        return Section(
            heading=PART_NAMES[part][place], why=PART_REASONS[part][place], lines=named,
            more=self.count - len(named),
        )  # fmt: skip


def due_now(engine: Engine, campaign: datetime) -> Day | None:
    """The digest that is due at ``campaign`` time and has not been written yet."""
    with reading(engine) as connection:
        found = _due(connection, campaign)
        if found is None:
            return None
        _, done = heartbeats.beats(connection).get(BEAT, (None, ""))
        return None if done == found.day.isoformat() else found


def _due(connection: Connection, campaign: datetime) -> Day | None:
    for fact in policies.campaigns(connection):
        terms = terms_of(connection, [fact.policy_id])[fact.policy_id]
        if (day := digest_due(terms.rules, terms.calendar, campaign)) is not None:
            return Day(day, fact, terms)
    return None


def write_digests(
    engine: Engine, sender: str, now: datetime, campaign: datetime, templates: Overrides = None
) -> int:
    """Write the digest of the day for everybody who has anything open; how many.

    ``now`` is wall time, ``campaign`` campaign time.
    """
    due = due_now(engine, campaign)
    if due is None:
        return 0
    with reading(engine) as connection:
        desk = _Desk(connection, due, campaign)
    written = 0
    for some in planning.chunks(desk.readers, AT_ONCE):
        written += _store(engine, desk, some, sender, now, templates)
    with writing(engine) as connection:
        heartbeats.beat(connection, BEAT, now, WHO, due.day.isoformat())
    return written


def _store(
    engine: Engine,
    desk: _Desk,
    some: Sequence[int],
    sender: str,
    now: datetime,
    templates: Overrides,
) -> int:
    """Rendered first: no command waits meanwhile. Then stored with what they carry, at once."""
    made = {one: desk.row(one, sender, now, templates) for one in some}
    with writing(engine) as connection:
        planning.alone(connection, patient=True)
        known = digests.written(connection, desk.due.occasion)
        new = [one for one in some if one not in known]
        ids = digests.write(connection, [made[one] for one in new]) if new else []
        carried = {key: desk.waiting(one) for key, one in zip(ids, new, strict=True)}
        planning.carry(connection, carried)
    return len(new)


class _Desk:
    """Everything that the digests of one day are made of, read at one moment."""

    def __init__(self, connection: Connection, due: Day, campaign: datetime) -> None:
        self.due = due
        self._campaign = campaign
        self._open: dict[int, dict[Part, _Open]] = defaultdict(lambda: defaultdict(_Open))
        self._policies: dict[int, Policy] = {}
        self._terms: dict[int, Terms] = {}
        self._gather(connection)
        self._awaiting: dict[int, list[Awaiting]] = defaultdict(list)
        for one in digests.awaiting(connection):
            self._awaiting[one.person_id].append(one)
            self._know(connection, one.part.policy_id)
        ids = {*self._open, *self._awaiting}
        ids |= {e.part.for_person_id or 0 for each in self._awaiting.values() for e in each}
        self._people = deliveries.addressees(connection, ids)
        self.readers = sorted(self._readers(connection))

    def _gather(self, connection: Connection) -> None:
        audience = Audience(connection, [], {})
        for ids in digests.open_items(connection):
            steps = digests.next_steps(connection, ids)
            for loaded in items.by_ids(connection, ids):
                item = loaded.item
                self._know(connection, loaded.policy_id)
                entry = _Entry(urgency(item), item, steps.get(item.id), loaded.policy_id)
                for place in places(item, partial(_office, audience, item)):
                    self._open[place.person_id][place.part].add(entry)

    def _know(self, connection: Connection, policy_id: int) -> None:
        if policy_id not in self._terms:
            self._terms |= terms_of(connection, [policy_id])
            self._policies[policy_id] = policies.policy(connection, policy_id)

    def _readers(self, connection: Connection) -> Iterator[int]:
        """Who gets one: whoever has anything to read, wants it, is here and can be written to."""
        known = wishes.wishes(connection)
        absences = wishes.absences(connection, self.due.day - timedelta(days=1))
        away = on_day(absences, self.due.day)
        written = digests.written(connection, self.due.occasion)
        for one in {*self._open, *self._awaiting} - written - set(away):
            mine = known.get(one, {})
            wanted = mine.get(DIGEST) or mine.get(ALL)
            if wanted is not Way.OFF and not reached(self._people[one])[1]:
                yield one

    def waiting(self, person_id: int) -> list[int]:
        """The notices that a person's digest carries."""
        return [one.id for one in self._awaiting.get(person_id, ())]

    def row(
        self, person_id: int, sender: str, now: datetime, templates: Overrides
    ) -> dict[str, Any]:
        """One digest as it is stored, rendered and ready to leave."""
        person = self._people[person_id]
        context = self._context(person_id, person)
        fact = self.due.campaign
        head = Letterhead(Mailbox(sender, fact.title), fact.code, fact.title)
        address = reached(person)[0]
        letter = build(head, Mail(
            kind=DIGEST, lang=context.lang, ref="", recipient_id=str(person_id), date=now,
            event_hash=hashlib.sha256(self.due.occasion.encode()).hexdigest(),
            recipient=Mailbox(address, person.name), rendered=worded(context, templates),
        ))  # fmt: skip
        return {
            "person_id": person_id, "kind": DIGEST, "seat": "", "channel": MAIL,
            "occasion": self.due.occasion, "address": address, "state": "pending",
            "message_id": letter.message_id, "message": letter.data, "created_at": now,
            "next_attempt_at": now, "left_at": self._campaign,
        }  # fmt: skip

    def _context(self, person_id: int, person: Addressee) -> GatheredContext:
        lang = language(person.lang)
        mine = self._open.get(person_id, {})
        found = [
            mine[part].section(part, self._terms, self.due.day, lang)
            for part in Part
            if part in mine
        ]
        parts = [one.part for one in self._awaiting.get(person_id, ())]
        found += sections(parts, self._policies, self._people, lang)
        return GatheredContext(
            kind=DIGEST,
            lang=lang,
            recipient_name=person.name,
            campaign_name=self.due.campaign.title,
            total=sum(section.count for section in found),
            sections=tuple(found),
            day=self.due.day,
            why=_WHY[lang],
        )


def _office(audience: Audience, item: ItemState, role: Role, judging: bool) -> list[int]:
    return audience.office(role, item, judging=judging)


def _line(entry: _Entry, terms: Terms, today: date) -> Line:
    item = entry.item
    return Line(
        ref=item.ref,
        title=item.title,
        confidential=item.confidential,
        due=item.due,
        days=None if item.due is None or item.on_hold else terms.calendar.between(today, item.due),
        next_at=local(entry.next_at, terms.calendar) if entry.next_at else "",
    )
