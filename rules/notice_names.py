"""What kinds of notices are called, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping

KIND_NAMES: Mapping[str, tuple[str, str]] = {
    "escalated": ("督促升级", "Escalated"),
    "rung_announced": ("升级预告", "Escalation announced"),
    "overdue": ("已逾期", "Overdue"),
    "contact_lost": ("责任人无法送达", "Responsible person cannot be reached"),
    "acknowledge_due": ("待签收", "To be acknowledged"),
    "failed": ("核查未通过", "Verification failed"),
    "denied": ("不予销号", "Closure denied"),
    "reopened": ("反弹重启", "Reopened"),
    "assigned": ("新交办", "Newly assigned"),
    "due_soon": ("即将到期", "Due soon"),
    "closure_requested": ("待销号审批", "Closure to approve"),
    "closure_overdue": ("销号审批超时", "Closure overdue"),
    "verification_requested": ("待核查", "To be verified"),
    "verification_overdue": ("核查超时", "Verification overdue"),
    "extension_requested": ("待批延期", "Extension to decide"),
    "hold_requested": ("待批暂缓", "Hold to decide"),
    "service_due": ("文书待送达", "Act to be served"),
    "declined": ("退办", "Declined"),
    "registered": ("待立项", "To be accepted"),
    "progress_due": ("待报进展", "Progress to report"),
    "served": ("文书已送达", "Act served"),
    "due_recomputed": ("时限重新计算", "Deadline recomputed"),
    "extension_granted": ("同意延期", "Extension granted"),
    "extension_refused": ("不同意延期", "Extension refused"),
    "extension_lapsed": ("延期申请失效", "Extension request lapsed"),
    "hold_refused": ("不同意暂缓", "Hold refused"),
    "hold_lapsed": ("暂缓申请失效", "Hold request lapsed"),
    "hold_expired": ("暂缓期满", "Hold expired"),
    "held": ("暂缓办理", "On hold"),
    "resumed": ("恢复办理", "Resumed"),
    "stayed": ("暂缓升级", "Escalation stayed"),
    "stay_lifted": ("恢复升级", "Stay lifted"),
    "look_back_due": ("回头看", "To be looked at again"),
    "policy_adopted": ("适用新规则", "New policy"),
    "closed": ("已销号", "Closed"),
    "withdrawn": ("已撤销", "Withdrawn"),
    "bundle": ("合并通知", "Several notices in one"),
    "digest": ("每日摘要", "Daily digest"),
    "cap_reached": ("发送已暂停", "The mail has stopped"),
}
"""By kind, in Chinese and English; in this order mails about many items tell of them."""

URGENCY: Mapping[str, int] = {kind: place for place, kind in enumerate(KIND_NAMES)}


def kind_name(kind: str, lang: str = "zh-CN") -> str:
    """What the kind is called; the stored value when unknown."""
    zh, en = KIND_NAMES.get(kind, (kind, kind))
    return zh if lang.startswith("zh") else en
