"""What does a mail about many items say? Sections of lines, counted, named and cleaned.

A bundle names every notice that it carries; a digest tells what somebody has open, by role, and
the most urgent first; a question to the coordinators has no lines at all.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from notifications.cleaning import many_lines, one_line
from notifications.context import CONFIDENTIAL, LANGUAGES, NextStep
from notifications.view import day_text, days_text
from rules.errors import InputError

GATHERED = ("bundle", "digest", "cap_reached")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item. ``next_at`` is when something happens to it by itself (text, campaign zone);
    ``on_behalf_of`` names who is away, when it is told to a substitute."""

    ref: str
    title: str = ""
    confidential: bool = False
    unit_name: str = ""
    due: date | None = None
    days: int | None = None
    next_at: str = ""
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Items that belong together. ``more`` of them are counted and not named; ``why`` is the rule
    that makes the person hear of them."""

    heading: str
    lines: tuple[Line, ...] = ()
    why: str = ""
    more: int = 0

    @property
    def count(self) -> int:
        """All of them, named or not."""
        return len(self.lines) + self.more


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredContext:
    """One mail about many items to one person.

    ``total`` is what the subject counts. ``why`` is the rule that made one mail of it, ``reason``
    what somebody has to know besides, ``next_step`` what happens first if nobody acts.

    Raises ``InputError`` for a kind or language that has no templates.
    """

    kind: str
    lang: str
    recipient_name: str
    campaign_name: str
    total: int
    sections: tuple[Section, ...] = ()
    day: date | None = None
    why: str = ""
    reason: str = ""
    command_hint: str = ""
    next_step: NextStep | None = None

    def __post_init__(self) -> None:
        if self.kind not in GATHERED or self.lang not in LANGUAGES:
            raise InputError(f"There is no mail of the kind {self.kind!r} in {self.lang!r}.")


_FIELDS = tuple(field.name for field in fields(GatheredContext))
GATHERED_VARIABLES = frozenset((*_FIELDS, "day_text"))
"""The names that a template of these kinds may use."""


def gathered_view(context: GatheredContext) -> dict[str, object]:
    """The variables of a template: clean text, and no title of a confidential item."""
    changes: dict[str, Any] = {
        key: one_line(value)
        for key in _FIELDS
        if key != "reason" and isinstance(value := getattr(context, key), str)
    }
    changes["reason"] = many_lines(context.reason)
    if (step := context.next_step) is not None:
        changes["next_step"] = NextStep(one_line(step.at), one_line(step.what))
    shown = replace(context, **changes)
    return {
        **{key: getattr(shown, key) for key in _FIELDS},
        "sections": [_section(one, shown.lang) for one in context.sections],
        "day_text": day_text(context.day, shown.lang),
    }


def _section(section: Section, lang: str) -> dict[str, Any]:
    return {
        "heading": one_line(section.heading),
        "why": one_line(section.why),
        "count": section.count,
        "more": section.more,
        "lines": [_line(one, lang) for one in section.lines],
    }


def _line(line: Line, lang: str) -> dict[str, Any]:
    return {
        "ref": one_line(line.ref),
        "title": CONFIDENTIAL[lang] if line.confidential else one_line(line.title),
        "unit_name": one_line(line.unit_name),
        "due_text": day_text(line.due, lang),
        "days_text": days_text(line.days, lang),
        "next_at": one_line(line.next_at),
        "on_behalf_of": one_line(line.on_behalf_of),
    }
