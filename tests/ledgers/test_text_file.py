"""A text table is read whatever its encoding and delimiter, or the line at fault is named."""

from pathlib import Path

import pytest

from ledgers.reader import Ledger
from rules.errors import InputError
from tests.ledgers.files import SHANGHAI, TODAY, only, opened, read, refused, small, text

ROW = "编号,问题标题,责任单位\r\n甲-1,窗口排队过长,历下区/窗口\r\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le-bom"]
)
def test_chinese_text_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    if encoding == "utf-16-le-bom":
        path = text(tmp_path / "a.csv", "\ufeff" + ROW.replace(",", "\t"), "utf-16-le")
    else:
        path = text(tmp_path / "a.csv", ROW, encoding)
    row = only(read(path, "ledger"))
    assert (row.number, row.title, row.unit) == ("甲-1", "窗口排队过长", "历下区/窗口")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_by_the_header(tmp_path: Path, delimiter: str) -> None:
    lines = ["no|title|note", '1|a|"one, two; three"']
    path = text(tmp_path / "a.csv", "\n".join(lines).replace("|", delimiter))
    row = only(read(path))
    assert (row.number, row.title, row.note) == ("1", "a", "one, two; three")


def test_a_delimiter_of_ones_own_is_told_by_the_mapping(tmp_path: Path) -> None:
    path = text(tmp_path / "a.txt", "no|title\n1|a\n")
    assert only(read(path, small(file="{delimiter: '|'}"))).title == "a"


def test_a_byte_that_is_no_text_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"no,title\n1,one\n2,caf\xe9 au lait\n")
    with pytest.raises(InputError, match="byte 0xe9 is no text in utf-8") as caught:
        read(path)
    assert caught.value.where == f"{path}, line 3"
    assert only(read(path, small(file="{encoding: latin-1}"))[1:]).title == "café au lait"


def test_a_broken_byte_in_chinese_utf8_is_not_taken_for_gbk(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((ROW * 1 + "甲-2,整改措施不具体，责任").encode() + b"\xe4\n")
    with pytest.raises(InputError, match="byte 0xe4") as caught:
        read(path, "ledger")
    assert caught.value.where == f"{path}, line 3"


def test_a_broken_byte_in_gbk_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(ROW.encode("gbk") + "甲-2,整改".encode("gbk") + b"\xff\n")
    with pytest.raises(InputError, match="gb18030") as caught:
        read(path, "ledger")
    assert caught.value.where == f"{path}, line 3"


def test_a_row_goes_by_the_line_it_begins_on(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", 'no,title,note\n1,a,"two\nlines"\n\n2,b,\n3,,\n')
    rows = read(path)
    assert [row.row for row in rows] == [2, 5, 6]
    assert refused(rows) == [(6, "title", "required")]
    first = rows[0]
    assert getattr(first, "note", "") == "two\nlines"


def test_a_quote_that_never_closes_is_named_instead_of_swallowing_rows(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", 'no,title\n1,a\n2,"b\n3,c\n')
    with pytest.raises(InputError, match="quotation mark") as caught:
        read(path)
    assert caught.value.where == f"{path}, line 3"


def test_a_value_beyond_the_header_refuses_its_row(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "no,title\n1,a,b\n2,c,\n3\n")
    assert refused(read(path)) == [(2, "column 3", "surplus"), (4, "title", "required")]


def test_the_count_is_that_of_the_rows_below_the_header(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "My ledger\n\nno,title\n1,a\n , \n2,b\n\n")
    with opened(path) as ledger:
        assert isinstance(ledger, Ledger)
        assert ledger.count == 2
        assert ledger.header_row == 3
        assert len(list(ledger)) == 2
        assert len(list(ledger)) == 2, "each iteration starts anew"


def test_reading_depends_on_nothing_but_what_is_given(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "no,title,opened\n1,a,2026-03-03\n2,b,2026-03-02\n")
    codes = [[w.code for w in getattr(row, "warnings", ())] for row in read(path, None, SHANGHAI)]
    assert TODAY.isoformat() == "2026-03-02"
    assert codes == [["future"], []]


def test_a_quotation_mark_in_the_header_does_not_hide_the_right_delimiter(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", '"title, in short"\tno\ttitle\n"x, y"\t1\ta\n')
    assert only(read(path, small(unknown="ignore"))).title == "a"
    path = text(tmp_path / "b.csv", 'no,title,"note\n1,a,b\n')
    with pytest.raises(InputError, match="quotation mark"):
        read(path)
