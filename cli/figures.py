"""``rectiflow figures``: a campaign in numbers, scored against the original deadlines."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.words import pick
from rules.errors import InputError
from rules.figures import AGES, DEFINITIONS, Figures, Scores
from rules.vocabulary import name
from tasks.figures import Report, document, figures_of

app = typer.Typer(add_completion=False)


class By(StrEnum):
    """What the figures are told apart by."""

    UNIT = "unit"
    CATEGORY = "category"
    SOURCE = "source"
    MONTH = "month"


NAMES = {each.key: (each.zh, each.en) for each in DEFINITIONS}
COLUMNS = ("opened", "closed", "open", "overdue", "overdue_in_force", "on_time",
           "on_time_in_force", "reworked", "relapsed", "extensions", "median_days")  # fmt: skip


@app.command()
def figures(
    by: Annotated[By | None, typer.Option(help="a line for each unit, category, ...")] = None,
    start: Annotated[str, typer.Option("--from", metavar="DAY", help="first day")] = "",
    end: Annotated[str, typer.Option("--to", metavar="DAY", help="last day; today without")] = "",
    campaign: Annotated[str, typer.Option(help="code of the campaign, when there are more")] = "",
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Count a campaign: opened, closed, overdue, on time by the original deadline and by the one
    in force, with and without soft outcomes, rework, relapses, extensions, holds, days to close
    and ages. Each figure is defined in docs/figures.md."""
    first, last = _day(start, "--from"), _day(end, "--to")
    with here() as office:
        found = figures_of(
            office.engine, office.clock.now(), campaign=campaign, by=by.value if by else "",
            first=first, last=last, lang=lang,
        )  # fmt: skip
    if as_json:
        emit(document(found))
    else:
        _tell(found, lang)


def _tell(found: Report, lang: Lang) -> None:
    first = found.first.isoformat() if found.first else pick(lang, "开始", "the beginning")
    period = pick(lang, f"{first} 至 {found.last}", f"from {first} to {found.last}")
    show(f"{clean(found.campaign)}: {period}")
    if found.whole is None:
        zh = "此期间没有事项。导入台账或登记后再看：rectiflow import，rectiflow register。"
        en = "No items in this period. See: rectiflow import, rectiflow register."
        show(pick(lang, zh, en))
        return
    if found.lines:
        _tell_lines(found, lang)
    else:
        _tell_whole(found.whole, lang)


def _tell_lines(found: Report, lang: Lang) -> None:
    made = table("", *(pick(lang, *NAMES[column]) for column in COLUMNS))
    for column in made.columns[1:]:
        column.justify = "right"
    rows = [(line.name or pick(lang, "（无）", "(none)"), line.figures) for line in found.lines]
    if found.whole is not None:
        rows.append((pick(lang, "合计", "all"), found.whole))
    for title, figures in rows:
        made.add_row(clean(title), *(_cell(figures, column) for column in COLUMNS))
    show(made)


def _cell(figures: Figures, column: str) -> str:
    if column == "on_time":
        return _rate(figures.original.rate)
    if column == "on_time_in_force":
        return _rate(figures.in_force.rate)
    if column == "median_days":
        return _number(figures.median_days)
    return str(getattr(figures, column))


def _tell_whole(figures: Figures, lang: Lang) -> None:
    made = table("", pick(lang, "数量", "number"), pick(lang, "整改办结", "put right"))
    for column in made.columns[1:]:
        column.justify = "right"
    for each in DEFINITIONS:
        title = pick(lang, each.zh, each.en)
        if each.key in _PAIRS:
            made.add_row(title, *_PAIRS[each.key](figures))
        elif each.key == "ages":
            bounds = [f"≤ {age}" for age in AGES] + [f"> {AGES[-1]}"]
            for bound, count in zip(bounds, figures.ages, strict=True):
                made.add_row(f"{title} {bound}", str(count), "")
        else:
            made.add_row(title, str(getattr(figures, each.key)), "")
    for outcome, count in figures.outcomes.items():
        if count:
            made.add_row(name(outcome, lang), str(count), "")
    show(made)


def _scored(scores: Scores) -> tuple[str, str]:
    return (
        f"{scores.on_time} ({_rate(scores.rate)})",
        f"{scores.on_time_put_right} ({_rate(scores.rate_put_right)})",
    )


_PAIRS: dict[str, Any] = {
    "on_time": lambda figures: _scored(figures.original),
    "late": lambda figures: (str(figures.original.late), str(figures.original.late_put_right)),
    "on_time_in_force": lambda figures: _scored(figures.in_force),
    "median_days": lambda figures: (
        _number(figures.median_days), _number(figures.median_days_put_right)
    ),
}  # fmt: skip
"""Figures that are told with and without the soft outcomes."""


def _rate(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{text!r} is not a day.", "Write it as 2026-11-30.", option) from None
