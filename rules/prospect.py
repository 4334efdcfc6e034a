"""What somebody may do with an item now, before a word of it is typed: what screens are made of.

A command that is open here can still be refused for its fields; one that is not open is refused
however it is worded.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from rules import approval as ap
from rules import guards as g
from rules import ladder_guards as lg
from rules import time_guards as tg
from rules.case import Case
from rules.commands import Command
from rules.decide import refusal_for
from rules.duties import relations
from rules.errors import Refusal
from rules.lifecycle import PERMITTED, Row

ABOUT_WHAT_IS_TYPED = frozenset(
    {
        g.require_reason,
        g.require_known_category,
        g.require_open_merge_target,
        g.require_responsible_in_unit,
        g.require_digest,
        g.require_independent_verifier,
        g.forbid_waiving_for_oneself,
        tg.limit_hold,
        tg.require_listed_reason,
        tg.require_reason_or_request,
        lg.limit_stay,
        lg.require_minutes,
        ap.require_checklist,
    }
)
"""Guards that judge the fields of a command: nobody can tell before something is typed."""


def blank(kind: type[Command]) -> Command:
    """The command with nothing typed yet; guards take an empty field for one not given."""
    empty: dict[str, Any] = {each.name: None for each in fields(kind) if each.default is MISSING}
    return kind(**empty)


def obstacle(case: Case) -> Refusal | None:
    """What stands against the command whatever its fields say."""
    row = PERMITTED.get((case.item.stage, case.command.name))
    if row is None or not any(each in relations(case.actor, case.item) for each in row.who):
        return refusal_for(case)
    judged = (guard(case) for guard in row.guards if guard not in ABOUT_WHAT_IS_TYPED)
    return next((refusal for refusal in judged if refusal is not None), None)


def required(kind: type[Command], row: Row | None) -> tuple[str, ...]:
    """The fields without which the command is refused, by its form or by a rule."""
    reasoned = row is not None and bool(_REASONED.intersection(row.guards))
    return tuple(
        each.name
        for each in fields(kind)
        if each.default is MISSING or (reasoned and each.name == "reason")
    )


_REASONED = frozenset({g.require_reason, tg.require_listed_reason})
