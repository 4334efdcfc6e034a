"""What happens to an item by itself, as a list and drawn along a line of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rules.agenda import StepKind
from rules.wording import step_reason, step_sentence
from tasks.sheet import Sheet

DRAWN = 9
"""Steps that are drawn; the numbers stand beside the first of the list."""

APART = 7.5
"""How far marks of one height are apart at least, in hundredths of the width: on a phone there is
room for a number."""

LEFT, WIDTH = 4.0, 92.0
LANE, TOP = 24, 34


class Coming(NamedTuple):
    """One step, as the list tells it."""

    at: datetime
    sentence: str
    reason: str
    hard: bool
    due: bool
    """It is to happen now."""
    provisional: bool
    number: int
    """By which it stands in the drawing; 0 for one that does not."""


class Mark(NamedTuple):
    """A place on the line: hundredths of the width, pixels from the top."""

    x: float
    y: int
    number: int
    hard: bool


class Line(NamedTuple):
    """The drawing: from now to the last step that is drawn."""

    marks: tuple[Mark, ...]
    due: float | None
    """Where the deadline is; None when it is past, or beyond the line."""
    height: int
    ends: datetime


def coming(sheet: Sheet, lang: str, now: datetime) -> list[Coming]:
    """What happens by itself, the next first."""
    return [
        Coming(
            step.at, step_sentence(step, sheet.policy, lang), step_reason(step, lang),
            step.kind in (StepKind.RUNG, StepKind.OVERDUE), step.at <= now,
            sheet.calendar.is_provisional(sheet.calendar.day_of(step.at)),
            place if place <= DRAWN else 0,
        )
        for place, step in enumerate(sheet.steps, 1)
    ]  # fmt: skip


def line(sheet: Sheet, steps: Sequence[Coming], now: datetime) -> Line | None:
    """The drawing of the agenda; None when there is nothing ahead."""
    drawn = [one for one in steps if one.number]
    if not drawn or drawn[-1].at <= now:
        return None
    ends = max(one.at for one in drawn)
    due = _due(sheet)
    if due is not None and due > ends:
        ends = due
    span = max(ends - now, timedelta(hours=1))

    def place(at: datetime) -> float:
        return round(LEFT + WIDTH * max((at - now) / span, 0.0), 2)

    marks, lanes = [], [-APART]
    for one in drawn:
        x = place(one.at)
        lane = next((n for n, last in enumerate(lanes) if x - last >= APART), len(lanes))
        lanes[lane : lane + 1] = [x]
        marks.append(Mark(x, TOP + LANE * lane, one.number, one.hard))
    where = place(due) if due is not None and due > now else None
    return Line(tuple(marks), where, TOP + LANE * len(lanes) + 18, ends)


def _due(sheet: Sheet) -> datetime | None:
    """When the day of the deadline ends, while its clock runs."""
    item = sheet.item
    return None if item.due is None or item.on_hold else sheet.calendar.closing(item.due)
