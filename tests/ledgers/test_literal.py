"""Any text survives a cell, and none runs in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgers.literal import clean, quoted, unquoted

BLANKS = frozenset({"\\", "/", "-", "无"})


@given(
    st.text(alphabet=st.characters(), max_size=30) | st.text("'=+-@\t \r\n/无x\u200b\ufeff\u3000")
)
def test_a_written_text_is_read_back_exactly(text: str) -> None:
    text = clean(text)
    assert unquoted(quoted(text, BLANKS), BLANKS) == text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_could_run_is_quoted(sign: str) -> None:
    assert quoted(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["'tis the season", "it's", "'", "plain", "'中文'"])
def test_an_apostrophe_of_a_foreign_text_stays(text: str) -> None:
    assert unquoted(text, BLANKS) == text


@pytest.mark.parametrize("text", ["", " ", "\\", " /", "/ \n", "\n", "\u3000", "\u200b", "-", "无"])
def test_a_blank_is_blank_however_it_is_written(text: str) -> None:
    assert unquoted(text, BLANKS) == ""


def test_a_blank_word_that_is_meant_is_kept_by_its_quote() -> None:
    assert quoted("无", BLANKS) == "'无"
    assert unquoted("'无", BLANKS) == "无"


def test_line_ends_become_one_kind_and_what_no_file_can_carry_goes() -> None:
    assert clean("a\r\nb\rc\nd\te\x00\x1f\ud800\uffff") == "a\nb\nc\nd\te"
