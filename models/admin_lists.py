"""Units, people and accounts as administrators look at them: level by level, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from models.accounts import ACCOUNT
from models.directory import MEMBERSHIP, PERSON, UNIT
from models.items import ITEM
from models.views import Named
from rules.vocabulary import Role

PAGE = 50


class UnitLine(NamedTuple):
    """One unit of a level of the tree, with how many units and people are directly there."""

    id: int
    code: str
    name: str
    kind: str
    draft: bool
    closed: bool
    units: int
    people: int


class UnitSheet(NamedTuple):
    """One unit with the way from the root to it."""

    id: int
    code: str
    name: str
    kind: str
    draft: bool
    closed: bool
    path: str
    above: tuple[Named, ...]


class PersonLine(NamedTuple):
    """One person of a list."""

    id: int
    code: str
    name: str
    unit: str
    email: str
    active: bool
    draft: bool
    undeliverable: bool
    account: bool


class PersonSheet(NamedTuple):
    """One person with everything that is kept of them. Roles: (role, unit)."""

    id: int
    code: str
    name: str
    unit: Named
    email: str
    lang: str
    active: bool
    draft: bool
    undeliverable_since: datetime | None
    undeliverable_why: str
    login: str
    roles: tuple[tuple[Role, Named], ...]


class PeopleWanted(NamedTuple):
    """Which people are listed."""

    words: str = ""
    """In their code, name or address."""
    which: str = ""
    """drafts, inactive, unreachable, or everybody active and not."""
    unit_id: int | None = None


_BELOW = UNIT.alias("below")
_UNITS = (
    select(func.count())
    .select_from(_BELOW)
    .where(_BELOW.c.parent_id == UNIT.c.id, _BELOW.c.merged_into.is_(None))
).scalar_subquery()
_STAFF = select(func.count()).where(PERSON.c.unit_id == UNIT.c.id).scalar_subquery()
_LINE = select(
    *(UNIT.c[f] for f in UnitLine._fields[:6]), _UNITS.label("units"), _STAFF.label("people")
).where(UNIT.c.merged_into.is_(None))


def level(connection: Connection, parent_id: int, after: str = "") -> list[UnitLine]:
    """Units directly below another one, by code; a page, and one more if there are more."""
    wanted = _LINE.where(UNIT.c.parent_id == parent_id, UNIT.c.code > after)
    return _unit_lines(connection, wanted)


def units_called(connection: Connection, words: str, after: str = "") -> list[UnitLine]:
    """Units with these words in their code or name, by code."""
    wanted = _LINE.where(_says((UNIT.c.code, UNIT.c.name), words), UNIT.c.code > after)
    return _unit_lines(connection, wanted)


def draft_units(connection: Connection, after: str = "") -> list[UnitLine]:
    """Units that a ledger has named and nobody has confirmed."""
    return _unit_lines(connection, _LINE.where(UNIT.c.draft, UNIT.c.code > after))


def _unit_lines(connection: Connection, wanted: Any) -> list[UnitLine]:
    rows = connection.execute(wanted.order_by(UNIT.c.code).limit(PAGE + 1))
    return [UnitLine(*row) for row in rows]


def unit_sheet(connection: Connection, code: str) -> UnitSheet | None:
    """The unit with this code; the root without one."""
    which = UNIT.c.code == code if code else UNIT.c.parent_id.is_(None)
    columns = [UNIT.c[field] for field in UnitSheet._fields[:7]]
    row = connection.execute(select(*columns).where(which, UNIT.c.merged_into.is_(None))).first()
    if row is None:
        return None
    ids = [int(part) for part in row.path.split("/") if part][:-1]
    found = connection.execute(
        select(UNIT.c.code, UNIT.c.name).where(UNIT.c.id.in_(ids)).order_by(UNIT.c.path)
    )
    return UnitSheet._make([*row, tuple(Named(*each) for each in found)])


def people(connection: Connection, wanted: PeopleWanted, after: str = "") -> list[PersonLine]:
    """People by code; a page, and one more if there are more."""
    lost = PERSON.c.undeliverable_since.is_not(None)
    statement = (
        select(PERSON.c.id, PERSON.c.code, PERSON.c.name, UNIT.c.name.label("unit"),
               PERSON.c.email, PERSON.c.active, PERSON.c.draft, lost.label("undeliverable"),
               ACCOUNT.c.id.is_not(None).label("account"))
        .join(UNIT, UNIT.c.id == PERSON.c.unit_id)
        .outerjoin(ACCOUNT, ACCOUNT.c.person_id == PERSON.c.id)
        .where(PERSON.c.merged_into.is_(None), PERSON.c.code > after)
        .order_by(PERSON.c.code)
        .limit(PAGE + 1)
    )  # fmt: skip
    which = {"drafts": PERSON.c.draft, "inactive": ~PERSON.c.active, "unreachable": lost}
    if wanted.which in which:
        statement = statement.where(which[wanted.which])
    if wanted.words:
        columns = (PERSON.c.code, PERSON.c.name, PERSON.c.email)
        statement = statement.where(_says(columns, wanted.words))
    if wanted.unit_id is not None:
        statement = statement.where(PERSON.c.unit_id == wanted.unit_id)
    return [PersonLine(*row) for row in connection.execute(statement)]


def person_sheet(connection: Connection, code: str) -> PersonSheet | None:
    """Everything that is kept of the person with this code."""
    columns = [PERSON.c[f] for f in ("id", "code", "name")]
    more = [PERSON.c[f] for f in PersonSheet._fields[4:10]]
    home = (UNIT.c.code.label("unit_code"), UNIT.c.name.label("unit_name"))
    row = connection.execute(
        select(*columns, *home, *more, ACCOUNT.c.login)
        .join(UNIT, UNIT.c.id == PERSON.c.unit_id)
        .outerjoin(ACCOUNT, ACCOUNT.c.person_id == PERSON.c.id)
        .where(PERSON.c.code == code, PERSON.c.merged_into.is_(None))
    ).first()
    if row is None:
        return None
    held = connection.execute(
        select(MEMBERSHIP.c.role, UNIT.c.code, UNIT.c.name)
        .join(UNIT, UNIT.c.id == MEMBERSHIP.c.unit_id)
        .where(MEMBERSHIP.c.person_id == row.id)
        .order_by(MEMBERSHIP.c.id)
    )
    roles = tuple((each.role, Named(each.code, each.name)) for each in held)
    home_unit = Named(row.unit_code, row.unit_name)
    kept = [getattr(row, field) for field in PersonSheet._fields[4:10]]
    return PersonSheet._make([row.id, row.code, row.name, home_unit, *kept, row.login or "", roles])


def is_draft(connection: Connection, kind: str, code: str) -> bool:
    """Whether a unit or a person of this code was named by a ledger and nobody has confirmed it."""
    table = UNIT if kind == "unit" else PERSON
    found = select(table.c.draft).where(table.c.code == code)
    return bool(connection.execute(found).scalar())


def first_item(connection: Connection, kind: str, ident: int) -> str:
    """Reference of the first item that names the unit or person: where a draft comes from."""
    columns = (
        (ITEM.c.unit_id,)
        if kind == "unit"
        else (ITEM.c.responsible_id, ITEM.c.leader_id, ITEM.c.verifier_id)
    )
    # One look into each index.
    lowest = [connection.execute(select(func.min(ITEM.c.id)).where(c == ident)).scalar()
              for c in columns]  # fmt: skip
    first = min((each for each in lowest if each is not None), default=None)
    if first is None:
        return ""
    return str(connection.execute(select(ITEM.c.ref).where(ITEM.c.id == first)).scalar_one())


def drafts(connection: Connection) -> tuple[int, int]:
    """How many units and people wait to be confirmed or merged."""
    counts = (select(func.count()).select_from(of).where(of.c.draft) for of in (UNIT, PERSON))
    units, staff = (int(connection.execute(each).scalar_one()) for each in counts)
    return units, staff


def _says(columns: tuple[Any, ...], words: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(words, autoescape=True) for column in columns))
