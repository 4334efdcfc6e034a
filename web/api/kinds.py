"""The kinds of problems in which a request may end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of problem: its usual status, its title in Chinese and English, what it means."""

    status: int
    zh: str
    en: str
    means: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(
        400,
        "请求无法读取",
        "The request cannot be read",
        "It is no JSON, no form, or has a broken header.",
    ),
    "unauthorized": Kind(
        401,
        "需要访问令牌",
        "A token is needed",
        "No token, or one that is unknown, revoked or over.",
    ),
    "scope": Kind(
        403,
        "令牌权限不足",
        "The token is not for this",
        "The token lacks the scope that the operation names.",
    ),
    "not-allowed": Kind(
        403,
        "您的身份不能办理",
        "Not for this person",
        "A rule says that this person may not do it; `rule` names it.",
    ),
    "not-found": Kind(
        404, "没有找到", "Not found", "It is not there, as far as this person may see."
    ),
    "method": Kind(
        405, "不支持此方法", "Not by this method", "`Allow` names the methods that there are."
    ),
    "refused": Kind(
        409,
        "规则不允许",
        "Refused by a rule",
        "The item's stage or a rule forbids it now; `rule` names it.",
    ),
    "changed": Kind(
        409,
        "事项已被更改",
        "Changed by somebody else",
        "Others kept changing the item at this moment; try again.",
    ),
    "stale": Kind(
        412,
        "事项已有新进展",
        "The item has moved on",
        "`If-Match` names a version that is not the present one.",
    ),
    "too-large": Kind(
        413, "内容过大", "Too large", "The body or the file is larger than is taken."
    ),
    "media-type": Kind(
        415,
        "不接收此类文件",
        "Not of this kind",
        "The body or the file is of a kind that is not taken.",
    ),
    "invalid": Kind(
        422,
        "填写的内容有误",
        "Not usable",
        "A field is unknown, missing or wrong; `where` names it, `errors` all of them.",
    ),
    "key-reused": Kind(
        422,
        "幂等键已用于其他请求",
        "The key was used before",
        "`Idempotency-Key` was sent with another request.",
    ),
    "throttled": Kind(
        429, "请求过于频繁", "Too many requests", "`Retry-After` says when to go on."
    ),
    "fault": Kind(500, "系统出错", "A fault of ours", "It is in the log of the server."),
    "unavailable": Kind(
        503,
        "暂时不可用",
        "Not available now",
        "The database or the store cannot be reached; `Retry-After`.",
    ),
}
"""By the last part of their type."""
