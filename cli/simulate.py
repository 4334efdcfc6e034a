"""``rectiflow simulate``: what a policy would have caused over a past ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson
from cli.output import clean, emit, show, table
from rules.errors import InputError, Unavailable

app = typer.Typer(add_completion=False)


@app.command()
def simulate(
    ledger: Annotated[Path, typer.Argument(help="the past ledger: .xlsx or .csv")],
    policy: Annotated[
        list[str],
        typer.Option(help="a profile by name or file; twice to compare two side by side"),
    ],
    mapping: Annotated[
        str, typer.Option(help="how to read the ledger: a name or a file")
    ] = "ledger",
    start: Annotated[str, typer.Option("--from", metavar="DAY", help="first day")] = "",
    end: Annotated[str, typer.Option("--to", metavar="DAY", help="last day")] = "",
    limits: Annotated[
        bool,
        typer.Option("--policy-limits", help="deadlines by the policy, not the ledger's own"),
    ] = False,
    html: Annotated[Path | None, typer.Option(help="write a report with plots here")] = None,
    as_json: AsJson = False,
) -> None:
    """Replay the agenda over a past ledger: how many reminders, interviews and circulars a policy
    would have caused, and for whom. Nothing is sent and nothing is stored."""
    from config.profiles import load_profile
    from ledgers.mapping_files import load_mapping
    from tasks.simulation import as_html, simulate_ledger
    from tasks.simulation import as_json as document

    found = simulate_ledger(
        ledger,
        load_mapping(mapping),
        [load_profile(name) for name in policy],
        first=_day(start, "--from"),
        last=_day(end, "--to"),
        own_deadlines=not limits,
    )
    if html is not None:
        _write(html, as_html(found))
    told = document(found)
    if as_json:
        emit(told)
        return
    show(
        f"{clean(found.ledger)}: {found.rows} rows, {found.unusable} that cannot be replayed; "
        f"{found.first} to {found.last}."
    )
    titles = ["", *(f"{one['policy']} v{one['version']}" for one in told["policies"])]
    made = table(*titles)
    for row in _rows(told["policies"]):
        made.add_row(*row)
    show(made)


def _rows(policies: list[dict[str, object]]) -> list[list[str]]:
    """The table's rows: totals, acts and what was skipped, a column for each policy."""
    rows = [["mails", *(str(one["mails"]) for one in policies)]]
    for group in ("acts", "skipped"):
        counts = [one[group] for one in policies]
        names = dict.fromkeys(name for count in counts if isinstance(count, dict) for name in count)
        rows += [
            [name, *(str(c.get(name, 0)) for c in counts if isinstance(c, dict))] for name in names
        ]
    busiest = [one["busiest_recipient_day"] for one in policies]
    rows.append(["most for one reader on one day", *(_busiest(one) for one in busiest)])
    return rows


def _busiest(one: object) -> str:
    return clean(f"{one['mails']}: {one['who']}, {one['day']}") if isinstance(one, dict) else "-"


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{text!r} is not a day.", "Write it as 2026-11-30.", option) from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}.") from error
