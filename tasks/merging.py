"""A draft that a ledger made turns out to be a unit, or a person, that is known: they become one.

Everything in one transaction: each item that names the draft gets a command (``reseat``) and an
event; people, roles and units below follow; the draft stays for the histories that name it, and
later ledgers that call it by its name mean the other one. Where a rule keeps an open item from it
nothing is done at all; a closed one then keeps the draft's name, as its history does.

``now`` is campaign time, ``by`` the handle of whoever ordered it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

from models import items, merging, people, roster
from models.engine import reading, writing
from models.merging import Hangs
from models.roster import PersonRow, UnitRow
from rules.commands import Reseat
from rules.errors import Conflict, NotFound, Refusal, Refused
from rules.item import SYSTEM, within
from rules.open_units import require_open
from tasks.act import carry_out
from tasks.reseating import Decided, Kept, decided_all

SHOWN = 20
"""Items that are named one by one."""

ATTEMPTS = 3

Row = TypeVar("Row", UnitRow, PersonRow)


class Merger(NamedTuple):
    """What a merger does, or would do."""

    kind: str
    draft: str
    draft_name: str
    into: str
    into_name: str
    hangs: Hangs
    moved: int
    """Items that name the other one from then on."""
    refs: tuple[str, ...]
    """Some of them."""
    kept: tuple[Kept, ...]
    """Those that a rule keeps from it."""

    @property
    def possible(self) -> bool:
        """Whether no open item stands against it."""
        return all(one.closed for one in self.kept)


def preview_units(engine: Engine, draft: str, into: str, now: datetime) -> Merger:
    """What would come of merging one unit into another; nothing is written.

    Raises:
        NotFound: there is no such unit.
        Refused: the unit is no draft, or the other one is itself or below it.
    """
    with reading(engine) as connection:
        return _units(connection, draft, into, "", now)[0]


def merge_units(engine: Engine, draft: str, into: str, by: str, now: datetime) -> Merger:
    """Let the draft be the other unit from now on.

    Raises:
        NotFound: there is no such unit.
        Refused: as for the preview, or a rule keeps an open item from it; nothing is done.
    """

    def once(connection: Connection) -> Merger:
        done, mine, other, decided = _units(connection, draft, into, by, now)
        _carry_out(connection, done, decided, now)
        merging.move_under(connection, mine, other)
        return done

    return _in_one_go(engine, once, draft)


def preview_people(engine: Engine, draft: str, into: str, now: datetime) -> Merger:
    """What would come of merging one person into another; nothing is written.

    Raises:
        NotFound: there is no such person.
        Refused: the person is no draft, or the other one is themselves, or acts no more.
    """
    with reading(engine) as connection:
        return _people(connection, draft, into, "", now)[0]


def merge_people(engine: Engine, draft: str, into: str, by: str, now: datetime) -> Merger:
    """Let the draft be the other person from now on; see :func:`merge_units`."""

    def once(connection: Connection) -> Merger:
        done, mine, other, decided = _people(connection, draft, into, by, now)
        _carry_out(connection, done, decided, now)
        people.change_person(connection, mine.id, {"active": False})
        merging.take_over(connection, mine, other)
        return done

    return _in_one_go(engine, once, draft)


def _in_one_go(engine: Engine, once: Callable[[Connection], Merger], draft: str) -> Merger:
    for _ in range(ATTEMPTS):
        try:
            with writing(engine) as connection:
                roster.hold(connection)
                return once(connection)
        except Conflict:
            # An item has gone on since it was read: everything is looked at anew.
            continue
    raise Conflict(draft)


def _units(
    connection: Connection, draft: str, into: str, by: str, now: datetime
) -> tuple[Merger, UnitRow, UnitRow, Decided]:
    mine, other = _found(roster.all_units(connection), draft, into, "unit")
    if within(other.path, mine.path):
        raise _no("MergeUpwards", f"{other.code} lies below {mine.code}.", "Move it first.")
    require_open(other.code, other.closed)
    if by:
        merging.hold(connection, "unit", [mine.id, other.id])
    refs = merging.refs(connection, merging.of_unit(mine.id, mine.path))
    if by:
        items.hold(connection, refs)
    hangs = merging.hangs_on_unit(connection, mine, len(refs))
    command = Reseat(unit=mine.code, into_unit=other.code, by=by)
    return _decided("unit", mine, other, hangs, *decided_all(connection, refs, command, now))


def _people(
    connection: Connection, draft: str, into: str, by: str, now: datetime
) -> tuple[Merger, PersonRow, PersonRow, Decided]:
    mine, other = _found(roster.all_people(connection), draft, into, "person")
    if not other.active:
        raise _no("RequireActivePerson", f"{other.code} is no longer active.", "Name another.")
    if by:
        merging.hold(connection, "person", [mine.id, other.id])
    refs = merging.refs(connection, merging.of_person(mine.id))
    if by:
        items.hold(connection, refs)
    hangs = merging.hangs_on_person(connection, mine.id, len(refs))
    command = Reseat(person=mine.code, into_person=other.code, by=by)
    return _decided("person", mine, other, hangs, *decided_all(connection, refs, command, now))


def _found(rows: Sequence[Row], draft: str, into: str, kind: str) -> tuple[Row, Row]:
    by_code = {row.code: row for row in rows}
    for code in (draft, into):
        if code not in by_code:
            raise NotFound(f"There is no {kind} with the code {code!r}.", "See the list of them.")
    mine, other = by_code[draft], by_code[into]
    if mine.id == other.id:
        raise _no("MergeTwo", f"{draft} is {into} already.", "Name another one.")
    if not mine.draft:
        raise _no("MergeDraftsOnly", f"{draft} is no draft.", "Only drafts are merged.")
    return mine, other


def _decided(
    kind: str, mine: Row, other: Row, hangs: Hangs, decided: Decided, kept: list[Kept]
) -> tuple[Merger, Row, Row, Decided]:
    refs = tuple(before.ref for before, _ in decided[:SHOWN])
    names = (mine.code, mine.name, other.code, other.name)
    merger = Merger(kind, *names, hangs, len(decided), refs, tuple(kept))
    return merger, mine, other, decided


def _carry_out(connection: Connection, done: Merger, decided: Decided, now: datetime) -> None:
    against = next((one for one in done.kept if not one.closed), None)
    if against is not None:
        raise Refused(against.refusal)
    if not carry_out(connection, decided, SYSTEM.id, now):
        raise Conflict(done.draft)


def _no(rule: str, reason: str, remedy: str) -> Refused:
    return Refused(Refusal(rule, reason, remedy))
