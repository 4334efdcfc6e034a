"""What a delivery says: the values of its notice, gathered when it is first rendered.

Titles, names and reasons are read here from the store, for the mail alone; what a confidential
item may not show is masked where notices are turned into words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import deliveries, directory, items, policies
from models.deliveries import Addressee, Claimed, Told
from models.items import Loaded
from notifications.addresses import Mailbox
from notifications.channels.base import Envelope
from notifications.context import LANGUAGES, NextStep, NoticeContext
from notifications.message import Letterhead, Mail, build
from notifications.render import render
from rules.agenda import upcoming
from rules.item import ItemState
from rules.notices import Seat
from rules.policy import Policy
from rules.vocabulary import Stage
from rules.wording import act_name, step_sentence, todo, why_told
from rules.workdays import WorkCalendar

LATE = timedelta(hours=2)
"""A step that fired this much after its instant says in its notice that it is late."""


class Library(NamedTuple):
    """Everything that a batch of letters refers to, read at once."""

    items: dict[int, Loaded]
    events: dict[int, Told]
    people: dict[int, Addressee]
    codes: dict[int, str]
    units: dict[int, str]
    campaigns: dict[int, tuple[str, str]]
    policies: dict[int, Policy]


def gather(connection: Connection, claimed: Sequence[Claimed]) -> Library:
    """What these deliveries refer to."""

    loaded = {one.item.id: one for one in items.by_ids(connection, {c.item_id for c in claimed})}
    events = deliveries.told(connection, {c.event_id for c in claimed})
    states = [one.item for one in loaded.values()]
    ids = {c.person_id for c in claimed} | {event.actor_id for event in events.values()}
    ids |= {p for s in states for p in (s.responsible_id, s.leader_id) if p is not None}
    facts = directory.people_by_id(connection, ids)
    return Library(
        loaded,
        events,
        deliveries.addressees(connection, ids),
        {key: fact.code for key, fact in facts.items()},
        deliveries.unit_names(connection, {s.unit_id for s in states if s.unit_id is not None}),
        deliveries.campaign_names(connection),
        {one.policy_id: policies.policy(connection, one.policy_id) for one in loaded.values()},
    )


def write(claimed: Claimed, library: Library, sender: str, rendered_at: datetime) -> Envelope:
    """The delivery as a finished message.

    Raises:
        InputError: the recipient's address or a replaced template is unusable.
    """
    loaded, event = library.items[claimed.item_id], library.events[claimed.event_id]
    code, title = library.campaigns[loaded.item.campaign_id]
    person = library.people[claimed.person_id]
    lang = person.lang if person.lang in LANGUAGES else LANGUAGES[0]
    context = _context(claimed, library, lang)
    mail = Mail(
        kind=claimed.kind,
        lang=lang,
        ref=loaded.item.ref,
        event_hash=event.hash,
        recipient_id=str(claimed.person_id),
        recipient=Mailbox(claimed.address, person.name),
        date=rendered_at,
        rendered=render(context),
    )
    return build(Letterhead(Mailbox(sender, title), code, title), mail)


def _context(claimed: Claimed, library: Library, lang: str) -> NoticeContext:
    loaded, event = library.items[claimed.item_id], library.events[claimed.event_id]
    item = loaded.item
    policy = library.policies[loaded.policy_id]
    calendar = calendar_for(policy)
    data: dict[str, Any] = json.loads(event.data)
    seat = Seat(claimed.seat)
    command = todo(claimed.kind, seat)
    code = library.codes.get(claimed.person_id, "")
    due = _date(data.get("due")) if event.kind == "assigned" else item.due
    level = int(data.get("level") or 0)
    return NoticeContext(
        kind=claimed.kind,
        lang=lang,
        recipient_name=_name(library, claimed.person_id),
        recipient_role=claimed.seat,
        campaign_name=library.campaigns[item.campaign_id][1],
        ref=item.ref,
        title=item.title,
        confidential=item.confidential,
        stage=item.stage.value,
        unit_name=library.units.get(item.unit_id or 0, ""),
        responsible_name=_name(library, item.responsible_id),
        leader_name=_name(library, item.leader_id),
        due=due,
        proposed_due=_date(data.get("due")) if event.kind == "extension_requested" else None,
        days=_days(item, due, calendar, event.at),
        level=level,
        act_name=act_name(level, policy, lang),
        actor_name=_name(library, event.actor_id),
        reason=str(data.get("reason") or ""),
        outcome=item.outcome.value if item.outcome else "",
        round=item.round,
        next_step=_next_step(item, policy, calendar, lang),
        why=why_told(seat, str(data.get("step") or ""), lang),
        command_hint=f"rectiflow act {item.ref} {command} --as {code}" if command else "",
        occurred_at=_local(event.at, calendar),
        late_by=_late(event, data, lang),
    )


def _name(library: Library, person_id: int | None) -> str:
    person = library.people.get(person_id or 0)
    return person.name if person else ""


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _days(item: ItemState, due: date | None, calendar: WorkCalendar, at: datetime) -> int | None:
    """Working days left (negative when overdue) while the responsible person works on it."""
    if due is None or item.stage not in (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER):
        return None
    return calendar.between(calendar.day_of(at), due)


def _next_step(
    item: ItemState, policy: Policy, calendar: WorkCalendar, lang: str
) -> NextStep | None:
    step = upcoming(item, policy, calendar)
    if step is None:
        return None
    return NextStep(_local(step.at, calendar), step_sentence(step, policy, lang))


def _local(instant: datetime, calendar: WorkCalendar) -> str:
    return instant.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M")


def _late(event: Told, data: dict[str, Any], lang: str) -> str | None:
    """By how much a step fired after its instant, in words; None when it was in time."""
    planned = data.get("planned")
    if not isinstance(planned, str):
        return None
    late = event.at - datetime.fromisoformat(planned)
    if late < LATE:
        return None
    hours = int(late.total_seconds() // 3600)
    days, rest = divmod(hours, 24)
    if lang.startswith("zh"):
        return f"{days}天{rest}小时" if days else f"{rest}小时"
    return f"{days} days {rest} hours" if days else f"{rest} hours"
