"""A unit is closed (撤并、停用), or opened again; what hangs on it is handed over before.

A closed unit takes nothing new on (``rules.open_units``) and stays for histories and figures. It is
closed only when no open item, no open unit and nobody who acts hangs on it: either these were
seen to one by one, or they are handed to another unit with the closing, in one transaction. Then
each open item gets a command (``reseat``) and an event; closed ones keep the name of their day.

``now`` is campaign time, ``by`` the handle of whoever ordered it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from models import items, merging, people, roster, unit_ties
from models.engine import reading, writing
from models.roster import UnitRow
from models.unit_ties import Ties
from models.views import Named
from rules.commands import Reseat
from rules.errors import Conflict, NotFound, Refusal, Refused
from rules.item import SYSTEM, within
from rules.open_units import require_open
from tasks.act import carry_out
from tasks.merging import ATTEMPTS
from tasks.reseating import Kept, decided_all

SHOWN = 10
"""What hangs on a unit is named one by one up to so many of a kind."""


class Closing(NamedTuple):
    """What a closing does, or would do."""

    code: str
    name: str
    ties: Ties
    into: str = ""
    into_name: str = ""
    kept: tuple[Kept, ...] = ()
    """Open items that a rule keeps from being handed over."""

    @property
    def possible(self) -> bool:
        """Whether nothing stands against it."""
        return not self.kept and bool(self.into or not self.ties)


def preview(engine: Engine, code: str, into: str, now: datetime) -> Closing:
    """What would come of closing the unit; nothing is written.

    Raises:
        NotFound: there is no such unit.
        Refused: it is closed, a draft or the root; or the other one cannot take over.
    """
    with reading(engine) as connection:
        mine, other = _found(connection, code, into)
        command = Reseat(unit=mine.code, into_unit=into)
        hanging = unit_ties.ties(connection, mine)
        kept = decided_all(connection, hanging.items, command, now)[1] if other else []
    return _closing(mine, other, hanging, kept)


def close(engine: Engine, code: str, into: str, by: str, now: datetime) -> Closing:
    """Close the unit; what hangs on it goes to the unit ``into``, if one is named.

    Raises:
        NotFound: there is no such unit.
        Refused: as for the preview; something hangs on it and nobody is named to take it over; or
            a rule keeps an open item from being handed over. Nothing is done then.
    """
    for _ in range(ATTEMPTS):
        try:
            with writing(engine) as connection:
                roster.hold(connection)
                return _close(connection, code, into, by, now)
        except Conflict:
            # An item has gone on since it was read: everything is looked at anew.
            continue
    raise Conflict(code)


def close_empty(connection: Connection, code: str) -> None:
    """Close a unit on which nothing hangs, in the caller's transaction, which holds the tree.

    Raises:
        NotFound: there is no such unit.
        Refused: it is closed, a draft or the root, or something hangs on it.
    """
    mine, _ = _found(connection, code, "")
    # Whoever names the unit on an item, a person or a role waits until this is decided.
    merging.hold(connection, "unit", [mine.id])
    if hanging := unit_ties.ties(connection, mine):
        raise _no("CloseEmptyUnits", f"{mine.code} cannot be closed: {in_words(hanging)}.",
                  "See to these, or name a unit that takes them over.")  # fmt: skip
    people.change_unit(connection, mine.id, {"closed": True})


def open_again(engine: Engine, code: str) -> None:
    """Let a closed unit take something on again.

    Raises:
        NotFound: there is no such unit.
        Refused: it is not closed, or the unit above it is.
    """
    with writing(engine) as connection:
        roster.hold(connection)
        rows = roster.all_units(connection)
        mine = _called(rows, code)
        if not mine.closed:
            raise _no("OpenClosedUnits", f"{mine.code} is not closed.", "Nothing is to be done.")
        above = next(unit for unit in rows if unit.id == mine.parent_id)
        require_open(above.code, above.closed)
        people.change_unit(connection, mine.id, {"closed": False})


def in_words(hanging: Ties) -> str:
    """What hangs on a unit, in a sentence."""
    parts = (
        ("open items", hanging.items),
        ("open units below", [one.code for one in hanging.units]),
        ("active people", [one.code for one in hanging.people]),
    )
    return "; ".join(f"{len(ids)} {what} ({_some(ids)})" for what, ids in parts if ids)


def _some(ids: Sequence[str]) -> str:
    return ", ".join([*ids[:SHOWN], *(["..."] if len(ids) > SHOWN else [])])


def _close(connection: Connection, code: str, into: str, by: str, now: datetime) -> Closing:
    mine, other = _found(connection, code, into)
    merging.hold(connection, "unit", [unit.id for unit in (mine, other) if unit])
    hanging = unit_ties.ties(connection, mine)
    if other is not None and hanging:
        items.hold(connection, hanging.items)
        command = Reseat(unit=mine.code, into_unit=other.code, by=by)
        decided, kept = decided_all(connection, hanging.items, command, now)
        if kept:
            raise Refused(kept[0].refusal)
        if not carry_out(connection, decided, SYSTEM.id, now):
            raise Conflict(mine.code)
        unit_ties.hand_over(connection, mine, other)
    close_empty(connection, code)
    return _closing(mine, other, hanging, ())


def _found(connection: Connection, code: str, into: str) -> tuple[UnitRow, UnitRow | None]:
    rows = roster.all_units(connection)
    mine = _called(rows, code)
    if mine.parent_id is None:
        raise _no("KeepTheRoot", "The topmost unit is never closed.", "Name another one.")
    if mine.draft:
        raise _no("ConfirmDraftsFirst", f"{mine.code} is a draft.", "Merge or confirm it first.")
    require_open(mine.code, mine.closed)
    if not into:
        return mine, None
    other = _called(rows, into)
    if within(other.path, mine.path):
        raise _no("HandOverOutside", f"{other.code} is {mine.code}, or lies below it.",
                  "Name a unit elsewhere.")  # fmt: skip
    require_open(other.code, other.closed)
    return mine, other


def _called(rows: Sequence[UnitRow], code: str) -> UnitRow:
    for unit in rows:
        if unit.code == code:
            return unit
    raise NotFound(f"There is no unit with the code {code!r}.", "See the units.")


def _closing(mine: UnitRow, other: UnitRow | None, hanging: Ties, kept: Sequence[Kept]) -> Closing:
    into = Named(other.code, other.name) if other else Named("", "")
    return Closing(mine.code, mine.name, hanging, into.code, into.name, tuple(kept))


def _no(rule: str, reason: str, remedy: str) -> Refused:
    return Refused(Refusal(rule, reason, remedy))
