"""Findings: patterns of competent officialese, filled with what fits the unit.

A slot is ``{name}`` for a word of ``words.yaml`` or ``{n3_12}`` for a number from 3 to 12. The
same slot has the same value throughout one finding. Letters tell numbers apart: ``n`` counts the
cases found, ``m`` some of them (fewer than ``n``), ``d`` days, ``w`` ten thousands of yuan,
``k`` anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from rules.vocabulary import Severity, Source
from sample.files import source as read
from sample.units import Unit
from sample.words import words

FILES = ("court", "procuratorate", "police", "justice", "committee", "custody", "common")

_SLOT = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"([nmdwk])(\d+)_(\d+)")


class Pattern(BaseModel):
    """One entry of ``texts/*.yaml``.

    ``at`` and ``co_units`` are kinds of unit; ``level`` restricts it to those of the city or of a
    county. ``sources`` replaces the usual sources of the category.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    category: str
    at: tuple[str, ...]
    level: Literal["city", "county"] | None = None
    severity: tuple[Severity, ...]
    sources: tuple[Source, ...] = ()
    co_units: tuple[str, ...] = ()
    title: str
    finding: str
    demand: str

    def fits(self, unit: Unit) -> bool:
        """Whether such a thing can be found at the unit."""
        return unit.trade in self.at and self.level in (None, unit.level)


class Finding(NamedTuple):
    """What was found, in words."""

    pattern: str
    category: str
    severity: Severity
    source: Source
    title: str
    description: str
    demand: str


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern, in the order of the files."""
    return tuple(_read())


def _read() -> Iterator[Pattern]:
    for name in FILES:
        entries = read(f"texts/{name}.yaml")
        assert isinstance(entries, list)
        yield from map(Pattern.model_validate, entries)


def write(pattern: Pattern, unit: Unit, rng: Random) -> Finding:
    """One finding of this kind at this unit."""
    origin = _source(pattern, rng)
    values = _values(pattern, unit, rng)
    return Finding(
        pattern.key,
        pattern.category,
        rng.choice(pattern.severity),
        origin,
        _fill(pattern.title, values),
        rng.choice(words().lead[origin]) + _fill(pattern.finding, values),
        _fill(pattern.demand, values),
    )


def _source(pattern: Pattern, rng: Random) -> Source:
    bank = words()
    known = pattern.sources or bank.sources[pattern.category]
    return rng.choices(known, [bank.source_weights[one] for one in known])[0]


def _fill(text: str, values: dict[str, str]) -> str:
    return _SLOT.sub(lambda found: values[found[1]], text)


def _values(pattern: Pattern, unit: Unit, rng: Random) -> dict[str, str]:
    slots = dict.fromkeys(_SLOT.findall(pattern.title + pattern.finding + pattern.demand))
    # What was counted comes before the part of it.
    ordered = sorted(slots, key=lambda slot: slot.startswith("m") and slot != "month")
    values: dict[str, str] = {}
    whole = 0
    for slot in ordered:
        if number := _NUMBER.fullmatch(slot):
            letter, low, high = number[1], int(number[2]), int(number[3])
            if letter == "m" and whole:
                high = min(high, max(low, whole - 1))
            drawn = rng.randint(low, high)
            whole = drawn if letter == "n" else whole
            values[slot] = str(drawn)
        else:
            values[slot] = _word(slot, unit, rng)
    return values


def _word(slot: str, unit: Unit, rng: Random) -> str:
    bank = words()
    if slot == "self":
        return bank.self[unit.trade]
    if slot == "place":
        return unit.place
    if slot == "town":
        return rng.choice(unit.towns)
    if slot == "site":
        # Stations and tribunals bear a township's name without what kind it is.
        return rng.choice(unit.towns).removesuffix("街道").removesuffix("镇")
    if slot == "ward":
        return rng.choice(bank.ward[unit.trade])
    word = rng.choice(bank.slots[slot])
    # A city's bureau has detachments (支队) where a county's has brigades (大队).
    if slot == "police_dept" and unit.level == "city":
        return word.replace("大队", "支队")
    return word
