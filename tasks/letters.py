"""What a delivery says: the values of its notice, gathered when it is first rendered.

Titles, names and reasons are read here from the store, for the mail alone; what a confidential
item may not show is masked where notices are turned into words.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from config.logging import log_context
from models import deliveries, directory, items, policies
from models.deliveries import MAIL, Addressee, Claimed, Told
from models.items import Loaded
from notifications import brief
from notifications.addresses import Mailbox
from notifications.channels.base import Envelope
from notifications.context import LANGUAGES, NextStep, NoticeContext
from notifications.message import Letterhead, Mail, build, message_id
from notifications.own_words import Own
from notifications.render import Context, Overrides, Rendered, render
from rules.agenda import upcoming
from rules.commands import COMMANDS
from rules.errors import InputError
from rules.item import ItemState
from rules.lifecycle import commands_in
from rules.notices import Seat
from rules.policy import Policy
from rules.vocabulary import Stage
from rules.worded import worded as in_words
from rules.wording import OWN_REASONS, act_name, step_sentence, todo, why_told
from rules.workdays import WorkCalendar
from tasks import gathered_letters
from tasks.extras import NO_EXTRAS, Extras
from tasks.gathered_letters import Gathered

log = logging.getLogger("rectiflow.delivery")

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
    submissions: dict[int, str]
    gathered: Gathered | None


def gather(connection: Connection, claimed: Sequence[Claimed]) -> Library:
    """What these deliveries refer to."""
    many = [one for one in claimed if one.event_id is None]
    claimed = [one for one in claimed if one.event_id is not None]
    loaded = {
        one.item.id: one
        for one in items.by_ids(connection, {c.item_id for c in claimed if c.item_id is not None})
    }
    events = deliveries.told(connection, [c.event_id for c in claimed if c.event_id is not None])
    states = [one.item for one in loaded.values()]
    said = [_said(event) for event in events.values()]
    ids = {c.person_id for c in claimed} | {event.actor_id for event in events.values()}
    ids |= {c.for_person_id for c in claimed if c.for_person_id is not None}
    ids |= {p for s in states for p in (s.responsible_id, s.leader_id) if p is not None}
    ids |= _ids(said, "responsible", "leader")
    units = {s.unit_id for s in states if s.unit_id is not None} | _ids(said, "unit")
    facts = directory.people_by_id(connection, ids)
    return Library(
        loaded,
        events,
        deliveries.addressees(connection, ids),
        {key: fact.code for key, fact in facts.items()},
        deliveries.unit_names(connection, units),
        deliveries.campaign_names(connection),
        _policies(connection, {one.policy_id for one in loaded.values()}),
        deliveries.submissions(connection, _appointed(events, claimed)),
        gathered_letters.gather(connection, many) if many else None,
    )


def _said(event: Told) -> dict[str, Any]:
    """What the event says; nothing when it cannot be read, which the letter itself runs into."""
    try:
        data = json.loads(event.data)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _ids(said: Iterable[dict[str, Any]], *fields: str) -> set[int]:
    values = (data.get(field) for data in said for field in fields)
    return {value for value in values if isinstance(value, int)}


def _appointed(events: dict[int, Told], claimed: Sequence[Claimed]) -> set[int]:
    return {
        c.item_id
        for c in claimed
        if c.item_id is not None and events[c.event_id or 0].kind == "appointed"
    }


def _policies(connection: Connection, ids: Iterable[int]) -> dict[int, Policy]:
    """The policies that can be read; a letter about an item under another one says so itself."""
    found = {}
    for policy_id in ids:
        try:
            found[policy_id] = policies.policy(connection, policy_id)
        except ValueError:
            log.exception("A policy cannot be read. %s", log_context("deliver", policy=policy_id))
    return found


def write(
    claimed: Claimed,
    library: Library,
    sender: str,
    rendered_at: datetime,
    templates: Overrides = None,
    extras: Extras = NO_EXTRAS,
) -> Envelope:
    """The delivery as a finished message; texts in ``templates`` stand before those of the house.

    ``extras`` are what else a mail may bring: links that do one thing, files.

    Raises:
        InputError: the sender's or the recipient's address is unusable.
    """
    if claimed.event_id is None:
        return _about_many(claimed, library, sender, rendered_at, templates)
    loaded, event = _item_and_event(claimed, library)
    code, title = library.campaigns[loaded.item.campaign_id]
    person = library.people[claimed.person_id]
    context = _context(claimed, library, language(person.lang), extras)
    domain = Letterhead(Mailbox(sender, title), code, title)
    if claimed.channel != MAIL:
        ident = message_id(event.hash, f"{claimed.person_id}.{claimed.channel}", claimed.kind,
                           domain.domain)  # fmt: skip
        return brief.envelope(ident, sender, claimed.channel, _brief(context, templates))
    mail = Mail(
        kind=claimed.kind,
        lang=context.lang,
        ref=loaded.item.ref,
        event_hash=event.hash,
        recipient_id=str(claimed.person_id),
        recipient=Mailbox(claimed.address, person.name),
        date=rendered_at,
        rendered=worded(context, templates),
        attachments=extras.attachments(claimed, loaded.item, event, context, domain.sender),
    )
    return build(domain, mail)


def _item_and_event(claimed: Claimed, library: Library) -> tuple[Loaded, Told]:
    return library.items[claimed.item_id or 0], library.events[claimed.event_id or 0]


def _about_many(
    claimed: Claimed, library: Library, sender: str, rendered_at: datetime, templates: Overrides
) -> Envelope:
    """A mail about many items, in no item's thread."""
    gathered = library.gathered
    assert gathered is not None
    code, title = gathered_letters.campaign(claimed, gathered)
    person = gathered.people[claimed.person_id]
    context = gathered_letters.context(claimed, gathered, language(person.lang))
    event_hash = gathered_letters.hash_of(claimed)
    rendered = worded(context, templates)
    head = Letterhead(Mailbox(sender, title), code, title)
    if claimed.channel != MAIL:
        ident = message_id(event_hash, f"{claimed.person_id}.{claimed.channel}", claimed.kind,
                           head.domain)  # fmt: skip
        return brief.envelope(ident, sender, claimed.channel, brief.of_rendered(rendered))
    mail = Mail(
        kind=claimed.kind,
        lang=context.lang,
        ref="",
        event_hash=event_hash,
        recipient_id=str(claimed.person_id),
        recipient=Mailbox(claimed.address, person.name),
        date=rendered_at,
        rendered=rendered,
    )
    return build(head, mail)


def language(spoken: str) -> str:
    """The language of ours that is nearest to a person's: ``en`` for ``en-GB``."""
    exact = [lang for lang in LANGUAGES if lang.lower() == spoken.lower()]
    akin = [lang for lang in LANGUAGES if lang[:2] == spoken[:2].lower()]
    return [*exact, *akin, *LANGUAGES][0]


def worded(context: Context, templates: Overrides) -> Rendered:
    """The notice in words. An office's own text that is unusable keeps nobody from hearing."""
    if templates is not None:
        try:
            return render(context, templates)
        except InputError as error:
            _tell_fault(error, templates)
    return render(context)


def _brief(context: NoticeContext, templates: Overrides) -> brief.Brief:
    """The same in a few words."""
    try:
        return brief.brief(context, templates)
    except InputError as error:
        _tell_fault(error, templates)
    return brief.brief(context)


def _tell_fault(error: InputError, templates: Overrides) -> None:
    log.error("A text of the house is used instead: %s", error)
    if isinstance(templates, Own):
        templates.faults.append(str(error))


def _context(claimed: Claimed, library: Library, lang: str, extras: Extras) -> NoticeContext:
    """What the letter may say. What happened is told as the event has it, for the item may have
    moved on since; what is to be done and what comes next, as the item stands."""
    loaded, event = _item_and_event(claimed, library)
    item = loaded.item
    policy = library.policies[loaded.policy_id]
    calendar = calendar_for(policy)
    data: dict[str, Any] = json.loads(event.data)
    seat = Seat(claimed.seat)
    due = _due(event.kind, data, item)
    level = int(data.get("level") or 0)
    expected = _expected(claimed, event, item)
    return NoticeContext(
        kind=claimed.kind,
        lang=lang,
        recipient_name=_name(library, claimed.person_id),
        recipient_role=claimed.seat,
        campaign_name=library.campaigns[item.campaign_id][1],
        ref=item.ref,
        title=item.title,
        confidential=item.confidential,
        stage=event.stage.value,
        unit_name=library.units.get(data.get("unit") or item.unit_id or 0, ""),
        responsible_name=_name(library, data.get("responsible", item.responsible_id)),
        leader_name=_name(library, data.get("leader", item.leader_id)),
        due=due,
        proposed_due=_proposed(claimed.kind, event.kind, data),
        until=_date(data.get("until") or (data.get("asked") if "hold" in claimed.kind else None)),
        days=_days(event, due, calendar),
        level=level,
        act_name=act_name(level, policy, lang),
        actor_name=_name(library, event.actor_id),
        reason=_reason(event.kind, data, library.submissions.get(item.id, "{}"), lang),
        outcome=str(data.get("outcome") or item.outcome or ""),
        round=item.round,
        next_step=_next_step(item, policy, calendar, lang),
        why=why_told(seat, str(data.get("step") or ""), lang),
        command_hint=_hint(expected, item, library.codes.get(claimed.person_id, "")),
        link=extras.link(claimed.person_id, item, expected),
        link_command=expected,
        url=extras.page(item.ref),
        on_behalf_of=_name(library, claimed.for_person_id),
        occurred_at=_local(event.at, calendar),
        late_by=_late(event, data, lang),
    )


def _due(kind: str, data: dict[str, Any], item: ItemState) -> date | None:
    """The deadline that the event has set, else the one in force."""
    told = data.get("from" if kind == "extension_requested" else "due")
    return _date(told) or item.due


def _proposed(kind: str, event: str, data: dict[str, Any]) -> date | None:
    """The deadline that was asked for, where that is what the notice is about."""
    if event == "extension_requested":
        return _date(data.get("due"))
    return _date(data.get("asked")) if kind.startswith("extension") else None


def _reason(kind: str, data: dict[str, Any], submission: str, lang: str) -> str:
    """Why it happened, in the words of whoever did it; for a verifier, what was said to be done."""
    if kind == "appointed":
        data = json.loads(submission)
    said = ("reason", "finding", "summary", "policy")
    found = next((str(data[field]) for field in said if data.get(field)), "")
    return in_words(found, lang) if kind in OWN_REASONS else found


def _expected(claimed: Claimed, event: Told, item: ItemState) -> str:
    """The command that the recipient is expected to give; empty when it can no longer be given,
    or when they only get the notice for somebody else, who alone may give it."""
    if claimed.for_person_id is not None:
        return ""
    command = todo(claimed.kind, Seat(claimed.seat))
    if command == "acknowledge" and command not in commands_in(event.stage):
        command = "submit"  # it counts as received by this very event, and is to be worked on
    return command if command in commands_in(item.stage) else ""


def _hint(command: str, item: ItemState, code: str) -> str:
    """The command as it is typed."""
    if not command:
        return ""
    needed = (
        f" --set {field.name}={field.name.upper()}"
        for field in fields(COMMANDS[command])
        if field.default is MISSING
    )
    return f"rectiflow act {item.ref} {command} --as {code}{''.join(needed)}"


def _name(library: Library, person_id: int | None) -> str:
    person = library.people.get(person_id or 0)
    return person.name if person else ""


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _days(event: Told, due: date | None, calendar: WorkCalendar) -> int | None:
    """Working days left (negative when overdue) at the event, while the clock runs for the unit."""
    if due is None or event.kind == "held" or event.stage not in _UNIT_WORKS:
        return None
    return calendar.between(calendar.day_of(event.at), due)


_UNIT_WORKS = (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER)


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
