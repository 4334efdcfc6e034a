"""What the pages about moving items onto another policy say in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "admin.moves.title": ("在办事项转用其他规则", "Move open items onto another policy"),
    "admin.moves.about": (
        "新规则只对新事项生效。在办事项如需转用，先预览再确认；期限不变，后续安排按新规则。",
        "A policy in force holds for new items. Open ones are moved after a preview: deadlines "
        "stay, what is planned from then on follows the other policy.",
    ),
    "admin.moves.to": ("转用规则", "Policy"),
    "admin.moves.preview": ("预览", "Preview"),
    "admin.moves.of": ("转用规则：{what}", "Items onto another policy: {what}"),
    "admin.moves.against": (
        "与现行规则 {called} 的不同（{campaigns}）",
        "What differs from {called}, in force for {campaigns}",
    ),
    "admin.moves.now": ("现行", "Now"),
    "admin.moves.then": ("此规则", "This one"),
    "admin.moves.will": ("将转用的事项", "Items that would be moved"),
    "admin.moves.changed": ("下一步有变化", "Whose next step changes"),
    "admin.moves.at_once": ("立即到点的事", "Due at once"),
    "admin.moves.kept": ("不能转用", "Not moved"),
    "admin.moves.left": ("现用规则", "Under now"),
    "admin.moves.stays": (
        "期限和已升级的层级不变，已发生的不补办。每个事项记入历史。",
        "Deadlines and rungs reached stay, nothing of the past is made up for. Each item gets an "
        "entry in its history.",
    ),
    "admin.moves.go": ("确认转用 {count} 项", "Move {count} items"),
    "admin.moves.done": (
        "已转用 {done} 项，未转用 {failed} 项。",
        "{done} items were moved, {failed} were not.",
    ),
    "admin.moves.some": ("部分事项", "Some of them"),
    "admin.moves.item": ("事项", "Item"),
    "admin.moves.due": ("期限（不变）", "Deadline (stays)"),
    "admin.moves.before": ("下一步（现在）", "Next step now"),
    "admin.moves.after": ("下一步（转用后）", "Next step then"),
    "admin.moves.unseen": ("您无权查看此事项的内容。", "You may not see this item's particulars."),
    "admin.deed.policy.migrate": ("事项转用规则", "items moved onto a policy"),
}
