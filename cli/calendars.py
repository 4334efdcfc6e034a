"""``rectiflow calendar``: the working days of a campaign, and deadlines that follow them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from cli import shapes
from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.policy import found
from cli.policy_moves import SHOWN, DryRun, Orders, Yes, ordered_by, tell_ended
from cli.words import WEEKDAYS, pick, said, titles
from config.almanac import Almanac, Marked, Month, almanac
from config.calendars import calendar_for
from models import policies
from models.engine import reading
from rules.errors import InputError
from rules.vocabulary import NAMES
from rules.workdays import Weekday
from tasks.migrating import called
from tasks.refreshing import Refreshed, Review, refresh, review

app = typer.Typer(add_completion=False)

InCampaign = Annotated[str, typer.Option(help="code of the campaign, when there are more")]
MARKS = {"off": ("休", "off"), "on": ("班", "on"), "half": ("半", "half")}


@app.callback()
def calendar() -> None:
    """See which days are worked; work deadlines out anew when a year has been published."""


@app.command("show")
def show_(
    span: Annotated[
        str, typer.Argument(metavar="[YEAR|MONTH]", help="like 2026 or 2026-10; else this year")
    ] = "",
    policy: Annotated[
        str, typer.Option(help="another policy than the one in force: stored, profile or file")
    ] = "",
    campaign: InCampaign = "",
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Show working days, weekdays off, weekend days worked and half days, and whether the year is
    published or an estimate."""
    rules = found(policy, campaign)
    year, month = _span(span)
    if year is None:
        with here() as office:
            year = calendar_for(rules).day_of(office.clock.now()).year
    shown = almanac(rules, year, lang)
    months = [each for each in shown.months if month in (None, each.month)]
    if as_json:
        emit({
            "policy": called(rules), "country": rules.country, "subdivision": rules.subdivision,
            "zone": rules.zone, "year": year, "published": shown.published,
            "working_days": sum(each.working for each in months),
            "months": [shapes.plain(each) for each in months],
        })  # fmt: skip
    else:
        _head(shown, called(rules), lang)
        _grid(months[0], lang) if month else _year(months, lang)


_SPAN = re.compile(r"(\d{4})(?:-(\d{2}))?")


def _span(text: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    match = _SPAN.fullmatch(text)
    year, month = (int(text[:4]), int(match[2] or 1)) if match else (0, 0)
    if match is None or not 1900 < year <= 2100 or not 1 <= month <= 12:
        raise InputError(
            f"{text!r} is no year or month.", "Write it as 2026 or 2026-10.", where="YEAR|MONTH"
        )
    return year, month if match[2] else None


def _head(shown: Almanac, policy: str, lang: str) -> None:
    state = (
        pick(lang, "已公布", "published")
        if shown.published
        else pick(lang, "尚未公布，按推算", "not published yet: an estimate")
    )
    zh = f"{shown.year} 年（{policy}）：{state}；全年 {shown.working} 个工作日。"
    en = f"{shown.year} ({policy}): {state}; {shown.working} working days."
    show(pick(lang, zh, en))


def _year(months: Sequence[Month], lang: str) -> None:
    heads = (
        "月|工作日|平日休|周末班|半天",
        "month|worked|weekdays off|weekend days worked|half days",
    )
    made = table(*titles(lang, *heads))
    for month in months:
        marked = [_days(month, kind) for kind in ("off", "on", "half")]
        made.add_row(f"{month.month:02}", str(month.working), *marked)
    show(made)


def _days(month: Month, kind: str) -> str:
    """The days of one kind with their names, days in a row under one name together."""
    words: list[str] = []
    run: list[Marked] = []
    for one in (*(each for each in month.marked if each.kind == kind), None):
        follows = run and one is not None and one.name == run[-1].name
        if follows and one is not None and one.day - run[-1].day <= timedelta(days=1):
            run.append(one)
            continue
        if run:
            span = f"{run[0].day.day}" + (f"-{run[-1].day.day}" if len(run) > 1 else "")
            words.append(clean(f"{span} {run[0].name}".strip()))
        run = [] if one is None else [one]
    return "; ".join(words)


def _grid(month: Month, lang: str) -> None:
    """The month as a wall calendar shows it."""
    made = table(*(said(WEEKDAYS, day, lang)[: 3 if lang == Lang.EN else None] for day in Weekday))
    marks = {one.day: pick(lang, *MARKS[one.kind]) for one in month.marked}
    first = date(month.year, month.month, 1)
    day = first - timedelta(days=first.weekday())
    while day.replace(day=1) <= first:
        week = [day + timedelta(days=n) for n in range(7)]
        made.add_row(*(
            f"{d.day} {marks.get(d, '')}".strip() if d.month == month.month else "" for d in week
        ))  # fmt: skip
        day += timedelta(days=7)
    show(made)
    for one in month.marked:
        show(clean(f"{one.day} {pick(lang, *MARKS[one.kind])} {one.name}".strip()))


@app.command("refresh")
def refresh_(
    campaign: InCampaign = "",
    person: Orders = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Move deadlines that were worked out from a calendar that has changed: first shown, with
    --yes carried out, one event each. Deadlines set by hand stay, and none passes its superior's.
    """
    with here() as office:
        now = office.clock.now()
        with reading(office.engine) as connection:
            by = ordered_by(connection, person, yes, dry_run)
            reviews = list(review(connection, policies.campaign(connection, campaign), now))
        moving = [one for one in reviews if one.moves]
        ended = list(refresh(office.engine, moving, by, now)) if yes else None
    if as_json:
        emit(_document(reviews, ended))
    else:
        _tell(reviews, lang)
        tell_ended([(one.ref, one.refused) for one in ended or ()], yes, bool(moving), lang)
    if any(one.refused for one in ended or ()):
        raise typer.Exit(1)


def _document(reviews: Sequence[Review], ended: Sequence[Refreshed] | None) -> dict[str, Any]:
    return {
        "items": [{**shapes.plain(one), "moves": one.moves} for one in reviews],
        "done": None if ended is None else [one.ref for one in ended if not one.refused],
        "failed": [one._asdict() for one in ended or () if one.refused],
    }


def _tell(reviews: Sequence[Review], lang: str) -> None:
    moving = [one for one in reviews if one.moves]
    waiting = [one for one in reviews if one.estimated]
    kept = [one for one in reviews if one.refused and not one.estimated]
    zh = f"{len(moving)} 项期限将随日历变动。"
    show(pick(lang, zh, f"{len(moving)} deadlines would follow the calendar."))
    if moving:
        made = table(*titles(lang, "编号|环节|起算日|期限|改为", "item|stage|from|due|becomes"))
        for one in moving[:SHOWN]:
            stage = said(NAMES, one.stage, lang)
            made.add_row(one.ref, stage, str(one.counted_from), str(one.due), str(one.new))
        show(made)
    if len(moving) > SHOWN:
        more = len(moving) - SHOWN
        show(pick(lang, f"另有 {more} 项，详见 --json。", f"{more} more; --json has all of them."))
    if waiting:
        years = ", ".join(str(y) for y in sorted({y for one in waiting for y in one.estimated}))
        zh = f"{len(waiting)} 项期限落在尚未公布的日历中（{years}），公布后再核。"
        en = f"{len(waiting)} deadlines depend on years not published yet ({years}) and wait."
        show(pick(lang, zh, en))
    for one in kept[:SHOWN]:
        zh = f"{one.ref} 期限 {one.due} 不变（日历推得 {one.new}）：{one.refused}"
        en = f"{one.ref} stays at {one.due} (by the calendar {one.new}): {one.refused}"
        show(clean(pick(lang, zh, en)))
