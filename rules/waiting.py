"""What of an item waits for one person's decision, and in what order things that wait hurt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from rules.case import Case
from rules.commands import COMMANDS
from rules.item import Facts, ItemState, PersonFact
from rules.policy import Policy
from rules.prospect import blank, obstacle
from rules.vocabulary import Stage
from rules.workdays import WorkCalendar


class Matter(StrEnum):
    """What is to be decided."""

    CLOSURE = "closure"
    EXTENSION = "extension"
    HOLD = "hold"
    VERIFICATION = "verification"


ANSWERS: Mapping[Matter, tuple[str, str]] = {
    Matter.CLOSURE: ("approve", "deny"),
    Matter.EXTENSION: ("grant_extension", "refuse_extension"),
    Matter.HOLD: ("hold", "refuse_hold"),
    Matter.VERIFICATION: ("pass", "fail"),
}
"""The commands that say yes and no."""


def matters_of(item: ItemState) -> tuple[Matter, ...]:
    """What of the item is to be decided by somebody."""
    found = {
        Matter.CLOSURE: item.stage is Stage.CLOSURE,
        Matter.EXTENSION: item.extension_due is not None,
        Matter.HOLD: item.hold_asked_until is not None,
        Matter.VERIFICATION: item.stage is Stage.VERIFICATION and item.verifier_id is not None,
    }
    return tuple(matter for matter, there in found.items() if there)


def waiting_for(
    item: ItemState, person: PersonFact, now: datetime, policy: Policy, calendar: WorkCalendar
) -> tuple[Matter, ...]:
    """What of the item this person may decide now, as the rules have it."""

    def open_to_them(command: str) -> bool:
        asked = blank(COMMANDS[command])
        return obstacle(Case(item, asked, person, now, policy, calendar, Facts())) is None

    return tuple(matter for matter in matters_of(item) if any(map(open_to_them, ANSWERS[matter])))


def since(item: ItemState, matter: Matter) -> datetime:
    """Since when the matter waits."""
    asked = {Matter.EXTENSION: item.extension_at, Matter.HOLD: item.hold_asked_at}
    return asked.get(matter) or item.stage_since
