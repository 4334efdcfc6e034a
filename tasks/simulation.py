"""Simulates policies over a past ledger: reads the file, replays, and draws up a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from config.calendars import calendar_for
from ledgers.mapping import Mapping
from ledgers.reader import open_ledger
from ledgers.row import LedgerRow
from rules.errors import InputError
from rules.policy import Policy
from rules.simulation import PastItem, Tally, Window, simulate
from rules.vocabulary import Severity
from rules.workdays import WorkCalendar

REPORTS = Path(__file__).parent / "reports"
BUSIEST = 10
"""How many units, people and days a report names."""


class Result(NamedTuple):
    """What one policy would have caused."""

    policy: Policy
    tally: Tally


class Simulated(NamedTuple):
    """A simulation: the rows that could be used, the window, and each policy's result."""

    ledger: str
    rows: int
    unusable: int
    first: date
    last: date
    results: tuple[Result, ...]


def simulate_ledger(
    path: Path,
    mapping: Mapping,
    policies: Sequence[Policy],
    *,
    first: date | None = None,
    last: date | None = None,
    own_deadlines: bool = True,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Simulated:
    """Replay each policy over the ledger at ``path``, from the day ``first`` to ``last``.

    Without them the window runs from the first opening to the last event the ledger tells of.
    A row that does not say when the item was opened cannot be replayed and is counted.

    Raises:
        InputError: the file or the mapping is unusable, or no row can be replayed.
    """
    zone = calendar_for(policies[0])
    past, unusable, rows = [], 0, 0
    with open_ledger(path, mapping, zone=zone.zone, today=_FAR) as ledger:
        for made in ledger:
            rows += 1
            usable = isinstance(made, LedgerRow) and made.opened is not None
            if usable and isinstance(made, LedgerRow):
                past.append(_past(made))
            else:
                unusable += 1
            if rows % 500 == 0:
                progress(rows, ledger.count)
    if not past:
        raise InputError(
            "No row says when its item was opened, so nothing can be replayed.",
            "Map the column of the opening (columns: opened:).",
            where=str(path),
        )
    first = first or zone.day_of(min(item.opened for item in past))
    last = last or zone.day_of(max(item.closed or item.opened for item in past))
    results = tuple(
        Result(policy, simulate(past, policy, calendar, window, own_deadlines=own_deadlines))
        for policy in policies
        for calendar in [calendar_for(policy)]
        for window in [_window(first, last, calendar)]
    )
    return Simulated(path.name, rows, unusable, first, last, results)


_FAR = date(9999, 1, 1)


def _past(row: LedgerRow) -> PastItem:
    assert row.opened is not None
    return PastItem(
        unit=row.unit,
        responsible=row.responsible,
        leader=row.leader,
        severity=row.severity or Severity.GENERAL,
        opened=row.opened,
        due=row.due,
        # Closed on an unknown day: nothing is known to have happened to it after its opening.
        closed=row.closed_at if row.closed_at or not row.closed else row.opened,
    )


def _window(first: date, last: date, calendar: WorkCalendar) -> Window:
    start = datetime.combine(first, time(), calendar.zone).astimezone(UTC)
    return Window(start, calendar.end_of(last))


def as_json(simulated: Simulated) -> dict[str, Any]:
    """The simulation as plain values."""
    return {
        "ledger": simulated.ledger,
        "rows": simulated.rows,
        "unusable": simulated.unusable,
        "from": simulated.first.isoformat(),
        "to": simulated.last.isoformat(),
        "policies": [_result(result) for result in simulated.results],
    }


def _result(result: Result) -> dict[str, Any]:
    tally = result.tally
    busiest = tally.by_person_and_day.most_common(1)
    return {
        "policy": result.policy.name,
        "version": result.policy.version,
        "items": tally.items,
        "mails": tally.mails,
        "acts": dict(tally.acts),
        "skipped": dict(tally.skipped),
        "busiest_recipient_day": (
            {"who": busiest[0][0][0], "day": busiest[0][0][1].isoformat(), "mails": busiest[0][1]}
            if busiest
            else None
        ),
        "busiest_days": [[day.isoformat(), n] for day, n in tally.by_day.most_common(BUSIEST)],
        "busiest_units": [list(pair) for pair in tally.by_unit.most_common(BUSIEST)],
        "busiest_people": [list(pair) for pair in tally.by_person.most_common(BUSIEST)],
    }


class Bar(NamedTuple):
    """One bar of a plot."""

    label: str
    number: int
    share: float


def months(tally: Tally) -> Iterator[tuple[str, int]]:
    """Mails a month, in order of time."""
    totals: dict[str, int] = {}
    for day, count in tally.by_day.items():
        month = f"{day:%Y-%m}"
        totals[month] = totals.get(month, 0) + count
    yield from sorted(totals.items())


def bars(pairs: Sequence[tuple[str, int]], most: int) -> list[Bar]:
    """The pairs as bars, each with its share of ``most``."""
    return [Bar(label, count, count / most if most else 0.0) for label, count in pairs]


def as_html(simulated: Simulated) -> str:
    """The simulation as one page that loads nothing from anywhere."""
    results = simulated.results
    by_month = [list(months(result.tally)) for result in results]
    most_month = max((count for series in by_month for _, count in series), default=0)
    most_act = max((max(r.tally.acts.values(), default=0) for r in results), default=0)
    columns = [
        {
            "result": _result(result),
            "title": result.policy.title_en,
            "months": bars(series, most_month),
            "acts": bars(result.tally.acts.most_common(), most_act),
        }
        for result, series in zip(results, by_month, strict=True)
    ]
    return _reports().get_template("simulation.html").render(simulated=simulated, columns=columns)


@cache
def _reports() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(REPORTS),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
