"""An invented notice of any kind, to look at a template with or to check one."""

from __future__ import annotations

from datetime import date
from typing import Any

from notifications.context import NextStep, NoticeContext
from notifications.gathered import GatheredContext, Line, Section

_TEXTS = {
    "zh-CN": {
        "recipient_name": "林知远",
        "campaign_name": "示例市整改行动（虚构）",
        "title": "窗口单位群众意见答复不及时",
        "unit_name": "示例区服务中心",
        "responsible_name": "林知远",
        "leader_name": "周以宁",
        "act_name": "约谈",
        "actor_name": "何其安",
        "on_behalf_of": "罗一鸣",
        "reason": "佐证材料缺少现场照片",
        "why": "规则：到期前三个工作日提醒责任人。",
        "occurred_at": "2026年3月2日 09:00",
        "late_by": "2小时",
    },
    "en": {
        "recipient_name": "Ana Field",
        "campaign_name": "Example City rectification (invented)",
        "title": "Complaints at the counter are answered late",
        "unit_name": "Example District Service Centre",
        "responsible_name": "Ana Field",
        "leader_name": "Tom Hill",
        "act_name": "interview",
        "actor_name": "Eva Brook",
        "on_behalf_of": "Ben Moss",
        "reason": "The photo of the site is missing",
        "why": "Rule: remind the responsible person three working days before the due day.",
        "occurred_at": "2 March 2026, 09:00",
        "late_by": "2 hours",
    },
}
_NEXT = {
    "zh-CN": NextStep("2026年3月6日 09:00", "发出逾期通知"),
    "en": NextStep("6 March 2026, 09:00", "the overdue notice is sent"),
}


def preview_notice(kind: str, lang: str) -> NoticeContext:
    """A notice with every value filled in. Raises ``InputError`` as ``NoticeContext`` does."""
    texts: dict[str, Any] = _TEXTS.get(lang, _TEXTS["en"])
    return NoticeContext(
        kind=kind,
        lang=lang,
        recipient_role="responsible",
        ref="EX-0042",
        stage="reminder",
        due=date(2026, 3, 5),
        proposed_due=date(2026, 3, 12),
        until=date(2026, 4, 30),
        days=-2 if kind in ("overdue", "escalated") else 3,
        level=2,
        outcome="rectified",
        round=2,
        next_step=_NEXT.get(lang),
        command_hint="rectiflow act EX-0042 comment --as lin",
        link="https://rectiflow.example/l/token",
        link_command="acknowledge",
        url="https://rectiflow.example/items/EX-0042",
        **texts,
    )


def bare_notice(kind: str, lang: str) -> NoticeContext:
    """A notice with nothing but what every notice has. Raises ``InputError`` likewise."""
    return NoticeContext(
        kind=kind,
        lang=lang,
        recipient_name="",
        recipient_role="viewer",
        campaign_name="-",
        ref="EX-0043",
    )


def preview_gathered(kind: str, lang: str) -> GatheredContext:
    """A mail about many items with every value filled in."""
    texts: dict[str, Any] = _TEXTS.get(lang, _TEXTS["en"])
    line = Line(
        ref="EX-0042", title=texts["title"], unit_name=texts["unit_name"], due=date(2026, 3, 5),
        days=-2, next_at="2026-03-06 09:00", on_behalf_of=texts["on_behalf_of"],
    )  # fmt: skip
    other = Line(ref="EX-0043", title=texts["title"], confidential=True)
    return GatheredContext(
        kind=kind,
        lang=lang,
        recipient_name=texts["recipient_name"],
        campaign_name=texts["campaign_name"],
        total=5,
        sections=(Section(heading="EX", lines=(line, other), why=texts["why"], more=3),),
        day=date(2026, 3, 5),
        why=texts["why"],
        reason=texts["reason"],
        command_hint="rectiflow mail release --as lin",
        next_step=_NEXT.get(lang),
    )


def bare_gathered(kind: str, lang: str) -> GatheredContext:
    """A mail about many items with nothing but what every such mail has."""
    return GatheredContext(kind=kind, lang=lang, recipient_name="", campaign_name="-", total=0)
