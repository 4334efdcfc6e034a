"""Where does somebody begin? Each kind of user has a page that the day begins with."""

from __future__ import annotations

from collections.abc import Mapping

from rules.item import PersonFact
from rules.vocabulary import Role

FRONT: Mapping[Role, str] = {
    Role.COORDINATOR: "/board",
    Role.SUPERVISOR: "/approvals",
    Role.VERIFIER: "/approvals",
    Role.LEADER: "/overview",
    Role.AUDITOR: "/overview",
    Role.VIEWER: "/overview",
}
"""The page of a role; of several roles the first one here leads."""

USUAL = "/mine"
"""Everybody else's: what they themselves have to do."""


def front_of(person: PersonFact) -> str:
    """The page that this person begins with."""
    held = {role for role, _ in person.roles}
    return next((page for role, page in FRONT.items() if role in held), USUAL)
