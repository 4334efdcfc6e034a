"""Words and sentences of the pages in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from web.phrases import (
    admin,
    api,
    approvals,
    board,
    bulk,
    commands,
    files,
    frame,
    hearing,
    item,
    launch,
    live,
    openid,
    overview,
    signing,
    work,
)

LANGUAGES = ("zh-CN", "en")

_SHARED: Mapping[str, tuple[str, str]] = {
    "product": ("整改督办", "Rectiflow"),
    "skip": ("跳到正文", "Skip to the content"),
    "language": ("语言", "Language"),
    "other_language": ("English", "中文"),
    "home": ("系统正在运行。", "It is running."),
    "home_more": (
        "通知邮件里的链接和日历订阅由此提供。",
        "Links in mails and calendar feeds are served from here.",
    ),
    "item": ("事项", "Item"),
    "title": ("标题", "Title"),
    "unit": ("责任单位", "Unit"),
    "stage": ("环节", "Stage"),
    "person": ("办理人", "Person"),
    "when": ("时间", "When"),
    "confidential": ("[保密]", "[Confidential]"),
    "acknowledge.title": ("签收交办事项", "Acknowledge an assignment"),
    "acknowledge.ask": (
        "{name}，请确认已收到此事项的交办。签收后整改期限开始计算。",
        "{name}, please confirm that you have received this assignment. The clock runs from then.",
    ),
    "acknowledge.button": ("确认签收", "Acknowledge"),
    "acknowledge.done": ("已签收。", "It is acknowledged."),
    "confirm.title": ("确认收到督办文书", "Confirm receipt of a formal act"),
    "confirm.ask": (
        "{name}，请确认已收到关于此事项的督办文书。",
        "{name}, please confirm that you have received the formal act about this item.",
    ),
    "confirm.button": ("确认收到", "Confirm receipt"),
    "confirm.done": ("已确认收到。", "Receipt is confirmed."),
    "once": (
        "此链接只供您本人办理这一件事，请勿转发。",
        "This link does this one thing, for you alone. Please do not pass it on.",
    ),
    "record": ("记录：{ref} 第 {seq} 条", "On record: entry {seq} of {ref}"),
    "expired.title": ("链接已过期", "This link has expired"),
    "expired": (
        "请用最近一封邮件里的链接，或请整改办代为办理。",
        "Use the link in the latest mail, or ask the office.",
    ),
    "moved_on.title": ("事项已有新进展", "The item has moved on"),
    "moved_on": (
        "此链接所说的事已不必再办：{ref} 现处于“{stage}”环节。",
        "What this link was for need not be done any more: {ref} is now in {stage}.",
    ),
    "left.title": ("链接已失效", "This link is no longer valid"),
    "left": (
        "收件人已不再任职，请联系整改办。",
        "The person it was sent to is no longer active. Please ask the office.",
    ),
    "unseated.title": ("您已不负责此事项", "This item is no longer yours"),
    "unseated": (
        "{ref} 已改由他人负责，无须再办。",
        "Somebody else answers for {ref} now. There is nothing left for you to do.",
    ),
    "refused.title": ("现在不能办理", "Not possible now"),
    "refused": ("目前不能办理此事：{reason}", "This cannot be done now: {reason}"),
    "on_hold.title": ("事项已中止计时", "The clock is stopped"),
    "on_hold": (
        "此事项暂停办理，恢复后再办。",
        "This item is on hold. It can be done when the clock runs again.",
    ),
    "confirmed.title": ("已确认收到", "Receipt is confirmed already"),
    "confirmed": (
        "此文书已有人确认收到，无须再办。",
        "Somebody has confirmed it already. There is nothing left for you to do.",
    ),
    "busy.title": ("请稍后再试", "Please try again"),
    "busy": (
        "有人正在办理同一事项，请稍后再试。",
        "Somebody else is at work on the item. Please try again.",
    ),
    "forged.title": ("链接无法识别", "This link is not known"),
    "forged": (
        "链接可能没有复制完整，请从邮件里完整打开。",
        "It may have been cut off. Please open it from the mail again.",
    ),
    "form.title": ("请重新打开链接", "Please open the link again"),
    "form": (
        "页面不是由此链接打开的，没有办理任何事项。",
        "The page did not come from this link. Nothing was done.",
    ),
    "many.title": ("尝试次数过多", "Too many attempts"),
    "many": ("请过几分钟再试。", "Please try again in some minutes."),
    "404.title": ("没有这个页面", "There is no such page"),
    "404": ("请检查地址是否完整。", "Please check the address."),
    "no_item.title": ("没有这个事项", "There is no such item"),
    "no_item": (
        "编号有误，或者您无权查看。请核对编号；确需查看的，请联系整改办。",
        "The reference is wrong, or you may not see the item. Check the reference, or ask the "
        "rectification office.",
    ),
    "go_home": ("回到首页", "To the start page"),
    "405.title": ("此处不能这样操作", "Not possible here"),
    "405": ("请从页面上的按钮办理。", "Please use the buttons on the pages."),
    "413.title": ("内容过大", "That is too much"),
    "413": ("发送的内容超过了限制。", "What was sent is larger than allowed."),
    "400.title": ("请求无法理解", "The request was not understood"),
    "400": ("请返回上一页再试。", "Please go back and try again."),
    "503.title": ("暂时不可用", "Not available now"),
    "503": (
        "数据暂时无法读取，请稍后再试。",
        "The data cannot be read now. Please try again soon.",
    ),
    "500.title": ("程序出错了", "Something went wrong here"),
    "500": (
        "这是程序的问题，已经记录，请稍后再试。",
        "The fault is ours and has been noted. Please try again later.",
    ),
}

FAMILIES = (
    *(_SHARED, frame.WORDS, signing.WORDS, openid.WORDS, work.WORDS, item.WORDS, commands.WORDS),
    *(board.WORDS, bulk.WORDS, launch.WORDS, approvals.WORDS, files.WORDS, live.WORDS),
    *(overview.WORDS, admin.WORDS, api.WORDS, hearing.WORDS),
)

WORDS: Mapping[str, tuple[str, str]] = {
    key: pair for each in FAMILIES for key, pair in each.items()
}
"""Everything that pages say. Each family has keys of its own."""


def say(lang: str, key: str, **values: object) -> str:
    """The words under this key in this language, with the values filled in."""
    words = WORDS[key][0 if lang.startswith("zh") else 1]
    return words.format(**values) if values else words
