"""The items: a finding, a life and the people named on it, for each unit inspected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from rules.policy import Policy
from rules.vocabulary import Outcome, Role, Severity, Source, Stage
from sample.lives import OUTCOMES, STAGES, Life, Lives
from sample.people import Duty
from sample.units import Unit, inspected
from sample.wording import Finding, Pattern, patterns, write
from sample.words import words

YEAR = 2026
"""The year in the items' numbers; it stays when the sample is dated anew."""

QUOTAS = {
    "court": 65, "proc": 42, "police": 65, "justice": 46, "plc": 30, "security": 3,
    "prison": 11, "rehab": 4, "detention": 9, "traffic": 5,
}  # fmt: skip
"""How many items the units of a kind have together."""

CONFIDENTIAL = 9
_DELICATE = frozenset({"business", "shares-and-loans", "brokers", "three-regulations"})
_PUBLIC = (Source.PETITION, Source.HOTLINE, Source.ONLINE)
_ANONYMOUS = 0.3
_CITY_VERIFIES = 0.25
_TRIES = 1000


@dataclass(slots=True)
class Item:
    """One line of the ledger before it is written. People and ``co_units`` are named."""

    unit: Unit
    finding: Finding
    life: Life
    responsible: str = ""
    leader: str = ""
    verifier: str = ""
    co_units: tuple[str, ...] = ()
    due_superior: int | None = None
    confidential: bool = False
    complainant: str = ""
    note: str = ""
    number: str = ""


def items(policy: Policy, duties: tuple[Duty, ...], rng: Random) -> list[Item]:
    """Every item, numbered, in the order in which they were opened."""
    found = list(_findings(rng))
    rng.shuffle(found)
    lives = list(_lives(policy, [finding for _, _, finding in found], rng))
    whole = [
        Item(unit, finding, life, co_units=_co_units(unit, pattern))
        for (unit, pattern, finding), life in zip(found, lives, strict=True)
    ]
    whole.sort(key=lambda item: (item.life.opened, item.unit.code, item.finding.title))
    _number(whole)
    cast = _Cast(duties, rng)
    for item in whole:
        _complete(item, cast, rng)
    _merge(whole, rng)
    delicate = [i for i in whole if i.finding.category in _DELICATE and _is_grave(i)]
    for item in rng.sample(delicate, CONFIDENTIAL):
        item.confidential = True
    return whole


def _is_grave(item: Item) -> bool:
    return item.finding.severity is not Severity.GENERAL and item.life.assigned is not None


def _findings(rng: Random) -> Iterator[tuple[Unit, Pattern, Finding]]:
    """As many as the quotas say; each pattern about equally often, never twice at one unit."""
    used: Counter[str] = Counter()
    titles: set[str] = set()
    for unit, count in _shares():
        here: set[str] = set()
        for _ in range(count):
            fitting = [p for p in patterns() if p.fits(unit) and p.key not in here]
            pattern = min(fitting, key=lambda p: (used[p.key], rng.random()))
            used[pattern.key] += 1
            here.add(pattern.key)
            yield unit, pattern, _untold(pattern, unit, titles, rng)


def _untold(pattern: Pattern, unit: Unit, titles: set[str], rng: Random) -> Finding:
    """A finding under a title that no other has."""
    for _ in range(_TRIES):
        finding = write(pattern, unit, rng)
        if finding.title not in titles:
            titles.add(finding.title)
            return finding
    raise ValueError(f"{pattern.key} has too few titles: give its title another slot")


def _shares() -> Iterator[tuple[Unit, int]]:
    for trade, quota in QUOTAS.items():
        those = [unit for unit in inspected() if unit.trade == trade]
        each, left = divmod(quota, len(those))
        for index, unit in enumerate(those):
            yield unit, each + (index < left)


def _lives(policy: Policy, found: list[Finding], rng: Random) -> Iterator[Life]:
    """One life for each finding; what was found not to hold came from outside, where possible."""
    lives = Lives(policy, rng)
    stages = [stage for stage, count in STAGES.items() for _ in range(count)]
    outcomes = [outcome for outcome, count in OUTCOMES.items() for _ in range(count)]
    rng.shuffle(stages)
    closed = [i for i, stage in enumerate(stages) if stage is Stage.CLOSED]
    closed.sort(key=lambda i: found[i].source in _PUBLIC)
    ends = dict(zip(closed, sorted(outcomes, key=_SOFTEST_LAST.index), strict=True))
    for index, (finding, stage) in enumerate(zip(found, stages, strict=True)):
        if stage is Stage.CLOSED:
            yield lives.ended(ends[index], finding.severity)
        else:
            yield lives.draw(stage, finding.severity)


_SOFTEST_LAST = (
    Outcome.RECTIFIED,
    Outcome.LONG_TERM,
    Outcome.MERGED,
    Outcome.WITHDRAWN,
    Outcome.TRANSFERRED,
    Outcome.UNSUBSTANTIATED,
)


def _number(whole: list[Item]) -> None:
    """Items of the city's units and from above are in the office's series, others in the unit's."""
    series: Counter[str] = Counter()
    for item in whole:
        by_office = item.unit.level == "city" or item.finding.source is Source.SUPERIOR
        name = f"泉教整〔{YEAR}〕" if by_office else f"{YEAR}-{item.unit.sign}-"
        series[name] += 1
        item.number = f"{name}{series[name]:03}"


class _Cast:
    """Who may be named on an item."""

    def __init__(self, duties: tuple[Duty, ...], rng: Random) -> None:
        self._rng = rng
        self._by: dict[tuple[Role, str], list[str]] = {}
        for duty in duties:
            self._by.setdefault((duty.role, duty.scope), []).append(duty.name)

    def one(self, role: Role, scope: str) -> str:
        return self._rng.choice(self._by[role, scope])

    def verifier(self, unit: Unit) -> str:
        """Usually somebody of the office of the unit's own place, now and then of the city's."""
        by_city = unit.level == "city" or self._rng.random() < _CITY_VERIFIES
        return self.one(Role.VERIFIER, "city" if by_city else unit.parent)


def _complete(item: Item, cast: _Cast, rng: Random) -> None:
    life = item.life
    if life.assigned is not None:
        item.responsible = cast.one(Role.RESPONSIBLE, item.unit.code)
        item.leader = cast.one(Role.LEADER, item.unit.code)
    if life.submitted is not None:
        item.verifier = cast.verifier(item.unit)
    if item.finding.source is Source.SUPERIOR and life.due is not None:
        item.due_superior = life.due + rng.choice((0, 0, 3, 5, 10))
    if item.finding.source is Source.PETITION and rng.random() > _ANONYMOUS:
        item.complainant = rng.choice(words().complainant)
    item.note = "".join(_notes(item, rng))


def _notes(item: Item, rng: Random) -> Iterator[str]:
    life, bank = item.life, words()
    if life.round > 1:
        yield rng.choice(bank.returned)
    if life.stage is Stage.REMINDER and rng.random() < 0.6:
        yield rng.choice(bank.chased)
    if life.outcome is Outcome.RECTIFIED and item.finding.source in _PUBLIC:
        yield rng.choice(bank.satisfied)
    elif life.outcome is not None and life.outcome in bank.ended:
        yield rng.choice(bank.ended[life.outcome])
    if life.closed is not None and life.due is not None and life.closed > life.due:
        yield "超期办结。"


def _merge(whole: list[Item], rng: Random) -> None:
    """A merged item names the open one of its unit into which it was merged."""
    for item in whole:
        if item.life.outcome is Outcome.MERGED:
            others = [o for o in whole if o.unit is item.unit and o.life.outcome is None]
            item.note = f"与{rng.choice(others).number}系同一批交办材料，并案办理。"


def _co_units(unit: Unit, pattern: Pattern) -> tuple[str, ...]:
    """Units of the same place that the finding also concerns."""
    return tuple(
        other.name
        for other in inspected()
        if other.parent == unit.parent and other.trade in pattern.co_units
    )
