"""Words and sentences of the command line in Chinese and English, beside the vocabulary's own."""

from __future__ import annotations

from collections.abc import Mapping

from rules.vocabulary import NAMES, name
from tasks.step_words import SEATS as SEATS
from tasks.step_words import WEEKDAYS as WEEKDAYS
from tasks.step_words import pick as pick
from tasks.step_words import said as said

EVENTS: Mapping[str, tuple[str, str]] = {
    "registered": ("登记", "Registered"),
    "screened": ("筛查", "Screened"),
    "accepted": ("立项", "Accepted"),
    "rejected": ("不予立项", "Rejected"),
    "merged": ("并案", "Merged"),
    "transferred": ("移送", "Transferred"),
    "assigned": ("交办", "Assigned"),
    "acknowledged": ("签收", "Acknowledged"),
    "declined": ("退办", "Declined"),
    "progress_reported": ("报告进展", "Progress reported"),
    "evidence_attached": ("附佐证材料", "Evidence attached"),
    "extension_requested": ("申请延期", "Extension requested"),
    "extension_granted": ("同意延期", "Extension granted"),
    "extension_refused": ("不同意延期", "Extension refused"),
    "submitted": ("报核", "Submitted"),
    "appointed": ("指定核查人", "Verifier appointed"),
    "passed": ("核查通过", "Passed"),
    "failed": ("核查不通过", "Failed"),
    "approved": ("批准销号", "Approved"),
    "denied": ("不予销号", "Denied"),
    "held": ("中止计时", "Held"),
    "resumed": ("恢复计时", "Resumed"),
    "hold_requested": ("申请中止计时", "Hold requested"),
    "hold_refused": ("不同意中止计时", "Hold refused"),
    "served": ("送达文书", "Act served"),
    "confirmed": ("确认收到文书", "Act confirmed"),
    "stayed": ("暂缓升级", "Ladder stayed"),
    "stay_lifted": ("恢复升级", "Stay lifted"),
    "contact_lost": ("无法送达责任人", "Contact lost"),
    "contact_regained": ("恢复联系", "Contact regained"),
    "due_recomputed": ("按日历重算时限", "Deadline worked out anew"),
    "policy_adopted": ("改用新规则", "Policy adopted"),
    "reopened": ("反弹重启", "Reopened"),
    "withdrawn": ("撤销", "Withdrawn"),
    "waived": ("准予例外", "Waived"),
    "commented": ("备注", "Commented"),
    "corrected": ("更正", "Corrected"),
    "relisted": ("台账更新", "Relisted"),
    "reseated": ("草稿归并", "Draft merged"),
    "recorded": ("制发文书", "Recorded"),
    "step_fired": ("到点自动办理", "Step fired"),
}

DELIVERY_STATES: Mapping[str, tuple[str, str]] = {
    "pending": ("待发", "pending"),
    "held": ("暂缓", "held back"),
    "bundled": ("并入他件", "carried by another mail"),
    "sent": ("已发", "sent"),
    "failed": ("将重试", "to be tried again"),
    "dead": ("未能送达", "given up"),
    "skipped": ("未发", "skipped"),
}


def titles(lang: str, zh: str, en: str) -> list[str]:
    """Titles of columns, given in both languages with a bar between them."""
    return pick(lang, zh, en).split("|")


def receipt_sentence(ref: str, seq: int, kind: str, stage: str, lang: str) -> str:
    """What an accepted command has done."""
    event, where = said(EVENTS, kind, lang), said(NAMES, stage, lang)
    return pick(
        lang,
        f"{ref}：{event}。现处{where}环节（历史第{seq}条）。",
        f"{ref}: {event.lower()}. Now in {name(stage, 'en').lower()} (event {seq}).",
    )
