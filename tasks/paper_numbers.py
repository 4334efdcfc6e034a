"""The kinds of papers, and the numbers by which offices call them (GB/T 9704-2012, 7.2.5)."""

from __future__ import annotations

import re
from typing import NamedTuple

from rules.errors import InputError
from rules.vocabulary import Level

SIGNS = {
    "order": "交", "letter": "提", "interview": "约", "circular": "通", "listing": "督",
    "minutes": "记", "closing": "销", "reply": "复",
}  # fmt: skip
"""Every kind of paper, which has a template in each language, and its sign in the number."""

NAMES = {
    "order": ("交办单", "Order"),
    "letter": ("提醒函", "Letter of reminder"),
    "interview": ("约谈通知书", "Notice of interview"),
    "circular": ("通报", "Circular"),
    "listing": ("挂牌督办通知书", "Notice of supervised listing"),
    "minutes": ("约谈记录", "Minutes of an interview"),
    "closing": ("销号单", "Closing record"),
    "reply": ("答复", "Reply"),
}
"""What the kinds are called."""

KINDS = tuple(SIGNS)
ACTS = tuple(act.value for act in Level)
"""The acts of the ladder."""


class Number(NamedTuple):
    """A paper's place in its series."""

    code: str
    kind: str
    year: int
    number: int

    @property
    def series(self) -> str:
        """The series, counted by itself."""
        return f"{self.code}-{self.kind}-{self.year}"

    @property
    def serial(self) -> str:
        """How the register, the file and the history call it."""
        return f"{self.series}-{self.number:04d}"

    def printed(self, lang: str) -> str:
        """How it stands on the paper; in Chinese by GB/T 9704: year in brackets, no zeros."""
        if lang.startswith("zh"):
            return f"{self.code}{SIGNS[self.kind]}〔{self.year}〕{self.number}号"
        return self.serial


def number_of(text: str) -> Number:
    """The number that stands in the register, or on a paper, as ``text``.

    Raises:
        InputError: no paper is called like that.
    """
    code, *rest = text.strip().rsplit("-", 3)
    if printed := _PRINTED.fullmatch(text.strip()):
        code, sign, year, number = printed.groups()
        rest = [next(kind for kind in SIGNS if SIGNS[kind] == sign), year, number]
    if len(rest) == 3 and rest[0] in SIGNS and rest[1].isdecimal() and rest[2].isdecimal():
        return Number(code, rest[0], int(rest[1]), int(rest[2]))
    raise InputError(f"{text!r} is no number of a paper.", "See: rectiflow papers list.")


_PRINTED = re.compile(rf"(.+)([{''.join(SIGNS.values())}])〔(\d{{4}})〕(\d+)号")
