"""What does a template see? A notice's values, cleaned, masked where confidential, in words."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

from notifications.cleaning import many_lines, one_line
from notifications.context import NextStep, NoticeContext
from rules.vocabulary import Level, Role, name

_WEEKDAYS = {
    "zh-CN": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_RUNGS = tuple(Level)
# Offices that notices are addressed to (rules.notices), under the name of their role.
_OFFICES = {"coordinators": Role.COORDINATOR, "supervisors": Role.SUPERVISOR}
_HELPERS = {"zh-CN": "协办单位", "en": "Co-unit"}
_FIELDS = tuple(field.name for field in fields(NoticeContext))
_DERIVED = (
    *("subject_title", "due_text", "proposed_due_text", "until_text", "days_text"),
    *("role_name", "stage_name", "outcome_name", "level_name", "link_text"),
)
_LINKS = {
    "acknowledge": {"zh-CN": "签收", "en": "acknowledge"},
    "confirm": {"zh-CN": "确认收到", "en": "confirm receipt"},
}

VARIABLES = frozenset((*_FIELDS, *_DERIVED))
"""The names that a template may use."""


def day_text(day: date | None, lang: str) -> str:
    """A day as it is written in a letter, with its weekday; empty for no day."""
    if day is None:
        return ""
    weekday = _WEEKDAYS[lang][day.weekday()]
    if lang == "zh-CN":
        return f"{day.year}年{day.month}月{day.day}日（{weekday}）"
    return f"{weekday} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def days_text(days: int | None, lang: str) -> str:
    """Working days left, or overdue when negative; empty when there is nothing to count."""
    if days is None:
        return ""
    count = abs(days)
    if lang == "zh-CN":
        if days == 0:
            return "今日到期"
        return f"还剩{count}个工作日" if days > 0 else f"已逾期{count}个工作日"
    if days == 0:
        return "due today"
    unit = "working day" if count == 1 else "working days"
    return f"{count} {unit} left" if days > 0 else f"{count} {unit} overdue"


def level_text(level: int, lang: str) -> str:
    """The name of a rung of the ladder; empty below the first rung or above the last."""
    return name(_RUNGS[level - 1], lang) if 1 <= level <= len(_RUNGS) else ""


def visible(context: NoticeContext) -> NoticeContext:
    """The notice as a mail may show it: clean text, and no title or reason when confidential.

    Masking here and not in the templates keeps replaced templates from leaking either.
    """
    changes: dict[str, Any] = {
        key: one_line(value)
        for key in _FIELDS
        if key != "reason" and isinstance(value := getattr(context, key), str)
    }
    changes["reason"] = many_lines(context.reason)
    if (step := context.next_step) is not None:
        changes["next_step"] = NextStep(one_line(step.at), one_line(step.what))
    if context.confidential:
        changes |= {"title": "", "reason": ""}
    return replace(context, **changes)


def _part(role: str, lang: str) -> str:
    """What somebody's part in an item is called."""
    return _HELPERS[lang] if role == "helpers" else name(_OFFICES.get(role, role), lang)


def view(context: NoticeContext) -> dict[str, object]:
    """The variables of a template, by name: exactly those of :data:`VARIABLES`."""
    shown = visible(context)
    lang = shown.lang
    return {
        **{key: getattr(shown, key) for key in _FIELDS},
        "subject_title": shown.subject_title,
        "due_text": day_text(shown.due, lang),
        "proposed_due_text": day_text(shown.proposed_due, lang),
        "until_text": day_text(shown.until, lang),
        "days_text": days_text(shown.days, lang),
        "role_name": _part(shown.recipient_role, lang),
        "stage_name": name(shown.stage, lang),
        "outcome_name": name(shown.outcome, lang),
        "level_name": level_text(shown.level, lang),
        "link_text": _LINKS.get(shown.link_command, {}).get(lang, ""),
    }
