"""Who signs a paper, and to whom it goes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from models import directory, papers
from rules.duties import is_independent
from rules.item import ItemState
from rules.policy_parts import Rung
from rules.seats import Seat
from rules.vocabulary import Role

_ROLES = {"coordinators": Role.COORDINATOR, "supervisors": Role.SUPERVISOR}


def signer_of_act(connection: Connection, item: ItemState, rung: Rung) -> int | None:
    """Who signs the act of a rung: the nearest above the unit in the office that the rung names.

    Not somebody of the unit itself: an act is a judgement. Where that office has nobody, the other
    one signs; where nobody is fit, the paper is signed by hand.
    """
    first = _ROLES[rung.signer]
    for role in (first, *(other for other in _ROLES.values() if other is not first)):
        held = papers.covering(connection, role, item.unit_path)
        facts = directory.people_by_id(connection, held)
        for person_id in held:
            if is_independent(facts[person_id], item):
                return person_id
    return None


def addressee_of_act(item: ItemState, rung: Rung) -> int | None:
    """Whom the act is addressed to: the first of the rung's seats that a person of the unit holds,
    by default the responsible person."""
    seats = {Seat.RESPONSIBLE: item.responsible_id, Seat.LEADER: item.leader_id}
    named = (seats[seat] for seat in rung.to if seats.get(seat))
    return next(named, item.responsible_id)


def copied(item: ItemState, addressee_id: int | None) -> Sequence[int]:
    """Who of the unit gets a copy: the leader, or the responsible person where the leader is
    addressed."""
    both = (item.leader_id, item.responsible_id if addressee_id == item.leader_id else None)
    return [one for one in both if one is not None and one != addressee_id]
