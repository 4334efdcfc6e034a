"""A simulation told: as plain values for scripts, and as a page that loads nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from rules.simulation import Tally
from tasks import plots
from tasks.plots import Series
from tasks.simulation import Result, Simulated
from tasks.simulation_words import word

REPORTS = Path(__file__).parent / "reports"
BUSIEST = 10
"""How many units, people and days a page names."""

K = TypeVar("K", bound=Hashable)


def as_json(simulated: Simulated) -> dict[str, Any]:
    """The simulation as plain values."""
    return {
        "ledger": simulated.ledger,
        "rows": simulated.rows,
        "unusable": simulated.unusable,
        "unusable_rows": [row._asdict() for row in simulated.named],
        "from": simulated.first.isoformat(),
        "to": simulated.last.isoformat(),
        "assumed": simulated.assumed._asdict(),
        "policies": [_result(result) for result in simulated.results],
    }


def _result(result: Result) -> dict[str, Any]:
    tally = result.tally
    busiest = tally.by_person_and_day.most_common(1)
    return {
        "policy": result.policy.name,
        "version": result.policy.version,
        "items": tally.items,
        "acts": dict(tally.acts),
        "notices": tally.notices,
        "mails": tally.mails,
        "held": dict(tally.held),
        "collapsed": dict(tally.collapsed),
        "stops": tally.stops._asdict(),
        "skipped": dict(tally.skipped),
        "busiest_recipient": _first(tally.by_person),
        "busiest_recipient_day": (
            {"who": busiest[0][0][0], "day": busiest[0][0][1].isoformat(), "mails": busiest[0][1]}
            if busiest
            else None
        ),
        "busiest_days": [[day.isoformat(), n] for day, n in tally.by_day.most_common(BUSIEST)],
        "busiest_units": [list(pair) for pair in tally.by_unit.most_common(BUSIEST)],
        "busiest_people": [list(pair) for pair in tally.by_person.most_common(BUSIEST)],
        "by_unit": _by(tally.acts_by_unit, tally.by_unit, "unit", "notices"),
        "by_person": _by(tally.acts_by_person, tally.by_person, "person", "mails"),
        "by_day": _by(tally.acts_by_day, tally.by_day, "day", "mails"),
    }


def _first(counts: Counter[str]) -> dict[str, Any] | None:
    most = counts.most_common(1)
    return {"who": most[0][0], "mails": most[0][1]} if most else None


def _by(
    acts: Mapping[tuple[K, str], int], counts: Mapping[K, int], key: str, unit: str
) -> list[dict[str, Any]]:
    """A line for each unit, person or day: what was done there, and how much mail it made."""
    lines: dict[K, dict[str, int]] = defaultdict(dict)
    for (where, act), count in acts.items():
        lines[where][act] = count
    names: Iterable[Any] = sorted({*lines, *counts})
    return [
        {
            key: name.isoformat() if isinstance(name, date) else name,
            unit: counts.get(name, 0),
            "acts": lines.get(name, {}),
        }
        for name in names
    ]


class Table(NamedTuple):
    """Numbers beside a plot: a row a label, a column a policy."""

    heading: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    plot: Markup | None = None


def as_html(simulated: Simulated, lang: str = "en") -> str:
    """The simulation as one page, every policy a column and a colour."""
    results = simulated.results
    facts = {
        "simulated": simulated,
        "lang": lang,
        "say": lambda key, **values: word(key, lang).format(**values),
        "titles": [_title(result, lang) for result in results],
        "sums": _sums(results, lang),
        "plots": [table for table in _plots(results, lang) if table.labels],
        "spared": _table("skipped", results, lambda tally: tally.skipped, lang, plotted=None),
        "crosses": [*_crosses(results, lang)],
    }
    return _reports().get_template("simulation.html").render(facts)


def _title(result: Result, lang: str) -> str:
    policy = result.policy
    title = policy.title_zh if lang.startswith("zh") else policy.title_en
    return f"{title} ({policy.name} v{policy.version})"


def _sums(results: Sequence[Result], lang: str) -> Table:
    counts: dict[str, list[int]] = {
        "items": [r.tally.items for r in results],
        "steps": [r.tally.acts.total() for r in results],
        "notices": [r.tally.notices for r in results],
        "mails": [r.tally.mails for r in results],
        "most_a_day": [max(r.tally.by_person_and_day.values(), default=0) for r in results],
        "stops": [r.tally.stops.times for r in results],
        "stopped_mails": [r.tally.stops.mails for r in results],
    }
    for name in ("held", "collapsed"):
        for why in sorted({why for r in results for why in getattr(r.tally, name)}):
            counts[f"{name}_{why}"] = [getattr(r.tally, name)[why] for r in results]
    kept = {key: row for key, row in counts.items() if any(row) or key in _ALWAYS}
    series = [
        Series(_title(result, lang), [row[place] for row in kept.values()])
        for place, result in enumerate(results)
    ]
    return Table("", tuple(word(key, lang) for key in kept), tuple(series))


_ALWAYS = ("items", "steps", "notices", "mails")


def _plots(results: Sequence[Result], lang: str) -> Iterator[Table]:
    yield _table("acts", results, lambda tally: tally.acts, lang)
    yield _table("months", results, _months, lang, plotted=plots.columns, by_key=True)
    yield _table("load", results, _load, lang, plotted=plots.columns, by_key=True)
    yield _table("readers", results, lambda tally: tally.by_person, lang, most=BUSIEST)
    yield _table("units", results, lambda tally: tally.by_unit, lang, most=BUSIEST)
    days: Callable[[Tally], Counter[Any]] = lambda tally: tally.by_day  # noqa: E731
    yield _table("days", results, days, lang, most=BUSIEST)


def _months(tally: Tally) -> Counter[str]:
    """Mails a month."""
    totals: Counter[str] = Counter()
    for day, count in tally.by_day.items():
        totals[f"{day:%Y-%m}"] += count
    return totals


LOADS = (1, 2, 5, 10, 20, 50, 100)


def _load(tally: Tally) -> Counter[str]:
    """On how many days somebody had so many mails: what people learn to ignore."""
    totals: Counter[str] = Counter()
    for count in tally.by_person_and_day.values():
        place = next((n for n, most in enumerate(LOADS) if count <= most), len(LOADS))
        low = LOADS[place - 1] + 1 if place else 1
        most = LOADS[place] if place < len(LOADS) else None
        name = f"{low}+" if most is None else str(low) if low == most else f"{low}-{most}"
        totals[f"{place}|{name}"] += 1
    return totals


def _table(
    key: str,
    results: Sequence[Result],
    counts: Callable[[Tally], Counter[Any]],
    lang: str,
    *,
    plotted: Callable[[str, Sequence[str], Sequence[Series]], Markup] | None = plots.rows,
    by_key: bool = False,
    most: int | None = None,
) -> Table:
    """One counter of every policy side by side: by the key, or the largest first."""
    counted = [counts(result.tally) for result in results]
    whole: Counter[Any] = sum(counted, Counter())
    keys = sorted(whole) if by_key else [each for each, _ in whole.most_common(most)]
    labels = tuple(_label(each, lang) for each in keys)
    series = tuple(
        Series(_title(result, lang), [each[k] for k in keys])
        for result, each in zip(results, counted, strict=True)
    )
    heading = word(key, lang)
    return Table(heading, labels, series, plotted(heading, labels, series) if plotted else None)


def _label(key: Any, lang: str) -> str:
    if isinstance(key, date):
        return key.isoformat()
    return word(str(key).partition("|")[2] or str(key), lang) or word("none", lang)


class Cross(NamedTuple):
    """What a policy did where: a row a unit or person, a column an act."""

    heading: str
    acts: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def _crosses(results: Sequence[Result], lang: str) -> Iterator[Cross]:
    for result in results:
        acts = [act for act, _ in result.tally.acts.most_common()]
        for key, cells in (
            ("units", result.tally.acts_by_unit),
            ("responsible", result.tally.acts_by_person),
        ):
            totals: Counter[str] = Counter()
            for (where, _), count in cells.items():
                totals[where] += count
            rows = tuple(
                (where or word("none", lang), tuple(cells[where, act] for act in acts))
                for where, _ in totals.most_common(BUSIEST)
            )
            if rows:
                heading = f"{word(key, lang)}: {_title(result, lang)}"
                yield Cross(heading, tuple(word(act, lang) for act in acts), rows)


@cache
def _reports() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(REPORTS),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
