"""What the rules say to each item on which a draft's name gives way to another one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import items, policies
from rules.case import Case
from rules.commands import Reseat
from rules.decide import Decision, decide
from rules.errors import Refusal
from rules.item import SYSTEM, ItemState
from rules.vocabulary import Stage
from tasks.act import facts_for

Decided = list[tuple[ItemState, Decision]]
"""Items as they are, with what becomes of them."""


class Kept(NamedTuple):
    """An item that a rule keeps from naming somebody else, and why."""

    ref: str
    closed: bool
    refusal: Refusal


def decided_all(
    connection: Connection, refs: Sequence[str], command: Reseat, now: datetime
) -> tuple[Decided, list[Kept]]:
    """What becomes of each item that names the draft."""
    facts = facts_for(connection, command)
    decided: Decided = []
    kept: list[Kept] = []
    for ref in refs:
        loaded = items.by_ref(connection, ref)
        assert loaded is not None, "an item is never removed"
        policy = policies.policy(connection, loaded.policy_id)
        case = Case(loaded.item, command, SYSTEM, now, policy, calendar_for(policy), facts)
        found = decide(case)
        if isinstance(found, Refusal):
            kept.append(Kept(ref, loaded.item.stage is Stage.CLOSED, found))
        else:
            decided.append((loaded.item, found))
    return decided, kept
