"""A file that somebody has brought becomes evidence: whoever may, once, in the round they saw.

Who may is asked before the file is received, so that nobody fills the store who may not, and
again by the one writer when it is attached. What is attached is a file that is in the store:
nobody attaches a digest that they only know.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from models.engine import reading
from models.items import Loaded
from rules.case import Case
from rules.commands import AttachEvidence
from rules.errors import Conflict, InputError, Refusal
from rules.item import Facts, ItemState, PersonFact
from rules.prospect import blank, obstacle
from tasks import visible
from tasks.act import ATTEMPTS, Receipt, act
from tasks.evidence import Kept
from tasks.ruled import ruled_by

LONGEST_NOTE = 1000


class Turn(NamedTuple):
    """The round of an item for which somebody brings evidence."""

    life: int
    round: int


def turn_of(item: ItemState) -> Turn:
    """The round that the item is in."""
    return Turn(item.life, item.round)


def hindrance(
    connection: Connection, ref: str, person: PersonFact, now: datetime
) -> Refusal | None:
    """What stands against the person's attaching evidence to the item now, if anything.

    Raises:
        NotFound: there is no such item, as far as they are concerned.
    """
    return against(connection, visible.item(connection, ref, person), person, now)


def against(
    connection: Connection, loaded: Loaded, person: PersonFact, now: datetime
) -> Refusal | None:
    """The same for an item that was read before."""
    rules = ruled_by(connection, loaded)
    return obstacle(Case(loaded.item, blank(AttachEvidence), person, now, *rules, Facts()))


def attach(
    engine: Engine, ref: str, file: Kept, note: str, person: PersonFact, now: datetime,
    *, key: str, seen: Turn,
) -> Receipt:  # fmt: skip
    """Attach a file that is in the store; durable when this returns.

    What others do to the item while a large file is on its way does not matter, as long as it
    stays in the round that the person has ``seen``. ``key`` makes a repetition harmless.

    Raises:
        Refused: a rule says no.
        Conflict: the item is in another round by now, or others kept changing it.
        NotFound: there is no such item, as far as they are concerned.
        InputError: the note is too long, or cannot be stored.
    """
    if len(note) > LONGEST_NOTE:
        raise InputError(f"It is longer than {LONGEST_NOTE} characters.", where="note")
    command = AttachEvidence(sha256=file.sha256, filename=file.filename, size=file.size, note=note)
    for _ in range(ATTEMPTS):
        with reading(engine) as connection:
            item = visible.item(connection, ref, person).item
        if turn_of(item) != seen:
            break
        try:
            return act(engine, ref, command, person, now, key=key, version=item.version)
        except Conflict:
            continue
    raise Conflict(ref)
