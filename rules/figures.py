"""What is counted of a campaign, and what each figure means. Pure.

Deadlines are scored against the original one, and beside it against the one in force. Days are
the campaign's: closed on the due day is on time, the next day is late. A figure without a
denominator is no figure: a rate of nothing is None, and an item without a deadline is neither on
time nor late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from rules.errors import InputError
from rules.vocabulary import Outcome

SOFT = (Outcome.UNSUBSTANTIATED, Outcome.MERGED, Outcome.TRANSFERRED, Outcome.WITHDRAWN)
"""Outcomes that say that nothing was put right here."""

AGES = (7, 30, 90, 180, 365)
"""Upper bounds of the ages of open items, in calendar days; the last bucket is older."""

LONGEST = 240
"""Months of a report by month, at most."""


class Span(NamedTuple):
    """A period of days, both included. Its state is that of the evening of ``last``."""

    label: str
    first: date
    last: date

    def ages(self) -> tuple[date, ...]:
        """The days after which an item was opened that belongs to each bucket of :data:`AGES`."""
        return tuple(self.last - timedelta(days=age) for age in AGES)


class Scores(NamedTuple):
    """How closings stand to a deadline."""

    on_time: int
    late: int
    on_time_put_right: int
    """Without the soft outcomes."""
    late_put_right: int

    @property
    def rate(self) -> float | None:
        """Closed on time, of those closed with a deadline; None without any."""
        return share(self.on_time, self.on_time + self.late)

    @property
    def rate_put_right(self) -> float | None:
        """The same without the soft outcomes."""
        return share(self.on_time_put_right, self.on_time_put_right + self.late_put_right)


class Figures(NamedTuple):
    """The figures of one period and group, as :data:`DEFINITIONS` defines them."""

    opened: int
    closed: int
    soft: int
    outcomes: Mapping[str, int]
    undated: int
    open: int
    on_hold: int
    open_without_deadline: int
    overdue: int
    overdue_in_force: int
    original: Scores
    in_force: Scores
    closed_without_deadline: int
    at_hand: int
    reworked: int
    relapsed: int
    extensions: int
    holds: int
    median_days: float | None
    median_days_put_right: float | None
    ages: tuple[int, ...]


class Definition(NamedTuple):
    """One figure: its key, its Chinese and English names, and what is counted."""

    key: str
    zh: str
    en: str
    meaning: str


DEFINITIONS = (
    Definition("opened", "立项", "opened", "items whose day of opening lies in the period; an "
               "item taken over from a ledger counts by the ledger's own day"),
    Definition("closed", "销号", "closed", "items that are closed now and whose day of closing "
               "lies in the period, whatever the outcome"),
    Definition("soft", "其中非整改办结", "of these soft", "of the closed: unsubstantiated, merged, "
               "transferred or withdrawn; `outcomes` names each outcome"),
    Definition("undated", "办结日期不详", "closed, day unknown", "opened in the period and closed, "
               "by a ledger that does not say when; counted in no other figure but `opened`"),
    Definition("open", "未销号", "open", "opened by the evening of the last day and not closed "
               "by then"),
    Definition("on_hold", "其中中止计时", "of these on hold", "of the open: their clock is "
               "stopped now"),
    Definition("open_without_deadline", "其中无期限", "of these without a deadline", "of the open: "
               "no original deadline was ever set; never overdue"),
    Definition("overdue", "超原定期限", "overdue (original)", "of the open: the original deadline "
               "lies before the last day"),
    Definition("overdue_in_force", "超现行期限", "overdue (in force)", "of the open: the deadline "
               "in force lies before the last day, and the clock is not stopped"),
    Definition("on_time", "按原定期限办结", "on time (original)", "of the closed: on or before "
               "the day of the original deadline; as a rate, of those that had one"),
    Definition("late", "逾原定期限办结", "late (original)", "of the closed: after the day of the "
               "original deadline"),
    Definition("on_time_in_force", "按现行期限办结", "on time (in force)", "the same by the "
               "deadline that was in force at the closing"),
    Definition("closed_without_deadline", "无期限办结", "closed without a deadline", "of the "
               "closed: no original deadline was ever set; in no rate"),
    Definition("at_hand", "在办", "at hand", "closed in the period or open at its end: what the "
               "next four are counted of"),
    Definition("reworked", "返工", "reworked", "items returned by a verifier or an approver: more "
               "rounds than lives (the first round of a relapse is no rework)"),
    Definition("relapsed", "反弹", "relapsed", "items reopened after a closing: more than one "
               "life; the earlier closing no longer counts as closed"),
    Definition("holds", "中止次数", "holds", "how often the clocks of these items were stopped, "
               "ever"),
    Definition("extensions", "延期", "extensions granted", "requests granted in the period; one "
               "that lapsed, was refused or dropped does not count"),
    Definition("median_days", "办结天数中位数", "median days to close", "calendar days from the "
               "day of opening to the day of closing, of the closed"),
    Definition("ages", "未销号时长", "ages of the open", "calendar days from the day of opening "
               "to the last day: up to 7, 30, 90, 180, 365, and older"),
)  # fmt: skip
"""Every figure. The page docs/figures.md is generated from it."""


def share(part: int, whole: int) -> float | None:
    """The part of the whole, from 0 to 1; None of nothing."""
    return part / whole if whole else None


def median(histogram: Iterable[tuple[int, int]]) -> float | None:
    """The median of values given as (value, how often); None of nothing."""
    counted = sorted(histogram)
    total = sum(often for _, often in counted)
    if not total:
        return None
    return (_nth(counted, (total - 1) // 2) + _nth(counted, total // 2)) / 2


def _nth(counted: Iterable[tuple[int, int]], index: int) -> int:
    for value, often in counted:
        if index < often:
            return value
        index -= often
    raise IndexError(index)


def months(first: date, last: date) -> tuple[Span, ...]:
    """The months from ``first`` to ``last``, the outer ones cut to them.

    Raises:
        InputError: there are too many to read.
    """
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if count > LONGEST:
        raise InputError(
            f"From {first} to {last} there are {count} months; a report has {LONGEST} at most.",
            "Give a later day with --from.",
            where="--from",
        )
    spans = []
    begins = first
    for _ in range(count):
        follows = (begins.replace(day=1) + timedelta(days=32)).replace(day=1)
        ends = min(last, follows - timedelta(days=1))
        spans.append(Span(f"{begins:%Y-%m}", begins, ends))
        begins = follows
    return tuple(spans)
