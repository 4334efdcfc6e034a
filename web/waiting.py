"""How many decisions wait for the reader: the number beside the navigation's entry."""

from __future__ import annotations

from fastapi import Request

from models.engine import reading
from rules.item import PersonFact
from rules.vocabulary import Role
from tasks import approvals
from tasks.office import Office
from web.viewer import Viewer

DECIDERS = frozenset({Role.SUPERVISOR, Role.COORDINATOR, Role.VERIFIER})
"""Only for people with one of these roles anything waits."""


def decides(viewer: Viewer) -> bool:
    """Whether the reader decides on anything."""
    return any(role in DECIDERS for role, _ in viewer.person.roles)


def as_what(person: PersonFact) -> str:
    """What the person does with what waits: the ending of the keys of the words that tell it.

    Empty for whoever approves, ``.verify`` for whoever only verifies, ``.both`` for both.
    """
    held = DECIDERS & {role for role, _ in person.roles}
    if Role.VERIFIER not in held:
        return ""
    return ".verify" if len(held) == 1 else ".both"


def waiting(request: Request, viewer: Viewer) -> str:
    """How many items wait for the reader's decision; empty for none, ``99+`` for a hundred."""
    office: Office = request.app.state.office
    with reading(office.engine) as connection:
        found = approvals.count(connection, viewer.person, office.clock.now())
    return f"{approvals.CAP - 1}+" if found >= approvals.CAP else str(found or "")
