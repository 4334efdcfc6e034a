"""Mails about many items in words: what a bundle carries, and the question of a stop.

Every notice that a bundle carries is named, under what it is and why the person hears of it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import carried, deliveries, directory, items, policies, stops
from models.carried import Part
from models.deliveries import Addressee, Claimed
from models.items import Loaded
from models.stops import Stop
from notifications.context import NextStep
from notifications.gathered import GatheredContext, Line, Section
from rules.agenda import upcoming
from rules.notice_names import URGENCY, kind_name
from rules.notices import Seat
from rules.policy import Policy
from rules.vocabulary import Stage
from rules.worded import worded
from rules.wording import step_sentence, why_told
from rules.workdays import WorkCalendar

BUNDLE, CAP = "bundle", "cap_reached"

_BUNDLED = {
    "zh-CN": "同时有{n}项通知要发给您：为免打扰，按规则合并为一封，各项的规则见上。",
    "en": "{n} notices for you had come together, and the rules make one mail of them; the rule "
    "of each stands above it.",
}
_ASKED = {
    "zh-CN": "您是最上级整改办的联系人；规则：一次发送超过上限时暂停并请您决定。",
    "en": "you coordinate at the top; the rule: a run that would send more than the cap stops "
    "and asks.",
}


class Gathered(NamedTuple):
    """Everything that a batch of these mails refers to, read at once."""

    parts: Mapping[int, Sequence[Part]]
    people: Mapping[int, Addressee]
    codes: Mapping[int, str]
    campaigns: Mapping[int, tuple[str, str]]
    policies: Mapping[int, Policy]
    first: Mapping[int, Loaded]
    """By delivery, the item to which something happens first."""
    stop: Stop | None


def gather(connection: Connection, claimed: Sequence[Claimed]) -> Gathered:
    """What these deliveries refer to."""
    found = carried.parts(connection, (one.id for one in claimed if one.kind == BUNDLE))
    everything = [part for parts in found.values() for part in parts]
    people = {one.person_id for one in claimed} | {part.for_person_id or 0 for part in everything}
    asked = {one.person_id for one in claimed if one.kind == CAP}
    facts = directory.people_by_id(connection, asked)
    return Gathered(
        found,
        deliveries.addressees(connection, people),
        {key: fact.code for key, fact in facts.items()},
        deliveries.campaign_names(connection),
        _policies(connection, {part.policy_id for part in everything}),
        _first(connection, found),
        stops.current(connection) if asked else None,
    )


def _policies(connection: Connection, ids: Iterable[int]) -> dict[int, Policy]:
    return {policy_id: policies.policy(connection, policy_id) for policy_id in ids}


def _first(connection: Connection, parts: Mapping[int, Sequence[Part]]) -> dict[int, Loaded]:
    """For each bundle the item whose next step comes first."""
    wanted: dict[int, int] = {}
    for key, some in parts.items():
        dated = [(one.next_action_at, one.item_id) for one in some if one.next_action_at]
        if dated:
            wanted[key] = min(dated)[1]
    loaded = {one.item.id: one for one in items.by_ids(connection, set(wanted.values()))}
    return {key: loaded[item_id] for key, item_id in wanted.items()}


def context(one: Claimed, library: Gathered, lang: str) -> GatheredContext:
    """What the mail may say.

    Raises:
        LookupError: the delivery carries nothing.
    """
    return _question(one, library, lang) if one.kind == CAP else _bundle(one, library, lang)


def campaign(one: Claimed, library: Gathered) -> tuple[str, str]:
    """Code and title of the campaign in whose name the mail is written."""
    parts = library.parts.get(one.id)
    if parts:
        return library.campaigns[parts[0].campaign_id]
    return next(iter(library.campaigns.values()))


def hash_of(one: Claimed) -> str:
    """What is the same each time that the same mail is made."""
    return hashlib.sha256(one.occasion.encode()).hexdigest()


def _bundle(one: Claimed, library: Gathered, lang: str) -> GatheredContext:
    parts = library.parts[one.id]
    return GatheredContext(
        kind=one.kind,
        lang=lang,
        recipient_name=library.people[one.person_id].name,
        campaign_name=campaign(one, library)[1],
        total=len(parts),
        sections=sections(parts, library.policies, library.people, lang),
        why=_BUNDLED[lang].format(n=len(parts)),
        next_step=_next_step(library.first.get(one.id), library.policies, lang),
    )


def sections(
    parts: Sequence[Part],
    known: Mapping[int, Policy],
    people: Mapping[int, Addressee],
    lang: str,
) -> tuple[Section, ...]:
    """The notices under what they are and why they come, the most urgent first."""
    groups: dict[tuple[str, str, str], list[Part]] = defaultdict(list)
    for part in parts:
        step = str(_said(part).get("step") or "") if part.event == "step_fired" else ""
        groups[part.kind, part.seat, step].append(part)
    found = []
    for kind, seat, step in sorted(groups, key=lambda key: (URGENCY.get(key[0], 99), key)):
        lines = [_line(part, known[part.policy_id], people) for part in groups[kind, seat, step]]
        lines.sort(key=lambda line: (line.due or date.max, line.ref))
        why = why_told(Seat(seat), step, lang)
        found.append(Section(heading=kind_name(kind, lang), lines=tuple(lines), why=why))
    return tuple(found)


def _line(part: Part, policy: Policy, people: Mapping[int, Addressee]) -> Line:
    calendar = calendar_for(policy)
    said = _said(part)
    told = said.get("from" if part.event == "extension_requested" else "due")
    due = date.fromisoformat(told) if isinstance(told, str) else part.due
    away = people.get(part.for_person_id or 0)
    return Line(
        ref=part.ref,
        title=part.title,
        confidential=part.confidential,
        unit_name=part.unit_name or "",
        due=due,
        days=_days(part, due, calendar),
        next_at=local(part.next_action_at, calendar) if part.next_action_at else "",
        on_behalf_of=away.name if away else "",
    )


def _said(part: Part) -> dict[str, Any]:
    try:
        data = json.loads(part.data)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _days(part: Part, due: date | None, calendar: WorkCalendar) -> int | None:
    """Working days left at the event, while the clock runs for the unit."""
    if due is None or part.event == "held" or part.stage not in _UNIT_WORKS:
        return None
    return calendar.between(calendar.day_of(part.at), due)


_UNIT_WORKS = (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER)


def _next_step(loaded: Loaded | None, known: Mapping[int, Policy], lang: str) -> NextStep | None:
    """What happens first if nobody acts, and to which item."""
    if loaded is None or loaded.policy_id not in known:
        return None
    policy = known[loaded.policy_id]
    calendar = calendar_for(policy)
    step = upcoming(loaded.item, policy, calendar)
    if step is None:
        return None
    return NextStep(
        local(step.at, calendar), f"{loaded.item.ref} {step_sentence(step, policy, lang)}"
    )


def local(instant: datetime, calendar: WorkCalendar) -> str:
    """The instant as people read it, in the campaign's zone."""
    return instant.astimezone(calendar.zone).strftime("%Y-%m-%d %H:%M")


def _question(one: Claimed, library: Gathered, lang: str) -> GatheredContext:
    stop = library.stop
    code = library.codes.get(one.person_id, "")
    return GatheredContext(
        kind=one.kind,
        lang=lang,
        recipient_name=library.people[one.person_id].name,
        campaign_name=campaign(one, library)[1],
        total=stop.mails if stop else 0,
        why=_ASKED[lang],
        reason=worded(stop.reason, lang) if stop else "",
        command_hint=f"rectiflow mail release --as {code}",
    )
