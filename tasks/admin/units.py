"""Units entered, renamed, moved and closed by an administrator; drafts confirmed and merged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from models import directory, people, roster
from models.engine import writing
from rules.errors import InputError, NotFound, Refusal, Refused
from rules.item import within
from tasks import merging, unit_closing
from tasks.admin.checked import KIND_LENGTH, code_of, name_of
from tasks.admin.desk import Admin, deed, is_a_draft
from tasks.merging import Merger
from tasks.unit_closing import Closing


def add(admin: Admin, code: str, name: str, parent: str, kind: str = "unit") -> str:
    """Enter a unit below another one; its code.

    Raises:
        Refused: they may not.
        InputError: a field is not usable, or the code is taken; ``where`` names it.
        NotFound: there is no such parent.
    """
    code, name = code_of(code), name_of(name)
    with deed(admin, "unit.add", f"{name} ({code})"):
        try:
            with writing(admin.engine) as connection:
                roster.hold(connection)
                above = directory.units(connection, [parent])[parent]
                people.add_unit(connection, code, name, above.id, kind=_kind(kind))
        except IntegrityError:
            raise InputError(f"There is a unit {code!r} already.", where="code") from None
    return code


def put_right(admin: Admin, code: str, name: str, kind: str) -> None:
    """Put a unit's name and kind right. What is set is confirmed: it is a draft no longer.

    Raises:
        Refused, InputError, NotFound: as for :func:`add`.
    """
    changes = {"name": name_of(name), "kind": _kind(kind), "draft": False}
    about, draft = f"{changes['name']} ({code})", is_a_draft(admin, "unit", code)
    with deed(admin, "unit.set", about, office=draft), writing(admin.engine) as connection:
        people.change_unit(connection, directory.units(connection, [code])[code].id, changes)


def move(admin: Admin, code: str, parent: str) -> None:
    """Put a unit, with all that is below it, under another one.

    Raises:
        Refused: they may not; it is the root, or the other one is below it.
        NotFound: there is no such unit.
    """
    with deed(admin, "unit.move", code, f"-> {parent}"), writing(admin.engine) as connection:
        roster.hold(connection)
        rows = {unit.code: unit for unit in roster.all_units(connection)}
        if code not in rows or parent not in rows:
            missing = parent if code in rows else code
            raise NotFound(f"There is no unit with the code {missing!r}.", "See the units.")
        unit, above = rows[code], rows[parent]
        if unit.parent_id is None or within(above.path, unit.path):
            raise Refused(
                Refusal(
                    "MoveSideways",
                    f"{code} cannot be moved below {parent}.",
                    "Name a unit that is neither itself nor below it.",
                )
            )
        roster.move_unit(connection, unit, above)
        roster.settle_paths(connection)


def close(admin: Admin, code: str, into: str, now: datetime) -> Closing:
    """Close a unit; what hangs on it goes to the unit ``into``. See ``tasks.unit_closing``. ``now``
    is campaign time.

    Raises:
        Refused: they may not; or something hangs on it, or a rule keeps an item from moving.
        NotFound: there is no such unit.
    """
    with deed(admin, "unit.close", code, f"-> {into}" if into else ""):
        return unit_closing.close(admin.engine, code, into, admin.person.code, now)


def open_again(admin: Admin, code: str) -> None:
    """Let a closed unit take something on again.

    Raises:
        Refused: they may not; it is not closed, or the unit above it is.
        NotFound: there is no such unit.
    """
    with deed(admin, "unit.open", code):
        unit_closing.open_again(admin.engine, code)


def merge(admin: Admin, draft: str, into: str, now: datetime) -> Merger:
    """Merge a draft into the unit that it really is; see ``tasks.merging``. ``now`` is campaign
    time.

    Raises:
        Refused: they may not, or a rule keeps an open item from it; nothing is done.
        NotFound: there is no such unit.
    """
    with deed(admin, "unit.merge", draft, f"-> {into}", office=True):
        return merging.merge_units(admin.engine, draft, into, admin.person.code, now)


def _kind(text: str) -> str:
    kind = " ".join(text.split()) or "unit"
    if len(kind) <= KIND_LENGTH:
        return kind
    raise InputError("The kind is too long.", f"Give up to {KIND_LENGTH} letters.", where="kind")
