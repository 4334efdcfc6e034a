"""My work: what somebody must do, approve and watch, what hurts first, why and by when.

What an item is to a person is said by ``rules.digest``, as in their daily digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import items, mywork, policies, views
from models.items import Loaded
from models.views import ItemView
from rules.agenda import Step, upcoming
from rules.digest import Part, places
from rules.duties import covers, is_independent, only_helps
from rules.item import ItemState, PersonFact
from rules.policy import Policy
from rules.vocabulary import Light, Role, Stage
from rules.workdays import WorkCalendar

MOST = 60
"""Items of one kind that are looked at; nobody works through more on one page."""
SHOWN = 50

AT_WORK = (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER)
"""Where the deadline still runs; what has been submitted is late no further."""

HELPING = "helping"
"""Why an item is watched with which one's unit helps."""

_LIGHTS = {Light.RED: 0, Light.YELLOW: 1, Light.GREEN: 2}


class Task(NamedTuple):
    """One item as somebody's business."""

    view: ItemView
    todo: str
    """The command that is expected of them; empty where there is nothing but to watch."""
    why: str
    """For what reason it stands here: a key of the page's words."""
    days: int | None
    """Working days until the deadline, below zero when it has passed; None without one, while the
    clock is stopped, or once the work has been submitted."""
    step: Step | None
    """What happens by itself if nobody acts."""
    policy: Policy
    zone: str


class Desk(NamedTuple):
    """Everything on one person's desk."""

    parts: Mapping[Part, tuple[Task, ...]]
    more: frozenset[Part]
    """Of which parts there is more than is shown."""


def desk_of(connection: Connection, person: PersonFact, now: datetime) -> Desk:
    """What the person must do, approve and watch at ``now``, the most pressing first."""
    loaded = items.by_ids(connection, mywork.candidates(connection, person, MOST))
    part_of = {one.item.id: part for one in loaded if (part := _part(person, one.item))}
    mine = [one for one in loaded if one.item.id in part_of]
    shown = views.views(connection, [one.item.id for one in mine], now)
    known: dict[int, tuple[Policy, WorkCalendar]] = {}
    found: dict[Part, list[Task]] = {part: [] for part in Part}
    for one, view in zip(mine, shown, strict=True):
        if one.policy_id not in known:
            policy = policies.policy(connection, one.policy_id)
            known[one.policy_id] = policy, calendar_for(policy)
        part = part_of[one.item.id]
        found[part].append(_task(person, part, one, view, known[one.policy_id], now))
    ordered = {part: tuple(sorted(tasks, key=_pressing)) for part, tasks in found.items()}
    more = frozenset(part for part, tasks in ordered.items() if len(tasks) > SHOWN)
    return Desk({part: tasks[:SHOWN] for part, tasks in ordered.items()}, more)


def _part(person: PersonFact, item: ItemState) -> Part | None:
    """What the item is to this person."""

    def office(role: Role, judging: bool) -> list[int]:
        fit = covers(person, role, item)
        if judging:
            fit = fit and is_independent(person, item) and person.id != item.passed_by
        return [person.id] if fit else []

    if _to_be_assigned(item) and covers(person, Role.COORDINATOR, item):
        return Part.DO
    named = (one.part for one in places(item, office) if one.person_id == person.id)
    return next(named, Part.WATCH if _is_helped(person, item) else None)


def _is_helped(person: PersonFact, item: ItemState) -> bool:
    return not item.confidential and only_helps(person, item)


def _to_be_assigned(item: ItemState) -> bool:
    return item.stage is Stage.ASSIGNMENT and item.responsible_id is None and not item.on_hold


def _task(
    person: PersonFact,
    part: Part,
    loaded: Loaded,
    view: ItemView,
    under: tuple[Policy, WorkCalendar],
    now: datetime,
) -> Task:
    item, (policy, calendar) = loaded.item, under
    days = None
    if item.due is not None and not item.on_hold and item.stage in AT_WORK:
        days = calendar.between(calendar.day_of(now), item.due)
    todo, why = _expected(person, part, item)
    step = upcoming(item, policy, calendar)
    return Task(view, todo, why, days, step, policy, policy.zone)


def _expected(person: PersonFact, part: Part, item: ItemState) -> tuple[str, str]:
    """The command that is expected, and the word for why."""
    if part is Part.APPROVE:
        if item.stage is Stage.CLOSURE:
            return "approve", "approve"
        return ("grant_extension", "extension") if item.extension_due else ("hold", "hold")
    if part is Part.DO:
        match item.stage:
            case Stage.INTAKE:
                return "accept", "accept"
            case Stage.ASSIGNMENT:
                return ("assign", "assign") if item.responsible_id is None else (
                    "acknowledge", "acknowledge")  # fmt: skip
            case Stage.VERIFICATION:
                return (
                    ("pass", "verify") if item.verifier_id == person.id else ("appoint", "appoint")
                )
        return "submit", "overdue" if item.stage is Stage.REMINDER else "submit"
    if person.id == item.leader_id:
        return "", "leader"
    if person.id == item.responsible_id:
        return "", "held" if item.on_hold else "waiting"
    return "", HELPING if _is_helped(person, item) else "chased"


def _pressing(task: Task) -> tuple[bool, int, int, date, int, str]:
    """Red before yellow before green, the highest rung first, then the earliest deadline; what
    only a co-unit has to do with comes behind it."""
    light = _LIGHTS[Light(task.view.light)] if task.view.light else len(_LIGHTS)
    view = task.view
    helped = task.why == HELPING
    return helped, light, -view.level, view.due or date.max, task.days or 0, view.ref
