"""Items as a ledger tells them, read in the order of their entry without holding them all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from models.directory import PERSON, UNIT
from models.items import ITEM
from models.visibility import visible_to
from rules.item import PersonFact
from rules.vocabulary import Outcome, Severity, Source, Stage

CHUNK = 1000
"""Items held at once."""


class Exported(NamedTuple):
    """One item. Units are known by id and path, people by id; instants are UTC."""

    id: int
    ref: str
    number: str
    title: str
    description: str
    requirement: str
    category: str
    source: Source
    severity: Severity
    unit_id: int | None
    co_unit_paths: tuple[str, ...]
    responsible_id: int | None
    leader_id: int | None
    verifier_id: int | None
    opened_at: datetime
    due: date | None
    due_superior: date | None
    stage: Stage
    outcome: Outcome | None
    level: int
    closed_at: datetime | None
    confidential: bool
    complainant: str
    extra: str
    yellow_at: datetime | None
    red_at: datetime | None
    policy_id: int
    version: int
    ledger: str


class Wanted(NamedTuple):
    """Which items: of one campaign, in these stages (none: all), led by a unit at or below a path;
    confidential ones only if asked for; with a viewer only those that they may see."""

    campaign_id: int
    stages: tuple[Stage, ...] = ()
    unit_path: str = ""
    confidential: bool = False
    viewer: PersonFact | None = None


class Called(NamedTuple):
    """What a person is called, active or not, and the path of their unit."""

    code: str
    name: str
    unit_path: str


_COLUMNS = tuple(ITEM.c[field] for field in Exported._fields)
_BY_REFS = select(*_COLUMNS).where(ITEM.c.ref.in_(bindparam("refs", expanding=True)))


def items(connection: Connection, wanted: Wanted) -> Iterator[Exported]:
    """The items, in the order in which they were entered."""
    for row in _in_chunks(connection, _COLUMNS, wanted):
        yield Exported._make(row)


def extras(connection: Connection, wanted: Wanted) -> Iterator[str]:
    """What each item keeps beyond our own columns, as it is stored."""
    for _, extra in _in_chunks(connection, (ITEM.c.id, ITEM.c.extra), wanted):
        yield extra


def count(connection: Connection, wanted: Wanted, most: int) -> int:
    """How many items these are; ``most`` where they are so many or more."""
    some = select(ITEM.c.id).where(*_filters(wanted)).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def left_out(connection: Connection, wanted: Wanted) -> int:
    """How many items would have been among them, were they not confidential."""
    if wanted.confidential:
        return 0
    everything = _filters(wanted._replace(confidential=True))
    statement = select(func.count()).select_from(ITEM).where(*everything, ITEM.c.confidential)
    return int(connection.execute(statement).scalar_one())


def by_refs(connection: Connection, refs: Sequence[str]) -> dict[str, Exported]:
    """The items with these references."""
    rows = connection.execute(_BY_REFS, {"refs": list(refs)})
    return {row.ref: Exported._make(row) for row in rows}


def campaigns_of(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """The campaign of each of these items."""
    columns = (ITEM.c.id, ITEM.c.campaign_id)
    rows = connection.execute(select(*columns).where(ITEM.c.id.in_(list(ids))))
    return {row.id: row.campaign_id for row in rows}


def called(connection: Connection) -> dict[int, Called]:
    """What everybody is called, by id."""
    columns = (PERSON.c.id, PERSON.c.code, PERSON.c.name, UNIT.c.path)
    statement = select(*columns).join(UNIT, UNIT.c.id == PERSON.c.unit_id)
    return {row.id: Called(row.code, row.name, row.path) for row in connection.execute(statement)}


def _in_chunks(
    connection: Connection, columns: Sequence[ColumnElement[Any]], wanted: Wanted
) -> Iterator[Sequence[Any]]:
    """The first of the columns is the id: each chunk begins after the last one's."""
    statement = (
        select(*columns)
        .where(*_filters(wanted), ITEM.c.id > bindparam("after"))
        .order_by(ITEM.c.id)
        .limit(CHUNK)
    )
    after = 0
    while rows := connection.execute(statement, {"after": after}).all():
        yield from rows
        after = rows[-1][0]


def _filters(wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = [ITEM.c.campaign_id == wanted.campaign_id]
    if wanted.stages:
        found.append(ITEM.c.stage.in_(wanted.stages))
    if wanted.unit_path:
        below = select(UNIT.c.id).where(UNIT.c.path.startswith(wanted.unit_path))
        found.append(ITEM.c.unit_id.in_(below))
    if wanted.viewer is not None:
        found.append(visible_to(wanted.viewer))
    if not wanted.confidential:
        found.append(~ITEM.c.confidential)
    return tuple(found)
