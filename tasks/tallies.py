"""What was counted, put together: as a whole, by unit and by category, in each period.

Tallies of parts that share nothing are added up; so are those of the periods, which lie one in
another. ``figures`` turns the numbers into the figures of :mod:`rules.figures`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from models.figures import Group
from models.tallying import Counted
from models.tallying_days import Trend
from rules.figures import Figures
from rules.overview import NOW, PERIODS, WITHOUT_UNIT, first_days

MONTHS = 24
"""How far back the months of a trend go, at most."""

NOBODY = "0"
"""The key of items without a unit."""

Cell = dict[str, Counter[str]]
"""Counters by period, and of what is open "now"."""

Days = dict[str, tuple[Counter[int], Counter[int]]]
"""How many closings took how many days, by period: all, and those that put something right."""


class Tally(NamedTuple):
    """The numbers of one part, or of several together."""

    whole: Cell
    units: dict[str, Cell]
    """By the id of the unit right below, of the unit itself, or :data:`NOBODY`."""
    categories: dict[str, Cell]
    days: Days
    months: dict[str, Counter[str]]
    """Opened, closed, and open and overdue on the last evening, oldest first."""
    longest: list[tuple[str, int]]

    def group(self, period: str) -> Group:
        """Everything in this period, with how long closing took."""
        return Group(None, _numbers(self.whole, period), *self.days[period])


def empty() -> Tally:
    """Nothing at all."""
    days: Days = {period: (Counter(), Counter()) for period in PERIODS}
    return Tally(_cell(), {}, {}, days, {}, [])


def figures(cell: Mapping[str, Counter[str]], period: str) -> Figures:
    """The figures of a unit or a category in this period, without the days to close."""
    return Group(None, _numbers(cell, period), Counter(), Counter()).figures


def gathered(counted: Counted, path: str, paths: Mapping[int, str], today: date) -> Tally:
    """What was counted of the part at ``path``; ``paths`` are those of all units."""
    found = empty()
    for row in counted.rows:
        key = right_below(path, paths.get(row.unit_id or 0, ""))
        cells = (found.whole, found.units.setdefault(key, _cell()),
                 found.categories.setdefault(row.category, _cell()))  # fmt: skip
        for cell in cells:
            for name in _holding(row.bucket):
                cell[name].update(row.numbers)
    for bucket, number in counted.extensions.items():
        for name in _holding(bucket):
            found.whole[name]["extensions"] += number
    for month, soft, days, often in counted.durations:
        for period in _periods_of(month, today):
            found.days[period][0][days] += often
            found.days[period][1][days] += 0 if soft else often
    found.months.update(_months(counted.trend, today))
    found.longest.extend((opened.isoformat(), item) for opened, item in counted.longest)
    return found


def together(tallies: Iterable[tuple[str, Tally]], path: str, longest: int) -> Tally:
    """Parts of the subtree at ``path``, each with its own path, as one."""
    found = empty()
    for own, tally in tallies:
        _add(found.whole, tally.whole)
        units = tally.units if own == path else {right_below(path, own): tally.whole}
        for key, cell in units.items():
            _add(found.units.setdefault(key, _cell()), cell)
        for code, cell in tally.categories.items():
            _add(found.categories.setdefault(code, _cell()), cell)
        for period, (every, right) in tally.days.items():
            found.days[period][0].update(every)
            found.days[period][1].update(right)
        for month, numbers in tally.months.items():
            found.months.setdefault(month, Counter()).update(numbers)
        found.longest.extend(tally.longest)
    months = {month: found.months[month] for month in sorted(found.months)}
    if months:
        # The last month is not over: what is open and overdue now.
        this, now = months[max(months)], found.whole[NOW]
        this["open"], this["overdue"] = now["open"], now["overdue"]
    return found._replace(months=months, longest=sorted(found.longest)[:longest])


def right_below(path: str, unit_path: str) -> str:
    """The id of the unit right below ``path`` on the way to ``unit_path``; of the unit itself when
    it is the one; :data:`NOBODY` for items without a unit."""
    if unit_path == WITHOUT_UNIT:
        return NOBODY
    # A unit that has moved away since is nobody's here.
    if path != WITHOUT_UNIT and not unit_path.startswith(path):
        return NOBODY
    rest = unit_path.removeprefix(path).strip("/")
    return rest.partition("/")[0] if rest else path.strip("/").rpartition("/")[2]


def to_json(tally: Tally) -> str:
    """As it is kept."""
    words = {
        **tally._asdict(),
        "days": {name: [list(each.items()) for each in pair] for name, pair in tally.days.items()},
    }
    return json.dumps(words, separators=(",", ":"))


def from_json(document: str) -> Tally:
    """As it was kept."""
    words = json.loads(document)
    days: Days = {name: (_days(pair[0]), _days(pair[1])) for name, pair in words["days"].items()}
    return Tally(
        _counters(words["whole"]),
        {key: _counters(cell) for key, cell in words["units"].items()},
        {key: _counters(cell) for key, cell in words["categories"].items()},
        days,
        {month: Counter(numbers) for month, numbers in words["months"].items()},
        [(opened, item) for opened, item in words["longest"]],
    )


def _cell() -> Cell:
    return defaultdict(Counter)


def _counters(cell: Mapping[str, Mapping[str, int]]) -> Cell:
    return defaultdict(Counter, {name: Counter(numbers) for name, numbers in cell.items()})


def _days(pairs: Iterable[tuple[int, int]]) -> Counter[int]:
    return Counter(dict(pairs))


def _add(to: Cell, more: Mapping[str, Counter[str]]) -> None:
    for name, numbers in more.items():
        to[name].update(numbers)


def _numbers(cell: Mapping[str, Counter[str]], period: str) -> Counter[str]:
    """What is open now, and what was opened and closed in the period."""
    nothing: Counter[str] = Counter()
    numbers = cell.get(NOW, nothing) + cell.get(period, nothing)
    numbers["at_hand"] = numbers["open"] + numbers["closed"]
    return numbers


def _holding(bucket: str) -> tuple[str, ...]:
    """The periods that hold what lies in the bucket: its own and every longer one."""
    return (NOW,) if bucket == NOW else PERIODS[: PERIODS.index(bucket) + 1]


def _periods_of(month: str, today: date) -> list[str]:
    """The periods that hold this month: each begins one."""
    return [name for name, day in first_days(today).items() if f"{day:%Y-%m}" <= month]


def _months(rows: Iterable[Trend], today: date) -> dict[str, Counter[str]]:
    """What was opened and closed in each month, and what was open and overdue when it ended."""
    rows = list(rows)
    if not rows:
        return {}
    months = _last_months(min(row.opened for row in rows), today)
    found = {month: Counter[str]() for month in months}
    for opened, closed, overdue, number in rows:
        if opened in found:
            found[opened]["opened"] += number
        if closed in found:
            found[closed]["closed"] += number
        if closed == "":
            continue
        for month in months:
            if opened <= month and (closed is None or closed > month):
                found[month]["open"] += number
                late = overdue is not None and overdue <= month
                found[month]["overdue"] += number if late else 0
    return found


def _last_months(first: str, today: date) -> list[str]:
    """The months from ``first`` on, but not more than :data:`MONTHS`, oldest first."""
    last = today.year * 12 + today.month - 1
    numbers = range(last - MONTHS + 1, last + 1)
    names = [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]
    return [name for name in names if name >= first] or names[-1:]
