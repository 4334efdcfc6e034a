"""Whose turn is it? What an open item is to the people around it, for their daily digests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from rules.item import ItemState
from rules.vocabulary import Role, Stage


class Part(StrEnum):
    """What somebody has to do with an item, the most pressing first."""

    DO = "do"
    APPROVE = "approve"
    WATCH = "watch"


PART_NAMES: dict[Part, tuple[str, str]] = {
    Part.DO: ("我须办理", "I must do"),
    Part.APPROVE: ("待我审批", "I must approve"),
    Part.WATCH: ("我须关注", "I watch"),
}
PART_REASONS: dict[Part, tuple[str, str]] = {
    Part.DO: (
        "由您负责整改、核查或者立项、指定核查人的事项。",
        "Items that you put right, verify, accept, or name a verifier for.",
    ),
    Part.APPROVE: (
        "等待您审批销号、延期或者暂缓的事项。",
        "Items whose closure, extension or hold waits for your decision.",
    ),
    Part.WATCH: (
        "由您包案、督促，或者等待他人办理的事项。",
        "Items that you lead or chase, or that wait for somebody else.",
    ),
}

_WORK = (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER)

Office = Callable[[Role, bool], list[int]]
"""Who holds an office over the item; only the independent when asked for."""


class Place(NamedTuple):
    """One item in one person's digest."""

    person_id: int
    part: Part


def places(item: ItemState, office: Office) -> Iterator[Place]:
    """Everybody in whose digest the item stands, and where; once, where it presses most."""
    seen: set[int] = set()
    for person_id, part in _all(item, office):
        if person_id is not None and person_id not in seen:
            seen.add(person_id)
            yield Place(person_id, part)


def _all(item: ItemState, office: Office) -> Iterator[tuple[int | None, Part]]:
    works = item.stage in _WORK and not item.on_hold
    if works:
        yield item.responsible_id, Part.DO
    if item.stage is Stage.VERIFICATION and item.verifier_id is not None:
        yield item.verifier_id, Part.DO
    elif item.stage in (Stage.INTAKE, Stage.VERIFICATION):
        yield from ((one, Part.DO) for one in office(Role.COORDINATOR, False))
    if item.stage is Stage.CLOSURE:
        deciders = office(Role.SUPERVISOR, True) or office(Role.COORDINATOR, False)
        yield from ((one, Part.APPROVE) for one in deciders)
    if item.extension_due is not None or item.hold_asked_until is not None:
        for role in (Role.COORDINATOR, Role.SUPERVISOR):
            yield from ((one, Part.APPROVE) for one in office(role, True))
    yield item.leader_id, Part.WATCH
    yield item.responsible_id, Part.WATCH
    if item.stage is Stage.REMINDER:
        yield from ((one, Part.WATCH) for one in office(Role.COORDINATOR, False))


def urgency(item: ItemState) -> tuple[date, int, str]:
    """The most urgent sorts first: the earliest deadline, then the highest rung."""
    return item.due or date.max, -item.level, item.ref
