"""``rectiflow simulate``: what a policy would have caused over a past ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.progress import progress_bar
from cli.words import pick
from rules.errors import InputError, Unavailable

app = typer.Typer(add_completion=False)

SHOWN = 10
"""Rows that cannot be replayed, named on a terminal; ``--json`` has more."""


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
    served_after: Annotated[
        int,
        typer.Option(
            "--served-after", min=0, max=3650, metavar="DAYS",
            help="working days until an act is served, where the ladder waits for that",
        ),
    ] = 1,
    html: Annotated[Path | None, typer.Option(help="write a report with plots here")] = None,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:  # fmt: skip
    """Replay the agenda over a past ledger: how many reminders, interviews and circulars a policy
    would have caused, and for whom. Nothing is sent and nothing is stored."""
    from config.profiles import load_profile
    from ledgers.mapping_files import load_mapping
    from rules.simulation import Assumptions
    from tasks.simulation import simulate_ledger
    from tasks.simulation_report import as_html
    from tasks.simulation_report import as_json as document

    words = {"read": pick(lang, "读取", "reading"), "replay": pick(lang, "试算", "replaying")}
    with progress_bar(words, quiet=as_json) as progress:
        found = simulate_ledger(
            ledger,
            load_mapping(mapping),
            [load_profile(name) for name in policy],
            first=_day(start, "--from"),
            last=_day(end, "--to"),
            assumed=Assumptions(own_deadlines=not limits, served_after=served_after),
            lang=lang,
            progress=progress,
        )
    if html is not None:
        _write(html, as_html(found, lang))
    told = document(found)
    if as_json:
        emit(told)
    else:
        _tell(told, limits, lang)


def _tell(told: dict[str, Any], limits: bool, lang: Lang) -> None:
    from tasks.simulation_words import word

    facts = {"ledger": told["ledger"], "rows": told["rows"], "unusable": told["unusable"],
             "first": told["from"], "last": told["to"]}  # fmt: skip
    show(clean(word("intro", lang).format(**facts)))
    show(word("assumed_served", lang).format(days=told["assumed"]["served_after"]))
    if limits:
        show(word("assumed_limits", lang))
    made = table("", *(f"{one['policy']} v{one['version']}" for one in told["policies"]))
    for column in made.columns[1:]:
        column.justify = "right"
    for title, cells in _rows(told["policies"], lang):
        made.add_row(clean(title), *cells)
    show(made)
    for one in told["policies"]:
        if found := one["busiest_recipient_day"]:
            show(clean(f"{one['policy']}: {_busiest(found, one['busiest_recipient'], lang)}"))
        else:
            show(f"{one['policy']}: {word('nothing', lang)}")
    for row in told["unusable_rows"][:SHOWN]:
        line = pick(lang, f"第 {row['row']} 行", f"row {row['row']}")
        show(clean(f"{line}, {row['cell']}: {row['reason']}"))
    if (rest := told["unusable"] - SHOWN) > 0:
        show(pick(lang, f"另有 {rest} 行（--json）", f"{rest} more rows (--json)"))


def _rows(policies: list[dict[str, Any]], lang: Lang) -> Iterator[tuple[str, list[str]]]:
    """The table's rows: totals, acts, what waited and what was skipped, a column a policy."""
    from tasks.simulation_words import word

    for name in ("items", "notices", "mails"):
        yield word(name, lang), [str(one[name]) for one in policies]
    for group, prefix in (("acts", ""), ("held", "held_"), ("collapsed", "collapsed_"),
                          ("skipped", "")):  # fmt: skip
        names = dict.fromkeys(name for one in policies for name in one[group])
        for name in names:
            cells = [str(one[group].get(name, 0)) for one in policies]
            yield word(f"{prefix}{name}", lang), cells
    for key, name in (("stops", "times"), ("stopped_mails", "mails")):
        if any(one["stops"][name] for one in policies):
            yield word(key, lang), [str(one["stops"][name]) for one in policies]


def _busiest(day: dict[str, Any], ever: dict[str, Any], lang: Lang) -> str:
    return pick(
        lang,
        f"一人一天最多 {day['mails']} 封：{day['who']}，{day['day']}；"
        f"总计最多 {ever['mails']} 封：{ever['who']}。",
        f"most for one reader on one day {day['mails']}: {day['who']}, {day['day']}; "
        f"most in all {ever['mails']}: {ever['who']}.",
    )


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
