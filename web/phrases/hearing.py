"""What is said of absences and of ways to hear in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "hearing.mine": ("外出与通知", "Absence and notices"),
    "hearing.away": ("外出", "Absence"),
    "hearing.away_about": (
        "外出期间，通知由代收人代收；代收人不能代为办理，邮件会注明替谁代收。",
        "While somebody is away, another one gets their notices and is told on whose behalf. "
        "They may not act for them.",
    ),
    "hearing.here": ("现在没有登记外出。", "No absence is entered."),
    "hearing.line": ("{first} 至 {last}，由{name}代收", "{first} to {last}; {name} stands in"),
    "hearing.enter": ("登记外出", "Enter an absence"),
    "hearing.replaces": (
        "与已登记的日期重叠时，以这次登记的为准。",
        "What was entered for the same days before is replaced.",
    ),
    "hearing.change": ("更改", "Change"),
    "hearing.change_one": (
        "更改 {first} 至 {last} 的外出",
        "Change the absence from {first} to {last}",
    ),
    "hearing.end": ("结束外出", "End it"),
    "hearing.end_one": ("结束 {first} 至 {last} 的外出", "End the absence from {first} to {last}"),
    "hearing.substitute_hint": (
        "可从提示中选择，也可填代码或姓名。",
        "Choose from the suggestions, or give a handle or a name.",
    ),
    "hearing.ways": ("通知方式", "How notices come"),
    "hearing.ways_about": (
        "需要办理、审批或涉及时限的通知不能关闭，可以并入每日摘要。",
        "What asks for an act or a decision, or changes a deadline, is never off. It can wait for "
        "the daily digest.",
    ),
    "hearing.all": ("其他各类", "All others"),
    "hearing.kinds": ("按种类设置", "Kind by kind"),
    "hearing.kinds_set": ("按种类设置（已设 {count} 类）", "Kind by kind ({count} set)"),
    "hearing.way.default": ("按规则", "as the policy has it"),
    "hearing.way.now": ("立即发送", "at once"),
    "hearing.way.digest": ("并入每日摘要", "in the daily digest"),
    "hearing.way.off": ("不发", "not at all"),
    "hearing.save": ("保存通知方式", "Save how notices come"),
    "admin.field.first": ("开始日期", "First day"),
    "admin.field.until": ("结束日期", "Last day"),
    "admin.field.substitute": ("代收人（代码或姓名）", "Who stands in (handle or name)"),
}
