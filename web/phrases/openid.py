"""Signing in with OpenID Connect."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "openid.it": ("统一认证", "single sign-on"),
    "openid.button": ("用{name}登录", "Sign in with {name}"),
    "openid.or": ("或使用本系统账号", "or with an account of this console"),
    "openid.administrators": (
        "密码登录仅限管理员。",
        "Passwords are for administrators only.",
    ),
    "openid.out": ("同时退出{name}", "Sign out of {name} as well"),
    "openid.away": (
        "统一认证暂时没有响应，请稍后再试，或联系管理员。",
        "The sign-on service does not answer. Please try again soon, or ask an administrator.",
    ),
    "openid.over": (
        "这次登录已超时，或不是在此浏览器中发起的，请重新登录。",
        "This sign-in took too long, or was not begun in this browser. Please sign in again.",
    ),
    "openid.denied": (
        "统一认证没有放行，请重新登录，或联系管理员。",
        "The sign-on service let nobody in. Please sign in again, or ask an administrator.",
    ),
    "openid.unsound": (
        "统一认证的答复未通过核验，没有登录。请重新登录；再次出现时请联系管理员。",
        "The sign-on service's answer could not be verified, so you are not signed in. Please try "
        "again; if it happens again, ask an administrator.",
    ),
    "openid.unknown": (
        "统一认证已确认您的身份，但您在本系统中还没有账号，请联系整改办。",
        "The sign-on service knows you, but you have no account here yet. Please ask the office.",
    ),
    "openid.closed": (
        "您在本系统中的账号已停用，请联系整改办。",
        "Your account here is closed. Please ask the office.",
    ),
    "openid.passwords": (
        "密码登录仅限管理员，请用统一认证登录。",
        "Passwords are for administrators only. Please sign in with the sign-on service.",
    ),
}
