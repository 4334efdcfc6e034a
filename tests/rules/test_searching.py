"""Texts become words, and a search asks for what a naive reader would look for."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from rules.searching import Term, folded, terms_of, words_of

CHARACTERS = "整改办理群众反映窗口推诿ＡＢab12 ，。：-_\n々〇㈱"
TEXTS = st.text(CHARACTERS, max_size=30)


def found(search: str, *texts: str) -> bool:
    """Whether the index would say that the texts have what is searched for."""
    words = words_of(*texts)
    return all(
        any(one.startswith(term.word) for one in words) if term.begins else term.word in words
        for term in terms_of(search)
    )


def test_chinese_is_cut_into_pairs_and_its_last_character() -> None:
    assert words_of("推诿扯皮") == {"推诿", "诿扯", "扯皮", "皮"}


def test_letters_and_digits_are_words_in_one_case_and_width() -> None:
    assert words_of("ZG-00012 Ａ4纸") == {"zg", "00012", "a4", "纸"}


def test_one_character_asks_for_what_begins_with_it() -> None:
    assert terms_of("皮") == (Term("皮", begins=True),)


def test_longer_chinese_asks_for_every_pair() -> None:
    assert terms_of("推诿扯") == (Term("推诿", begins=False), Term("诿扯", begins=False))


def test_what_has_neither_letters_nor_digits_asks_for_nothing() -> None:
    assert terms_of("！！ -- 、") == ()


def test_quotes_and_operators_cannot_stand_in_a_word() -> None:
    words = words_of("a'b\"c&d|e!f(g)h:*i\\j\0k") | {t.word for t in terms_of("a'b\"c:* & | ! \\")}
    assert all(one.isalnum() for one in words)


@given(text=TEXTS, start=st.integers(0, 29), length=st.integers(1, 6))
def test_whatever_piece_of_chinese_stands_in_a_text_is_found_by_it(
    text: str, start: int, length: int
) -> None:
    plain = "".join(c for c in text if c in "整改办理群众反映窗口推诿々〇")
    piece = plain[start : start + length]
    assert not piece or found(piece, plain)


@given(text=TEXTS, search=TEXTS)
def test_a_search_says_what_a_naive_reading_of_words_says(text: str, search: str) -> None:
    assert found(search, text) == naive(search, text)


def naive(search: str, text: str) -> bool:
    """Every pair of the search stands in a run of the text; every other word begins one there."""
    here = runs(text)
    for run in runs(search):
        if not is_chinese(run[0]):
            if not any(other.startswith(run) for other in here):
                return False
        elif len(run) == 1:
            if not any(run in other for other in here):
                return False
        elif not all(any(run[n : n + 2] in other for other in here) for n in range(len(run) - 1)):
            return False
    return True


def runs(text: str) -> list[str]:
    """Runs of Chinese, and runs of letters and digits."""
    parts: list[str] = []
    kind = ""
    for c in folded(unicodedata.normalize("NFKC", text)):
        now = "chinese" if is_chinese(c) else "letters" if c.isalnum() else ""
        if now and now == kind:
            parts[-1] += c
        elif now:
            parts.append(c)
        kind = now
    return parts


def is_chinese(c: str) -> bool:
    """Whether it is written without blanks."""
    return c in "々〇" or "\u3400" <= c <= "\u9fff"
