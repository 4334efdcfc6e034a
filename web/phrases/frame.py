"""What stands around every page: navigation, switches, help."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "nav": ("主导航", "Main navigation"),
    "nav.toggle": ("打开或收起导航", "Open or close the navigation"),
    "nav.work": ("我的工作", "My work"),
    "find": ("查找事项", "Find an item"),
    "find.hint": ("事项编号或关键词", "Reference or words"),
    "find.none.title": ("没有找到", "Nothing found"),
    "find.none": (
        "没有您可以查看的事项编号为“{words}”。请核对编号。",
        "There is no item “{words}” that you may see. Please check the reference.",
    ),
    "theme": ("外观", "Appearance"),
    "theme.light": ("浅色", "Light"),
    "theme.dark": ("深色", "Dark"),
    "theme.auto": ("跟随系统", "As the system"),
    "me": ("我的账号", "My account"),
    "me.sessions": ("登录设备", "Where I am signed in"),
    "me.password": ("修改密码", "Change password"),
    "me.factor": ("两步验证", "Second factor"),
    "me.out": ("退出登录", "Sign out"),
    "administrator": ("管理员", "Administrator"),
    "keys": ("键盘快捷键", "Keyboard"),
    "keys.find": ("查找", "find"),
    "keys.rows": ("下一行 / 上一行", "next / previous row"),
    "keys.open": ("打开所选", "open the selected row"),
    "keys.home": ("我的工作", "my work"),
    "keys.help": ("本帮助", "this help"),
    "close": ("关闭", "Close"),
    "demo.runs": ("Prefect 流程运行", "Flow runs in Prefect"),
    "demo": ("演示数据，均为虚构", "A demonstration: everything is invented"),
}
