"""What the pages about closed units say in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "admin.closed": ("已停用", "Closed"),
    "admin.close.do": ("停用此单位", "Close this unit"),
    "admin.close.again": ("重新启用", "Open it again"),
    "admin.close.title": ("停用“{unit}”", "Close “{unit}”"),
    "admin.close.back": ("返回单位", "Back to the unit"),
    "admin.close.about": (
        "停用的单位不再承接事项，不能新增人员、任职和下级单位；以往的记录、筛选和统计照常保留。",
        "A closed unit takes no item, person, role or unit any more. It stays in histories, "
        "filters and figures.",
    ),
    "admin.close.ties": (
        "此单位名下还有以下内容，请逐项处理，或一并移交给接替它的单位。",
        "These still hang on it. See to them one by one, or hand them over to another unit.",
    ),
    "admin.close.free": ("名下没有未办结的内容，可以停用。", "Nothing hangs on it any more."),
    "admin.close.items": ("未销号事项", "Open items"),
    "admin.close.units": ("未停用的下级单位", "Open units below"),
    "admin.close.people": ("在职人员", "People who act"),
    "admin.close.more": ("另有 {count} 项未列出。", "And {count} more."),
    "admin.close.into": ("接替单位（代码）", "The unit that takes over (code)"),
    "admin.close.into_hint": (
        "事项、下级单位和人员随之移交，任职同时及于接替单位；已销号事项保留原单位。",
        "Items, units and people go there, roles hold there as well; closed items keep this unit.",
    ),
    "admin.close.try": ("查看移交结果", "See what would be handed over"),
    "admin.close.will": (
        "将向“{into}”移交事项 {items} 项、下级单位 {units} 个、人员 {people} 人。",
        "To be handed over to {into}: {items} items, {units} units, {people} people.",
    ),
    "admin.roster.closes": ("将停用：{codes}。", "To be closed: {codes}."),
    "admin.done.closed": ("单位已停用。", "The unit is closed."),
    "admin.done.opened": ("单位已重新启用。", "The unit is open again."),
    "admin.deed.unit.close": ("停用单位", "unit closed"),
    "admin.deed.unit.open": ("启用单位", "unit opened again"),
}
