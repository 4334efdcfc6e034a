"""Events become deliveries: who hears, by which channel, now or in the digest, or why not.

Event and deliveries are settled in one transaction: no event is announced twice, and none is
forgotten. When a delivery leaves is planned afterwards (``tasks.planning``).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from config.logging import log_context
from models import deliveries, items, repetitions, wishes
from models.deliveries import MAIL, Addressee, Unannounced
from models.engine import writing
from models.items import Loaded
from notifications.addresses import Mailbox
from rules.absences import on_day, stand_in
from rules.errors import InputError
from rules.mailing import Hold, Way, next_digest, way_of
from rules.notices import MANDATORY, Seat
from tasks.audience import Addressed, Audience
from tasks.contacts import channels_for
from tasks.terms import Terms, terms_of

log = logging.getLogger("rectiflow.delivery")

LONGEST_ADDRESS = 254
"""Characters that the store takes, and the most that RFC 5321 allows."""

LONGEST_REASON = 500

DIGEST_GRACE = timedelta(days=1)
"""What has waited for a digest that did not come leaves by itself so long after it was due."""

Row = dict[str, Any]


def announce(engine: Engine, now: datetime, size: int = 500) -> int:
    """Derive the deliveries of up to ``size`` events that have none; how many events were taken.

    ``now`` is wall time.
    """
    with writing(engine) as connection:
        events = deliveries.unannounced(connection, size)
        if not events:
            return 0
        loaded = items.by_ids(connection, {event.item_id for event in events})
        desk = _Desk(connection, events, {one.item.id: one for one in loaded}, now)
        rows = [row for event in events for row in desk.rows(event)]
        deliveries.enqueue(connection, rows, (event.id for event in events))
        return len(events)


def reached(person: Addressee) -> tuple[str, str]:
    """The person's address as mail servers know it, and why nothing can be sent there."""
    if not person.active:
        return person.email, "This person is no longer active."
    try:
        address = Mailbox(person.email).address
    except InputError as error:
        return person.email, error.message
    if len(address) > LONGEST_ADDRESS:
        return person.email, "The mail address is too long."
    if person.undeliverable:
        return address, f"Nothing arrives there: {person.undeliverable}"
    return address, ""


class _Copy(NamedTuple):
    """One notice as it is meant, before it is known whether and when it is sent."""

    event: Unannounced
    told: Addressed
    reader: int
    """Who gets it: the person told, or whoever stands in for them."""
    content: str
    terms: Terms


class _Desk:
    """Everything that decides about the notices of a batch of events, read at once."""

    def __init__(
        self,
        connection: Connection,
        events: Sequence[Unannounced],
        loaded: Mapping[int, Loaded],
        now: datetime,
    ) -> None:
        self._now = now
        self._loaded = loaded
        earliest = min(event.at for event in events)
        # Whatever the zone, its days begin less than a day away from those of UTC.
        self._away = wishes.absences(connection, earliest.date() - timedelta(days=1))
        substitutes = {each.substitute_id for one in self._away.values() for each in one}
        states = {item_id: one.item for item_id, one in loaded.items()}
        self._audience = Audience(connection, events, states, substitutes)
        self._people = self._audience.people
        self._reached = {key: reached(one) for key, one in self._people.items()}
        self._there = {key for key, (_, why_not) in self._reached.items() if not why_not}
        self._wishes = wishes.wishes(connection)
        self._terms = terms_of(connection, (one.policy_id for one in loaded.values()))
        self._channels = channels_for(connection, self._people)
        longest = max(one.rules.repeat_hours for one in self._terms.values())
        since = earliest - timedelta(hours=longest)
        self._said = repetitions.said(connection, states, since) if longest else {}

    def rows(self, event: Unannounced) -> list[Row]:
        """The deliveries of one event.

        One that cannot be understood would come again for ever, and nothing behind it would be
        heard. So it counts as announced, and a dead delivery to the coordinators shows what went
        unheard.
        """
        terms = self._terms[self._loaded[event.item_id].policy_id]
        try:
            return list(self._understood(event, terms))
        except Exception:
            log.exception("No notice can be derived. %s", log_context("announce", event=event.id))
        reason = f"No notice could be derived from the event {event.id} ({event.kind})."
        told = [
            Addressed(event.kind, Seat.COORDINATORS, one)
            for one in self._audience.coordinators(event)
        ]
        return [
            self._row(_Copy(event, one, one.person_id, "", terms), MAIL) | _ended("dead", reason)
            for one in told
        ]

    def _understood(self, event: Unannounced, terms: Terms) -> Iterator[Row]:
        told = self._audience.of(event)
        if not told:
            return
        content = self._content(event)
        away = on_day(self._away, terms.calendar.day_of(event.at)) if self._away else {}
        taken = {one.person_id for one in told}
        for one in told:
            reader = stand_in(one.person_id, away, self._there)
            copy = _Copy(event, one, reader, content, terms)
            if reader != one.person_id and reader in taken:
                name = self._people[reader].name
                why = f"{name}, who stands in for this person, gets it anyway."
                yield self._row(copy._replace(reader=one.person_id), MAIL) | _ended("skipped", why)
            else:
                taken.add(reader)
                yield from self._decided(copy)

    def _decided(self, copy: _Copy) -> Iterator[Row]:
        """The rows of one notice: by mail, and by every chat of its reader."""
        row = self._row(copy, MAIL)
        way = way_of(copy.told.kind, self._wishes.get(copy.reader, {}), copy.terms.rules)
        if why := self._unwanted(copy, way):
            yield row | _ended("skipped", why)
            return
        _, unreached = self._reached[copy.reader]
        if unreached:
            yield row | _ended("skipped", unreached)
        elif way is Way.DIGEST:
            yield row | _awaiting_digest(copy)
            return
        else:
            yield row
        if self._people[copy.reader].active:
            for channel in self._channels.of(copy.reader, copy.told.kind, copy.event.id):
                yield self._row(copy, channel)

    def _unwanted(self, copy: _Copy, way: Way) -> str:
        """Why the reader is not to hear of it; empty when they are."""
        kind = copy.told.kind
        if way is Way.OFF:
            return f"This person does not want notices of the kind {kind}."
        hours = copy.terms.rules.repeat_hours
        if not hours or kind in MANDATORY:
            return ""
        key = (copy.reader, copy.event.item_id, kind, copy.content)
        before = self._said.get(key)
        self._said[key] = copy.event.at
        if before is not None and copy.event.at - before < timedelta(hours=hours):
            self._said[key] = before
            return f"The same was said within the last {hours} hours."
        return ""

    def _row(self, copy: _Copy, channel: str) -> Row:
        """One delivery that is to be planned."""
        event, told = copy.event, copy.told
        return {
            "event_id": event.id,
            "item_id": event.item_id,
            "person_id": copy.reader,
            "for_person_id": None if copy.reader == told.person_id else told.person_id,
            "kind": told.kind,
            "seat": told.seat.value,
            "channel": channel,
            "occasion": f"event/{event.id}",
            "content": copy.content,
            "chasing": event.kind == "step_fired",
            "address": self._reached[copy.reader][0] if channel == MAIL else channel,
            "state": "pending",
            "reason": "",
            "held_for": "",
            "held_until": None,
            "created_at": self._now,
            "next_attempt_at": self._now,
        }

    def _content(self, event: Unannounced) -> str:
        """What would make it the same again: the deadline, the rung and the round."""
        item = self._loaded[event.item_id].item
        data = json.loads(event.data)
        due = data.get("due") or item.due
        return f"{due}/{data.get('level') or item.level}/{item.round}"[:80]


def _awaiting_digest(copy: _Copy) -> Row:
    comes = next_digest(copy.terms.rules, copy.terms.calendar, copy.event.at)
    return {
        "state": "held",
        "held_for": Hold.DIGEST.value,
        "held_until": None if comes is None else comes + DIGEST_GRACE,
        "reason": "It waits for the daily digest.",
    }


def _ended(state: str, reason: str) -> Row:
    return {"state": state, "reason": reason[:LONGEST_REASON]}
