"""The checklist for striking off: what a supervisor has looked at, line by line.

A policy without a checklist asks for none; what is ticked stands in the history.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.case import Case
from rules.errors import Refusal
from rules.policy import Check, Policy


def checked_lines(policy: Policy, words: Iterable[str]) -> tuple[Check, ...]:
    """The lines of the policy's checklist that are meant, by code or wording, in its order."""
    given = {word.strip() for word in words}
    return tuple(line for line in policy.closure_checklist if given & {line.code, line.zh, line.en})


def require_checklist(case: Case) -> Refusal | None:
    """An item is struck off when every line of the checklist has been looked at."""
    lines = case.policy.closure_checklist
    ticked = checked_lines(case.policy, getattr(case.command, "checked", ()))
    missing = [line.en for line in lines if line not in ticked]
    if not missing:
        return None
    codes = ", ".join(line.code for line in lines)
    return Refusal(
        "RequireChecklist",
        f"Not everything on the checklist has been looked at: {'; '.join(missing)}.",
        f"Give checked= with: {codes}.",
    )
