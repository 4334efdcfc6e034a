"""The figures of a campaign, with the names that people know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple, get_args

from sqlalchemy import Connection, Engine

from config.calendars import calendar_for
from models import figures as counted
from models import policies, roster
from models.engine import reading
from models.figures import Grouping
from rules.errors import InputError
from rules.figures import AGES, Figures, Scores, Span, months
from rules.policy import Policy
from rules.vocabulary import name

BEFORE_EVERYTHING = date(1900, 1, 1)


class Line(NamedTuple):
    """One group: its stored key ("" without), its name, and its figures."""

    key: str
    name: str
    figures: Figures


class Report(NamedTuple):
    """The figures of a campaign from ``first`` (None: from the beginning) to ``last``."""

    campaign: str
    by: Grouping
    first: date | None
    last: date
    whole: Figures | None
    """Everything together; None when there is no item at all."""
    lines: tuple[Line, ...]


def figures_of(
    engine: Engine,
    now: datetime,
    *,
    campaign: str = "",
    by: Grouping = "",
    first: date | None = None,
    last: date | None = None,
    lang: str = "zh-CN",
) -> Report:
    """Count a campaign at ``now``, or as it was on the evening of the day ``last``.

    Raises:
        InputError: the period ends before it begins, or is too long to be told by month.
        NotFound: there is no such campaign.
    """
    if by not in get_args(Grouping):
        raise InputError(f"{by!r} is no grouping.", "Use unit, category, source or month.", "--by")
    with reading(engine) as connection:
        fact = policies.campaign(connection, campaign)
        policy = policies.policy(connection, fact.policy_id)
        calendar = calendar_for(policy)
        today = calendar.day_of(now)
        last = min(last or today, today)
        if first is not None and first > last:
            raise InputError(
                f"The period begins on {first} and ends on {last}.",
                "Give a --from that is not after --to, and not after today.",
                where="--from",
            )
        zone = calendar.zone
        period = [Span("", first or BEFORE_EVERYTHING, last)]
        plain: Grouping = "" if by == "month" else by
        groups = counted.count(connection, fact.id, zone, period, plain)
        whole = counted.together(groups).figures if groups else None
        if by == "month":
            begins = first or counted.first_day(connection, fact.id, zone) or last
            spans = months(min(begins, last), last)
            groups = counted.count(connection, fact.id, zone, spans, by)
        named = _namer(connection, policy, by, lang)
        lines = [Line(str(g.key or ""), named(g.key), g.figures) for g in groups if by]
    order = _by_time if by == "month" else _by_size
    return Report(fact.code, by, first, last, whole, tuple(sorted(lines, key=order)))


def _by_time(line: Line) -> Any:
    return line.key


def _by_size(line: Line) -> Any:
    return -line.figures.at_hand, line.name, line.key


def _namer(connection: Connection, policy: Policy, by: Grouping, lang: str) -> Callable[[Any], str]:
    """What people call a group."""
    if by == "unit":
        units = {unit.id: unit.name for unit in roster.all_units(connection)}
        return lambda key: units.get(key, "")
    if by == "category":
        zh = lang.startswith("zh")
        names = {each.code: each.zh if zh else each.en for each in policy.categories}
        return lambda key: names.get(key, key or "")
    if by == "source":
        return lambda key: name(key, lang)
    return lambda key: str(key or "")


def document(found: Report) -> dict[str, Any]:
    """The report as plain values; rates are shares from 0 to 1, null of nothing."""
    return {
        "campaign": found.campaign,
        "from": found.first.isoformat() if found.first else None,
        "to": found.last.isoformat(),
        "by": found.by or None,
        "whole": _plain(found.whole) if found.whole else None,
        "groups": [
            {"key": line.key, "name": line.name, **_plain(line.figures)} for line in found.lines
        ],
    }


def _plain(figures: Figures) -> dict[str, Any]:
    values = figures._asdict()
    for which in ("original", "in_force"):
        scores: Scores = values[which]
        values[which] = {
            **scores._asdict(), "rate": scores.rate, "rate_put_right": scores.rate_put_right
        }  # fmt: skip
    bounds = [f"to_{age}" for age in AGES]
    values["ages"] = dict(zip([*bounds, "older"], figures.ages, strict=True))
    values["outcomes"] = dict(figures.outcomes)
    return values
