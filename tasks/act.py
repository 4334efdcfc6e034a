"""The one writer: every command and every due step comes through here.

Load the item, ask the pure rules, write the new state and its event in one transaction, and
nothing else. Neither Prefect nor a mail server needs to be up. Everything that follows from an
event (its flow, its notices) is derived later from what was committed here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError

from config.calendars import calendar_for
from config.logging import log_context
from models import desk, directory, given_keys, items, policies, texts, writes
from models.engine import writing
from models.given_keys import Key
from models.items import Loaded
from models.writes import Entry
from models.writes import Receipt as Receipt
from rules.case import Case
from rules.commands import COMMANDS, Command, FireStep, Register, Reopen
from rules.decide import Decision, decide, plan
from rules.duties import may_register
from rules.errors import Conflict, InputError, NotFound, Refusal, Refused
from rules.item import SYSTEM, Facts, InForce, ItemState, PersonFact
from rules.notices import ANNOUNCED
from rules.opening import Opening, opened
from rules.policy import Policy
from rules.workdays import WorkCalendar
from tasks.keys import key_for, repeated

log = logging.getLogger("rectiflow.act")

ATTEMPTS = 8
"""How often a command is decided anew when somebody else was faster."""


def act(
    engine: Engine,
    ref: str,
    command: Command,
    actor: str | PersonFact,
    now: datetime,
    *,
    key: str | None = None,
    version: int | None = None,
) -> Receipt:
    """Carry out a command on the item ``ref`` at ``now``; durable when this returns.

    ``key`` makes a repetition harmless: it returns the first receipt. ``version`` refuses the
    command when the item has moved on since the caller looked.

    Raises:
        Refused: a rule said no; nothing was written.
        Conflict: others kept changing the item at the same moment.
        NotFound: the item, a person or a unit does not exist.
        KeyReused: the key was used for something else.
        InputError: a text cannot be stored.
        Unavailable: the database cannot be reached or written.
    """
    require_storable(command, key)
    under = key_for(key, command, actor, ref)
    for attempt in range(ATTEMPTS):
        try:
            with writing(engine) as connection:
                others = tuple(command.words(command.item_fields))
                if others or attempt:
                    # Whoever has lost a race stands in line: nobody loses for ever. Units and
                    # people first, as whoever merges them does: neither waits for the other.
                    facts_for(connection, command, hold=True)
                    items.hold(connection, (ref, *others))
                receipt = _attempt(connection, ref, command, actor, now, under, version)
                if receipt is not None:
                    return receipt
                connection.rollback()
        except IntegrityError:
            # The same key, or the next place in the history, was taken since we looked.
            continue
    raise Conflict(ref)


def require_storable(command: Command, key: str | None) -> None:
    """See that what the command says can be written down.

    Raises:
        InputError: a text cannot be stored; ``where`` names its field.
    """
    words = {name: getattr(command, name) for name in _fields_of(command.name)}
    texts.require_storable({**words, "key": key})


@cache
def _fields_of(command: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(COMMANDS[command]))


def _attempt(
    connection: Connection, ref: str, command: Command, actor: str | PersonFact, now: datetime,
    key: Key | None, version: int | None,
) -> Receipt | None:  # fmt: skip
    if key is not None and (known := repeated(connection, key, ref, command)):
        return known
    loaded, who = _item_and_actor(connection, ref, actor)
    if version is not None and loaded.item.version != version:
        raise Conflict(ref)
    case = case_for(connection, loaded, command, who, now, hold=True)
    decision = decide(case)
    if isinstance(decision, Refusal):
        raise Refused(decision)
    entry = _entry(loaded.item, decision, case.actor.id, now, key)
    receipts = writes.store(connection, [entry])
    return receipts[0] if receipts else None


def _item_and_actor(
    connection: Connection, ref: str, actor: str | PersonFact
) -> tuple[Loaded, PersonFact]:
    who: PersonFact | None
    if isinstance(actor, str):
        loaded, who = desk.item_and_person(connection, ref, actor)
    else:
        loaded, who = items.by_ref(connection, ref), actor
    if loaded is None:
        raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")
    return loaded, who or directory.person(connection, str(actor))


def case_for(
    connection: Connection, loaded: Loaded, command: Command, actor: str | PersonFact,
    now: datetime, *, hold: bool = False,
) -> Case:  # fmt: skip
    """Everything the rules need to decide, read in this transaction. With ``hold`` nobody that is
    named is closed or merged into another one before it ends."""
    policy = policies.policy(connection, loaded.policy_id)
    who = directory.person(connection, actor) if isinstance(actor, str) else actor
    facts = facts_for(connection, command, loaded.item, hold=hold)
    return Case(loaded.item, command, who, now, policy, calendar_for(policy), facts)


def facts_for(
    connection: Connection, command: Command, item: ItemState | None = None, *, hold: bool = False
) -> Facts:
    """What the command's words refer to; of an ``item`` that is to be reopened also its units.

    Raises:
        NotFound: there is no such person or unit.
    """
    others = {}
    for ref in command.words(command.item_fields):
        loaded = items.by_ref(connection, ref)
        if loaded is not None:
            others[ref] = loaded.item
    units = directory.units(connection, command.words(command.unit_fields), hold=hold)
    closed = [unit.code for unit in units.values() if unit.closed]
    if item is not None and isinstance(command, Reopen):
        own = (item.unit_path or "", *item.co_unit_paths)
        closed = directory.closed_among(connection, own, hold=hold)
    return Facts(
        units,
        directory.people(connection, command.words(command.person_fields), hold=hold),
        others,
        _in_force(connection, command.words(command.policy_fields)),
        tuple(closed),
    )


def _in_force(connection: Connection, names: Iterable[str]) -> dict[str, InForce]:
    """The stored policies with these names, like ``audit@2``, with their calendars."""
    found = {}
    for name in names:
        if (policy_id := policies.named(connection, name)) is not None:
            policy = policies.policy(connection, policy_id)
            found[name] = InForce(policy_id, policy, calendar_for(policy))
    return found


def _entry(
    before: ItemState, decision: Decision, actor_id: int, now: datetime, key: Key | None = None
) -> Entry:
    announced = decision.event.kind not in ANNOUNCED
    return Entry(before, decision, actor_id, now, key, announced)


def given_before(connection: Connection, key: str) -> Receipt | None:
    """The receipt of the command that was given under this key, if any was."""
    known = given_keys.under(connection, key)
    return known and known.receipt


def carry_out(
    connection: Connection, decided: Iterable[tuple[ItemState, Decision]], actor_id: int,
    now: datetime,
) -> bool:  # fmt: skip
    """Write decisions about several items in the caller's transaction, which must roll back when
    this is False: somebody else got there first."""
    entries = [_entry(before, decision, actor_id, now) for before, decision in decided]
    return writes.store(connection, entries) is not None


def register(
    engine: Engine,
    command: Register,
    actor: str,
    now: datetime,
    *,
    campaign: str = "",
    key: str | None = None,
) -> Receipt:
    """Enter a new item at intake, under the campaign's policy in force.

    Raises:
        Refused: the actor is no coordinator, or the item has no title.
        KeyReused: the key was used for something else.
        InputError: the number is taken.
        NotFound: there is no such campaign or person.
    """
    require_storable(command, key)
    under = key_for(key, command, actor, campaign)
    for _ in range(ATTEMPTS):
        try:
            with writing(engine) as connection:
                if under is not None and (known := repeated(connection, under, "", command)):
                    return known
                who = directory.person(connection, actor)
                _may_register(who, command)
                return _register(connection, command, who, now, campaign, under)
        except IntegrityError:
            # Somebody else has used the same key since we looked.
            continue
    raise Conflict(command.title)


def _may_register(who: PersonFact, command: Register) -> None:
    if not may_register(who):
        raise Refused(
            Refusal("HoldTheDuty", f"{who.code} may not register items.", "It takes a coordinator.")
        )
    if not command.title.strip():
        raise Refused(Refusal("RequireTitle", "The item has no title.", "Give one with title=."))


def _register(
    connection: Connection, command: Register, who: PersonFact, now: datetime, campaign: str,
    key: Key | None,
) -> Receipt:  # fmt: skip
    fact = policies.campaign(connection, campaign)
    policy = policies.policy(connection, fact.policy_id)
    category = policy.category(command.category)
    opening = Opening(
        title=command.title,
        category=category.code if category else command.category,
        severity=command.severity,
        confidential=command.confidential,
        due=command.due,
        due_superior=command.due_superior,
    )
    # From here on nobody else registers in this campaign until we have.
    number = policies.take_numbers(connection, fact.id, 1)
    if holder := items.numbered(connection, fact.id, command.number):
        if key is not None and (known := repeated(connection, key, "", command)):
            connection.rollback()  # a repetition uses no number up
            return known
        raise InputError(
            f"The number {command.number!r} is taken in this campaign: {holder} has it.",
            "Use another number, or correct that item.",
            where="number",
        )
    decision = opened(
        opening,
        {"source": command.source.value},
        ref=reference(fact.code, number),
        campaign_id=fact.id,
        now=now,
        policy=policy,
        calendar=calendar_for(policy),
    )
    described = {
        "policy_id": fact.policy_id,
        "number": command.number,
        "description": command.description,
        "requirement": command.requirement,
        "source": command.source,
        "complainant": command.complainant,
        "extra": "{}",
        "ledger": "",
        "opened_at": now,
        "followed": 0,
    }
    entry = Entry(decision.item, decision, who.id, now, key, announced=False)
    item_id = writes.insert_items(connection, [entry], [described])[0]
    event = writes.event_values(entry, item_id)
    return Receipt(decision.item.ref, 1, event["kind"], "intake", now, event["hash"])


def reference(campaign_code: str, number: int) -> str:
    """The reference by which people call an item: the campaign's code and a running number."""
    return f"{campaign_code}-{number:05d}"


def enter(
    connection: Connection,
    decisions: Sequence[Decision],
    described: Sequence[Mapping[str, Any]],
    actor_id: int,
    now: datetime,
) -> list[int]:
    """Enter items taken over from a ledger, as history: nobody is written to about them.

    ``described`` are the columns that no rule reads.
    """
    entries = [Entry(decision.item, decision, actor_id, now) for decision in decisions]
    return writes.insert_items(connection, entries, described)


class Swept(NamedTuple):
    """What one chunk of a sweep did."""

    fired: int
    skipped: int
    failed: tuple[str, ...]
    more: bool


def fire_due(
    engine: Engine, now: datetime, size: int = 500, avoid: frozenset[str] = frozenset()
) -> Swept:
    """Fire the due step of up to ``size`` items in one transaction.

    Items whose rules fail unexpectedly are left as they are and named, so that one of them holds
    nobody else up; ``avoid`` names those that failed before in this sweep.
    """
    with writing(engine) as connection:
        found = items.due(connection, now, size + len(avoid))
        entries, failed = _due_entries(connection, found, now, avoid)
        stored, unstored = _store_chunk(connection, entries)
        overtaken = sum(len(e.decision.event.data.get("skipped", ())) for e in stored)
        more = len(found) >= size + len(avoid)
        return Swept(len(stored), overtaken, failed + unstored, more)


def _store_chunk(
    connection: Connection, entries: Sequence[Entry]
) -> tuple[Sequence[Entry], tuple[str, ...]]:
    """Store the entries together; where the database takes offence at one, each on its own."""
    if not entries or _stored(connection, entries):
        return entries, ()
    stored = [entry for entry in entries if _stored(connection, [entry])]
    refs = {entry.before.ref for entry in entries} - {entry.before.ref for entry in stored}
    return stored, tuple(sorted(refs))


def _stored(connection: Connection, entries: Sequence[Entry]) -> bool:
    try:
        with connection.begin_nested() as point:
            if writes.store(connection, entries) is None:
                point.rollback()
                return False
    except (IntegrityError, DataError):
        if len(entries) == 1:
            ref = entries[0].before.ref
            log.exception("A due step cannot be stored. %s", log_context("fire", item=ref))
        return False
    return True


def _due_entries(
    connection: Connection, found: Sequence[Loaded], now: datetime, avoid: frozenset[str]
) -> tuple[list[Entry], tuple[str, ...]]:
    entries, failed = [], []
    command, facts = FireStep(), Facts()
    in_force: dict[int, tuple[Policy, WorkCalendar]] = {}
    for loaded in found:
        item = loaded.item
        if item.ref in avoid:
            continue
        try:
            if loaded.policy_id not in in_force:
                policy = policies.policy(connection, loaded.policy_id)
                in_force[loaded.policy_id] = policy, calendar_for(policy)
            policy, calendar = in_force[loaded.policy_id]
            decision = decide(Case(item, command, SYSTEM, now, policy, calendar, facts))
        except Exception:
            log.exception("A due step failed. %s", log_context("fire", item=item.ref))
            failed.append(item.ref)
            continue
        if isinstance(decision, Refusal):
            # The stored instant was early (a calendar has changed): plan again, without event.
            writes.replan(connection, item, plan(item, policy, calendar))
            continue
        entries.append(_entry(item, decision, SYSTEM.id, now))
    return entries, tuple(failed)
