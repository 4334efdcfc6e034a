"""One command on many items: what would become of each, and then the deed, item by item.

The preview asks the same rules as the deed and writes nothing. The deed is one transaction an
item, on the item as the preview has seen it: what has moved on since is told, not overwritten. An
item that the person may not see is told as one that is not there. ``now`` is campaign time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from models import items
from models.engine import reading
from models.items import Loaded
from rules.bulk import IN_BULK, may_be_given_in_bulk
from rules.case import Case
from rules.commands import COMMANDS, Command
from rules.decide import refusal_for
from rules.duties import may_see
from rules.errors import InputError, NotFound, Refusal, Refused
from rules.item import Facts, PersonFact
from rules.lifecycle import PERMITTED
from rules.policy import Policy
from rules.prospect import blank, obstacle
from rules.vocabulary import Stage
from tasks.act import act, facts_for, given_before, require_storable
from tasks.ruled import ruled_by
from tasks.seen import version_for

MOST = 5000
"""Items of one go: a minute's work, and as many as somebody may answer for at once."""

AT_ONCE = 100
"""Up to so many are done while somebody waits; more are a job (:mod:`tasks.bulk_jobs`)."""

BLANK = {name: blank(COMMANDS[name]) for name in IN_BULK}


class Foreseen(NamedTuple):
    """What would become of one item. ``title`` is empty where the item may not be seen."""

    ref: str
    version: int
    title: str
    confidential: bool
    refusal: Refusal | None


class Offer(NamedTuple):
    """A selection, and what may be done with it."""

    items: tuple[Foreseen, ...]
    """As chosen; only what may not be seen is refused already."""
    commands: tuple[tuple[str, int], ...]
    """Commands that at least one of the items permits, and how many do; 0 where none was asked."""
    policies: tuple[Policy, ...]
    """The policies that the items are under."""
    policy_ids: tuple[int, ...]


class Dealt(NamedTuple):
    """What has become of one item."""

    ref: str
    refusal: Refusal | None


def offer(
    connection: Connection, person: PersonFact, refs: Iterable[str], now: datetime, *,
    ask: bool = True,
) -> Offer:  # fmt: skip
    """The selection, and the commands among which the person may choose. Each item is asked what
    it permits; or, without ``ask``, the table alone what it permits in any of their stages.

    Raises:
        InputError: there are too many.
    """
    known: dict[int, Policy] = {}
    met: set[Stage] = set()
    shown: list[Foreseen] = []
    counts = dict.fromkeys(IN_BULK, 0)
    for ref, loaded in _visible(connection, person, refs):
        shown.append(_foreseen(ref, loaded, None if loaded else _unknown(ref)))
        if loaded is None:
            continue
        policy, calendar = ruled_by(connection, loaded)
        known[loaded.policy_id] = policy
        met.add(loaded.item.stage)
        for name in IN_BULK if ask else ():
            if (loaded.item.stage, name) not in PERMITTED:
                continue
            case = Case(loaded.item, BLANK[name], person, now, policy, calendar, Facts())
            counts[name] += may_be_given_in_bulk(case) is None and obstacle(case) is None
    stands = [name for name in IN_BULK if any((stage, name) in PERMITTED for stage in met)]
    possible = tuple((name, counts[name]) for name in stands if counts[name] or not ask)
    return Offer(tuple(shown), possible, tuple(known.values()), tuple(known))


def preview(
    connection: Connection,
    person: PersonFact,
    refs: Iterable[str],
    command: Command,
    now: datetime,
) -> list[Foreseen]:
    """What would become of each item if the command were given now; nothing is written.

    Raises:
        InputError: there are too many, or a text of the command cannot be stored.
        NotFound: the command names somebody or something that does not exist.
    """
    require_storable(command, None)
    facts = facts_for(connection, command)
    return [
        _foreseen(ref, loaded, _objection(connection, ref, loaded, person, command, now, facts))
        for ref, loaded in _visible(connection, person, refs)
    ]


def carry_out(
    engine: Engine,
    person: PersonFact,
    seen: Sequence[tuple[str, int]],
    command: Command,
    now: datetime,
    batch: str,
) -> list[Dealt]:
    """Give the command to each item that is still as it was seen: (reference, version). Reminders
    that have left since count for nothing.

    ``batch`` names this going: carried out twice, it does each item once, and says the same.

    Raises:
        InputError: there are too many, or a text of the command cannot be stored.
        NotFound: the command names somebody or something that does not exist.
        Unavailable: the database cannot be written; what was done stays done.
    """
    require_storable(command, batch)
    versions = dict(seen)
    with reading(engine) as connection:
        facts_for(connection, command)
        barred = {}
        for ref, loaded in _visible(connection, person, versions):
            barred[ref] = _barred(connection, ref, loaded, person, command, now)
            if loaded is not None:
                versions[ref] = version_for(connection, loaded.item, versions[ref])
    return [
        _dealt(engine, person, ref, versions[ref], command, now, f"{batch}/{ref}", objection)
        for ref, objection in barred.items()
    ]


def _dealt(
    engine: Engine, person: PersonFact, ref: str, version: int, command: Command, now: datetime,
    key: str, barred: Refusal | None,
) -> Dealt:  # fmt: skip
    if barred is not None:
        with reading(engine) as connection:
            # It may be out of sight because this very command has moved it there.
            done = given_before(connection, key)
        return Dealt(ref, barred if done is None or done.ref != ref else None)
    try:
        # The version pins all that was asked before: who may see it, and its policy.
        act(engine, ref, command, person, now, key=key, version=version)
    except Refused as error:
        return Dealt(ref, error.refusal)
    except NotFound:
        return Dealt(ref, _unknown(ref))
    return Dealt(ref, None)


def _objection(
    connection: Connection, ref: str, loaded: Loaded | None, person: PersonFact, command: Command,
    now: datetime, facts: Facts,
) -> Refusal | None:  # fmt: skip
    if loaded is None:
        return _unknown(ref)
    case = Case(loaded.item, command, person, now, *ruled_by(connection, loaded), facts)
    return may_be_given_in_bulk(case) or refusal_for(case)


def _barred(
    connection: Connection, ref: str, loaded: Loaded | None, person: PersonFact, command: Command,
    now: datetime,
) -> Refusal | None:  # fmt: skip
    if loaded is None:
        return _unknown(ref)
    case = Case(loaded.item, command, person, now, *ruled_by(connection, loaded), Facts())
    return may_be_given_in_bulk(case)


def _visible(
    connection: Connection, person: PersonFact, refs: Iterable[str]
) -> list[tuple[str, Loaded | None]]:
    """Each reference once, with its item where the person may see it."""
    chosen = list(dict.fromkeys(refs))
    if len(chosen) > MOST:
        raise InputError(
            f"{len(chosen)} items are too many for one go.", f"Choose up to {MOST}.", where="ref"
        )
    found = items.by_refs(connection, chosen)
    seen = {ref: one for ref, one in found.items() if may_see(person, one.item)}
    return [(ref, seen.get(ref)) for ref in chosen]


def _foreseen(ref: str, loaded: Loaded | None, refusal: Refusal | None) -> Foreseen:
    if loaded is None:
        return Foreseen(ref, 0, "", False, refusal)
    item = loaded.item
    return Foreseen(ref, item.version, item.title, item.confidential, refusal)


def _unknown(ref: str) -> Refusal:
    return Refusal("KnowTheItem", f"There is no item {ref!r}.")
