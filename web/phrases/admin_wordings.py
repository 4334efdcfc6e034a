"""What the pages about an office's own wording of notices say in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "admin.wording.title": ("修改通知措辞", "Change the wording"),
    "admin.wording.about": (
        "只可填入变量、按有无取舍，不可循环或运算。先试看，再启用；发送时如不能使用，自动改用内置措辞。",
        "Values can be filled in, and asked for; nothing is repeated or worked out. Try it before "
        "it is put in force. Where it cannot be used for a mail, the built-in wording is.",
    ),
    "admin.wording.subject": ("主题", "Subject"),
    "admin.wording.text": ("正文（纯文本）", "Body as text"),
    "admin.wording.html": ("正文（HTML）", "Body as HTML"),
    "admin.wording.try": ("检查并试看", "Check and preview"),
    "admin.wording.frame": ("试看 HTML", "Preview the HTML"),
    "admin.wording.put": ("启用", "Put in force"),
    "admin.wording.drop": ("恢复内置措辞", "Use the built-in wording again"),
    "admin.wording.chat": ("群聊和短信中的样子", "In chats and text messages"),
    "admin.wording.versions": ("历次版本", "Versions"),
    "admin.wording.house": ("恢复内置措辞", "The built-in wording"),
    "admin.wording.look": ("查看此版本", "Look at it"),
    "admin.wording.own": ("自定义", "your own"),
    "admin.wording.unusable": (
        "自定义的措辞无法使用，现发送内置措辞。",
        "Your own wording cannot be used; the built-in one is sent.",
    ),
    "admin.done.worded": ("措辞已启用。", "The wording is in force."),
    "admin.done.unworded": ("已恢复内置措辞。", "The built-in wording is used again."),
    "admin.deed.wording.put": ("启用通知措辞", "wording of a notice put in force"),
    "admin.deed.wording.drop": ("恢复内置措辞", "built-in wording used again"),
}
