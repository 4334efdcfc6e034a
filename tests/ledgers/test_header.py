"""The header is found, and a column that is missing, doubled or unknown is named."""

from pathlib import Path

import pytest

from ledgers.mapping_files import read_mapping
from ledgers.row import LedgerRow
from rules.errors import InputError
from tests.ledgers.files import SHANGHAI, SMALL, opened, read, small, text, workbook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def test_a_missing_column_is_named_with_those_seen_and_wanted(path: Path) -> None:
    text(path, "number,Title,unit\n1,a,b\n")
    with pytest.raises(InputError, match=r"lacks .*\(number: no\)") as caught:
        read(path)
    assert "The columns seen are: number, Title, unit." in caught.value.hint
    assert caught.value.where == f"{path}, text separated by comma, row 1"


def test_every_missing_column_is_named_at_once(path: Path) -> None:
    with pytest.raises(InputError, match=r"编号 or Number.*title: 问题标题 or Title"):
        read(text(path, "a,b\n1,2\n"), "ledger")


def test_an_unknown_column_is_named_and_the_ways_out_are_told(path: Path) -> None:
    with pytest.raises(InputError, match='does not know the column "责任单位人"') as caught:
        read(text(path, "编号,问题标题,责任单位人\n1,a,b\n"), "ledger")
    assert 'begin its name with "附："' in caught.value.hint
    with pytest.raises(InputError, match='columns "x", "y"'):
        read(text(path, "no,title,x,y\n1,a,b,c\n"))


def test_unknown_columns_may_be_kept_or_ignored(path: Path) -> None:
    text(path, "no,title,x,amount\n1,a,b,3\n")
    [kept] = read(path, small(unknown="keep"))
    assert getattr(kept, "extra", None) == {"x": "b", "amount": "3"}
    with opened(path, small(unknown="ignore")) as ledger:
        assert "ignored: x." in ledger.remarks[0]
        [ignored] = ledger
    assert getattr(ignored, "extra", None) == {"amount": "3"}
    [listed] = read(path, small(ignore="[x]"))
    assert getattr(listed, "extra", None) == {"amount": "3"}


def test_values_without_a_column_name_are_kept_under_its_letter(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["no", "title", None], [1, "a", "b", None, "c"]])
    [kept] = read(path, small(unknown="keep"))
    assert getattr(kept, "extra", None) == {"C": "b", "E": "c"}
    [ignored] = read(path, small(unknown="ignore"))
    assert getattr(ignored, "extra", None) == {}


def test_two_columns_for_the_same_field_are_refused(path: Path) -> None:
    with pytest.raises(InputError, match='Two columns mean the same: "title" and "Title"'):
        read(text(path, "no,title,Title\n1,a,b\n"))
    with pytest.raises(InputError, match='"编号" and "Number"'):
        read(text(path, "编号,Number,问题标题\n1,2,a\n"), "ledger")


def test_extras_of_one_name_are_numbered(path: Path) -> None:
    [row] = read(text(path, "no,title,x,x,x\n1,a,b,c,d\n"), small(unknown="keep"))
    assert getattr(row, "extra", None) == {"x": "b", "x (2)": "c", "x (3)": "d"}


def test_a_star_stands_for_any_text_in_the_name_of_an_extra(path: Path) -> None:
    text(path, "no,title,2024年度目标,2025 年度目标\n1,a,b,c\n")
    mapping = read_mapping(SMALL.replace("[amount]", '["*年度目标"]'), "small")
    [row] = read(path, mapping)
    assert getattr(row, "extra", None) == {"2024年度目标": "b", "2025 年度目标": "c"}


def test_a_column_may_be_a_field_and_an_extra_at_once(path: Path) -> None:
    mapping = read_mapping(SMALL.replace("[amount]", "[due]"), "small")
    [row] = read(text(path, "no,title,due\n1,a,2011-07-15 01:32:32\n"), mapping)
    assert isinstance(row, LedgerRow)
    assert row.extra == {"due": "2011-07-15 01:32:32"}
    assert str(row.due) == "2011-07-15"


def test_the_header_may_be_told_by_its_row(path: Path) -> None:
    text(path, "no,title\nno,title\n1,a\n")
    assert [row.row for row in read(path)] == [2, 3]
    assert [row.row for row in read(path, small(file="{header_row: 2}"))] == [3]


def test_a_header_too_far_down_is_not_found(path: Path) -> None:
    text(path, "x\n" * 25 + "no,title\n1,a\n")
    with pytest.raises(InputError, match="lacks a column"):
        read(path)
    assert len(read(path, small(file="{header_within: 30}"))) == 1


def test_a_ledger_says_which_fields_and_extras_it_has(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "no,title,due,amount\n1,a,,\n")
    with opened(path, small(constants="{unit: 某局}")) as ledger:
        assert ledger.fields == {"number", "title", "due", "unit"}
        assert ledger.has_extra("amount")
        assert not ledger.has_extra("note")
        assert (ledger.zone, ledger.lang) == (SHANGHAI, "en")


def test_a_cell_can_be_spoken_of_after_reading(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [("no", "title", "due"), (1, "a", None)])
    with opened(path, lang="zh-CN") as ledger:
        list(ledger)
    problem = ledger.problem(2, "due", "required")
    assert (problem.row, problem.cell, problem.column) == (2, "C2", "due")
    assert problem.reason == "此列必须填写。"
