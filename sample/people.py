"""Who works in the campaign: invented names, handles and roles."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from rules.vocabulary import Role
from sample.units import Unit
from sample.words import words

DOMAIN = "rectiflow.example"
"""Reserved by RFC 2606: no mail sent there can reach anybody."""

_SINGLE = 0.15
_ENGLISH = 10


class Duty(NamedTuple):
    """One role of one person: a line of ``people.csv``; a person may have several.

    ``unit`` is where they sit, ``scope`` the unit in whose subtree they hold the role.
    """

    code: str
    name: str
    unit: str
    role: Role
    scope: str
    email: str
    lang: str


class _Post(NamedTuple):
    suffix: str
    roles: tuple[Role, ...]


_OFFICE = (
    _Post("c1", (Role.COORDINATOR,)),
    _Post("s1", (Role.SUPERVISOR,)),
    _Post("v1", (Role.VERIFIER,)),
    _Post("v2", (Role.VERIFIER,)),
)
# One of the city's supervisors also verifies, so that the sample has somebody who must not
# approve what they have verified themselves.
_CITY_OFFICE = (
    _Post("c1", (Role.COORDINATOR,)),
    _Post("c2", (Role.COORDINATOR,)),
    _Post("c3", (Role.COORDINATOR,)),
    _Post("s1", (Role.SUPERVISOR,)),
    _Post("s2", (Role.SUPERVISOR,)),
    _Post("s3", (Role.SUPERVISOR, Role.VERIFIER)),
    _Post("v1", (Role.VERIFIER,)),
    _Post("v2", (Role.VERIFIER,)),
    _Post("v3", (Role.VERIFIER,)),
    _Post("viewer", (Role.VIEWER,)),
    _Post("auditor", (Role.AUDITOR,)),
)
_INSPECTED = (
    _Post("r1", (Role.RESPONSIBLE,)),
    _Post("r2", (Role.RESPONSIBLE,)),
    _Post("l1", (Role.LEADER,)),
)


def people(units: tuple[Unit, ...], rng: Random) -> tuple[Duty, ...]:
    """Every duty, in the order of the units."""
    posts = [(unit, post) for unit in units for post in _posts(unit)]
    names = _names(rng)
    plain = [post for _, post in posts if post.suffix in ("r1", "r2", "v1")]
    english = set(rng.sample(range(len(plain)), _ENGLISH))
    duties: list[Duty] = []
    seen = 0
    for unit, post in posts:
        ordinary = post.suffix in ("r1", "r2", "v1")
        chosen = seen in english if ordinary else post.suffix in ("viewer", "auditor")
        seen += ordinary
        duties.extend(_duties(unit, post, next(names), "en" if chosen else "zh-CN"))
    return tuple(duties)


def _posts(unit: Unit) -> tuple[_Post, ...]:
    if unit.trade == "office":
        return _CITY_OFFICE if unit.level == "city" else _OFFICE
    return _INSPECTED if unit.inspected else ()


def _duties(unit: Unit, post: _Post, name: str, lang: str) -> Iterator[Duty]:
    code = f"{unit.code}-{post.suffix}"
    # An office steers the place that it sits in, not itself.
    scope = unit.parent if unit.trade == "office" else unit.code
    for role in post.roles:
        yield Duty(code, name, unit.code, role, scope, f"{code}@{DOMAIN}", lang)
    if unit.trade == "plc" and post.suffix == "l1":
        # The secretary of a place's political-legal committee may read all of the place.
        yield Duty(code, name, unit.code, Role.VIEWER, unit.parent, f"{code}@{DOMAIN}", lang)


def _names(rng: Random) -> Iterator[str]:
    bank = words().names
    taken: set[str] = set()
    while True:
        if rng.random() < _SINGLE:
            given = rng.choice(bank.single)
        else:
            given = rng.choice(bank.first) + rng.choice(bank.last)
        name = rng.choice(bank.surnames) + given
        if name not in taken:
            taken.add(name)
            yield name
