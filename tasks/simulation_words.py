"""What a simulation's report calls things, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from rules import simulation
from rules.vocabulary import NAMES

WORDS: Mapping[str, tuple[str, str]] = {
    "items": ("事项", "items"),
    "steps": ("到点办理", "steps"),
    "notices": ("通知", "notices"),
    "mails": ("邮件", "mails"),
    "most_a_day": ("一人一天最多邮件", "most mails for one reader on one day"),
    "stops": ("超出上限而停发（次）", "times the cap would have stopped the mail"),
    "stopped_mails": ("停发待批的邮件", "mails that would have waited for a coordinator"),
    "held_quiet": ("免打扰时段顺延的通知", "notices held over quiet hours"),
    "held_window": ("因间隔顺延的通知", "notices held by the window"),
    "held_digest": ("等待每日汇总的通知", "notices that waited for the digest"),
    "collapsed_digest": ("并入每日汇总的通知", "notices in a daily digest"),
    "collapsed_bundle": ("合并发送的通知", "notices that shared one mail"),
    "remind": ("到期前提醒", "reminders"),
    "overdue": ("逾期通知", "overdue notices"),
    "overdue_again": ("再次逾期通知", "overdue notices repeated"),
    "announce": ("升级预告", "announcements of a rung"),
    "progress": ("催报进展", "requests for progress"),
    "service_due": ("催办送达", "reminders to serve an act"),
    "deemed_served": ("视为送达", "acts deemed served"),
    "look_back": ("回头看", "look-backs"),
    "letter": ("提醒函", "letters of reminder"),
    "interview": ("约谈", "interviews"),
    "circular": ("通报", "circulars"),
    "listing": ("挂牌督办", "supervised listings"),
    simulation.NO_DEADLINE: ("无期限，不催办", simulation.NO_DEADLINE),
    simulation.CLOSED_EARLIER: ("销号在先，未到点", simulation.CLOSED_EARLIER),
    simulation.BEFORE_WINDOW: ("早于所看时段", simulation.BEFORE_WINDOW),
    simulation.AFTER_WINDOW: ("晚于所看时段", simulation.AFTER_WINDOW),
    simulation.BACKWARDS: ("销号早于立项", simulation.BACKWARDS),
    simulation.OVERTAKEN: ("被同时到点的更重要事项取代", simulation.OVERTAKEN),
    "none": ("（无）", "(none)"),
    "skipped": ("未引起任何办理的，及原因", "What caused nothing, and why"),
    "acts": ("办理", "What would have been done"),
    "months": ("每月邮件", "Mails a month"),
    "load": ("一人一天的邮件数（人·天）", "Mails for one reader on one day (reader-days)"),
    "readers": ("收信最多的人", "Busiest readers (mails)"),
    "units": ("通知最多的单位", "Busiest units (notices)"),
    "days": ("最忙的日子", "Busiest days (mails)"),
    "responsible": ("被催办最多的责任人", "Who would have been chased most"),
    "title": ("政策试算", "What a policy would have caused"),
    "intro": (
        "{ledger}：{rows} 行，其中 {unusable} 行无法试算；{first} 至 {last}。"
        "未发送、未保存任何内容。",
        "{ledger}: {rows} rows, {unusable} that cannot be replayed; from {first} to {last}. "
        "Nothing was sent and nothing stored.",
    ),
    "assumed_served": (
        "假定：须送达的文书在 {days} 个工作日后送达。",
        "Assumed: an act that must be served is served after {days} working days.",
    ),
    "assumed_limits": (
        "期限按政策的时限计算，而非台账所载。",
        "Deadlines are the policy's limits, not the ledger's own.",
    ),
    "nothing": (
        "此时段内什么也不会发生；原因见末尾的表。",
        "Nothing would have happened in this time; the last table says why.",
    ),
    "unusable": ("无法试算的行", "Rows that cannot be replayed"),
    "row": ("行号", "row"),
    "cell": ("单元格", "cell"),
    "reason": ("原因", "reason"),
    "in_all": ("合计", "In all"),
}
"""By the key of a count; keys that are missing are words of the vocabulary, or names."""


def word(key: str, lang: str) -> str:
    """What a person reads for ``key``; the key itself when it is a name."""
    zh, en = WORDS.get(key) or NAMES.get(key) or (key, key)
    return zh if lang.startswith("zh") else en
