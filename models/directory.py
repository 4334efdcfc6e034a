"""Units and people as the rules see them: looked up by the words that people use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, FromClause, Select, bindparam, or_, select

from models.membership import Membership
from models.person import Person
from models.unit import Unit
from rules.errors import NotFound
from rules.item import PersonFact, UnitFact
from rules.vocabulary import Role

UNIT = Unit.__table__  # type: ignore[attr-defined]
PERSON = Person.__table__  # type: ignore[attr-defined]
MEMBERSHIP = Membership.__table__  # type: ignore[attr-defined]

HOME = UNIT.alias("home")
"""The unit that a person belongs to."""
SEAT = UNIT.alias("seat")
"""The unit in whose subtree a role is held."""
_PEOPLE = (
    select(
        PERSON.c.id,
        PERSON.c.code,
        PERSON.c.active,
        PERSON.c.name,
        HOME.c.path,
        MEMBERSHIP.c.role,
        SEAT.c.path.label("seat_path"),
    )
    .join(HOME, HOME.c.id == PERSON.c.unit_id)
    .outerjoin(MEMBERSHIP, MEMBERSHIP.c.person_id == PERSON.c.id)
    .outerjoin(SEAT, SEAT.c.id == MEMBERSHIP.c.unit_id)
)
_BY_CODE = _PEOPLE.where(PERSON.c.code == bindparam("code"))
_BY_CODE_OR_NAME = _PEOPLE.where(
    or_(
        PERSON.c.code.in_(bindparam("words", expanding=True)),
        PERSON.c.name.in_(bindparam("words", expanding=True)),
    ),
    PERSON.c.merged_into.is_(None),
)
_BY_IDS = _PEOPLE.where(PERSON.c.id.in_(bindparam("ids", expanding=True)))
_UNITS = select(UNIT.c.id, UNIT.c.code, UNIT.c.path, UNIT.c.closed, UNIT.c.name).where(
    or_(
        UNIT.c.code.in_(bindparam("words", expanding=True)),
        UNIT.c.name.in_(bindparam("words", expanding=True)),
    ),
    # What was merged stands in histories only; nobody means it any more.
    UNIT.c.merged_into.is_(None),
)
_CLOSED = select(UNIT.c.code, UNIT.c.closed).where(
    UNIT.c.path.in_(bindparam("paths", expanding=True))
)


def person(connection: Connection, word: str) -> PersonFact:
    """The person called ``word``: by handle, else by a name that only one person has.

    Raises:
        NotFound: nobody, or more than one, is called that.
    """
    rows = connection.execute(_BY_CODE, {"code": word}).all()
    if rows:
        return facts(rows)[0][1]
    return people(connection, [word])[word]


def people(
    connection: Connection, words: Iterable[str], *, hold: bool = False
) -> dict[str, PersonFact]:
    """The people called by these words; see :func:`person`. With ``hold`` none of them is merged
    into another one until the transaction ends."""
    wanted = sorted(set(words))
    if not wanted:
        return {}
    statement = _held(_BY_CODE_OR_NAME, PERSON) if hold else _BY_CODE_OR_NAME
    named = facts(connection.execute(statement, {"words": wanted}).all())
    return {word: _only(word, named, "person", "rectiflow people") for word in wanted}


def people_by_id(connection: Connection, ids: Iterable[int]) -> dict[int, PersonFact]:
    """The people with these ids."""
    wanted = sorted(set(ids))
    rows = connection.execute(_BY_IDS, {"ids": wanted}).all() if wanted else []
    return {fact.id: fact for _, fact in facts(rows)}


def units(
    connection: Connection, words: Iterable[str], *, hold: bool = False
) -> dict[str, UnitFact]:
    """The units called by these words, by code, else by a name that only one unit has; of several,
    the one that is not closed. With ``hold`` none of them is closed, or merged into another one,
    until the transaction ends.

    Raises:
        NotFound: no unit, or more than one, is called that.
    """
    wanted = sorted(set(words))
    if not wanted:
        return {}
    rows = connection.execute(_held(_UNITS, UNIT) if hold else _UNITS, {"words": wanted}).all()
    named = [(row.name, UnitFact(row.id, row.code, row.path, bool(row.closed))) for row in rows]
    return {word: _only(word, named, "unit", "rectiflow units") for word in wanted}


def closed_among(connection: Connection, paths: Iterable[str], *, hold: bool = False) -> list[str]:
    """Codes of the closed ones among the units at these paths; ``hold`` as for :func:`units`."""
    wanted = sorted(set(paths))
    statement = _held(_CLOSED, UNIT) if hold else _CLOSED
    rows = connection.execute(statement, {"paths": wanted}).all() if wanted else []
    return sorted(row.code for row in rows if row.closed)


def _held(statement: Select[Any], of: FromClause) -> Select[Any]:
    """Whoever closes or merges one of these rows waits for us, and we for them: what they have
    changed meanwhile is looked at again. Nobody else waits."""
    return statement.with_for_update(read=True, key_share=True, of=of)


def facts(rows: Iterable[Sequence[Any]]) -> list[tuple[str, PersonFact]]:
    """One fact a person from one row a role, each with the person's name.

    A row is: id, code, whether active, name, path of the unit, role, path of the role's unit.
    """
    roles: dict[int, list[tuple[Role, str]]] = defaultdict(list)
    heads: dict[int, tuple[str, str, bool, str]] = {}
    for person_id, code, active, name, path, role, seat_path in rows:
        heads[person_id] = (name, code, active, path)
        if role is not None:
            roles[person_id].append((role, seat_path))
    return [
        (name, PersonFact(person_id, code, path, tuple(roles[person_id]), bool(active)))
        for person_id, (name, code, active, path) in heads.items()
    ]


F = TypeVar("F", PersonFact, UnitFact)


def _stays(fact: PersonFact | UnitFact) -> bool:
    return fact.active if isinstance(fact, PersonFact) else not fact.closed


def _only(word: str, named: list[tuple[str, F]], what: str, listing: str) -> F:
    for _, fact in named:
        if fact.code == word:
            return fact
    found = [fact for name, fact in named if name == word]
    if len(found) > 1:
        # Whoever has left, or was closed, does not make the name of who stayed ambiguous.
        found = [fact for fact in found if _stays(fact)] or found
    if len(found) == 1:
        return found[0]
    if found:
        codes = ", ".join(fact.code for fact in found[:5])
        raise NotFound(f"More than one {what} is called {word!r}.", f"Use a code: {codes}.")
    raise NotFound(f"There is no {what} {word!r}.", f"See: {listing}.")
