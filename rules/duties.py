"""Who may give which command: a person's relations to an item.

The lifecycle table names the relations that suffice for a command; here it is decided whether a
person stands in them. Separation of duties is a guard (``rules.guards``), so that it holds even
for a person whose role would suffice.
"""

from __future__ import annotations

from enum import Flag, auto

from rules.item import SYSTEM, ItemState, PersonFact, within
from rules.vocabulary import Role


class Relation(Flag):
    """What a person is to an item."""

    COORDINATOR = auto()
    SUPERVISOR = auto()
    VERIFIER = auto()
    RESPONSIBLE = auto()
    LEADER = auto()
    SYSTEM = auto()
    INVOLVED = auto()
    """Named on it, or a role over its unit, but for those that are for reading."""
    HELPER = auto()
    """A role over one of its co-units that is not over its unit as well, nor for reading."""
    ANYONE = auto()
    """Named on it, or any role over its unit or a co-unit: whoever may see it."""


_WORDS = {
    Relation.COORDINATOR: "a coordinator over its unit",
    Relation.SUPERVISOR: "a supervisor over its unit",
    Relation.VERIFIER: "its verifier",
    Relation.RESPONSIBLE: "its responsible person",
    Relation.LEADER: "its leader",
    Relation.SYSTEM: "the program itself",
    Relation.INVOLVED: "somebody who works on it",
    Relation.HELPER: "somebody of a co-unit",
    Relation.ANYONE: "somebody who may see it",
}


def in_words(relations: frozenset[Relation]) -> str:
    """The relations as a phrase: "a coordinator over its unit or its leader"."""
    return " or ".join(_WORDS[relation] for relation in Relation if relation in relations)


def covers(person: PersonFact, role: Role, item: ItemState) -> bool:
    """Whether the person holds ``role`` over the item's unit; over all items that have none yet."""
    return any(
        held is role and (item.unit_path is None or within(item.unit_path, path))
        for held, path in person.roles
    )


def _helps(person: PersonFact, role: Role, item: ItemState) -> bool:
    """Whether the person holds ``role`` over a co-unit, and not over the item's unit as well."""
    units = item.co_unit_paths if item.unit_path is not None else ()
    return any(
        held is role and within(unit, path) and not within(item.unit_path, path)
        for held, path in person.roles
        for unit in units
    )


def relations(person: PersonFact, item: ItemState) -> Relation:
    """Every relation in which ``person`` stands to ``item``."""
    if person is SYSTEM:
        return Relation.SYSTEM
    found = Relation(0)
    if not person.active:
        return found
    for seat, relation in (
        (item.responsible_id, Relation.RESPONSIBLE),
        (item.leader_id, Relation.LEADER),
        (item.verifier_id, Relation.VERIFIER),
    ):
        if person.id == seat:
            found |= relation | Relation.INVOLVED | Relation.ANYONE
    for role in Role:
        works = Relation(0) if role in READING_ROLES else Relation.INVOLVED
        if covers(person, role, item):
            found |= _BY_ROLE.get(role, Relation(0)) | works | Relation.ANYONE
        if _helps(person, role, item):
            found |= (Relation.HELPER if works else Relation(0)) | Relation.ANYONE
    if item.verifier_id is None and covers(person, Role.VERIFIER, item):
        found |= Relation.VERIFIER
    return found


def only_helps(person: PersonFact, item: ItemState) -> bool:
    """Whether the person has to do with the item by a co-unit alone."""
    found = relations(person, item)
    return Relation.HELPER in found and Relation.INVOLVED not in found


READING_ROLES = frozenset({Role.VIEWER, Role.AUDITOR})
"""Those that only look: they neither say nor attach anything."""

OFFICE_ROLES = frozenset({Role.COORDINATOR, Role.SUPERVISOR})
"""Those that steer: they see what is confidential, and who complained."""

_BY_ROLE = {Role.COORDINATOR: Relation.COORDINATOR, Role.SUPERVISOR: Relation.SUPERVISOR}


def may_register(person: PersonFact) -> bool:
    """Whether the person may enter findings as items: a coordinator, whatever the unit."""
    return person.active and any(role is Role.COORDINATOR for role, _ in person.roles)


def may_coordinate(person: PersonFact, unit_path: str) -> bool:
    """Whether the unit at this path is the person's to coordinate, or the program's."""
    if person is SYSTEM:
        return True
    held = (path for role, path in person.roles if role is Role.COORDINATOR)
    return person.active and any(within(unit_path, path) for path in held)


def sits_in_responsible_unit(person: PersonFact, item: ItemState) -> bool:
    """Whether the person belongs to the lead unit, a co-unit, or anything below one of them."""
    places = (person.unit_path, *(path for _, path in person.roles))
    units = (item.unit_path, *item.co_unit_paths)
    return any(within(place, unit) for place in places for unit in units)


def is_independent(person: PersonFact, item: ItemState) -> bool:
    """Whether the person may judge the item: verify, approve, grant, stop its clock, end it.

    The responsible person and the leader never may. Somebody from the responsible unit's subtree
    may only if a supervisor has exempted them for this round, which stands in the history.
    """
    if person.id in (item.responsible_id, item.leader_id):
        return False
    return person.id == item.waived or not sits_in_responsible_unit(person, item)


def may_see(person: PersonFact, item: ItemState) -> bool:
    """Whether the person may read the item at all.

    A confidential item is for those named on it and for the office that steers it, which a co-unit
    does not.
    """
    found = relations(person, item)
    if not item.confidential:
        return Relation.ANYONE in found or Relation.SYSTEM in found
    office = Relation.COORDINATOR | Relation.SUPERVISOR | Relation.SYSTEM
    named = person.active and person.id in (item.responsible_id, item.leader_id, item.verifier_id)
    return named or bool(found & office)


def may_see_complainant(person: PersonFact, item: ItemState) -> bool:
    """Whether the person may know who complained: the office over the item's unit, and nobody
    whom the complaint may be about."""
    if not person.active or person.id in (item.responsible_id, item.leader_id):
        return False
    steers = any(covers(person, role, item) for role in OFFICE_ROLES)
    return steers and not sits_in_responsible_unit(person, item)
