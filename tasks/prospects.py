"""What somebody may do with an item now, and why not the rest: for commands and the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from models.items import Loaded
from rules.commands import COMMANDS, SYSTEM_COMMANDS, Register
from rules.errors import Refusal
from rules.item import PersonFact
from rules.lifecycle import PERMITTED
from rules.prospect import blank, obstacle, required
from tasks.act import case_for


class Prospect(NamedTuple):
    """One command, whether it is open to the person now, and what it takes."""

    command: str
    refusal: Refusal | None
    leads_to: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]


def prospects(
    connection: Connection, loaded: Loaded, person: str | PersonFact, now: datetime
) -> Iterator[Prospect]:
    """Every command that a person can give on an item, in the order of their table.

    Raises:
        NotFound: there is no such person.
    """
    for kind in COMMANDS.values():
        if kind is Register or kind.name in SYSTEM_COMMANDS:
            continue
        case = case_for(connection, loaded, blank(kind), person, now)
        row = PERMITTED.get((case.item.stage, kind.name))
        goals = tuple(stage.value for stage in row.to) if row else ()
        needed = required(kind, row)
        others = tuple(each.name for each in fields(kind) if each.name not in needed)
        yield Prospect(kind.name, obstacle(case), goals, needed, others)


def document(prospect: Prospect) -> dict[str, Any]:
    """The prospect as programs read it."""
    refusal = prospect.refusal
    return {
        "command": prospect.command,
        "possible": refusal is None,
        "leads_to": list(prospect.leads_to),
        "required": list(prospect.required),
        "optional": list(prospect.optional),
        "refusal": refusal
        and {"rule": refusal.rule, "message": refusal.reason, "hint": refusal.remedy},
    }
