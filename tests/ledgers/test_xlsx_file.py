"""A workbook is read for what it holds, not for what it says about itself."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ledgers.row import RowRefused
from rules.errors import InputError
from tests.ledgers.files import edited, naive, only, opened, read, refused, small, warned, workbook

HEADER = ["no", "title", "opened", "due", "note"]
SHEET = "xl/worksheets/sheet1.xml"


def test_an_empty_sheet_beside_the_ledger_does_not_matter(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [HEADER, [1, "a"]],
        lambda sheet: (sheet.parent.create_sheet("Sheet1"), sheet.parent.create_sheet("B", 0)),
    )
    assert only(read(path)).title == "a"


def test_a_second_sheet_with_a_header_is_pointed_out(tmp_path: Path) -> None:
    def more(sheet: Any) -> None:
        other = sheet.parent.create_sheet("March")
        other.append(["no", "title"])
        other.append([9, "z"])

    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "a"]], more)
    with opened(path) as ledger:
        assert ledger.sheet == "Sheet"
        assert [row.number for row in ledger] == ["1"]
        assert re.search('"March" has such a header', ledger.remarks[0])
    assert only(read(path, small(file="{sheet: March}"))).number == "9"
    assert only(read(path, small(file="{sheet: 2}"))).number == "9"
    with pytest.raises(InputError, match="It has Sheet, March"):
        read(path, small(file="{sheet: April}"))


def test_a_hidden_sheet_is_read_only_when_it_is_named(tmp_path: Path) -> None:
    def more(sheet: Any) -> None:
        other = sheet.parent.create_sheet("old")
        other.append(HEADER)
        other.append([9, "z", None, None, "kept"])
        other.sheet_state = "hidden"

    path = workbook(tmp_path / "a.xlsx", [["no", "title"], [1, "a"]], more)
    assert only(read(path)).number == "1"
    assert only(read(path, small(file="{sheet: old}"))).number == "9"


@pytest.mark.parametrize("told", [b'<dimension ref="A1:A1"/>', b'<dimension ref="A1:B2"/>', b""])
def test_a_wrong_size_does_not_cut_rows_or_columns_off(tmp_path: Path, told: bytes) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "a", None, None, "n"], [2, "b"]])
    edited(path, SHEET, lambda xml: re.sub(rb"<dimension[^>]*/>", told, xml))
    with opened(path) as ledger:
        assert ledger.count == 2
        assert [(row.number, row.note) for row in ledger] == [("1", "n"), ("2", "")]


def test_rows_left_out_and_trailing_rows_keep_their_numbers(tmp_path: Path) -> None:
    def dress(sheet: Any) -> None:
        sheet["A7"], sheet["B7"] = 3, "c"
        for row in range(8, 40):
            sheet.cell(row, 2).fill = PatternFill("solid", start_color="FFFFFF00")
        sheet["A41"] = " "

    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "a"], [None, None], ["\\", " /"]], dress)
    with opened(path) as ledger:
        rows = list(ledger)
        assert ledger.count >= len(rows)
    assert [(row.row, row.number) for row in rows] == [(2, "1"), (7, "3")]


def test_a_row_number_out_of_this_world_ends_quickly(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "a"]])
    edited(path, SHEET, lambda xml: xml.replace(b'r="2"', b'r="99999999999"'))
    assert read(path) == []


def test_a_formula_refuses_its_row_and_says_what_to_do(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", [HEADER, ["=ROW()-1", "a"], [2, '=HYPERLINK("x","y")'], [3, "c"]]
    )
    rows = read(path)
    assert refused(rows) == [(2, "A2", "formula"), (3, "B3", "formula")]
    [problem] = [p for row in rows if isinstance(row, RowRefused) for p in row.problems][1:]
    assert problem.column == "title"
    assert problem.reason == "The cell contains a formula; paste values instead, then import again."
    zh = read(path, lang="zh-CN")[0]
    assert isinstance(zh, RowRefused)
    assert "选择性粘贴" in zh.problems[0].reason


def test_a_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    def dress(sheet: Any) -> None:
        sheet["B2"].data_type = "s"

    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "=1+1"]], dress)
    assert only(read(path)).title == "=1+1"


def test_a_formula_in_an_extra_is_left_out_with_a_warning(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["no", "title", "amount"], [1, "a", "=2*3"]])
    row = only(read(path))
    assert row.extra == {}
    assert warned(row) == [("C2", "formula_left_out")]


def test_an_error_value_refuses_its_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "#REF!"]])
    assert refused(read(path)) == [(2, "B2", "cell_error")]


def test_mixed_types_in_a_column_read_as_what_a_person_sees(tmp_path: Path) -> None:
    notes = [45345, 12.5, 0.1 + 0.2, True, naive(2024, 2, 22), date(2024, 2, 22), time(9, 30)]
    path = workbook(
        tmp_path / "a.xlsx", [HEADER, *([i, "a", None, None, n] for i, n in enumerate(notes))]
    )
    shown = ["45345", "12.5", "0.3", "TRUE", "2024-02-22", "2024-02-22", "09:30:00"]
    assert [row.note for row in read(path) if not isinstance(row, RowRefused)] == shown


def test_whole_numbers_have_no_decimals_and_long_ones_are_not_trusted(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [HEADER, [33.0, "a"], [370102199001011234, "b"], ["370102199001011234", "c"]],
    )
    rows = read(path)
    assert refused(rows) == [(3, "A3", "rounded")]
    assert [row.number for row in rows if not isinstance(row, RowRefused)] == [
        "33", "370102199001011234",
    ]  # fmt: skip


def test_the_chinese_date_formats_of_spreadsheets_are_dates(tmp_path: Path) -> None:
    def dress(sheet: Any) -> None:
        sheet["D2"].number_format = "0.00"

    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "a", None, 45505]], dress)
    edited(path, "xl/styles.xml", lambda xml: re.sub(rb'numFmtId="2"', b'numFmtId="31"', xml))
    row = only(read(path))
    assert row.due == date(2024, 8, 1)
    assert row.warnings == ()


def test_a_bare_number_in_a_date_column_is_read_and_pointed_out(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "a", None, 45505]])
    row = only(read(path))
    assert row.due == date(2024, 8, 1)
    assert warned(row) == [("D2", "serial")]


def test_workbooks_that_count_from_1904_are_understood(tmp_path: Path) -> None:
    def dress(sheet: Any) -> None:
        sheet.parent.epoch = CALENDAR_MAC_1904

    path = workbook(
        tmp_path / "a.xlsx",
        [HEADER, [1, "a", naive(2024, 8, 1, 9, 30), 45505 - 1462]],
        dress,
    )
    row = only(read(path))
    assert row.opened == datetime(2024, 8, 1, 1, 30, tzinfo=UTC)
    assert row.due == date(2024, 8, 1)


def test_a_date_beyond_all_calendars_refuses_its_row(tmp_path: Path) -> None:
    def dress(sheet: Any) -> None:
        sheet["D2"].number_format = "yyyy-mm-dd"

    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "a", None, 9_999_999]], dress)
    assert refused(read(path)) == [(2, "D2", "cell_error")]


def test_titles_above_and_line_breaks_in_the_header_are_borne(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["Ledger of the district, no secrets in it"],
            [],
            ["made on", date(2024, 8, 1)],
            ["ＮＯ ", "Ti\ntle", " DUE", "amount"],
            [1, "a", "2024/8/1", 3],
        ],
    )
    with opened(path) as ledger:
        assert ledger.header_row == 4
        assert ledger.columns == ("ＮＯ", "Ti tle", "DUE", "amount")
        assert ledger.count == 1
        row = only(list(ledger))
    assert (row.row, row.number, row.due, row.extra) == (5, "1", date(2024, 8, 1), {"amount": "3"})


def test_characters_escaped_in_a_workbook_are_unescaped(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADER, [1, "a_x000D_\nb_x005F_x0041_"]])
    assert only(read(path)).title == "a\nb_x0041_"
