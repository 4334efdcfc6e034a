"""Signing in, passwords, sessions, the second factor."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "login.title": ("登录", "Sign in"),
    "login.name": ("账号", "Login"),
    "login.password": ("密码", "Password"),
    "login.button": ("登录", "Sign in"),
    "login.wrong": (
        "账号或密码不正确。连续多次失败后，须稍候再试。",
        "Login or password is not right. After several failures it takes a while before the "
        "next attempt counts.",
    ),
    "login.help": ("忘记密码请联系整改办。", "Forgotten your password? Please ask the office."),
    "login.out": ("您已退出登录。", "You are signed out."),
    "login.demo": ("一键体验", "Try it as"),
    "login.demo_more": (
        "演示数据均为虚构，选择一种身份即可进入。",
        "Everything here is invented. Choose who you want to be.",
    ),
    "form_old.title": ("页面已过期", "This page is too old"),
    "form_old": (
        "为安全起见没有办理。请返回上一页刷新后再试。",
        "To be safe, nothing was done. Please go back, reload the page and try again.",
    ),
    "password.title": ("修改密码", "Change password"),
    "password.first": (
        "首次登录须先设置您自己的密码。",
        "This is your first time here: please choose a password of your own.",
    ),
    "password.old": ("原密码", "Old password"),
    "password.new": ("新密码", "New password"),
    "password.again": ("再输入一次新密码", "New password again"),
    "password.rule": (
        "至少 10 个字符。不要求大小写或符号，几个词连成一句最好记。",
        "At least 10 characters. Any will do; a sentence of some words is easy to remember.",
    ),
    "password.differ": ("两次输入的密码不一致。", "The two passwords differ."),
    "password.button": ("保存", "Save"),
    "password.done": (
        "密码已修改，其他设备上的登录已退出。",
        "The password is changed; other browsers are signed out.",
    ),
    "sessions.title": ("登录设备", "Where I am signed in"),
    "sessions.here": ("当前设备", "this browser"),
    "sessions.since": ("登录于", "since"),
    "sessions.seen": ("最近使用", "last used"),
    "sessions.end": ("退出此设备", "Sign out there"),
    "sessions.end_others": ("退出其他全部设备", "Sign out everywhere else"),
    "sessions.unknown": ("未知浏览器", "an unknown browser"),
    "sessions.done": ("已退出所选设备。", "Signed out there."),
    "factor.title": ("两步验证", "Second factor"),
    "factor.ask": (
        "请输入手机验证器上的六位数字，或一个恢复码。",
        "Enter the six digits that your phone shows, or a recovery code.",
    ),
    "factor.code": ("验证码", "Code"),
    "factor.button": ("继续", "Continue"),
    "factor.wrong": (
        "验证码不正确，或已经用过。",
        "The code is not right, or has been used already.",
    ),
    "factor.scan": (
        "用手机验证器扫描此图，再输入它显示的六位数字。",
        "Scan this with an authenticator on your phone, then enter the six digits it shows.",
    ),
    "factor.secret": ("无法扫描时，可手工输入：", "If you cannot scan it, type this in:"),
    "factor.on": ("两步验证已开启。", "The second factor is on."),
    "factor.turn_on": ("开启", "Turn on"),
    "factor.turn_off": ("关闭两步验证", "Turn off the second factor"),
    "factor.is_off": ("两步验证已关闭。", "The second factor is off."),
    "factor.codes": (
        "请抄存以下恢复码，手机遗失时每个可用一次。它们只显示这一次。",
        "Keep these recovery codes: each works once, should you lose the phone. "
        "They are shown only now.",
    ),
    "factor.kept": ("已保存，继续", "I have kept them"),
    "welcome.title": ("设置密码", "Choose a password"),
    "welcome.for": (
        "{name}，请为账号 {login} 设置密码。",
        "{name}, please choose a password for your login {login}.",
    ),
    "welcome.first": (
        "这是首次使用。请选择由谁担任管理员，并设置其密码。",
        "This is the first time. Choose who administers the console, and their password.",
    ),
    "welcome.who": ("管理员", "Administrator"),
    "welcome.gone.title": ("链接已失效", "This link is no longer valid"),
    "welcome.gone": (
        "链接只能使用一次，且有时限。请向管理员索取新的链接。",
        "It works once and for a limited time. Please ask an administrator for a new one.",
    ),
}
