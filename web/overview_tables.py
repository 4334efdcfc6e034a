"""An overview as tables: shown beside the pictures, drawn by them, and taken along as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from urllib.parse import urlencode

from rules.figures import AGES, share
from rules.overview import FEW, NOW
from rules.vocabulary import name
from tasks.overview import Overview
from tasks.tallies import NOBODY, Cell, Tally, figures
from web.overview_links import Links
from web.overview_table import Line, Table, Value
from web.words import WORDS, say

LIGHTS = ("red", "yellow", "green")


def tables(overview: Overview, lang: str) -> dict[str, Table]:
    """The tables of an overview that has been counted, by their keys, in the page's order."""
    assert overview.tally is not None
    made = _Tables(overview, overview.tally, lang)
    found = (made.units(), made.ranking(), made.categories(), made.months(), made.ages(),
             made.scores(), made.outcomes(), made.longest())  # fmt: skip
    return {table.key: table for table in found}


Where = Mapping[str, str] | None
"""Filters that tell a line's items from the others; None where the board cannot tell them."""


class _Tables:
    """Makes the tables of one overview in one language."""

    def __init__(self, overview: Overview, tally: Tally, lang: str) -> None:
        self._overview, self._tally, self._lang = overview, tally, lang
        self._links = Links(overview)
        self._say = partial(say, lang)
        self._period = overview.period.label
        self._whole = tally.group(self._period).figures

    def _heads(self, *keys: str) -> tuple[str, ...]:
        return tuple(self._say(f"overview.col.{key}") for key in keys)

    def units(self) -> Table:
        """The lights of the units right below."""
        lines = [self._lit(*each) for each in self._places()]
        lines.sort(key=_number, reverse=True)
        whole = self._lit(self._say("overview.row.all"), {}, self._tally.whole, kind="total")
        return Table("units", self._heads("unit", "open", *LIGHTS, "bar"), (*lines, whole))

    def ranking(self) -> Table:
        """The units right below by the share of what is overdue; few items last."""
        lines = [self._ranked(*each) for each in self._places()]
        lines = [line for line in lines if _number(line)]
        lines.sort(key=lambda line: (line.few, -_number(line, 2), line.name))
        heads = self._heads("unit", "open", "overdue", "share", "in_force", "closed", "on_time")
        return Table("ranking", heads, tuple(lines))

    def categories(self) -> Table:
        """The lights of the categories, the national ones first, with what each group has."""
        place = 0 if self._lang.startswith("zh") else 1
        known, cells = self._overview.policy.categories, dict(self._tally.categories)
        lines: list[Line] = []
        for group in sorted({each.group for each in known}):
            inside = [(each, cells.pop(each.code, {})) for each in known if each.group == group]
            whole = _sum(cell for _, cell in inside)
            lines.append(self._category(self._group(group), None, whole, kind="group"))
            for each, cell in inside:
                named = (each.zh, each.en)[place]
                lines.append(self._category(named, {"category": each.code}, cell))
        for code, cell in sorted(cells.items()):
            named = code or self._say("overview.row.uncategorised")
            lines.append(self._category(named, {"category": code} if code else None, cell))
        whole = self._tally.whole
        lines.append(self._category(self._say("overview.row.all"), {}, whole, kind="total"))
        heads = self._heads("category", "open", *LIGHTS, "bar", "closed", "on_time")
        return Table("categories", heads, tuple(lines))

    def months(self) -> Table:
        """What happened in each month, and what was left at its end."""
        lines = [
            Line(
                month,
                (
                    Value(numbers["opened"], self._links.month("opened", month)),
                    Value(numbers["closed"], self._links.month("closed", month)),
                    Value(numbers["open"]),
                    Value(numbers["overdue"]),
                ),
            )
            for month, numbers in self._tally.months.items()
        ]
        heads = self._heads("month", "opened", "closed_month", "open_month", "overdue_month")
        return Table("months", heads, tuple(lines))

    def ages(self) -> Table:
        """How long the open items have been open."""
        names = [
            self._say("overview.age.to", low=low + 1 if low else 0, high=high)
            for low, high in pairwise((0, *AGES))
        ]
        names.append(self._say("overview.age.more", low=AGES[-1]))
        lines = [
            Line(
                named,
                (Value(number, self._links.age(place)),
                 Value(share(number, self._whole.open), rate=True)),
            )
            for place, (named, number) in enumerate(zip(names, self._whole.ages, strict=True))
        ]  # fmt: skip
        return Table("ages", self._heads("age", "items", "part"), tuple(lines))

    def scores(self) -> Table:
        """How items were closed: in time, how soon, and whether it held."""
        each, said = self._whole, self._say
        rates = (each.original, each.in_force)
        lines = [
            Line(said(f"overview.{key}"), (Value(scores.rate, rate=True),
                                           Value(scores.rate_put_right, rate=True)))
            for key, scores in zip(("rate", "rate_in_force"), rates, strict=True)
        ]  # fmt: skip
        days = (Value(each.median_days), Value(each.median_days_put_right))
        lines.append(Line(said("overview.median"), days))
        for key in ("reworked", "relapsed"):
            rate = Value(share(getattr(each, key), each.at_hand), rate=True)
            lines.append(Line(said(f"overview.{key}"), (rate, Value(""))))
        lines.append(Line(said("overview.extensions"), (Value(each.extensions), Value(""))))
        return Table("scores", self._heads("figure", "all", "right"), tuple(lines))

    def outcomes(self) -> Table:
        """How the items of the period ended."""
        lines = [
            Line(
                name(outcome, self._lang),
                (Value(number, self._links.closed(outcome=outcome)),
                 Value(share(number, self._whole.closed), rate=True)),
            )
            for outcome, number in self._whole.outcomes.items()
        ]  # fmt: skip
        return Table("outcomes", self._heads("outcome", "items", "part"), tuple(lines))

    def longest(self) -> Table:
        """The items that have been open longest."""
        hidden = self._say("item.confidential")
        lines = [
            Line(
                f"{view.ref} {hidden if view.confidential else view.title}",
                (
                    Value(view.unit.name if view.unit else ""),
                    Value(
                        (
                            self._overview.period.last
                            - view.opened_at.astimezone(self._overview.zone).date()
                        ).days
                    ),
                    Value(name(view.stage, self._lang)),
                    Value(view.due.isoformat() if view.due else None),
                ),
                href=f"/items/{view.ref}",
            )
            for view in self._overview.longest
        ]
        return Table("longest", self._heads("item", "unit", "days", "stage", "due"), tuple(lines))

    def _places(self) -> Iterator[tuple[str, Where, Cell, str]]:
        """The units right below with what they have: name, filters, numbers, and overview."""
        own = self._overview.unit
        for place in self._overview.below:
            cell = self._tally.units.get(str(place.id), {})
            yield place.name, {"unit": place.code}, cell, place.code
        if cell := self._tally.units.get(str(own.id), {}):
            yield self._say("overview.row.own", unit=own.name), None, cell, ""
        if cell := self._tally.units.get(NOBODY, {}):
            yield self._say("overview.row.nobody"), None, cell, ""

    def _lit(self, named: str, where: Where, cell: Cell, unit: str = "", kind: str = "") -> Line:
        now = cell.get(NOW, Counter())
        red, yellow = now["red"], now["yellow"]
        numbers = {"open": now["open"], "red": red, "yellow": yellow}
        numbers["green"] = now["open"] - red - yellow
        cells = tuple(Value(number, self._at(key, where)) for key, number in numbers.items())
        lights = (red, yellow, numbers["green"])
        return Line(named, cells, self._of(unit), kind, lights=lights)

    def _category(self, named: str, where: Where, cell: Cell, kind: str = "") -> Line:
        line = self._lit(named, where, cell, kind=kind)
        return line._replace(cells=(*line.cells, *self._closings(where, cell)))

    def _ranked(self, named: str, where: Where, cell: Cell, unit: str) -> Line:
        now = cell.get(NOW, Counter())
        number = now["open"]
        cells = (
            Value(number, self._at("open", where)),
            Value(now["overdue"], self._at("overdue", where)),
            Value(share(now["overdue"], number), rate=True),
            Value(now["overdue_in_force"], self._at("overdue_in_force", where)),
            *self._closings(where, cell),
        )
        return Line(named, cells, self._of(unit), few=number < FEW)

    def _closings(self, where: Where, cell: Cell) -> tuple[Value, Value]:
        """What was closed in the period, and how much of it in time."""
        found = figures(cell, self._period)
        href = "" if where is None else self._links.closed(**where)
        return Value(found.closed, href), Value(found.original.rate, rate=True)

    def _at(self, key: str, where: Where) -> str:
        return "" if where is None else self._links.now(key, **where)

    def _of(self, unit: str) -> str:
        """The overview of a unit, in the same period."""
        asked = {"campaign": self._overview.campaign.code, "unit": unit, "period": self._period}
        return f"/overview?{urlencode(asked)}" if unit else ""

    def _group(self, group: str) -> str:
        key = f"overview.group.{group}"
        return self._say(key) if key in WORDS else group


def _number(line: Line, place: int = 0) -> float:
    value = line.cells[place].value
    return value if isinstance(value, int | float) else 0


def _sum(cells: Iterable[Cell]) -> Cell:
    whole: Cell = {}
    for cell in cells:
        for key, numbers in cell.items():
            whole.setdefault(key, Counter()).update(numbers)
    return whole
