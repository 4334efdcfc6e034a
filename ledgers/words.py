"""Which word of the vocabulary does a cell mean? Codes and names in both languages are known."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

from ledgers.values import folded
from rules.vocabulary import NAMES, Level, Outcome, Severity, Source, Stage, name

_KINDS: dict[str, type[StrEnum]] = {
    "source": Source,
    "severity": Severity,
    "stage": Stage,
    "outcome": Outcome,
}
_YES = ("是", "yes", "y", "true", "1", "√", "✓")
_NO = ("否", "no", "n", "false", "0", "×")
_HIGHEST: Final = 9

WORDS: dict[str, tuple[str, ...]] = {
    **{field: tuple(kind) for field, kind in _KINDS.items()},
    "level": ("0", *(f"{rung} {level}" for rung, level in enumerate(Level, 1))),
    "confidential": (_YES[0], _NO[0], _YES[1], _NO[1]),
}


def word(field: str, text: str) -> StrEnum | int | bool | None:
    """The value that ``text`` means in a field of :data:`WORDS`, None when it is not known.

    Stages, outcomes, severities and sources are their enums, ``level`` the rung (0 to 9),
    ``confidential`` a bool.
    """
    return _known(field).get(folded(text))


def known(field: str, lang: str) -> str:
    """The words that a person may write there, for a message."""
    words = [name(member, lang) for member in _KINDS[field]] if field in _KINDS else WORDS[field]
    return ("、" if lang.startswith("zh") else ", ").join(words)


@cache
def _known(field: str) -> dict[str, StrEnum | int | bool]:
    if field == "confidential":
        return {folded(text): text in _YES for text in (*_YES, *_NO)}
    if field == "level":
        rungs: dict[str, StrEnum | int | bool] = {str(rung): rung for rung in range(_HIGHEST + 1)}
        for rung, level in enumerate(Level, 1):
            rungs |= {folded(text): rung for text in (level, *NAMES[level])}
        return rungs
    return {folded(text): member for member in _KINDS[field] for text in (member, *NAMES[member])}
