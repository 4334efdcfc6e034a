"""How texts are cut into words to be searched for, and a search into what it asks. Pure.

Chinese is written without blanks: a run of it is cut into every two neighbouring characters, and
its last character besides, so that each character begins some word. A search for one character is
one for the words that begin with it; a longer one asks for all its pairs. Whatever else is a run
of letters or digits is a word, found by its beginning. Everything is folded first: width, case,
compatibility forms (Unicode NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from operator import add
from typing import NamedTuple

LONGEST_WORD = 64
LONGEST_SEARCH = 100
"""Characters of a search that count."""

_IDEOGRAPHS = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"([{_IDEOGRAPHS}]+)|([^\W_{_IDEOGRAPHS}]+)")
_IDEOGRAPHIC = re.compile(f"[{_IDEOGRAPHS}]+")
_LETTERS = re.compile(rf"[^\W_{_IDEOGRAPHS}]+")
# What most texts are made of. Folding by NFKC makes no other words of it, and takes longer than
# all the rest.
_ODD = re.compile("[^\x00-\x7f\u3400-\u4dbf\u4e00-\u9fff、。《》【】，；：？！（）“”‘’—…]")


class Term(NamedTuple):
    """One word that is asked for; ``begins``: whatever begins with it will do."""

    word: str
    begins: bool


def words_of(*texts: str) -> set[str]:
    """The words under which these texts are found."""
    text = folded("\n".join(texts))
    found = {letters[:LONGEST_WORD] for letters in _LETTERS.findall(text)}
    for run in _IDEOGRAPHIC.findall(text):
        found.update(map(add, run, run[1:]))
        found.add(run[-1])
    return found


def terms_of(search: str) -> tuple[Term, ...]:
    """What a search asks for: all of it; nothing when it holds neither letters nor digits."""
    found: dict[Term, None] = {}
    for ideographs, letters in _RUN.findall(folded(search[:LONGEST_SEARCH])):
        if letters:
            found[Term(letters[:LONGEST_WORD], begins=True)] = None
        elif len(ideographs) == 1:
            found[Term(ideographs, begins=True)] = None
        else:
            pairs = map(add, ideographs, ideographs[1:])
            found |= dict.fromkeys(Term(pair, begins=False) for pair in pairs)
    return tuple(found)


def folded(text: str) -> str:
    """The text as it is compared."""
    if _ODD.search(text):
        text = unicodedata.normalize("NFKC", text)
    return text.casefold()
