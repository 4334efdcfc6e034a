"""The sentences of errors and stored reasons in the reader's language, worded when they are shown.

    worded("There is no unit with the code 'B9'. See the units.", "zh-CN")
    # 没有代码为“B9”的单位。请在单位列表中查看。

Whatever goes wrong says so in English, where it happens, with every detail: that is what logs, the
command line and the store keep. The English sentence is the key under which ``rules.said`` has
the Chinese one; what stands in its places is found in the text and put into the other, and is
worded itself where it is a sentence again. Nobody is shown where files lie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from rules.said import commands, files, machinery, mails, people, policies, settings

AREAS = (commands, files, mails, people, policies, machinery, settings)

LONGEST = 1000
"""Characters of a text that is looked up; ours are shorter."""

MOST = 8
"""Ends of sentences in such a text."""

PLACE = re.compile(r"\{([a-z_0-9]+)\}")
"""A place of a sentence, where a name or a number is filled in."""
_END = re.compile(r"(?<=[.?:。]) ")
_FOLDERS = re.compile(r"(?<![\w:/.])(?:/[^\s/:;,'\"()]+)+/(?=[^\s/])|(?<=\w:)/{3,}(?:[^\s/]+/)+")
"""The folders of a path, as far as its last name."""


class Pattern(NamedTuple):
    """A sentence with places in it: how it begins, what it looks like, and in the other tongue."""

    begins: str
    looks: re.Pattern[str]
    other: str


def worded(text: str, lang: str) -> str:
    """The text in the reader's language, as far as it is ours; without the folders of paths.

    What others have said (a mail server, a person) stays as it is. Stored texts begin with words
    of a person now and then, and ours follow.
    """
    shown = _FOLDERS.sub("", text)
    if not lang.startswith("zh") or not shown or len(shown) > LONGEST:
        return shown
    return in_chinese(shown) or _behind(shown)


def in_chinese(text: str) -> str:
    """One or more sentences of ours in Chinese; empty where one of them is not ours."""
    return _in_chinese(text.strip())


@lru_cache(maxsize=4096)
def _in_chinese(text: str) -> str:
    if not text or len(text) > LONGEST:
        return ""
    if text[0].islower() and text[-1] == "." and (said := _sentence(text[:-1], loose=False)):
        return f"{said}。"
    if said := _sentence(text, loose=False):
        return said
    for end in reversed(_ends(text)):
        rest = "" if text[end - 1] == ":" else _in_chinese(text[end + 1 :])
        if rest and (first := _sentence(text[:end], loose=False)):
            return first + rest
    return _sentence(text, loose=True)


def _sentence(text: str, *, loose: bool) -> str:
    """One sentence in Chinese; only if ``loose`` what stands in its places may be several."""
    for one in patterns():
        if text.startswith(one.begins) and (found := one.looks.fullmatch(text)):
            values = _of(found)
            if loose or not any(". " in each for each in values.values()):
                return filled(
                    one.other, {name: _value(name, each) for name, each in values.items()}
                )
    return ""


def _ends(text: str) -> list[int]:
    """Where sentences end; nowhere in what has more of them than ours."""
    found = [each.start() for each in _END.finditer(text)]
    return found if len(found) <= MOST else []


def _of(found: re.Match[str]) -> Mapping[str, str]:
    return {name: each or "" for name, each in found.groupdict().items()}


def _value(place: str, text: str) -> str:
    """What stands in a place: without the quotation marks of English, and worded if it is ours."""
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
    if place == "what" or " " in bare:
        said = [_in_chinese(part) for part in bare.split("; ")]
        return ("；".join(said) if all(said) else bare).rstrip("。.")
    return bare


def _behind(text: str) -> str:
    """The text with its end in Chinese, where that is ours and what stands before it is not."""
    for end in _ends(text):
        if rest := in_chinese(text[end + 1 :]):
            return f"{text[:end]} {rest}"
    return text


def filled(sentence: str, values: Mapping[str, str]) -> str:
    """The sentence with its places filled in; other braces stay."""
    return PLACE.sub(lambda found: values.get(found[1], found[0]), sentence)


@cache
def pattern(sentence: str, other: str = "") -> Pattern:
    """How a text is recognised as this sentence."""
    begins = PLACE.split(sentence, maxsplit=1)[0]
    looks, at = "", 0
    seen: set[str] = set()
    for found in PLACE.finditer(sentence):
        looks += re.escape(sentence[at : found.start()])
        looks += f"(?P={found[1]})" if found[1] in seen else f"(?P<{found[1]}>.+?)"
        seen.add(found[1])
        at = found.end()
    return Pattern(begins, re.compile(looks + re.escape(sentence[at:]), re.DOTALL), other)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every sentence, the one that says most of itself first."""
    every = {en: zh for area in AREAS for en, zh in area.SENTENCES.items()}
    ordered = sorted(every, key=lambda en: -len(PLACE.sub("", en)))
    return tuple(pattern(en, every[en]) for en in ordered)
