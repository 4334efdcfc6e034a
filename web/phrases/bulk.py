"""One command on many items: the selection, what would become of each, and what has."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "bulk.title": ("批量办理", "Many items at once"),
    "bulk.chosen": ("已选 {count} 项", "{count} items chosen"),
    "bulk.none": ("还没有选择事项", "Nothing is chosen"),
    "bulk.none_more": (
        "请先在列表中勾选要办理的事项，再选“批量办理”。",
        "Tick items in a list first, then choose what to do with them.",
    ),
    "bulk.many": (
        "一次最多办理 {most} 项，只取了前 {most} 项。",
        "At most {most} items at a time: these are the first {most}.",
    ),
    "bulk.unseen": (
        "其中 {count} 项不存在或您无权查看。",
        "{count} of them do not exist, or are not for you to see.",
    ),
    "bulk.what": ("要办理什么", "What to do"),
    "bulk.what_hint": (
        "先预览：列出每一项能否办理及原因，确认之后才会办理。",
        "You first see what would become of each item, and why not; nothing is done before you "
        "confirm.",
    ),
    "bulk.count": ("{count} 项可办", "{count} of them"),
    "bulk.nothing": (
        "所选事项现在没有您可以批量办理的事。请逐项打开查看。",
        "There is nothing that you may do with these at once. Open them one by one.",
    ),
    "bulk.list": ("所选事项", "The selection"),
    "bulk.preview": ("预览", "Preview"),
    "bulk.preview_title": ("{what}：预览", "{what}: preview"),
    "bulk.will": ("将办理 {count} 项", "{count} will be done"),
    "bulk.will_hint": (
        "去掉勾选即不办理。每项单独办理、单独记录。",
        "Untick what is to be left out. Each is done and recorded on its own.",
    ),
    "bulk.will_none": ("没有可以办理的事项。", "None of them can be done."),
    "bulk.refused": ("不能办理 {count} 项", "{count} cannot be done"),
    "bulk.confirm": ("确认办理", "Do it"),
    "bulk.wait": ("正在逐项办理，请稍候…", "Working through them one by one…"),
    "bulk.back": ("返回修改", "Back"),
    "bulk.result_title": ("{what}：结果", "{what}: result"),
    "bulk.done": ("已办理 {count} 项", "{count} done"),
    "bulk.done_none": ("没有办理任何事项。", "Nothing was done."),
    "bulk.failed": ("未办理 {count} 项", "{count} not done"),
    "bulk.failed_hint": (
        "这些事项没有改动。可以改用其他办法，或查看最新情况后再试。",
        "These were left as they are. Try again once you have looked at them, or do something "
        "else.",
    ),
    "bulk.again": ("对未办理的再试", "Try the rest again"),
    "bulk.board": ("事项台账", "Board and ledger"),
    "bulk.home": ("我的工作", "My work"),
    "bulk.column.item": ("事项", "Item"),
    "bulk.column.why": ("原因", "Why not"),
    "bulk.pick": ("办理 {ref}", "Do {ref}"),
}
