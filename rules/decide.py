"""The core: an item, a command, a moment, and what comes of it. Pure.

``decide`` never raises for a rule that says no: it returns the :class:`Refusal`. The shell
(``tasks.act``) carries a :class:`Decision` out in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from rules.agenda import upcoming
from rules.case import Case
from rules.commands import SYSTEM_COMMANDS
from rules.deadlines import shades
from rules.duties import in_words, relations
from rules.effects import EFFECTS
from rules.errors import Refusal
from rules.events import PAST, Event
from rules.item import ItemState
from rules.lifecycle import PERMITTED, Row, commands_in
from rules.policy import Policy
from rules.vocabulary import Stage, name
from rules.workdays import WorkCalendar


class Decision(NamedTuple):
    """What an accepted command does: the item as it will be, the event, the derived clock, and
    texts of the item that no rule reads."""

    item: ItemState
    event: Event
    next_action_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    texts: Mapping[str, Any] = {}


def decide(case: Case) -> Decision | Refusal:
    """What comes of the command, or why it is refused."""
    row = PERMITTED.get((case.item.stage, case.command.name))
    if row is None:
        return _not_in_table(case)
    refusal = _refused_by_rule(case, row)
    if refusal is not None:
        return refusal
    effect = EFFECTS[case.command.name](case)
    item = _moved(case, row, effect.changes)
    event = Event(PAST[case.command.name], effect.data, effect.step_key)
    rules, days = case.policy, case.calendar
    if effect.under is not None:
        rules, days = effect.under.policy, effect.under.calendar
    step = case.due.following if effect.follows_plan and case.due else upcoming(item, rules, days)
    at = None if step is None else step.at
    return Decision(item, event, at, *shades(item, rules, days), effect.texts)


class Plan(NamedTuple):
    """The instants derived from an item: its next step, and when its light changes."""

    next_action_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None


def plan(item: ItemState, policy: Policy, calendar: WorkCalendar) -> Plan:
    """The derived instants of an item as it stands."""
    step = upcoming(item, policy, calendar)
    return Plan(step.at if step else None, *shades(item, policy, calendar))


def decided(item: ItemState, event: Event, policy: Policy, calendar: WorkCalendar) -> Decision:
    """The decision that leads to ``item``, with its next instant and lights worked out."""
    return Decision(item, event, *plan(item, policy, calendar))


def refusal_for(case: Case) -> Refusal | None:
    """Why the command would be refused now, or None. What a screen shows beside a grey button."""
    row = PERMITTED.get((case.item.stage, case.command.name))
    return _not_in_table(case) if row is None else _refused_by_rule(case, row)


def _not_in_table(case: Case) -> Refusal:
    stage = case.item.stage
    usable = ", ".join(sorted(set(commands_in(stage)) - SYSTEM_COMMANDS))
    return Refusal(
        "FollowTheLifecycle",
        f"{case.item.ref} is in {name(stage, 'en').lower()}: no {case.command.name} there.",
        f"Possible: {usable}.",
    )


def _refused_by_rule(case: Case, row: Row) -> Refusal | None:
    held = relations(case.actor, case.item)
    if held not in row.who and not any(relation in held for relation in row.who):
        return Refusal(
            "HoldTheDuty",
            f"{case.actor.code} may not {case.command.name} {case.item.ref}.",
            f"It takes {in_words(row.who)}.",
        )
    for guard in row.guards:
        refusal = guard(case)
        if refusal is not None:
            return refusal
    return None


def _moved(case: Case, row: Row, changes: Mapping[str, Any]) -> ItemState:
    """The item after the command, in the stage the table allows, with its counters moved on."""
    old = case.item
    stage: Stage = changes.get("stage", row.to[0])
    if stage not in row.to:
        raise AssertionError(f"{row.command} may not lead from {row.stage} to {stage}")
    new = {**changes, "stage": stage, "version": old.version + 1}
    if stage is not old.stage:
        new["stage_since"] = case.now
        if stage is Stage.CLOSED:
            new["closed_at"] = case.now
    climbed = changes.get("level", old.level) > old.level
    if stage is not old.stage or climbed or row.command == "assign":
        new["moves"] = old.moves + 1
    values = list(old)
    for field, value in new.items():
        values[_PLACES[field]] = value
    return ItemState._make(values)


_PLACES = {field: place for place, field in enumerate(ItemState._fields)}
