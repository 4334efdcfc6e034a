"""The invented city: its districts and counties, the units inspected, and their offices."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from sample.files import source


class Unit(NamedTuple):
    """One unit. The first six fields are the columns of ``units.csv``.

    ``kind`` is city, county or unit; ``level`` says whose unit it is, city or county.
    ``trade`` is what it does (court, police, ...), ``sign`` its short name in item numbers, and
    ``towns`` are the townships below its district.
    """

    code: str
    name: str
    parent: str
    kind: str
    level: str
    inspected: bool
    trade: str
    sign: str
    place: str
    towns: tuple[str, ...]


class _Base(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _CityUnit(_Base):
    slug: str
    kind: str
    name: str
    sign: str


class _City(_Base):
    name: str
    slug: str


class _District(_Base):
    slug: str
    name: str
    towns: tuple[str, ...]


class _Places(_Base):
    city: _City
    city_units: tuple[_CityUnit, ...]
    districts: tuple[_District, ...]


@cache
def units() -> tuple[Unit, ...]:
    """Every unit, a parent before its children."""
    places = _Places.model_validate(source("places.yaml"))
    return tuple(_tree(places))


def inspected() -> tuple[Unit, ...]:
    """The units that the inspection visited."""
    return tuple(unit for unit in units() if unit.inspected)


def _tree(places: _Places) -> Iterator[Unit]:
    city = places.city
    yield Unit(city.slug, city.name, "", "city", "city", False, "", "", city.name, ())
    yield _office(city.slug, city.name, "city")
    for own in places.city_units:
        code = f"{city.slug}-{own.slug}"
        yield Unit(
            code, own.name, city.slug, "unit", "city", True, own.kind, own.sign, city.name, ()
        )
    for district in places.districts:
        yield from _district(district, city)


def _office(slug: str, place: str, level: str) -> Unit:
    name = f"{place}教育整顿办"
    return Unit(f"{slug}-office", name, slug, "unit", level, False, "office", "", place, ())


def _district(district: _District, city: _City) -> Iterator[Unit]:
    slug, name = district.slug, district.name
    yield Unit(slug, name, city.slug, "county", "county", False, "", "", name, district.towns)
    yield _office(slug, name, "county")
    short = name[:-1]
    police = f"{name}公安局" if name.endswith("县") else f"{city.name}公安局{short}分局"
    for trade, full, sign in (
        ("plc", f"{name}委政法委员会", "政法委"),
        ("court", f"{name}人民法院", "法院"),
        ("proc", f"{name}人民检察院", "检察院"),
        ("police", police, "公安"),
        ("justice", f"{name}司法局", "司法"),
    ):
        yield Unit(
            f"{slug}-{trade}", full, slug, "unit", "county", True, trade, short + sign, name,
            district.towns,
        )  # fmt: skip
