"""A unit that is closed (撤并、停用) takes nothing new on. Pure.

It stays in histories, figures and filters; no item is assigned to it or reopened in it, nobody
comes to belong to it or to hold a role over it, and no unit is put below it.
"""

from __future__ import annotations

from rules.case import Case
from rules.errors import Refusal, Refused


def closed_unit(code: str) -> Refusal:
    """Why a closed unit is named in vain."""
    return Refusal(
        "RequireOpenUnit",
        f"The unit {code} is closed.",
        "Name the unit that has taken over from it, or have an administrator open it again.",
    )


def require_open(code: str, closed: bool) -> None:
    """See that a unit takes something new on.

    Raises:
        Refused: it is closed.
    """
    if closed:
        raise Refused(closed_unit(code))


def require_open_units(case: Case) -> Refusal | None:
    """No item comes to lie with a unit that is closed."""
    return closed_unit(case.facts.closed[0]) if case.facts.closed else None
